"""A search over everything as one that people keep: what came to its hits since they last heard of it."""

from __future__ import annotations

from datetime import datetime

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo, describe
from consult.core.text import clean_line
from consult.search.finding import found
from consult.search.queries import dated_between
from consult.search.views import CHOICES, LONGEST, choices

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Hits that were published or changed since then. Activities are left out: their own list tells of new ones."""
    words = clean_line(next(iter(query.get("q", [])), ""))[:LONGEST]
    asked = {name: values[0] for name, values in query.items() if values and name in CHOICES}
    chosen = choices(asked)
    if not words or len(chosen) < len(asked):
        return []
    hits = found(words, chosen)[1]
    if hits.partly:  # what has some of the words only is a help on the page, and no news
        return []
    new = dated_between(hits.documents, since, until)[:MOST]
    infos = describe(new)
    return [infos[one] for one in new if one in infos]


LIST = SavedList("search", _l("Search"), "search.index", ("q", *CHOICES), newest)
