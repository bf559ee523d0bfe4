"""Rows written past the unit of work: the same row, the same object, the same word to pages that are kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from consult.consultations.queries import questions_of
from consult.core.clock import now
from consult.core.jobs import Job
from consult.core.rows import add_object, add_row, add_rows
from consult.core.unit import ContentVersion
from consult.ideas.models import WAITING, Answer, IdeaVersion
from consult.moderation.models import Case


def content_version(db: Any) -> int:
    found: int = db.session.execute(select(func.max(ContentVersion.version))).scalar_one_or_none() or 0
    return found


def version_of(idea: Any, number: int) -> IdeaVersion:
    return IdeaVersion(idea_id=idea.id, number=number, title="Titel", sent_at=now(), partners=[["cluster", 1, "x"]])


def columns(thing: Any) -> dict[str, Any]:
    return {one.key: getattr(thing, one.key) for one in inspect(type(thing)).columns if one.key != "id"}


@pytest.fixture
def idea(make: Any, db: Any) -> Any:
    return make.idea(consultation=make.consultation())


def test_an_object_written_by_itself_is_the_one_that_a_flush_writes(db: Any, idea: Any) -> None:
    mine, other = version_of(idea, 7), version_of(idea, 8)
    other.sent_at = mine.sent_at
    add_object(mine)
    db.session.add(other)
    db.session.commit()
    assert mine in db.session and inspect(mine).persistent and mine.id != other.id
    kept = columns(mine)
    db.session.expire_all()
    assert columns(mine) == kept == {**columns(other), "number": 7}
    mine.title = "Anders"  # it can be changed on like any other
    db.session.commit()
    db.session.expire_all()
    assert mine.title == "Anders"


def test_a_first_revision_lets_the_second_be_counted(db: Any, idea: Any) -> None:
    case = Case(kind="idea", subject_id=idea.id + 1000, title="T", due_at=now())
    add_object(case)
    case.title = "U"
    db.session.commit()
    assert (case.revision, case.status, case.prints) == (2, "open", [])


def test_pages_that_are_kept_hear_of_what_they_can_show(db: Any, idea: Any) -> None:
    db.session.commit()
    before = content_version(db)
    add_object(version_of(idea, 7), unseen=True)
    version = version_of(idea, 8)
    add_row(Job, {"kind": "k", "run_at": now()})
    db.session.commit()
    assert content_version(db) == before
    add_object(version)
    db.session.commit()
    assert content_version(db) == before + 1
    question_id = questions_of(idea.consultation_id)[0].id
    row = {
        "version_id": version.id,
        "question_id": question_id,
        "audience": "public",
        "body": "A",
        "html": "",
        "excerpt": "",
    }
    add_rows(Answer, [row], unseen=True)
    db.session.commit()
    assert content_version(db) == before + 1
    assert version.state == WAITING


def test_what_is_known_is_not_written_again(db: Any) -> None:
    job = {"kind": "k", "run_at": now(), "dedupe": "one"}
    first = add_row(Job, job, unless_known="dedupe")
    assert first is not None
    assert add_row(Job, job, unless_known="dedupe") is None
    assert add_row(Job, {**job, "dedupe": "two"}, unless_known="dedupe") not in (None, first)
    assert len(db.session.execute(select(Job.id).where(Job.kind == "k")).all()) == 2


def test_a_rollback_takes_them_back(db: Any) -> None:
    add_row(Job, {"kind": "k", "run_at": now()})
    db.session.rollback()
    assert db.session.execute(select(Job.id).where(Job.kind == "k")).all() == []
