"""Offers and requests as a search that people keep: what is new in the list, with its own filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import current_app

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.partnering import filters, queries, subjects

MOST = 20
READ = 2 * MOST  # newest offers looked at: some may have come after the moment until which is looked


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Public offers that the filters leave, published since then."""
    with current_app.test_request_context("/", query_string=query):
        wanted = replace(filters.read(), sort=queries.NEWEST)
    page = queries.offers_page(wanted, size=READ)
    new = [one for one in page.items if one.published_at is not None and since < one.published_at <= until]
    return [subjects.info(one) for one in new[:MOST]]


LIST = SavedList("partners", _l("Find partners"), "partnering.index", (*queries.FACETS, "q", "sort"), newest)
