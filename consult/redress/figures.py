"""Figures of moderation from its own records: the yearly ones that everyone may read.

They follow what Regulation (EU) 2022/2065, Art. 15 and 24 asks for: notices by ground, decisions by outcome and reason,
median time, use of automated means. Decisions that were taken back within ten minutes are counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from consult.core.clock import LOCAL, now
from consult.core.db import db
from consult.core.registry import describe
from consult.moderation.listing import kind_label
from consult.moderation.models import Case, Decision, Report


@dataclass(frozen=True)
class Year:
    """The figures of a calendar year."""

    year: int
    years: list[int]
    opened: dict[str, int]
    decisions: int
    outcomes: dict[str, int]
    reasons: dict[str, int]
    kinds: list[tuple[str, int]]
    automated: int
    in_time: int
    reversed: int
    median: timedelta | None
    reports: int
    report_reasons: dict[str, int]
    reports_answered: int
    report_median: timedelta | None
    waiting: int = 0
    consultations: tuple[tuple[str, int], ...] = ()


def _bounds(year: int) -> tuple[datetime, datetime]:
    return (
        datetime(year, 1, 1, tzinfo=LOCAL).astimezone(UTC),
        datetime(year + 1, 1, 1, tzinfo=LOCAL).astimezone(UTC),
    )


def years_with_records() -> list[int]:
    """The calendar years from the first record on, newest first; the present one is always among them."""
    first = db.session.execute(
        select(func.min(Case.opened_at)).union_all(select(func.min(Report.created_at)))
    ).scalars()
    present = now().astimezone(LOCAL).year
    oldest = min((moment.astimezone(LOCAL).year for moment in first if moment is not None), default=present)
    return list(range(present, min(oldest, present) - 1, -1))


def _median(column: InstrumentedAttribute[Any], number: int, *where: Any) -> timedelta | None:
    """The middle value of a column of seconds: the lower one of two. One query."""
    if not number:
        return None
    statement = select(column).where(*where).order_by(column).offset((number - 1) // 2).limit(1)
    value = db.session.execute(statement).scalar_one_or_none()
    return None if value is None else timedelta(seconds=value)


def _sum_by(rows: list[Any], index: int, number: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[index]] = sums.get(row[index], 0) + row[number]
    return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))


def _by_consultation(*where: Any) -> tuple[tuple[str, int], ...]:
    """Decisions of each consultation that everybody may see, most first. One query, and one for their titles."""
    rows = db.session.execute(
        select(Case.consultation_id, func.count())
        .join(Decision, Decision.case_id == Case.id)
        .where(*where, Case.consultation_id.is_not(None))
        .group_by(Case.consultation_id)
    ).all()
    numbers = {row[0]: row[1] for row in rows if row[0] is not None}
    infos = describe(("consultation", key) for key in numbers)
    named = [(info, numbers[key]) for (_kind, key), info in infos.items()]
    return tuple((info.title, number) for info, number in sorted(named, key=lambda one: -one[1]) if info.public)


def year_figures(year: int, years: list[int]) -> Year:
    """All figures of one year. Nine queries at most, whatever the number of records."""
    start, end = _bounds(year)
    opened = db.session.execute(
        select(Case.source, func.count()).where(Case.opened_at >= start, Case.opened_at < end).group_by(Case.source)
    ).all()
    made = (Decision.made_at >= start, Decision.made_at < end)
    is_reversed = Decision.reversed_at.is_not(None)
    rows = db.session.execute(
        select(
            Decision.outcome,
            Decision.reason,
            Decision.kind,
            is_reversed,
            Decision.automated,
            Decision.in_time,
            func.count(),
        )
        .where(*made)
        .group_by(Decision.outcome, Decision.reason, Decision.kind, is_reversed, Decision.automated, Decision.in_time)
    ).all()
    valid = [row for row in rows if not row[3]]
    number = sum(row[6] for row in valid)
    received = (Report.created_at >= start, Report.created_at < end)
    answered = Report.answered_at.is_not(None)
    reports = db.session.execute(
        select(Report.reason, answered, func.count()).where(*received).group_by(Report.reason, answered)
    ).all()
    done = sum(row[2] for row in reports if row[1])
    waiting = db.session.execute(select(func.count()).select_from(Case).where(Case.closed_at.is_(None))).scalar_one()
    return Year(
        year=year,
        years=years,
        opened={row[0]: row[1] for row in opened},
        decisions=number,
        outcomes=_sum_by(valid, 0, 6),
        reasons=_sum_by([row for row in valid if row[0] not in ("publish", "restore")], 1, 6),
        kinds=[(kind_label(kind), count) for kind, count in _sum_by(valid, 2, 6).items()],
        automated=sum(row[6] for row in valid if row[4]),
        in_time=sum(row[6] for row in valid if row[5]),
        reversed=sum(row[6] for row in rows if row[3]),
        median=_median(Decision.waited_seconds, number, *made, Decision.reversed_at.is_(None)),
        reports=sum(row[2] for row in reports),
        report_reasons=_sum_by(list(reports), 0, 2),
        reports_answered=done,
        report_median=_median(Report.waited_seconds, done, *received, answered),
        waiting=waiting,
        consultations=_by_consultation(*made, Decision.reversed_at.is_(None)),
    )
