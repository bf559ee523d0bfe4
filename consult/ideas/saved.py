"""The list of ideas as a search that people keep: what is new in it, with the list's own filters and public ideas only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask import current_app

from consult.consultations.queries import current_at
from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.ideas import filters, queries, subjects

MOST = 20
READ = 2 * MOST  # newest ideas looked at: some may have come after the moment until which is looked


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Public ideas that the filters leave, published since then. A filter that means nothing any more finds nothing."""
    wanted = _wanted(query)
    if wanted is None:
        return []
    page = queries.ideas_page(*wanted, size=READ)
    new = [one for one in page.items if one.published_at is not None and since < one.published_at <= until]
    return [subjects.info(one) for one in new[:MOST]]


def among(query: dict[str, list[str]], ends: Collection[tuple[str, int]]) -> list[tuple[SubjectInfo, datetime]]:
    """Those of these ideas that are public and that the filters leave, the newest first."""
    ids, wanted = [number for kind, number in ends if kind == "idea"], _wanted(query)
    if wanted is None or not ids:
        return []
    found = queries.ideas_among(*wanted, ids)[:MOST]
    return [(subjects.info(one), one.published_at) for one in found if one.published_at is not None]


def _wanted(query: dict[str, list[str]]) -> tuple[queries.Filters, queries.Tallies] | None:
    """What an address asks for, the newest first; None where a filter means nothing any more."""
    with current_app.test_request_context("/", query_string=query):
        chosen = filters.read_filters()
    meant = dict(chosen.filters.codes)
    if chosen.consultation is not None and query.get(filters.CONSULTATION, [])[:1] == [chosen.consultation.slug]:
        meant[filters.CONSULTATION] = (chosen.consultation.slug,)  # the present one, which is no filter
    if any(query.get(facet) and not meant.get(facet) for facet in filters.KEPT):
        return None
    return queries.Filters(chosen.filters.codes, chosen.filters.q, queries.NEWEST), chosen.tallies


def pinned(query: dict[str, list[str]], at: datetime) -> dict[str, list[str]]:
    """With the consultation whose questions are meant: the next one asks others under the same numbers."""
    if query.get(filters.CONSULTATION) or not query.get(filters.QUESTION):
        return query
    present = current_at(at)
    if present is None:
        return query
    return {filters.CONSULTATION: [present.slug], **query}


LIST = SavedList("ideas", _l("Ideas"), "ideas.index", (*filters.KEPT, "q", "sort"), newest, pinned=pinned, among=among)
