"""The outbox: written with its cause, done once, retried, never in the way."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from consult.core import jobs, mail
from consult.core.clock import now
from consult.core.jobs import Job

done: list[int] = []


@jobs.handler("test.note")
def note(payload: dict[str, Any]) -> None:
    done.append(payload["n"])


@jobs.handler("test.fail")
def fail(payload: dict[str, Any]) -> None:
    raise RuntimeError("not today")


def test_a_job_of_a_rolled_back_cause_does_not_exist(db: Any, run_jobs: Any) -> None:
    done.clear()
    jobs.enqueue("test.note", {"n": 1})
    db.session.rollback()
    run_jobs()
    assert done == []


def test_done_once_and_in_order(db: Any, run_jobs: Any) -> None:
    done.clear()
    for number in range(25):
        jobs.enqueue("test.note", {"n": number})
    db.session.commit()
    run_jobs()
    run_jobs()
    assert sorted(done) == list(range(25))


def test_not_before_its_time(db: Any, run_jobs: Any, clock: Any) -> None:
    done.clear()
    jobs.enqueue("test.note", {"n": 1}, run_at=now() + timedelta(minutes=10))
    db.session.commit()
    run_jobs()
    assert done == []
    clock.shift(minutes=11)
    run_jobs()
    assert done == [1]


def test_same_key_is_one_job(db: Any, run_jobs: Any) -> None:
    done.clear()
    for _ in range(3):
        jobs.enqueue("test.note", {"n": 7}, dedupe="seven")
    db.session.commit()
    run_jobs()
    assert done == [7]


def test_failure_is_kept_retried_and_given_up(db: Any, run_jobs: Any, clock: Any) -> None:
    jobs.enqueue("test.fail", {})
    db.session.commit()
    for _ in range(jobs.MAX_ATTEMPTS):
        run_jobs(failing=True)
        clock.shift(hours=2)
    job = db.session.execute(select(Job).where(Job.kind == "test.fail")).scalar_one()
    db.session.refresh(job)
    assert job.attempts == jobs.MAX_ATTEMPTS
    assert job.failed_at is not None
    assert "not today" in job.last_error
    assert jobs.counts()["failed"] == 1
    assert jobs.retry_failed() == 1


def test_two_workers_never_do_the_same(app: Flask, db: Any) -> None:
    done.clear()
    for number in range(60):
        jobs.enqueue("test.note", {"n": number})
    db.session.commit()

    def work() -> None:
        with app.app_context():
            while jobs.run_due(10):
                pass
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while jobs.run_due(10):
        pass
    assert sorted(done) == list(range(60))


def test_mail_leaves_through_a_real_server(app: Flask, db: Any, run_jobs: Any, smtp_sink: Any) -> None:
    settings = app.config["SETTINGS"]
    settings.mail_url = smtp_sink.url
    try:
        mail.queue_mail("a@example.org", "Grüße\nBcc: x@example.org", "Text mit Umlaut: ü", kind="test")
        db.session.commit()
        run_jobs()
    finally:
        settings.mail_url = ""
    [message] = smtp_sink.messages
    assert message["Subject"] == "Grüße Bcc: x@example.org"
    assert message["Bcc"] is None


def test_cancelled_mail_never_leaves(db: Any, run_jobs: Any) -> None:
    kept = mail.queue_mail("a@example.org", "S", "T", kind="test", reference="r:1", delay=timedelta(minutes=10))
    db.session.commit()
    assert mail.cancel("r:1") == 1
    db.session.commit()
    found = db.session.get(mail.Mail, kept)
    assert found is not None and found.cancelled_at is not None
    assert mail.cancel("r:1") == 0


def test_held_mail_leaves_once_a_server_is_set(app: Flask, db: Any, run_jobs: Any, smtp_sink: Any, clock: Any) -> None:
    mail.queue_mail("a@example.org", "Gehalten", "Text", kind="test")
    db.session.commit()
    run_jobs()
    clock.shift(minutes=30)
    settings = app.config["SETTINGS"]
    settings.mail_url = smtp_sink.url
    try:
        mail.send_held({})
        mail.send_held({})
        db.session.commit()
        run_jobs()
    finally:
        settings.mail_url = ""
    assert [message["Subject"] for message in smtp_sink.messages] == ["Gehalten"]


@jobs.handler("test.slow")
def slow(payload: dict[str, Any]) -> None:
    time.sleep(0.03)
    done.append(payload["n"])


@pytest.mark.sqlite
def test_a_worker_with_much_to_do_lets_others_write(app: Flask, db: Any, database: Any) -> None:
    """Another process asks for SQLite's lock by polling: it would never find it free if the worker took it at once again."""
    done.clear()
    for number in range(400):
        jobs.enqueue("test.slow", {"n": number})
    db.session.commit()
    stop = threading.Event()
    worker = threading.Thread(target=jobs.work, args=(app, stop, 0.01))
    worker.start()
    try:
        other = sqlite3.connect(database.path, timeout=1, isolation_level=None)
        while not done:
            time.sleep(0.01)
        for _ in range(20):
            time.sleep(0.017)  # not in step with the worker
            other.execute("begin immediate")
            other.execute("rollback")
        other.close()
    finally:
        stop.set()
        worker.join(timeout=60)
    assert len(done) < 400
