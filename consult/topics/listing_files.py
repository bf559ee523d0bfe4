"""The topics of the month as files and feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consult.core.atom import Entry, identifier
from consult.core.i18n import _l, pick, picked_language
from consult.core.outlets import Outlet
from consult.core.tables import Column
from consult.core.web import address
from consult.topics.models import Topic

COLUMNS = (
    Column("id", _l("Identifier")),
    Column("title", _l("Title"), 40),
    Column("teaser", _l("Beginning of the text"), 60),
    Column("themes", _l("%(what)s, codes", what=_l("Theme")), 30),
    Column("published", _l("Published")),
    Column("url", _l("Address"), 40),
)


def _rows(topics: Sequence[Topic]) -> Iterator[list[Any]]:
    for one in topics:
        where = address("topics.show", slug=one.slug)
        yield [one.slug, one.title, one.teaser, one.tags, one.published_at, where]


def _entries(topics: Sequence[Topic]) -> Iterator[Entry]:
    for one in topics:
        yield Entry(
            id=identifier(f"topics/{one.slug}"), title=pick(one.title), language=picked_language(one.title),
            url=address("topics.show", slug=one.slug), published=one.published_at,
            updated=max(one.published_at, one.updated_at), summary=pick(one.teaser), categories=one.tags,
        )  # fmt: skip


LIST = Outlet("list/topics", _l("Topic of the month"), _l("topics"), COLUMNS, _rows, _entries)
