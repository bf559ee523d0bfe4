"""The list of programmes as files and feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consult.core.atom import Entry, identifier
from consult.core.clock import now
from consult.core.i18n import _l, pick, picked_language
from consult.core.outlets import Outlet
from consult.core.tables import Column
from consult.core.vocabularies import term_title
from consult.core.web import address
from consult.links.sources import readable_source
from consult.programmes import page, queries
from consult.programmes.models import Programme

COLUMNS = (
    Column("id", _l("Identifier")),
    Column("title", _l("Title"), 40),
    Column("kind", _l("Kind"), 25),
    Column("level", _l("Level"), 20),
    Column("region", _l("Region"), 25),
    Column("summary", _l("Summary"), 60),
    Column("topics", _l("%(what)s, codes", what=_l("Topics")), 30),
    Column("owner", _l("Carried by"), 40),
    Column("amount_max", _l("Highest amount")),
    Column("amount_unit", _l("Unit")),
    Column("call", _l("Present call"), 30),
    Column("deadline", _l("Deadline")),
    Column("as_of", _l("Date")),
    Column("source", _l("Source"), 40),
    Column("example", _l("Example")),
    Column("url", _l("Address"), 40),
)


def _rows(programmes: Sequence[Programme]) -> Iterator[list[Any]]:
    bodies, calls, moment = queries.bodies_of(programmes), queries.next_deadlines(programmes), now()
    for one in programmes:
        owner, call = bodies.get(one.owner_id or 0), calls.get(one.id)
        view = page.call_view(call, moment) if call is not None else None
        yield [
            one.slug, one.title, term_title("programme_kinds", one.kind), term_title("programme_levels", one.level),
            term_title("nuts2024_de", one.region) if one.region else None, one.summary, one.topics,
            owner.name if owner is not None else None, one.amount_max, one.amount_unit or None,
            view.dates if view is not None else None, view.deadline if view is not None else None, one.as_of or None,
            [readable_source(each) for each in one.source], one.is_example, address("programmes.show", slug=one.slug),
        ]  # fmt: skip


def entries(programmes: Sequence[Programme]) -> Iterator[Entry]:
    for one in programmes:
        yield Entry(
            id=identifier(f"programmes/{one.slug}"), title=pick(one.title), language=picked_language(one.title),
            url=address("programmes.show", slug=one.slug), published=one.created_at,
            updated=one.edited_at or one.created_at, summary=pick(one.summary), categories=[one.kind, *one.topics],
        )  # fmt: skip


LIST = Outlet("list/programmes", _l("Programmes"), _l("programmes"), COLUMNS, _rows, entries)
