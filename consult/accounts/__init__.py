"""Accounts: people, how they sign in, which roles they hold.

Words: a *person* has an address that nobody else reads and a name that may be a pseudonym; a *session* is a place where
they are signed in; a *token* is a mailed link. What always holds: secrets are stored as hashes, a mailed link acts by
POST and once, no answer tells whether an address has an account.
"""

from __future__ import annotations

from flask import Flask

from consult.accounts import (
    acceptance,
    demo,
    erasure,
    jobs,
    notices,
    outside,
    personal,
    transport,
    views,
    views_address,
    views_data,
    views_factors,
    views_outside,
    views_own,
    views_passkeys,
)
from consult.core.registry import Loader, Panel, registries

# Imported for what they register with the blueprint or with the jobs.
__all__ = ["init_app", "views_address", "views_data", "views_factors", "views_outside", "views_own", "views_passkeys"]


def init_app(app: Flask) -> None:
    """Register pages, the gate's question who is there, the demo accounts and what is known of a person."""
    transport.init_app(app)
    outside.init_app(app)
    app.register_blueprint(views.blueprint)
    registries.loaders.append(Loader(10, "demo", "accounts", demo.load))
    registries.personal_data["accounts"] = personal.DATA
    registries.personal_data["core"] = erasure.CORE
    app.jinja_env.globals["day_of"] = notices.day_of
    registries.notice_kinds.update({kind.kind: kind for kind in notices.NOTICE_KINDS})
    registries.me_sections.append(Panel("pages.me", 1, "accounts/_rules.html", acceptance.waiting))
    jobs.init_app()
