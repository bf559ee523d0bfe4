"""Offers and requests as a search that people keep: what is new in the list, with its own filters."""

from __future__ import annotations

from collections.abc import Collection
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
    page = queries.offers_page(_wanted(query), size=READ)
    new = [one for one in page.items if one.published_at is not None and since < one.published_at <= until]
    return [subjects.info(one) for one in new[:MOST]]


def among(query: dict[str, list[str]], ends: Collection[tuple[str, int]]) -> list[tuple[SubjectInfo, datetime]]:
    """Those of these offers that are public and that the filters leave, the newest first."""
    ids = [number for kind, number in ends if kind == subjects.KIND]
    found = queries.offers_among(_wanted(query), ids)[:MOST] if ids else []
    return [(subjects.info(one), one.published_at) for one in found if one.published_at is not None]


def _wanted(query: dict[str, list[str]]) -> queries.OfferFilter:
    with current_app.test_request_context("/", query_string=query):
        return replace(filters.read(), sort=queries.NEWEST)


LIST = SavedList(
    "partners", _l("Find partners"), "partnering.index", (*queries.FACETS, "q", "sort"), newest, among=among
)
