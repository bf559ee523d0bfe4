"""The shipped consultation: five questions, inactive siblings, dates that move with the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from consult.consultations import loading, queries
from consult.consultations.loading import free_prefix
from consult.consultations.models import Consultation
from consult.core.clock import end_of_day, start_of_day
from consult.core.dataset import dataset

DAY = date(2026, 10, 20)  # the clocks go back on the 25th, between opening and closing


@pytest.fixture
def loaded(db: Any) -> Consultation:
    loading.load(dataset(DAY))
    db.session.commit()
    found = queries.consultation_with_questions("open-region")
    assert found is not None
    return found


def test_the_first_consultation_is_there(loaded: Consultation) -> None:
    assert loaded.prefix == "OR"
    assert [one.position for one in loaded.questions] == [1, 2, 3, 4, 5]
    assert all(set(one.text) == {"de", "en"} and one.sub_questions for one in loaded.questions)
    assert loaded.opens_at == start_of_day(DAY - timedelta(days=21))
    assert loaded.closes_at == end_of_day(DAY + timedelta(days=49))
    assert "<strong>" in loaded.introduction_html("de")


def test_siblings_are_listed_and_not_active(loaded: Consultation) -> None:
    siblings = [one for one in queries.listed_consultations() if one.id != loaded.id]
    assert len(siblings) == 3
    assert {one.phase for one in siblings} == {"inactive"}
    assert len({one.prefix for one in siblings} | {"OR"}) == 4
    assert not any(one.questions for one in siblings)


def test_loading_again_adds_nothing_and_keeps_what_was_changed(db: Any, loaded: Consultation) -> None:
    loaded.title = {"de": "Geändert", "en": "Changed"}
    db.session.commit()
    loading.load(dataset(DAY + timedelta(days=100)))
    db.session.commit()
    db.session.expire_all()
    again = queries.consultation_with_questions("open-region")
    assert again is not None
    assert again.title["de"] == "Geändert"
    assert len(again.questions) == 5
    assert len(queries.all_consultations()) == 4


def test_example_dates_move_by_days_of_the_calendar(db: Any, loaded: Consultation) -> None:
    loading.shift(7)
    assert loaded.opens_at == start_of_day(DAY - timedelta(days=14))
    assert loaded.closes_at == end_of_day(DAY + timedelta(days=56))


def test_dates_that_somebody_set_do_not_move(db: Any, loaded: Consultation) -> None:
    loaded.example_dates = False
    db.session.commit()
    loading.shift(7)
    assert loaded.opens_at == start_of_day(DAY - timedelta(days=21))


def test_letters_come_from_the_address() -> None:
    assert free_prefix("open-region", set()) == "OR"
    assert free_prefix("open-region", {"OR"}) == "ORA"
    assert free_prefix("open-region", {"OR", "ORA"}) == "ORB"
    assert free_prefix("2030", set()) == "X"
    assert len(free_prefix("-".join("abcdefghijkl"), set())) <= 8
