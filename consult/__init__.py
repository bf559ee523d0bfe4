"""consult: a region asks its companies how to get from the regional cluster to the open region.

`create_app` puts the house together: settings, core, then every room in the order of its rank, nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from consult.core import config, db, frame, i18n, keeping, limits, migrating, pagecache, starting, templating, unit, web
from consult.core.registry import registries

ROOMS = (
    "files",
    "accounts",
    "organisations",
    "notifications",
    "search",
    "moderation",
    "links",
    "comments",
    "redress",
    "consultations",
    "clusters",
    "programmes",
    "ideas",
    "projects",
    "partnering",
    "paper",
    "topics",
    "evaluation",
    "api",
    "pages",
    "admin",
    "ops",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application. `overrides` are settings by their environment names, or Flask configuration keys.

    Several applications may live in one process (tests); the registries are filled anew for each, with the same content.
    """
    with starting.collector_resting():
        return _put_together(config.load(overrides), overrides)


def _put_together(settings: config.Settings, overrides: Mapping[str, Any] | None) -> Flask:
    app = web.Application("consult", static_folder="static", static_url_path="/static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        MIGRATIONS_DIR=str(Path(__file__).resolve().parent.parent / "migrations"),
        **{key: value for key, value in (overrides or {}).items() if key not in config.NAMES},
    )
    logging.getLogger("consult").setLevel(settings.log_level)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    db.init_app(app, settings.database_url)
    migrating.init_app(app)
    i18n.init_app(app)
    limits.init_app(app, settings.redis_url)
    templating.init_app(app)
    web.init_app(app)
    frame.init_app(app)
    unit.attach()
    keeping.init_app()
    starting.init_app(app)
    registries.reset()
    for room in ROOMS:
        import_module(f"consult.{room}").init_app(app)
    pagecache.init_app(app)
    return app
