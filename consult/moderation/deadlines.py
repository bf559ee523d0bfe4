"""Promised times: counted in working time, so that a text returned on a Friday does not come due on the Sunday.

A promise runs out when an office closes, never at night. It goes on where it stopped when a returned text is sent again;
nights count, weekends and holidays do not.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consult.core.calendar import DEFAULT_LAND, end_of_office_day, is_working_day, promised
from consult.core.clock import LOCAL, end_of_day

_FURTHEST = 400  # days looked ahead or back; a promise never lies further away


def working_seconds(start: datetime, end: datetime, land: str = DEFAULT_LAND) -> int:
    """Seconds between two moments that lie on working days; 0 if `end` is not later."""
    total = 0.0
    here = start
    for _day in range(_FURTHEST):
        if here >= end:
            break
        day = here.astimezone(LOCAL).date()
        until = min(end_of_day(day), end)
        if is_working_day(day, land):
            total += (until - here).total_seconds()
        here = until
    return round(total)


def add_working_seconds(start: datetime, seconds: float, land: str = DEFAULT_LAND) -> datetime:
    """The moment after so many seconds on working days; the result lies on a working day."""
    here, left = start, max(0.0, seconds)
    for _day in range(_FURTHEST):
        day = here.astimezone(LOCAL).date()
        end = end_of_day(day)
        if is_working_day(day, land):
            here_to_end = (end - here).total_seconds()
            if left < here_to_end:
                return here + timedelta(seconds=left)
            left -= here_to_end
        here = end
    return here


def due(opened_at: datetime, days: int, used_seconds: int = 0, land: str = DEFAULT_LAND) -> datetime:
    """When the decision is promised: the end of so many working days, less the working time used up before.

    What is left of a promise ends with an office day too, but never later than a fresh promise would.
    """
    end = promised(opened_at, max(1, days), land)
    if used_seconds <= 0:
        return end
    left = working_seconds(opened_at, end, land) - used_seconds
    return min(end, end_of_office_day(add_working_seconds(opened_at, left, land), land))


def share_used(opened_at: datetime, due_at: datetime, moment: datetime) -> float:
    """How much of the time from opening to due has passed: 0 to 1, more when overdue."""
    span = (due_at - opened_at).total_seconds()
    return 1.0 if span <= 0 else max(0.0, (moment - opened_at).total_seconds() / span)


def urgency(opened_at: datetime, due_at: datetime, moment: datetime) -> str:
    """ "late", "soon" (the last quarter of the time) or "ok"."""
    if moment >= due_at:
        return "late"
    return "soon" if share_used(opened_at, due_at, moment) >= 0.75 else "ok"
