"""Numbers of ideas: consecutive, never given twice, whoever asks at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from consult.consultations import queries
from consult.consultations.models import Consultation, NumberCounter
from consult.consultations.operations import count_answers, count_ideas, take_number
from consult.core.db import db as core_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_twenty_at_once_get_twenty_consecutive_numbers(app: Any, db: Any, make: Any) -> None:
    consultation = make.consultation(prefix="OR")
    consultation_id = consultation.id
    db.session.commit()
    start = threading.Barrier(20)

    def take(_turn: int) -> str:
        with app.app_context():
            start.wait(timeout=20)
            number = take_number(core_db.session.get_one(Consultation, consultation_id), AT)
            core_db.session.commit()
            core_db.session.remove()
            return number

    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(take, range(20)))
    assert sorted(numbers) == [f"OR-2026-{number:05d}" for number in range(1, 21)]
    assert queries.has_numbers(consultation_id)


def test_each_year_and_each_consultation_counts_for_itself(db: Any, make: Any) -> None:
    first, second = make.consultation(prefix="AB"), make.consultation(prefix="Q")
    assert not queries.has_numbers(first.id)
    assert take_number(first, AT) == "AB-2026-00001"
    assert take_number(second, AT) == "Q-2026-00001"
    # half past eleven at night in London is half past midnight in Berlin, so the year is the next one
    assert take_number(first, datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "AB-2027-00001"
    assert take_number(first, AT) == "AB-2026-00002"


def test_a_rollback_gives_the_number_back(db: Any, make: Any) -> None:
    consultation = make.consultation(prefix="AB")
    db.session.commit()
    assert take_number(consultation, AT) == "AB-2026-00001"
    db.session.rollback()
    assert take_number(consultation, AT) == "AB-2026-00001"


def test_more_than_five_digits_go_on(db: Any, make: Any) -> None:
    consultation = make.consultation(prefix="AB")
    make.add(NumberCounter(consultation_id=consultation.id, year=2026, last=99_999))
    assert take_number(consultation, AT) == "AB-2026-100000"


def test_stored_counters_leave_the_edit_version_alone(db: Any, make: Any) -> None:
    consultation = make.consultation()
    question = consultation.questions[0]
    db.session.commit()
    version = consultation.version
    count_ideas(consultation.id, 2)
    count_answers(question.id, 3, AT)
    count_answers(question.id, -1)
    db.session.commit()
    db.session.expire_all()
    stored = queries.consultation_with_questions(consultation.slug)
    assert stored is not None
    assert (stored.idea_count, stored.version) == (2, version)
    assert (stored.questions[0].answer_count, stored.questions[0].last_answer_at) == (2, AT)
