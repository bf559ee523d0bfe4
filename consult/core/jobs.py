"""Background jobs in the application's own database: the transactional outbox.

A job is written in the same commit as its cause, so nothing is announced that did not happen and nothing that happened is
forgotten. Delivery is at least once: handlers are idempotent. PostgreSQL hands jobs to any number of workers with SKIP
LOCKED; on SQLite the write lock does the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Index, Integer, String, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, UTCDateTime, db, is_sqlite
from consult.core.rows import add_row

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
MOST_ROOM = 0.25  # seconds

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_periodic: dict[str, int] = {}


class Job(Base):
    """A piece of work to do at or after `run_at`. Done: `done_at`. Given up after 8 tries: `failed_at`."""

    __tablename__ = "job"
    __private__ = True
    __table_args__ = (Index("ix_job_due", "done_at", "failed_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    dedupe: Mapped[str | None] = mapped_column(String(200), unique=True)
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(LongText, default="")


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind: payload in, changes flushed; the worker commits."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def every(kind: str, minutes: int) -> Callable[[Handler], Handler]:
    """Register a function that is run about every `minutes`, once among all workers."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        _periodic[kind] = minutes
        return function

    return register


def enqueue(
    kind: str, payload: dict[str, Any] | None = None, run_at: datetime | None = None, dedupe: str | None = None
) -> None:
    """Write a job with this transaction. With `dedupe` a second job of the same key is silently left out, for ever."""
    if kind not in _handlers:
        raise KeyError(kind)
    values = {
        "kind": kind, "payload": payload or {}, "run_at": run_at or now(), "created_at": now(), "dedupe": dedupe,
        "attempts": 0, "last_error": "",
    }  # fmt: skip
    add_row(Job, values, unless_known="dedupe" if dedupe else "")


def _claim(limit: int) -> list[int]:
    moment = now()
    ids = list(
        db.session.execute(
            select(Job.id)
            .where(
                Job.done_at.is_(None),
                Job.failed_at.is_(None),
                Job.run_at <= moment,
                or_(Job.locked_until.is_(None), Job.locked_until < moment),
            )
            .order_by(Job.run_at, Job.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    if ids:
        db.session.execute(update(Job).where(Job.id.in_(ids)).values(locked_until=moment + LEASE))
    db.session.commit()
    return ids


def _run(job_id: int) -> bool:
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is None or job.done_at is not None:
        db.session.rollback()
        return False
    kind, payload, attempts = job.kind, dict(job.payload), job.attempts + 1
    try:
        _handlers[kind](payload)
        # what was to do is not kept: titles and names of whom it was about would outlive the things themselves
        done: dict[str, Any] = {"done_at": now(), "locked_until": None, "attempts": attempts, "payload": {}}
        db.session.execute(update(Job).where(Job.id == job_id).values(done))
        db.session.commit()
    except Exception as error:  # a job must never end the worker; the error is kept and the job tried again
        db.session.rollback()
        log.warning("job %s (%s) failed: %s", job_id, kind, error, exc_info=attempts >= MAX_ATTEMPTS)
        db.session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(
                attempts=attempts,
                locked_until=None,
                last_error=f"{type(error).__name__}: {error}"[:2000],
                run_at=now() + timedelta(seconds=10 * 2**attempts),
                failed_at=now() if attempts >= MAX_ATTEMPTS else None,
            )
        )
        db.session.commit()
        return False
    return True


def run_due(limit: int = 100, after_each: Callable[[float], object] | None = None) -> int:
    """Do the jobs that are due, at most `limit`; returns how many succeeded. Needs an application context.

    `after_each` is called after each job with the seconds that it took.
    """
    done = 0
    while done < limit:
        ids = _claim(min(10, limit - done))
        if not ids:
            break
        succeeded = 0
        for job_id in ids:
            started = time.monotonic()
            succeeded += _run(job_id)
            if after_each:
                after_each(time.monotonic() - started)
        done += succeeded
        if not succeeded:
            break
    return done


def schedule_periodic() -> None:
    """Write the periodic jobs of the present slot of time, once among all workers."""
    moment = now()
    for kind, minutes in _periodic.items():
        slot = int(moment.timestamp() // (minutes * 60))
        enqueue(kind, {}, dedupe=f"every:{kind}:{slot}")
    db.session.commit()


def work(app: Flask, stop: threading.Event, pause: float = 1.0) -> None:
    """Work until `stop` is set: the loop of `consult jobs work` and of the embedded worker."""
    next_schedule = now()

    def make_room(taken: float) -> None:
        # SQLite's lock goes to whoever asks at the right moment: a worker that takes it again at once starves the web
        if is_sqlite():
            stop.wait(min(max(taken, 0.005), MOST_ROOM))

    while not stop.is_set():
        busy = 0
        with app.app_context():
            try:
                if now() >= next_schedule:
                    next_schedule = now() + timedelta(seconds=30)
                    schedule_periodic()
                busy = run_due(50, make_room)
            except Exception:  # the database may be away for a while; the loop goes on
                log.exception("job worker: trying again")
                db.session.rollback()
        if not busy:
            stop.wait(pause)


def counts() -> dict[str, int]:
    """How many jobs wait, are overdue by more than five minutes, failed for good."""
    moment = now()
    waiting = Job.done_at.is_(None) & Job.failed_at.is_(None)

    def count(*where: Any) -> int:
        return db.session.execute(select(func.count()).select_from(Job).where(*where)).scalar_one()

    return {
        "waiting": count(waiting),
        "overdue": count(waiting, Job.run_at < moment - timedelta(minutes=5)),
        "failed": count(Job.failed_at.is_not(None)),
    }


def retry_failed() -> int:
    """Give all failed jobs another eight tries; returns how many."""
    result = db.session.execute(
        update(Job).where(Job.failed_at.is_not(None)).values(failed_at=None, attempts=0, run_at=now())
    )
    return int(result.rowcount or 0)  # type: ignore[attr-defined]
