"""What time does: links to confirm lapse, returned ideas are closed, forgotten drafts are deleted; each announced before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from consult.core.access import GUEST
from consult.core.i18n import format_day
from consult.ideas import drafting, jobs, operations
from consult.ideas.models import Idea, IdeaDraft
from tests.ideas.conftest import the_draft
from tests.support.page import plain_spaces


def test_a_link_lapses_after_seven_days(make: Any, consultation: Any, clock: Any, db: Any, outbox: Any) -> None:
    idea = make.idea(consultation=consultation, status="draft")
    idea.author_id = None
    operations.send(GUEST, idea.id, email="anna@beispiel.example", language="de")
    clock.shift(days=6, hours=23)
    assert jobs.lapse_confirmations() == 0
    clock.shift(hours=2)
    assert jobs.lapse_confirmations() == 1
    db.session.refresh(idea)
    assert idea.status == "draft" and idea.confirm_token_hash is None
    assert "wieder ein Entwurf" in outbox.last("anna@beispiel.example").text
    assert db.session.get(IdeaDraft, idea.id) is not None


def test_a_returned_idea_is_closed_after_thirty_days(
    make: Any, consultation: Any, clock: Any, db: Any, outbox: Any, cast: Any
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner, status="submitted")
    make.decide("idea", idea.id, "return", reason="off-topic", note="Bitte ändern.")
    clock.shift(days=22, hours=23)
    jobs.close_returned()
    assert not outbox.to(cast.owner, "idea.reminder")
    clock.shift(hours=2)
    for _ in range(3):
        jobs.close_returned()
    assert len(outbox.to(cast.owner, "idea.reminder")) == 1 and idea.status == "returned"
    clock.shift(days=7)
    assert jobs.close_returned() == 1
    assert idea.status == "closed" and outbox.last(cast.owner).kind == "idea.closed"


def test_a_forgotten_draft_is_deleted_after_a_reminder(
    make: Any, consultation: Any, clock: Any, db: Any, outbox: Any, cast: Any
) -> None:
    idea = make.idea("Vergessen", consultation=consultation, author=cast.owner, status="draft")
    clock.shift(days=53, hours=1)
    assert jobs.delete_forgotten_drafts() == 0
    assert "Vergessen" in outbox.to(cast.owner, "idea.reminder")[0].text
    clock.shift(days=6, hours=20)
    assert jobs.delete_forgotten_drafts() == 0
    clock.shift(hours=4)
    assert jobs.delete_forgotten_drafts() == 1
    assert db.session.get(Idea, idea.id) is None
    assert outbox.last(cast.owner).kind == "idea.draft_deleted"


def test_who_goes_on_writing_is_left_alone(make: Any, consultation: Any, clock: Any, db: Any, cast: Any) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner, status="draft")
    clock.shift(days=54)
    jobs.delete_forgotten_drafts()
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Doch noch"}), seen=1, tab="x")
    clock.shift(days=20)
    assert jobs.delete_forgotten_drafts() == 0
    assert db.session.get(IdeaDraft, idea.id).reminded_at is None


def test_who_saves_it_as_it_is_keeps_it(writer: Any, clock: Any, db: Any, outbox: Any) -> None:
    """The reminder says: save it once, and it stays. What a page saves by itself is no such act."""
    writer.open()
    writer.send("save", {"title": "Bleibt", "email": "ada@firma.example"})
    clock.shift(days=54)
    jobs.delete_forgotten_drafts()
    db.session.commit()
    assert the_draft(db).reminded_at is not None
    clock.shift(days=5)
    form = writer.client.page(writer.url).form("#idea-form")
    assert writer.client.post(f"{writer.url}/save", data=form).status_code == 200
    assert the_draft(db).reminded_at is not None
    writer.send("save")
    assert the_draft(db).reminded_at is None
    clock.shift(days=50)
    assert jobs.delete_forgotten_drafts() == 0
    assert the_draft(db) is not None


@pytest.mark.postgresql
def test_who_saves_it_while_the_job_looks_for_forgotten_ones_keeps_it(
    make: Any, consultation: Any, clock: Any, db: Any, cast: Any, outbox: Any
) -> None:
    """On SQLite nobody can write between two statements of a job that writes."""
    idea = make.idea("Gerettet", consultation=consultation, author=cast.owner, status="draft")
    clock.shift(days=54)
    jobs.delete_forgotten_drafts()
    db.session.commit()
    clock.shift(days=8)
    saved = text("update idea_draft set saved_at = :at, reminded_at = null where idea_id = :id")

    times: list[str] = []

    def save_beside(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FOR UPDATE" in statement and not times:
            times.append(statement)
            with db.engine.begin() as other:
                other.execute(saved, {"at": clock.now, "id": idea.id})

    event.listen(db.engine, "before_cursor_execute", save_beside)
    try:
        assert jobs.delete_forgotten_drafts() == 0
    finally:
        event.remove(db.engine, "before_cursor_execute", save_beside)
    db.session.commit()
    assert times
    assert the_draft(db) is not None
    assert not outbox.to(cast.owner, "idea.draft_deleted")


def test_the_job_runs_by_itself(make: Any, consultation: Any, db: Any, run_jobs: Any, app: Any) -> None:
    from consult.core.jobs import schedule_periodic

    schedule_periodic()
    assert run_jobs() > 0


def test_forgotten_drafts_do_not_wait_for_each_other(
    make: Any, consultation: Any, clock: Any, db: Any, outbox: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one run takes, forgotten on one day: each is reminded on its day and deleted on that which was said."""
    monkeypatch.setattr(jobs, "BATCH", 2)
    ideas = [make.idea(f"Entwurf {n}", consultation=consultation, author=cast.owner, status="draft") for n in range(5)]
    db.session.commit()
    clock.shift(days=53, hours=1)
    for _hour in range(3):
        jobs.delete_forgotten_drafts()
        db.session.commit()
    assert len(outbox.to(cast.owner, "idea.reminder")) == len(ideas)
    clock.shift(days=6, hours=23)
    assert jobs.delete_forgotten_drafts() == 0
    clock.shift(hours=1)
    assert [jobs.delete_forgotten_drafts() for _hour in range(3)] == [2, 2, 1]


def test_returned_ideas_do_not_wait_for_each_other(
    make: Any, consultation: Any, clock: Any, db: Any, outbox: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    ideas = [make.idea(consultation=consultation, author=cast.owner, status="submitted") for _number in range(5)]
    for one in ideas:
        make.decide("idea", one.id, "return", reason="off-topic", note="Bitte ändern.")
    db.session.commit()
    clock.shift(days=23, hours=1)
    for _hour in range(3):
        jobs.close_returned()
        db.session.commit()
    assert len(outbox.to(cast.owner, "idea.reminder")) == len(ideas)


def test_nothing_is_closed_without_a_reminder(
    make: Any, consultation: Any, clock: Any, db: Any, outbox: Any, cast: Any
) -> None:
    """Also where no job ran for weeks: the reminder comes first, and names a day a week ahead."""
    idea = make.idea(consultation=consultation, author=cast.owner, status="submitted")
    make.decide("idea", idea.id, "return", reason="off-topic", note="Bitte ändern.")
    clock.shift(days=40)
    assert jobs.close_returned() == 0 and idea.status == "returned"
    assert format_day(clock.now + timedelta(days=7)) in plain_spaces(outbox.to(cast.owner, "idea.reminder")[0].text)
    clock.shift(days=6, hours=23)
    assert jobs.close_returned() == 0
    clock.shift(hours=2)
    assert jobs.close_returned() == 1
