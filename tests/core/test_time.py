"""Working days with holidays, midnight in Berlin, words for dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from consult.core.calendar import add_working_days, is_working_day
from consult.core.clock import LOCAL, end_of_day, start_of_day
from consult.core.exchange import day_of
from consult.core.i18n import format_ago, format_clock, format_day, format_span, in_language


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("start", "days", "land", "end"),
    [
        ("2026-11-24T10:00", 2, "TH", "2026-11-26T10:00"),
        ("2026-11-27T16:00", 2, "TH", "2026-12-01T16:00"),  # Friday: over the weekend
        ("2026-11-28T12:00", 2, "TH", "2026-12-02T09:00"),  # Saturday counts from Monday morning
        ("2026-12-23T10:00", 2, "TH", "2026-12-28T10:00"),  # 25 and 26 December; the 24th is a working day
        ("2026-09-18T10:00", 1, "TH", "2026-09-21T10:00"),  # 20 September 2026 is a Sunday and a holiday in Thuringia
        ("2026-10-30T10:00", 1, "BW", "2026-11-02T10:00"),
        ("2027-05-05T10:00", 1, "BY", "2027-05-07T10:00"),  # Ascension Day
    ],
)
def test_working_days(start: str, days: int, land: str, end: str) -> None:
    assert add_working_days(berlin(start), days, land) == berlin(end)


def test_holiday_of_one_land_only() -> None:
    assert not is_working_day(date(2026, 10, 31), "TH")
    assert is_working_day(date(2025, 10, 31), "BW")
    assert not is_working_day(date(2025, 10, 31), "TH")


def test_days_begin_at_midnight_in_berlin_in_winter_and_summer() -> None:
    assert start_of_day(date(2026, 1, 10)) == datetime(2026, 1, 9, 23, tzinfo=UTC)
    assert start_of_day(date(2026, 7, 10)) == datetime(2026, 7, 9, 22, tzinfo=UTC)
    assert (end_of_day(date(2026, 3, 29)) - start_of_day(date(2026, 3, 29))).total_seconds() == 23 * 3600


def test_words(app: Flask, clock: object) -> None:
    moment = berlin("2027-02-12T09:30")
    with app.test_request_context("/de/"):
        with in_language("de"):
            assert format_day(moment) == "12. Februar 2027"
            assert format_clock(moment) == "9.30 Uhr"
            assert format_ago(berlin("2026-11-24T07:00")) == "heute"
            assert format_ago(berlin("2026-11-20T23:30")) == "vor 4 Tagen"
        with in_language("en"):
            assert format_day(moment) == "12 February 2027"
            assert format_clock(moment) == "9:30 am"
            assert format_span(moment - berlin("2027-02-11T14:30")) == "19 hours"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-20", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("3. 1. 2027", "2027-01-03"),
        ("2026-11", "2026-11"),
        ("31.02.2026", None),
        ("20.11.26", None),
        ("11/20/2026", None),
    ],
)
def test_a_day_in_a_table_may_be_written_as_germans_do(typed: str, day: str | None) -> None:
    assert day_of(typed) == day
