"""The log: chained, complete, and honest about what was erased."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from consult.core import audit
from consult.core.access import GUEST, SYSTEM
from consult.core.audit import AuditDetail, AuditRow

audit.declare("test.happened", "number")


def happen(db: Any, number: int, detail: dict[str, Any] | None = None) -> None:
    audit.record("test.happened", SYSTEM, ("test", number), number=number, detail=detail)
    db.session.commit()


def test_rows_are_numbered_and_chained(db: Any) -> None:
    for number in range(3):
        happen(db, number)
    rows = list(db.session.execute(select(AuditRow).order_by(AuditRow.seq)).scalars())
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows][1:] == [row.hash for row in rows][:-1]
    assert list(audit.verify()) == []


@pytest.mark.parametrize("change", [{"event": "test.other"}, {"data": {"number": 9}}, {"actor_id": 7}])
def test_a_changed_row_is_found(db: Any, change: dict[str, Any]) -> None:
    for number in range(3):
        happen(db, number)
    db.session.execute(update(AuditRow).where(AuditRow.seq == 2).values(**change))
    db.session.commit()
    assert [(f.seq, f.state) for f in audit.verify()] == [(2, "broken")]


def test_a_missing_row_is_found(db: Any) -> None:
    for number in range(3):
        happen(db, number)
    db.session.execute(delete(AuditRow).where(AuditRow.seq == 2))
    db.session.commit()
    assert next(audit.verify()).state == "broken"


def test_erased_detail_is_reported_as_erased(db: Any) -> None:
    happen(db, 1, detail={"text": "ein Satz"})
    db.session.execute(delete(AuditDetail))
    db.session.commit()
    assert [(f.seq, f.state) for f in audit.verify()] == [(1, "erased")]


def test_changed_detail_is_broken(db: Any) -> None:
    happen(db, 1, detail={"text": "ein Satz"})
    db.session.execute(update(AuditDetail).values(content={"text": "ein anderer"}))
    db.session.commit()
    assert next(audit.verify()).state == "broken"


def test_undeclared_events_and_wrong_keys_are_refused(db: Any) -> None:
    with pytest.raises(KeyError):
        audit.record("test.unheard", SYSTEM)
    with pytest.raises(KeyError):
        audit.record("test.happened", SYSTEM, other=1)


def test_rollback_leaves_no_row(db: Any) -> None:
    audit.record("test.happened", SYSTEM, number=1)
    db.session.rollback()
    db.session.commit()
    assert db.session.execute(select(AuditRow)).first() is None


def test_refusal_survives_the_rollback_around_it(db: Any) -> None:
    audit.record_apart("access.refused", GUEST, endpoint="x", needed="admin")
    db.session.rollback()
    assert db.session.execute(select(AuditRow.event)).scalars().all() == ["access.refused"]


def test_writers_at_once_make_one_chain(app: Flask, db: Any) -> None:
    def write(number: int) -> None:
        with app.app_context():
            for step in range(5):
                audit.record("test.happened", SYSTEM, number=number * 10 + step)
                db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(db.session.execute(select(AuditRow.seq)).all()) == 20
    assert list(audit.verify()) == []
