"""What waits for a release when the evaluation begins: nothing is taken any more, and nobody is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from consult.ideas import jobs
from consult.ideas.tokens import status_token
from tests.ideas.conftest import House
from tests.support.page import plain_spaces


def test_from_the_evaluation_on_nobody_is_asked_to_release(
    waiting: Any, house: House, as_: Any, consultation: Any, outbox: Any, run_jobs: Any, clock: Any, db: Any
) -> None:
    clock.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))  # a Monday
    status = f"/de/ideas/status/{status_token(waiting.draft_key)}"
    consultation.closes_at = consultation.evaluation_at = clock.now + timedelta(days=1)
    db.session.commit()
    before = plain_spaces(as_(house.author).page(status).text)
    assert "liest Ihre Idee und gibt sie frei" in before
    clock.shift(days=2)
    after = plain_spaces(as_(house.author).page(status).text)
    assert "gibt sie frei" not in after and "die Auswertung hat begonnen" in after
    clock.shift(days=5)
    jobs.remind_of_releases()
    db.session.commit()
    run_jobs()
    assert not outbox.to(house.approver, "idea.release_waiting")
    # with a later day for the evaluation it goes on
    consultation.closes_at = consultation.evaluation_at = clock.now + timedelta(days=30)
    db.session.commit()
    clock.shift(days=1)
    jobs.remind_of_releases()
    db.session.commit()
    run_jobs()
    assert len(outbox.to(house.approver, "idea.release_waiting")) == 1
