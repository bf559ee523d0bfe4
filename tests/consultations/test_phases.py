"""Phases follow the dates, exactly at midnight in Berlin, over a change of the clocks too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from consult.consultations import words
from consult.consultations.models import Consultation, split_wording
from consult.core.clock import end_of_day, start_of_day
from consult.core.i18n import in_language

INSTANT = timedelta(microseconds=1)
# Summer time ends on 25 October 2026: the first midnight lies at 22:00 UTC, the others at 23:00.
DATES = {
    "opens_at": datetime(2026, 9, 30, 22, tzinfo=UTC),
    "closes_at": datetime(2026, 10, 31, 23, tzinfo=UTC),
    "evaluation_at": datetime(2026, 11, 9, 23, tzinfo=UTC),
    "results_at": datetime(2027, 2, 28, 23, tzinfo=UTC),
}


def make(**columns: Any) -> Consultation:
    return Consultation(slug="x", prefix="X", title={"de": "X"}, **{"is_active": True, **columns})


def test_the_midnights_are_those_of_berlin() -> None:
    assert DATES["opens_at"] == start_of_day(date(2026, 10, 1))
    assert DATES["closes_at"] == end_of_day(date(2026, 10, 31))
    assert make(**DATES).opens_on == date(2026, 10, 1)
    assert make(**DATES).closes_on == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (DATES["opens_at"] - INSTANT, "announced"),
        (DATES["opens_at"], "open"),
        (DATES["closes_at"] - INSTANT, "open"),
        (DATES["closes_at"], "closed"),
        (DATES["evaluation_at"] - INSTANT, "closed"),
        (DATES["evaluation_at"], "evaluation"),
        (DATES["results_at"] - INSTANT, "evaluation"),
        (DATES["results_at"], "results"),
        (DATES["results_at"] + timedelta(days=900), "results"),
    ],
)
def test_each_phase_begins_at_its_midnight(moment: datetime, phase: str, clock: Any) -> None:
    consultation = make(**DATES)
    assert consultation.phase_at(moment) == phase
    clock.move_to(moment)
    assert consultation.phase == phase


def test_phases_that_have_no_date_do_not_come() -> None:
    later = DATES["opens_at"] + timedelta(days=5000)
    assert make().phase_at(later) == "announced"
    assert make(opens_at=DATES["opens_at"]).phase_at(later) == "open"
    assert make(opens_at=DATES["opens_at"], closes_at=DATES["closes_at"]).phase_at(later) == "closed"


def test_an_inactive_sibling_is_in_no_phase() -> None:
    for moment in DATES.values():
        assert make(is_active=False, **DATES).phase_at(moment) == "inactive"


@pytest.mark.parametrize(
    ("moment", "left", "german", "english"),
    [
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), 0, "heute ist der letzte Tag", "today is the last day"),
        (datetime(2026, 10, 30, 8, tzinfo=UTC), 1, "noch bis morgen", "until the end of tomorrow"),
        (datetime(2026, 10, 1, 8, tzinfo=UTC), 30, "noch 30 Tage", "30 days left"),
        (datetime(2026, 9, 30, 8, tzinfo=UTC), None, "morgen", "tomorrow"),
        (datetime(2026, 9, 21, 8, tzinfo=UTC), None, "in 10 Tagen", "in 10 days"),
        (datetime(2026, 11, 5, 8, tzinfo=UTC), None, "", ""),
    ],
)
def test_the_countdown_counts_days_of_the_calendar(
    app: Any, clock: Any, moment: datetime, left: int | None, german: str, english: str
) -> None:
    clock.move_to(moment)
    consultation = make(**DATES)
    assert consultation.days_left == left
    with app.test_request_context("/de/"):
        assert words.countdown(consultation) == german
    with in_language("en"):
        assert words.countdown(consultation) == english


@pytest.mark.parametrize(
    ("moment", "german"),
    [
        (DATES["opens_at"] - INSTANT, "beginnt am 1. Oktober 2026"),
        (DATES["opens_at"], "offen bis 31. Oktober 2026"),
        (DATES["closes_at"], "beendet seit 1. November 2026"),
        (DATES["evaluation_at"], "in Auswertung seit 10. November 2026"),
        (DATES["results_at"], "Ergebnisse veröffentlicht am 1. März 2027"),
    ],
)
def test_the_state_stands_in_words(app: Any, clock: Any, moment: datetime, german: str) -> None:
    clock.move_to(moment)
    with app.test_request_context("/de/"):
        assert words.state(make(**DATES)) == german
        assert words.state(make(is_active=False)) == "nicht aktiv"
        assert words.state(make()) == "angekündigt, noch ohne Termin"


def test_numbers_are_written_out_as_far_as_a_consultation_can_have_questions(app: Any) -> None:
    with app.test_request_context("/de/"):
        written = [words.questions_in_words(count) for count in range(1, 13)]
        assert written[0] == "Eine Frage"
        assert written[11] == "Zwölf Fragen"
        assert len(set(written)) == 12
        assert words.questions_in_words(13) == "13 Fragen"
        assert words.working_days(1) == "einem Arbeitstag"
        assert words.working_days(2) == "zwei Arbeitstagen"
        assert words.working_days(30) == "30 Arbeitstagen"


@pytest.mark.parametrize(
    ("wording", "lead", "rest"),
    [
        ("Was hat es gebracht? Nennen Sie Beispiele.", "Was hat es gebracht?", "Nennen Sie Beispiele."),
        ("Was hat es gebracht?", "Was hat es gebracht?", ""),
        ("Erzählen Sie von Ihrem Projekt.", "Erzählen Sie von Ihrem Projekt.", ""),
        ("Wie? Und wie kommt das Wissen an?", "Wie? Und wie kommt das Wissen an?", ""),
        ("a" * 300 + "? Und?", "a" * 300 + "? Und?", ""),
    ],
)
def test_the_first_question_of_a_wording_stands_large(wording: str, lead: str, rest: str) -> None:
    assert split_wording(wording) == (lead, rest)
