"""A consultation on which texts from paper are entered, in each of its phases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

# what the dates of a consultation are, seen from NOW: (opens, closes, evaluation, results, active)
PHASES: dict[str, tuple[timedelta | None, timedelta | None, timedelta | None, timedelta | None, bool]] = {
    "announced": (DAY, 30 * DAY, None, None, True),
    "open": (-20 * DAY, 30 * DAY, None, None, True),
    "closed": (-20 * DAY, -DAY, None, None, True),
    "evaluation": (-20 * DAY, -2 * DAY, -DAY, None, True),
    "results": (-20 * DAY, -3 * DAY, -2 * DAY, -DAY, True),
    "inactive": (-20 * DAY, 30 * DAY, None, None, False),
}


@pytest.fixture
def here(make: Any, clock: Any, db: Any) -> Any:
    clock.move_to(NOW)
    found = make.consultation(prefix="OR", slug="open-region", questions=3)
    set_phase(found, "open")
    db.session.commit()
    return found


def set_phase(consultation: Any, phase: str) -> None:
    *moments, active = PHASES[phase]
    names = ("opens_at", "closes_at", "evaluation_at", "results_at")
    for name, step in zip(names, moments, strict=True):
        setattr(consultation, name, NOW.replace(hour=23) + step if step is not None else None)
    consultation.is_active = active
    assert consultation.phase == phase
