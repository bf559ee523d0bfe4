"""When a call is open, when somebody is reminded, and who edits: the room's policy on one page."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from consult.core.access import Actor
from consult.core.clock import LOCAL, local
from consult.programmes.models import Call

PLANNED, OPEN, CLOSED, UNKNOWN = "planned", "open", "closed", "unknown"
DAYS_BEFORE = (1, 3, 7, 14, 30)
REMIND_AT = time(8)  # on the clocks of Berlin


def can_edit(actor: Actor) -> bool:
    """Programmes and calls are kept by editors."""
    return actor.signed_in and actor.may("programmes.edit")


def state_of(call: Call, moment: datetime) -> str:
    """Whether one can apply at this moment; unknown where the dates do not tell, which is not the same as closed."""
    if call.closes_at is not None and call.closes_at <= moment:
        return CLOSED
    if call.opens_at is not None and call.opens_at > moment:
        return PLANNED
    if call.rolling or (call.opens_at is not None and call.closes_at is not None):
        return OPEN
    return UNKNOWN


def ends_with_day(closes_at: datetime) -> bool:
    """Whether a deadline is the end of a day, which is how most of them are meant."""
    return local(closes_at).time() == time(0)


def last_day(closes_at: datetime) -> datetime:
    """A moment within the last day on which one can apply."""
    return closes_at - timedelta(microseconds=1)


def remind_at(closes_at: datetime, days_before: int) -> datetime:
    """When somebody is reminded: so many days before the last day, at eight in the morning in Germany."""
    day = local(last_day(closes_at)).date() - timedelta(days=days_before)
    return datetime.combine(day, REMIND_AT, tzinfo=LOCAL).astimezone(closes_at.tzinfo)


def days_offered(call: Call, moment: datetime) -> list[int]:
    """The numbers of days before the deadline for which a reminder would still come in time."""
    if call.closes_at is None or call.closes_at <= moment:
        return []
    return [days for days in DAYS_BEFORE if remind_at(call.closes_at, days) > moment]
