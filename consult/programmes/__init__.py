"""Programmes: funding, competitions, calls and measures that clusters and projects use.

What always holds: an amount is whole units of its currency with its source; where sources differ, all of them are shown.
"""

from __future__ import annotations

from flask import Flask

from consult.core.i18n import _l
from consult.core.registry import FooterItem, Loader, registries
from consult.programmes import exchange, loading, page, subjects, views


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(highest_amount=page.highest_amount)
    registries.footer.append(FooterItem(45, _l("Take part"), "programmes.index", _l("Programmes")))
    registries.resolvers["programmes.show"] = subjects.resolve
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(45, "facts", "programmes", loading.load))
