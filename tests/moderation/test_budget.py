"""The pages of the desk keep their budgets with real texts, however many there are; a decision is one short write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from consult.core.clock import now
from consult.moderation import operations
from consult.moderation.models import Case
from consult.moderation.queries import waiting_case
from tests.moderation.kind import Notes
from tests.moderation.test_operations import choose
from tests.support.queries import count_queries

QUEUE = "/de/moderation/"


def test_the_case_of_an_idea_with_author_partner_and_record(
    cast: Any, make: Any, client: Any, sign_in: Any, db: Any, run_jobs: Any, app: Any
) -> None:
    """Three queries say who reads, the others what they read."""
    consultation = make.consultation()
    browser, counts = sign_in(client, cast.moderator), []
    for turn in range(2):
        for number in range(3):
            make.idea(
                f"Früher {turn} {number}", consultation=consultation, author=cast.owner, moderator=cast.moderator2
            )
        idea = make.idea(
            f"Neu {turn}", consultation=consultation, author=cast.owner, status="submitted",
            partners={"cluster": [cast.cluster.id]}, answers={1: "Eins.", 2: "Zwei, ausführlicher."},
        )  # fmt: skip
        run_jobs()
        case = waiting_case("idea", idea.id)
        assert case is not None
        address = f"{QUEUE}cases/{case.id}"
        with count_queries(app) as found:
            page = browser.page(address)
        counts.append(len(found))
        found.at_most(10)
        assert f"Früher {turn} 2" in page.text
        with count_queries(app) as found:
            browser.page(f"{address}?view=preview&as=ministry")
        found.at_most(12)
    assert counts[0] == counts[1]


def test_ten_times_as_many_waiting_make_the_queue_no_slower(notes: Notes, moderator: Any, db: Any, app: Any) -> None:
    """The page asks as often with 2,000 waiting as with 20; the first page is read from the index of promises."""
    moment, counts = now(), []
    for number in (20, 2000):
        rows = [
            {
                "kind": "note", "subject_id": 10_000 * number + place, "source": "submission", "title": f"Text {place}",
                "language": "de", "status": "open", "opened_at": moment, "due_at": moment + timedelta(minutes=place),
                "used_seconds": 0, "report_count": 0, "report_hint": "", "claimed_name": "", "is_example": False,
                "revision": 1,
            }
            for place in range(number)
        ]  # fmt: skip
        db.session.execute(insert(Case), rows)
        db.session.commit()
        with count_queries(app) as found:
            page = moderator.page(QUEUE)
        counts.append(len(found))
        found.at_most(8)
    assert counts[0] == counts[1]
    assert "2.020" in page.text


@pytest.mark.parametrize("outcome", ["publish", "reject"])
def test_a_decision_is_one_short_write(notes: Notes, cast: Any, db: Any, app: Any, outcome: str) -> None:
    """No more statements than this, whatever waits beside it; signals, similar texts and mail are left to jobs."""
    actor = cast.actor(cast.moderator)
    counts = []
    for turn in range(3):
        for number in range(10):
            notes.sent(f"Anderes {turn} {number}")
        case = notes.sent(f"Text {turn}", author=cast.owner)
        fields = {} if outcome == "publish" else {"reason": "spam", "note": "Weil."}
        choice = choose(case, outcome, **fields)
        db.session.commit()
        with count_queries(app) as found:
            operations.decide(actor, case.id, choice)
            db.session.commit()
        counts.append(len(found))
        found.at_most(14)
    assert counts[1] == counts[2]
