"""The topics of the month as a search that people keep: what is new in it under its filters."""

from __future__ import annotations

from datetime import datetime

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.topics import queries, subjects

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Topics of the month published since then. A filter that means nothing any more finds nothing."""
    asked = {name: values[0] for name, values in query.items() if values}
    wanted = queries.archive_of(asked, {one.slug for one in queries.agenda_topics()})
    if wanted.parameters != asked:
        return []
    return [subjects.info(one) for one in queries.published_between(wanted, since, until, MOST)]


LIST = SavedList("topics", _l("Topic of the month"), "topics.index", ("theme", "month", "q"), newest)
