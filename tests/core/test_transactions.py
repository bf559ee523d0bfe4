"""Transactions that only read: they take no change, and on PostgreSQL they need fewer words with the server."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from consult.core import db as core_db
from consult.core.clock import now
from consult.core.db import db, hold_still, reading, writing
from consult.core.jobs import Job
from consult.core.rows import add_row

JOB = {"kind": "k", "run_at": now()}


def jobs() -> int:
    return len(db.session.execute(select(Job.id).where(Job.kind == "k")).all())


def test_what_was_begun_for_reading_takes_no_change(app: Any) -> None:
    with reading(), pytest.raises(RuntimeError, match="begun for reading"):
        add_row(Job, JOB)
    with reading():
        assert jobs() == 0
        with writing():
            add_row(Job, JOB)
            db.session.commit()
        assert jobs() == 1
    add_row(Job, JOB)
    db.session.commit()
    assert jobs() == 2


def test_a_change_that_was_read_before_is_taken_back_as_a_whole(app: Any) -> None:
    with reading():
        assert jobs() == 0
    add_row(Job, JOB)
    assert jobs() == 1
    db.session.rollback()
    assert jobs() == 0


@pytest.mark.postgresql
def test_reading_opens_no_transaction_but_where_one_state_is_wanted(app: Any) -> None:
    state = text("select now() = statement_timestamp(), current_setting('transaction_isolation')")
    with reading():
        db.session.execute(text("select 1"))
        assert tuple(db.session.execute(state).one()) == (True, "read committed")
        hold_still()
        db.session.execute(text("select 1"))
        assert tuple(db.session.execute(state).one()) == (False, "repeatable read")
    db.session.execute(text("select 1"))
    assert tuple(db.session.execute(state).one()) == (False, "read committed")
    db.session.rollback()


@pytest.mark.postgresql
def test_a_server_that_was_started_anew_is_noticed(app: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/de/clusters/").status_code == 200
    db.session.remove()
    idle = [db.engine.connect() for _one in range(db.engine.pool.checkedin())]  # type: ignore[attr-defined]
    pids = [one.execute(text("select pg_backend_pid()")).scalar_one() for one in idle]
    for one in idle:
        one.close()
    with create_engine(db.engine.url, poolclass=NullPool).connect() as other:
        for pid in pids:
            assert other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()
    assert pids
    monkeypatch.setattr(core_db, "FRESH", 0.0)  # as a moment later
    for words in ("Optik", "Holz", "Wasser"):
        assert client.get(f"/de/clusters/?q={words}").status_code == 200
