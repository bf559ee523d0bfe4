"""The topics of the month as a search that people keep: what is new in it, of the theme that was chosen."""

from __future__ import annotations

from datetime import datetime

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.topics import queries, subjects
from consult.topics.queries import Archive

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Topics of the month published since then. A theme that is none any more finds nothing."""
    theme = next(iter(query.get("theme", [])), "")
    if theme and theme not in {one.slug for one in queries.agenda_topics()}:
        return []
    return [subjects.info(one) for one in queries.published_between(Archive(None, theme), since, until, MOST)]


LIST = SavedList("topics", _l("Topic of the month"), "topics.index", ("theme",), newest)
