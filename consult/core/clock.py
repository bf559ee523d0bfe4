"""The one clock: every "now" in the product comes from here, so that tests can move it and time zones never mix."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The present moment, aware, in UTC, whole microseconds."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date where the consultation happens (Europe/Berlin)."""
    return now().astimezone(LOCAL).date()


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of Berlin."""
    return moment.astimezone(LOCAL)


def start_of_day(day: date) -> datetime:
    """Midnight at which `day` begins in Berlin, as aware UTC."""
    return datetime.combine(day, time(0), tzinfo=LOCAL).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Midnight at which `day` ends in Berlin, as aware UTC: the first moment that no longer belongs to it."""
    return start_of_day(day + timedelta(days=1))
