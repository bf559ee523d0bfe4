"""Promised times: working days in Thuringia, counting on after a return."""

from __future__ import annotations

from datetime import datetime

import pytest

from consult.core.clock import LOCAL
from consult.moderation import deadlines


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-24T10:00", "2026-11-24T16:00", 6),
        ("2026-11-24T10:00", "2026-11-26T10:00", 48),
        ("2026-11-27T10:00", "2026-11-30T10:00", 24),  # a weekend lies between
        ("2026-12-24T12:00", "2026-12-28T12:00", 24),  # Christmas and a weekend
        ("2026-11-28T10:00", "2026-11-29T10:00", 0),
        ("2026-11-24T10:00", "2026-11-24T10:00", 0),
        ("2026-11-25T10:00", "2026-11-24T10:00", 0),
    ],
)
def test_working_time_leaves_free_days_out(start: str, end: str, hours: int) -> None:
    assert deadlines.working_seconds(at(start), at(end)) == hours * 3600


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24T10:00", 6, "2026-11-24T16:00"),
        ("2026-11-27T10:00", 24, "2026-11-30T10:00"),
        ("2026-11-28T10:00", 1, "2026-11-30T01:00"),
        ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
    ],
)
def test_working_time_is_added_on_working_days(start: str, hours: int, end: str) -> None:
    assert deadlines.add_working_seconds(at(start), hours * 3600) == at(end)


def test_a_returned_text_does_not_get_its_time_anew() -> None:
    opened = at("2026-11-24T10:00")
    assert deadlines.due(opened, 2) == at("2026-11-26T17:00")
    assert deadlines.due(opened, 2, used_seconds=24 * 3600) == at("2026-11-25T17:00")
    assert deadlines.due(opened, 2, used_seconds=90 * 3600) == at("2026-11-24T17:00")


@pytest.mark.parametrize(
    ("opened", "days", "land", "due"),
    [
        ("2026-11-24T10:00", 2, "TH", "2026-11-26T17:00"),
        ("2026-11-26T01:40", 2, "TH", "2026-11-30T17:00"),  # sent at night; the day itself never counts
        ("2026-11-24T23:30", 2, "TH", "2026-11-26T17:00"),
        ("2026-11-27T18:00", 1, "TH", "2026-11-30T17:00"),  # Friday evening
        ("2026-11-28T10:00", 2, "TH", "2026-12-02T17:00"),  # Saturday
        ("2026-10-30T10:00", 1, "TH", "2026-11-02T17:00"),  # Reformation Day is a Saturday
        ("2025-10-30T10:00", 1, "TH", "2025-11-03T17:00"),  # ... and was a Friday a year before
        ("2025-10-30T10:00", 1, "HE", "2025-10-31T17:00"),  # which Hesse works on
        ("2026-12-23T10:00", 2, "TH", "2026-12-28T17:00"),  # Christmas
    ],
)
def test_a_promise_runs_out_when_the_office_closes(opened: str, days: int, land: str, due: str) -> None:
    assert deadlines.due(at(opened), days, land=land) == at(due)


def test_what_is_left_of_a_promise_is_never_longer_than_a_fresh_one() -> None:
    """Sent again in the evening: the next office day, but not a day more than anybody else gets."""
    assert deadlines.due(at("2026-11-24T18:00"), 1, used_seconds=60) == at("2026-11-25T17:00")


@pytest.mark.parametrize(
    ("moment", "word"), [("2026-11-24T12:00", "ok"), ("2026-11-26T00:00", "soon"), ("2026-11-26T10:00", "late")]
)
def test_urgency_in_words(moment: str, word: str) -> None:
    assert deadlines.urgency(at("2026-11-24T10:00"), at("2026-11-26T10:00"), at(moment)) == word
