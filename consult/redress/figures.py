"""Figures of moderation and redress from their own records, for any period, as known at any moment.

They follow what Regulation (EU) 2022/2065 asks for: notices (Art. 15 (1) b), measures on own initiative (c), complaints
(d), automated means (e), disputes out of court and suspensions (Art. 24 (1)). What is counted is what came in or was
decided within the period, with what was known of it at a moment: the end of the period, so that the same file comes out
whenever it is asked for, or today. Only facts are used that never change after the ten minutes of taking back: times are
compared, present states are not.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import func, or_, select

from consult.core.db import db, is_sqlite
from consult.core.registry import describe
from consult.moderation.models import Case, Decision, Report
from consult.moderation.rules import FAVOURABLE, REINSTATE, UNDO
from consult.redress.models import PARTIES, SCOPES, STEPS, SUSPENSION, Complaint, Dispute, Measure
from consult.redress.periods import Period
from consult.redress.words import DISPUTE_OUTCOMES, OUTCOMES


@dataclass(frozen=True)
class Row:
    """One figure: `figure` what is counted, `code` the part of it (empty for the whole), `value` a whole number."""

    figure: str
    code: str
    value: int


@dataclass
class Records:
    """What belongs to a period, read once; figures as of several moments are counted from it."""

    period: Period
    decisions: Sequence[Any] = ()
    reports: Sequence[Any] = ()
    complaints: Sequence[Any] = ()
    measures: Sequence[Any] = ()
    disputes: Sequence[Any] = ()
    waiting: dict[datetime, int] = field(default_factory=dict)


def read_records(period: Period, moments: Iterable[datetime]) -> Records:
    """The records of a period; `moments` are those as of which it will be asked what waited. Six queries."""
    start, end = period.start, period.end

    def within(column: Any) -> tuple[Any, Any]:
        return column >= start, column < end

    array_length = func.json_array_length if is_sqlite() else func.jsonb_array_length
    decisions = (
        select(
            Decision.outcome, Decision.reason, Decision.kind, Decision.ground, Decision.automated, Decision.in_time,
            Decision.waited_seconds, Decision.made_at, Decision.reversed_at,
            Decision.facts["source"].as_string().label("source"), Decision.facts["left"].as_boolean().label("left"),
            array_length(Decision.facts["signals"]).label("signals"), Case.consultation_id,
        )
        .join(Case, Case.id == Decision.case_id)
        .where(*within(Decision.made_at))
    )  # fmt: skip
    reports = (
        select(
            Report.reason,
            Report.answered_at,
            Report.waited_seconds,
            Decision.outcome,
            Decision.ground,
            Decision.automated,
            Decision.facts["left"].as_boolean().label("left"),
        )
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(*within(Report.created_at))
    )
    complaints = select(
        Complaint.party, Complaint.outcome, Complaint.reason, Complaint.decided_at, Complaint.waited_seconds,
        Complaint.in_time,
    ).where(*within(Complaint.created_at))  # fmt: skip
    measures = select(Measure.scope, Measure.step, Measure.ends_at, Measure.ended_at, Measure.decided_at)
    disputes = select(Dispute.outcome, Dispute.opened_at, Dispute.closed_at, Dispute.is_followed)
    return Records(
        period=period,
        decisions=db.session.execute(decisions).all(),
        reports=db.session.execute(reports).all(),
        complaints=db.session.execute(complaints).all(),
        measures=db.session.execute(measures.where(*within(Measure.decided_at))).all(),
        disputes=db.session.execute(disputes.where(*within(Dispute.opened_at))).all(),
        waiting=_waiting(list(moments)),
    )


def _waiting(moments: list[datetime]) -> dict[datetime, int]:
    """How many cases waited at each of these moments. One query."""
    sums = [
        func.sum(sql_case(((Case.opened_at < at) & or_(Case.closed_at.is_(None), Case.closed_at >= at), 1), else_=0))
        for at in moments
    ]
    found = db.session.execute(select(*sums)).one() if sums else ()
    return {at: int(number or 0) for at, number in zip(moments, found, strict=True)}


# ---- counting -------------------------------------------------------------------------------------------------------


def count(records: Records, known_at: datetime) -> list[Row]:
    """All figures of a period as known at a moment, in a fixed order."""
    return [
        *_decisions(records, known_at), *_reports(records, known_at), *_complaints(records, known_at),
        *_measures(records, known_at), *_disputes(records, known_at),
        Row("cases.waiting", "", records.waiting.get(known_at, 0)),
    ]  # fmt: skip


def was_taken_back(made_at: datetime, reversed_at: datetime | None) -> bool:
    """Whether the maker took it back within ten minutes: then it counts as not made."""
    return reversed_at is not None and reversed_at - made_at <= UNDO


def _decisions(records: Records, known_at: datetime) -> list[Row]:
    valid = [one for one in records.decisions if not was_taken_back(one.made_at, one.reversed_at)]
    restricting = [one for one in valid if one.outcome not in FAVOURABLE]
    overturned = [one for one in valid if one.reversed_at is not None and one.reversed_at < known_at]
    sources = [(one.source or "submission") for one in valid]
    return [
        Row("decisions", "", len(valid)),
        *_parts("decisions.outcome", [one.outcome for one in valid]),
        *_parts("decisions.kind", [one.kind for one in valid]),
        *_parts("decisions.source", sources, ("submission", "look", "report")),
        Row("decisions.restricting", "", len(restricting)),
        *_parts("decisions.restricting.reason", [one.reason for one in restricting]),
        *_parts("decisions.restricting.ground", [one.ground or "terms" for one in restricting], ("law", "terms")),
        *_parts("decisions.restricting.source", [one.source or "submission" for one in restricting],
                ("submission", "look", "report")),
        Row("decisions.automated", "", sum(1 for one in valid if one.automated)),
        Row("decisions.signalled", "", sum(1 for one in valid if one.signals)),
        Row("decisions.in_time", "", sum(1 for one in valid if one.in_time)),
        Row("decisions.median_seconds", "", median([one.waited_seconds for one in valid])),
        Row("decisions.overturned", "", len(overturned)),
        Row("decisions.reinstating", "", sum(1 for one in valid if one.outcome == REINSTATE)),
        Row("decisions.taken_back", "", len(records.decisions) - len(valid)),
        *_parts("decisions.consultation", [str(one.consultation_id) for one in valid if one.consultation_id is not None]),
    ]  # fmt: skip


def _reports(records: Records, known_at: datetime) -> list[Row]:
    done = [one for one in records.reports if one.answered_at is not None and one.answered_at < known_at]
    acted = [one for one in done if one.outcome is not None and not one.left and one.outcome not in FAVOURABLE]
    return [
        Row("reports", "", len(records.reports)),
        *_parts("reports.reason", [one.reason for one in records.reports]),
        Row("reports.answered", "", len(done)),
        Row("reports.acted_on", "", len(acted)),
        *_parts("reports.acted_on.ground", [one.ground or "terms" for one in acted], ("law", "terms")),
        Row("reports.withdrawn", "", sum(1 for one in done if one.outcome is None)),
        Row("reports.automated", "", sum(1 for one in done if one.automated)),
        Row("reports.median_seconds", "", median([one.waited_seconds or 0 for one in done])),
    ]


def _complaints(records: Records, known_at: datetime) -> list[Row]:
    done = [one for one in records.complaints if one.decided_at is not None and one.decided_at < known_at]
    return [
        Row("complaints", "", len(records.complaints)),
        *_parts("complaints.party", [one.party for one in records.complaints], PARTIES),
        Row("complaints.answered", "", len(done)),
        *_parts("complaints.outcome", [one.outcome for one in done], OUTCOMES),
        *_parts("complaints.reason", [one.reason for one in done]),
        Row("complaints.in_time", "", sum(1 for one in done if one.in_time)),
        Row("complaints.median_seconds", "", median([one.waited_seconds or 0 for one in done])),
    ]


def _measures(records: Records, known_at: datetime) -> list[Row]:
    codes = [f"{scope}.{step}" for scope in SCOPES for step in STEPS]
    lifted = [
        one for one in records.measures
        if one.ended_at is not None and one.ended_at < known_at and (one.ends_at is None or one.ended_at < one.ends_at)
    ]  # fmt: skip
    running = [
        one for one in records.measures
        if one.step == SUSPENSION and one.ends_at is not None and one.ends_at > known_at
        and (one.ended_at is None or one.ended_at > known_at)
    ]  # fmt: skip
    return [
        Row("measures", "", len(records.measures)),
        *_parts("measures.kind", [f"{one.scope}.{one.step}" for one in records.measures], codes),
        Row("measures.lifted", "", len(lifted)),
        Row("measures.suspensions_running", "", len(running)),
    ]


def _disputes(records: Records, known_at: datetime) -> list[Row]:
    done = [one for one in records.disputes if one.closed_at is not None and one.closed_at < known_at]
    seconds = [round((one.closed_at - one.opened_at).total_seconds()) for one in done]
    return [
        Row("disputes", "", len(records.disputes)),
        Row("disputes.closed", "", len(done)),
        *_parts("disputes.outcome", [one.outcome for one in done], tuple(DISPUTE_OUTCOMES)),
        Row("disputes.followed", "", sum(1 for one in done if one.is_followed)),
        Row("disputes.median_seconds", "", median(seconds)),
    ]


def _parts(figure: str, codes: Sequence[str], fixed: Iterable[str] = ()) -> list[Row]:
    """A whole by its parts. Of `fixed` codes a zero is shown; others appear as soon as there is one."""
    numbers = Counter(codes)
    return [Row(figure, code, numbers[code]) for code in sorted({*numbers, *fixed})]


def median(values: Sequence[int]) -> int:
    """The middle value, the lower one of two; 0 of none."""
    return sorted(values)[(len(values) - 1) // 2] if values else 0


# ---- shapes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """The figures of a period as known at a moment, ready for a page."""

    period: Period
    rows: tuple[Row, ...]

    def value(self, figure: str) -> int:
        """A whole."""
        return next((row.value for row in self.rows if row.figure == figure and not row.code), 0)

    def parts(self, figure: str) -> list[tuple[str, int]]:
        """(code, number) of each part that is there, most first."""
        found = [(row.code, row.value) for row in self.rows if row.figure == figure and row.code and row.value]
        return sorted(found, key=lambda one: (-one[1], one[0]))


def figures_of(period: Period, known_at: datetime) -> Figures:
    """The figures of a period as known at a moment."""
    return Figures(period, tuple(count(read_records(period, [known_at]), known_at)))


def both(period: Period, moment: datetime) -> tuple[Figures, Figures]:
    """The figures as known at the end of the period, or now while it runs; and as known at `moment`."""
    first = min(period.known_at, moment)
    records = read_records(period, sorted({first, moment}))
    then = Figures(period, tuple(count(records, first)))
    return then, then if first == moment else Figures(period, tuple(count(records, moment)))


def differences(then: Figures, today: Figures) -> list[tuple[Row, int]]:
    """What has changed since: (figure as it was, its value today)."""
    values = {(row.figure, row.code): row.value for row in today.rows}
    before = {(row.figure, row.code) for row in then.rows}
    changed = [(row, values.get((row.figure, row.code), 0)) for row in then.rows]
    changed += [(Row(row.figure, row.code, 0), row.value) for row in today.rows if (row.figure, row.code) not in before]
    return [(row, value) for row, value in changed if row.value != value]


def as_csv(figures: Figures, known: str) -> str:
    """The figures as a table for programs: period, as known when, figure, code, value. The same bytes every time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["period", "known", "figure", "code", "value"])
    for row in figures.rows:
        writer.writerow([figures.period.key, known, row.figure, _safe(row.code), row.value])
    return out.getvalue()


def _safe(code: str) -> str:
    """A code that no spreadsheet takes for a formula."""
    return f"'{code}" if code[:1] in ("=", "+", "-", "@") else code


def consultation_titles(figures: Figures) -> dict[str, str]:
    """Titles of the consultations that everybody may see, by their ids as codes."""
    ids = [int(code) for code, _number in figures.parts("decisions.consultation")]
    infos = describe(("consultation", key) for key in ids)
    return {str(key): info.title for (_kind, key), info in infos.items() if info.public}
