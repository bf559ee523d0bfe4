"""A search over everything as one that people keep: what came to its hits since they last heard of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo, describe
from consult.core.text import clean_line
from consult.search.finding import found
from consult.search.queries import dated_among, dated_between
from consult.search.views import CHOICES, LONGEST, choices

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Hits that were published or changed since then. Activities are left out: their own list tells of new ones."""
    new = dated_between(_documents(query), since, until)[:MOST]
    infos = describe(new)
    return [infos[one] for one in new if one in infos]


def among(query: dict[str, list[str]], ends: Collection[tuple[str, int]]) -> list[tuple[SubjectInfo, datetime]]:
    """Those of these things that the search finds, each with the moment of its publication or change."""
    known = dict(dated_among(_documents(query), ends)[:MOST])
    infos = describe(known)
    return [(infos[one], at) for one, at in known.items() if one in infos]


def _documents(query: dict[str, list[str]]) -> Sequence[int]:
    """The numbers of the hits; none where the address means nothing any more."""
    words = clean_line(next(iter(query.get("q", [])), ""))[:LONGEST]
    asked = {name: values[0] for name, values in query.items() if values and name in CHOICES}
    chosen = choices(asked)
    if not words or len(chosen) < len(asked):
        return ()
    hits = found(words, chosen)[1]
    return () if hits.partly else hits.documents  # what has some of the words only is a help on the page, and no news


LIST = SavedList("search", _l("Search"), "search.index", ("q", *CHOICES), newest, among=among)
