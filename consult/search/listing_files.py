"""The hits of a search as files and feed, in their order; the feed has the latest changes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response, current_app

from consult.core.atom import SINCE, Entry, identifier
from consult.core.clock import start_of_day
from consult.core.i18n import _, _l
from consult.core.outlets import ATOM, newest_first
from consult.core.registry import SubjectInfo, registries
from consult.core.tables import Column, table_response
from consult.search.queries import Result, results

COLUMNS = (
    Column("kind", _l("Kind"), 20),
    Column("title", _l("Title"), 40),
    Column("text", _l("Passage that was found"), 60),
    Column("language", _l("Language")),
    Column("date", _l("Date")),
    Column("url", _l("Address"), 40),
)
PART = 200
UNDATED = start_of_day(date(int(SINCE), 1, 1))  # the same every day: an entry that changes its date is read as news


def answer(fmt: str, query: str, documents: Sequence[int]) -> Response:
    """These hits, by their numbers in the index, in this format."""
    if fmt == ATOM:
        return newest_first("search", _("Search: %(query)s", query=query), _entries(query, documents))
    return table_response(fmt, _("search results"), COLUMNS, _rows(query, documents), sheet=_("Search results"))


def _found(query: str, documents: Sequence[int]) -> Iterator[Result]:
    for start in range(0, len(documents), PART):
        yield from results(query, documents[start : start + PART], dated=True)


def _rows(query: str, documents: Sequence[int]) -> Iterator[list[Any]]:
    for one in _found(query, documents):
        where = current_app.config["SETTINGS"].site_url + one.info.url
        text = one.snippet.striptags()
        yield [one.label, one.info.title, text, one.info.language or one.language, one.at, where]


def _changed(infos: Sequence[SubjectInfo]) -> dict[tuple[str, int], datetime]:
    """When things were written or changed whose moment in the index is another one: the date of an activity lies ahead, and
    a feed would have it before all news until then."""
    known: dict[tuple[str, int], datetime] = {}
    for kind, one in registries.searchables.items():
        ids = [info.id for info in infos if info.kind == kind]
        if one.changed is not None and ids:
            known |= {(kind, subject_id): at for subject_id, at in one.changed(ids).items()}
    return known


def _entries(query: str, documents: Sequence[int]) -> Iterator[Entry]:
    found = list(_found(query, documents))
    changed = _changed([one.info for one in found])
    for one in found:
        info, at = one.info, changed.get((one.info.kind, one.info.id)) or one.at or UNDATED
        yield Entry(
            id=identifier(f"search/{info.kind}/{info.key or info.id}"), title=info.title,
            language=info.language or one.language, url=current_app.config["SETTINGS"].site_url + info.url,
            published=at, updated=at, summary=one.snippet.striptags(), categories=[info.kind],
        )  # fmt: skip
