"""How fast decisions came lately: told to the moderators beside their queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from consult.moderation.models import Decision

DAYS = 30


@dataclass(frozen=True)
class Pace:
    """Median time and share in the promised time of the `number` decisions of the last thirty days."""

    number: int
    median: timedelta
    in_time: float


def pace_columns(since: Any) -> tuple[ScalarSelect[Any], ScalarSelect[Any], ScalarSelect[Any]]:
    """Number, number in time and median seconds of the decisions since then, as columns for a query made anyway."""
    recent = (Decision.made_at > since, Decision.reversed_at.is_(None))
    number = select(func.count()).select_from(Decision).where(*recent).scalar_subquery()
    in_time = select(func.count()).select_from(Decision).where(*recent, Decision.in_time).scalar_subquery()
    middle = select((func.count() - 1) // 2).select_from(Decision).where(*recent).scalar_subquery()
    seconds = select(Decision.waited_seconds).where(*recent).order_by(Decision.waited_seconds)
    return number, in_time, seconds.limit(1).offset(func.coalesce(middle, 0)).scalar_subquery()


def pace_of(values: Sequence[Any]) -> Pace | None:
    """The pace from the values of `pace_columns`; None where nothing was decided."""
    number, in_time, seconds = values
    if not number:
        return None
    return Pace(number, timedelta(seconds=seconds), in_time / number)
