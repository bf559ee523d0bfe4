"""Working days: promises are given in them, so holidays of the operator's Land have to be known.

Public holidays come from the maintained package `holidays`; nothing here lists a date.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from consult.core.clock import LOCAL
from consult.core.late import late

if TYPE_CHECKING:
    import holidays
else:
    holidays = late("holidays")

DEFAULT_LAND = "TH"
OFFICE_ENDS = time(17)  # nobody decides at night, so no promise runs out then


@lru_cache(maxsize=64)
def _holidays(land: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv=land, years=year))


def is_working_day(day: date, land: str = DEFAULT_LAND) -> bool:
    """Monday to Friday and no public holiday in this Land (two letters, as in ISO 3166-2:DE)."""
    return day.weekday() < 5 and day not in _holidays(land, day.year)


def add_working_days(moment: datetime, days: int, land: str = DEFAULT_LAND) -> datetime:
    """The same time of day, `days` working days later; a start on a free day counts from the next working day's morning.

    Aware in and out; the result falls on a working day.
    """
    here = moment.astimezone(LOCAL)
    if not is_working_day(here.date(), land):
        here = here.replace(hour=9, minute=0, second=0, microsecond=0)
        while not is_working_day(here.date(), land):
            here += timedelta(days=1)
    left = days
    while left > 0:
        here += timedelta(days=1)
        if is_working_day(here.date(), land):
            left -= 1
    return here.astimezone(moment.tzinfo)


def end_of_office_day(moment: datetime, land: str = DEFAULT_LAND) -> datetime:
    """When the office that is open at `moment`, or opens next, closes. Aware in and out."""
    here = moment.astimezone(LOCAL)
    day = here.date() if here.time() <= OFFICE_ENDS else here.date() + timedelta(days=1)
    while not is_working_day(day, land):
        day += timedelta(days=1)
    return datetime.combine(day, OFFICE_ENDS, tzinfo=LOCAL).astimezone(moment.tzinfo)


def promised(moment: datetime, days: int, land: str = DEFAULT_LAND) -> datetime:
    """Until when something is promised "within `days` working days": the end of the last one's office hours."""
    return _promised(moment.astimezone(LOCAL).date(), days, land).astimezone(moment.tzinfo)


@lru_cache(maxsize=256)
def _promised(day: date, days: int, land: str) -> datetime:
    """The time of day does not matter: asked at every sending, and a day has many."""
    start = datetime.combine(day, time(12), tzinfo=LOCAL)
    return datetime.combine(add_working_days(start, days, land).date(), OFFICE_ENDS, tzinfo=LOCAL)
