"""Programmes: funding, competitions, calls and measures that clusters and projects use.

A *call* is a time in which one can apply. What always holds: an amount is whole units of its currency with its source;
where sources differ, all of them are shown; whether a call is open follows from its dates on the clocks of Germany, and
what they do not tell is unknown, not closed; who asked to be reminded of a deadline is reminded once.
"""

from __future__ import annotations

from flask import Flask

from consult.core import pagecache
from consult.core.i18n import _l
from consult.core.registry import FooterItem, Loader, registries
from consult.programmes import (
    editorial,
    exchange,
    jobs,
    loading,
    notices,
    page,
    personal,
    queries,
    saved,
    subjects,
    views,
)

__all__ = ["init_app", "jobs"]


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(editorial.blueprint)
    app.jinja_env.globals.update(highest_amount=page.highest_amount)
    registries.footer.append(FooterItem(45, _l("Take part"), "programmes.index", _l("Programmes")))
    registries.resolvers["programmes.show"] = subjects.resolve
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(45, "facts", "programmes", loading.load))
    registries.loaders.append(Loader(46, "demo", "programmes", loading.load_examples, loading.shift))
    registries.subjects["call"] = subjects.CALL
    for kind in notices.KINDS:
        registries.notice_kinds[kind.kind] = kind
    registries.personal_data["programmes"] = personal.DATA
    pagecache.add_boundary("programmes", queries.next_change)
