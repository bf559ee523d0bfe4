"""The list of ideas as a search that people keep: what is new in it, with the list's own filters and public ideas only."""

from __future__ import annotations

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
    with current_app.test_request_context("/", query_string=query):
        chosen = filters.read_filters()
    meant = dict(chosen.filters.codes)
    if chosen.consultation is not None and query.get(filters.CONSULTATION, [])[:1] == [chosen.consultation.slug]:
        meant[filters.CONSULTATION] = (chosen.consultation.slug,)  # the present one, which is no filter
    if any(query.get(facet) and not meant.get(facet) for facet in filters.KEPT):
        return []
    wanted = queries.Filters(chosen.filters.codes, chosen.filters.q, queries.NEWEST)
    page = queries.ideas_page(wanted, chosen.tallies, size=READ)
    new = [one for one in page.items if one.published_at is not None and since < one.published_at <= until]
    return [subjects.info(one) for one in new[:MOST]]


def pinned(query: dict[str, list[str]], at: datetime) -> dict[str, list[str]]:
    """With the consultation whose questions are meant: the next one asks others under the same numbers."""
    if query.get(filters.CONSULTATION) or not query.get(filters.QUESTION):
        return query
    present = current_at(at)
    if present is None:
        return query
    return {filters.CONSULTATION: [present.slug], **query}


LIST = SavedList("ideas", _l("Ideas"), "ideas.index", (*filters.KEPT, "q", "sort"), newest, pinned=pinned)
