"""Work beside requests: promised times of complaints and the end of measures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from consult.core.clock import now
from consult.core.jobs import every
from consult.redress import complaint_mails, complaint_queries, measures

BEFORE = timedelta(hours=24)


@every("redress.due", minutes=30)
def remind_of_promises(_payload: dict[str, Any]) -> None:
    """Remind those who may decide a day before a promised time ends, and the office once it is over."""
    for complaint in complaint_queries.due_complaints(now() + BEFORE):
        complaint_mails.remind(complaint)


@every("redress.measures", minutes=15)
def end_measures(_payload: dict[str, Any]) -> None:
    """End the suspensions and warnings whose time is over."""
    measures.end_measures()
