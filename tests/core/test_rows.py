"""Rows written past the unit of work: the same row, the same object, the same word to pages that are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm.exc import UnmappedInstanceError

from consult.consultations.queries import questions_of
from consult.core.clock import now
from consult.core.db import read_json
from consult.core.jobs import Job
from consult.core.rows import add_object, add_row, add_rows, columns_of, looked_at, rows_of
from consult.core.settings_store import StoredSetting
from consult.core.unit import ContentVersion
from consult.ideas.models import WAITING, Answer, Idea, IdeaVersion
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


def test_what_is_looked_at_reads_like_the_object_and_can_do_nothing_else(db: Any, idea: Any) -> None:
    statement = select(*columns_of(Idea), func.count().over()).where(Idea.id == idea.id)
    row = rows_of(statement, {}).one()
    seen = looked_at(Idea, row)
    assert columns(seen) == columns(idea)
    assert seen.id == idea.id
    assert (seen.was_public, seen.has_waiting_version) == (idea.was_public, idea.has_waiting_version)
    assert row[-1] == 1
    with pytest.raises(UnmappedInstanceError):
        _ = seen.versions
    with pytest.raises(AttributeError):
        seen.title = "Anders"
    with pytest.raises(UnmappedInstanceError):
        db.session.add(seen)


def test_a_process_may_begin_by_looking_at_a_row() -> None:
    program = (
        "from consult.core.rows import looked_at; from consult.core.unit import ContentVersion as C; "
        "print(looked_at(C, (1, 5)).version)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5"


@pytest.mark.parametrize("text", ['{"a": [1, "\u00e4\\u00e4", null, 1.5]}', " [1]", '"x"', "7", "null"])
def test_stored_documents_are_read_as_json_reads_them(text: str) -> None:
    assert read_json(text) == read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("value", [0, 7, 0.25, True, None, "x", [], {"a": 1}])
def test_a_stored_value_of_any_kind_comes_back(db: Any, value: Any) -> None:
    db.session.add(StoredSetting(name="test.any", value=value))
    db.session.commit()
    db.session.expire_all()
    assert db.session.get(StoredSetting, "test.any").value == value


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        read_json("nothing")
