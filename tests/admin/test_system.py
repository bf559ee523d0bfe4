"""Back office: background jobs, held mail and the log."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from consult.accounts import operations
from consult.admin import queries
from consult.core import audit, jobs
from consult.core.mail import cancel, queue_mail
from tests.support.queries import count_queries


@pytest.fixture
def admin(client: Any, cast: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.admin)


@pytest.fixture
def broken_job(db: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """A job that failed for good."""

    def fail(_payload: dict[str, Any]) -> None:
        raise RuntimeError("no <b>luck</b>")

    monkeypatch.setitem(jobs._handlers, "test.fail", fail)
    jobs.enqueue("test.fail")
    db.session.execute(update(jobs.Job).values(attempts=jobs.MAX_ATTEMPTS - 1))
    db.session.commit()
    jobs.run_due()
    return db.session.execute(select(jobs.Job.id)).scalar_one()


def test_failed_jobs_are_seen_and_tried_again(db: Any, admin: Any, broken_job: int) -> None:
    assert "Endgültig fehlgeschlagen: 1" in admin.page("/de/admin/").text
    page = admin.page("/de/admin/jobs?state=failed")
    assert "RuntimeError: no <b>luck</b>" in page.text
    assert admin.submit("/de/admin/jobs?state=failed", form=f"form[action$='/{broken_job}/retry']").status_code == 303
    job = db.session.get(jobs.Job, broken_job, populate_existing=True)
    assert (job.failed_at, job.attempts) == (None, 0)
    assert "test.fail" in admin.page("/de/admin/jobs").text
    token = page.one("header [name=csrf_token]")["value"]
    assert admin.post(f"/de/admin/jobs/{broken_job}/retry", data={"csrf_token": token}).status_code == 409
    assert admin.post("/de/admin/jobs/999999/retry", data={"csrf_token": token}).status_code == 404


def test_all_failed_jobs_are_tried_again(db: Any, admin: Any, broken_job: int) -> None:
    admin.submit("/de/admin/jobs?state=failed", form="form[action$='/jobs/retry']")
    assert jobs.counts()["failed"] == 0
    row = db.session.execute(select(audit.AuditRow).where(audit.AuditRow.event == "jobs.retried")).scalar_one()
    assert row.data == {"count": 1}


@pytest.mark.parametrize("state", ["waiting", "failed", "done", "made up", "\x00"])
def test_every_list_of_jobs_opens(admin: Any, broken_job: int, state: str) -> None:
    queue_mail("a@region.example", "S", "T", kind="test")
    assert admin.get("/de/admin/jobs", query_string={"state": state, "after": "x"}).status_code == 200


def test_jobs_page_by_thirty(app: Any, clock: Any, admin: Any) -> None:
    for number in range(65):
        queue_mail(f"a{number}@region.example", "S", "T", kind="test")
    with count_queries(app, at_most=8):
        page = admin.page("/de/admin/jobs")
    assert len(page.select("tbody tr")) == 30
    second = admin.page(page.one("a[rel=next]")["href"])
    third = admin.page(second.one("a[rel=next]")["href"])
    assert len(third.select("tbody tr")) == 5


def test_held_mail_is_a_warning(admin: Any) -> None:
    assert "zurückgehalten" not in admin.page("/de/admin/").text
    queue_mail("a@region.example", "S", "T", kind="test")
    for path in ("/de/admin/", "/de/admin/jobs"):
        assert "1 E-Mail wird zurückgehalten" in admin.page(path).text
    queue_mail("b@region.example", "S", "T", kind="test", reference="test:1")
    assert cancel("test:1") == 1, "what was taken back does not wait"
    assert "1 mail is held" in admin.page("/en/admin/").text


def test_the_log_tells_who_did_what(admin: Any, cast: Any) -> None:
    operations.grant_role(cast.actor(cast.admin), cast.owner, "editor")
    page = admin.page("/de/admin/audit")
    assert "role.granted" in page.text
    assert "role: editor" in page.text
    assert "account.signed_in" in page.text
    only = admin.page("/de/admin/audit?event=role.")
    assert "account.signed_in" not in only.one("main table").get_text()


def test_the_log_tells_no_detail(db: Any, admin: Any, cast: Any) -> None:
    audit.declare("test.noted")
    audit.record("test.noted", cast.actor(cast.admin), detail={"text": "secret words"})
    db.session.commit()
    page = admin.page("/de/admin/audit")
    assert "mit Einzelheiten" in page.text
    assert "secret words" not in page.text


def test_the_chain_is_checked_when_asked(db: Any, admin: Any, cast: Any) -> None:
    operations.grant_role(cast.actor(cast.admin), cast.owner, "editor")
    assert "vollständig" not in admin.page("/de/admin/audit").text
    assert "vollständig" in admin.page("/de/admin/audit?check=1").text
    db.session.execute(
        audit.AuditRow.__table__.update().where(audit.AuditRow.event == "role.granted").values(actor_id=0)
    )
    page = admin.page("/de/admin/audit?check=1")
    assert "Die Kette bricht bei Eintrag" in page.text
    assert queries.check_chain().broken_at is not None


@pytest.mark.parametrize("event", ["", "account.", "nothing", "\x00", "%", "👩‍🔧"])
def test_the_log_opens_whatever_is_asked(admin: Any, event: str) -> None:
    assert admin.get("/de/admin/audit", query_string={"event": event, "after": event}).status_code == 200


def test_the_log_pages_by_fifty_and_its_queries_do_not_grow(app: Any, db: Any, admin: Any, cast: Any) -> None:
    audit.declare("test.noted")
    sizes = []
    for _round in range(2):
        for _number in range(51):
            audit.record("test.noted", cast.actor(cast.admin))
        db.session.commit()
        with count_queries(app, at_most=8) as seen:
            page = admin.page("/de/admin/audit?event=test.")
        sizes.append(len(seen))
        assert len(page.select("tbody tr")) == 50
    assert sizes[0] == sizes[1]
