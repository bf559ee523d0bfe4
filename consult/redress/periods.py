"""Periods of the figures: a year, a half-year or a month, by the calendar of Berlin.

A period is known when it is over and the ten minutes have passed in which a decision can still be taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from consult.core.clock import LOCAL, now, start_of_day
from consult.core.db import db
from consult.core.i18n import _, format_day
from consult.moderation.models import Case, Decision, Report
from consult.moderation.rules import UNDO
from consult.redress.models import Complaint, Measure

YEAR, HALF, MONTH = "year", "half", "month"
_KEY = re.compile(r"^(20[0-9]{2})(?:-(?:H([12])|(0[1-9]|1[0-2])))?$")


@dataclass(frozen=True, order=True)
class Period:
    """A period by its first month and its number of months."""

    year: int
    month: int
    months: int

    @property
    def kind(self) -> str:
        return {12: YEAR, 6: HALF, 1: MONTH}[self.months]

    @property
    def key(self) -> str:
        """As addresses and files name it: 2026, 2026-H1, 2026-11."""
        if self.kind == YEAR:
            return str(self.year)
        return f"{self.year}-H{1 if self.month == 1 else 2}" if self.kind == HALF else f"{self.year}-{self.month:02d}"

    @property
    def start(self) -> datetime:
        """The first moment, aware, in UTC."""
        return _first_moment(self.year, self.month)

    @property
    def end(self) -> datetime:
        """The first moment that no longer belongs to it."""
        months = self.month - 1 + self.months
        return _first_moment(self.year + months // 12, months % 12 + 1)

    @property
    def known_at(self) -> datetime:
        """When its figures stand for good."""
        return self.end + UNDO

    @property
    def is_over(self) -> bool:
        return now() >= self.known_at

    @property
    def label(self) -> str:
        """In words of the present language."""
        if self.kind == YEAR:
            return str(self.year)
        if self.kind == HALF:
            first = _("First half of %(year)s", year=self.year)
            return first if self.month == 1 else _("Second half of %(year)s", year=self.year)
        return format_day(self.start).partition(" ")[2] if _day_first() else _month_year(self.start)


def _day_first() -> bool:
    """Whether the language writes the day before the month."""
    return format_day(datetime(2026, 1, 1, 12, tzinfo=LOCAL))[0] == "1"


def _month_year(moment: datetime) -> str:
    return format_day(moment, "MMMM y")


def _first_moment(year: int, month: int) -> datetime:
    return start_of_day(datetime(year, month, 1, tzinfo=LOCAL).date())


def period_of(key: str) -> Period | None:
    """The period of a key, None for everything else."""
    found = _KEY.match(key)
    if found is None:
        return None
    year = int(found[1])
    if found[2]:
        return Period(year, 1 if found[2] == "1" else 7, 6)
    return Period(year, int(found[3]), 1) if found[3] else Period(year, 1, 12)


def current_year() -> Period:
    """The year that runs."""
    return Period(now().astimezone(LOCAL).year, 1, 12)


def first_record() -> datetime | None:
    """When the first of the records was made that figures count. One query."""
    moments = [
        select(func.min(column))
        for column in (Case.opened_at, Decision.made_at, Report.created_at, Complaint.created_at, Measure.decided_at)
    ]
    found = [
        moment for moment in db.session.execute(moments[0].union_all(*moments[1:])).scalars() if moment is not None
    ]
    return min(found) if found else None


def periods_with_records() -> list[Period]:
    """All periods from the first record to now, years first, then half-years, then months; newest first within each."""
    present = now().astimezone(LOCAL)
    first = (first_record() or now()).astimezone(LOCAL)
    first = min(first, present)
    years = range(present.year, first.year - 1, -1)
    all_periods = [Period(year, 1, 12) for year in years]
    all_periods += [Period(year, month, 6) for year in years for month in (7, 1)]
    all_periods += [Period(year, month, 1) for year in years for month in range(12, 0, -1)]
    return [one for one in all_periods if one.start <= now() and one.end > first]
