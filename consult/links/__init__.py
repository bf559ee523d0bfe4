"""Links: typed, directed relations between any two things, confirmed by both sides.

Words: a *link* leads from one *end* to another; it is *stated* by a source, *suggested* by software, *proposed* by one
side, *confirmed* by both, *declined* or *ended*. What always holds: a suggestion is never shown as a fact; nobody
confirms for a side that they do not speak for; a link whose end is not known here keeps the name of that end.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, Panel, PersonalData, registries
from consult.links import ends, exchange, loading, merging, operations, queries, sources, telling, views
from consult.links.models import Link


def init_app(app: Flask) -> None:
    """Register the vocabulary ends, the shipped relations, and what keeps names of ends fresh."""
    app.jinja_env.globals.update(
        cite=sources.cite, readable_date=sources.readable_date, readable_source=sources.readable_source,
        crosses_border=queries.crosses_border,
    )  # fmt: skip
    app.register_blueprint(views.blueprint)
    registries.me_sections.append(Panel("pages.me", 30, "links/_me.html", views.waiting))
    for kind in ends.VOCABULARY_KINDS:
        registries.subjects[kind.kind] = kind
    registries.notice_kinds.update({kind.kind: kind for kind in telling.KINDS})
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(60, "facts", "links", loading.load))
    registries.on_touch.append(operations.refresh_touched)
    registries.merge_hooks.append(merging.HOOK)
    registries.counters["links.ends"] = operations.refresh_all
    registries.personal_data["links"] = PersonalData(
        "links", (Link.__tablename__,), operations.export_person, operations.erase_person
    )
