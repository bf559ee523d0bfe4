"""How good moderation is, from its own records: agreement of second looks, decisions taken back, promised times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.moderation import rules
from consult.moderation.models import Case, Decision, SecondLook

SPANS = (90, 365)  # days that can be chosen
Pair = tuple[str, str]


@dataclass(frozen=True)
class Agreement:
    """Of `number` decisions made twice, `same` were the same. `kappa` is None where chance explains everything."""

    number: int
    same: int
    kappa: float | None
    table: tuple[tuple[str, str, int], ...]

    @property
    def share(self) -> float:
        return self.same / self.number if self.number else 0.0


@dataclass(frozen=True)
class Quality:
    """The figures of the last `days`."""

    days: int
    agreement: Agreement
    waiting: int
    decisions: int
    in_time: int
    taken_back: int
    overturned: int
    median: timedelta | None


def cohen(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa (1960) of two judges: how far they agree beyond chance; None where both always say the same."""
    number = len(pairs)
    if not number:
        return None
    observed = sum(first == second for first, second in pairs) / number
    firsts, seconds = Counter(first for first, _second in pairs), Counter(second for _first, second in pairs)
    expected = sum(firsts[outcome] * seconds[outcome] for outcome in firsts) / number**2
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def agreement_of(pairs: Iterable[Pair]) -> Agreement:
    """Agreement of first and second outcomes."""
    given = list(pairs)
    table = sorted(Counter(given).items(), key=lambda one: (-one[1], one[0]))
    same = sum(first == second for first, second in given)
    return Agreement(len(given), same, cohen(given), tuple((first, second, n) for (first, second), n in table))


def quality(actor: Actor, days: int) -> Quality:
    """The figures of the consultations that the actor moderates. Four queries."""
    since = now() - timedelta(days=days)
    scope = rules.moderated_consultations(actor, "moderation.queue")
    here = [] if scope is None else [Case.consultation_id.in_(sorted(scope))]
    looks = db.session.execute(
        select(SecondLook.first_outcome, SecondLook.outcome, SecondLook.made_at).where(
            (SecondLook.made_at.is_(None)) | (SecondLook.made_at >= since),
            *([] if scope is None else [SecondLook.consultation_id.in_(sorted(scope))]),
        )
    ).all()
    made = (Decision.made_at >= since, *here)
    by = aliased(Decision)
    again = select(by.id).where(by.overturned_id == Decision.id, by.outcome == rules.REINSTATE).exists()
    rows = db.session.execute(
        select(Decision.in_time, Decision.reversed_at.is_not(None), again, func.count())
        .join(Case, Case.id == Decision.case_id)
        .where(*made, Decision.outcome != rules.REINSTATE)
        .group_by(Decision.in_time, Decision.reversed_at.is_not(None), again)
    ).all()
    standing = sum(row[3] for row in rows if not row[1])
    return Quality(
        days=days,
        agreement=agreement_of((first, second) for first, second, made_at in looks if made_at is not None),
        waiting=sum(made_at is None for _first, _second, made_at in looks),
        decisions=sum(row[3] for row in rows),
        in_time=sum(row[3] for row in rows if row[0]),
        taken_back=sum(row[3] for row in rows if row[1] and not row[2]),
        overturned=sum(row[3] for row in rows if row[2]),
        median=_median(made, standing),
    )


def _median(made: tuple[object, ...], number: int) -> timedelta | None:
    if not number:
        return None
    seconds = db.session.execute(
        select(Decision.waited_seconds)
        .join(Case, Case.id == Decision.case_id)
        .where(*made, Decision.outcome != rules.REINSTATE, Decision.reversed_at.is_(None))  # type: ignore[arg-type]
        .order_by(Decision.waited_seconds)
        .offset((number - 1) // 2)
        .limit(1)
    ).scalar_one_or_none()
    return None if seconds is None else timedelta(seconds=seconds)
