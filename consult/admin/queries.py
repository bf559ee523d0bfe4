"""What the back office counts and lists: people, jobs, mail, the log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from consult.accounts.models import Person
from consult.core import audit, jobs, mail
from consult.core.db import db
from consult.core.paging import Page, keyset

JOB_STATES = ("waiting", "failed", "done")


@dataclass(frozen=True)
class Overview:
    """The figures of the first page. `held_mail` counts messages that wait because no mail server is set (up to 1,000)."""

    people: int
    waiting_jobs: int
    overdue_jobs: int
    failed_jobs: int
    held_mail: int


def overview() -> Overview:
    """All figures of the first page, in five queries."""
    people = db.session.execute(
        select(func.count()).select_from(Person).where(Person.deactivated_at.is_(None))
    ).scalar_one()
    counted = jobs.counts()
    return Overview(people, counted["waiting"], counted["overdue"], counted["failed"], mail.held_count())


def jobs_page(state: str = "waiting", after: str | None = None, size: int = 30) -> Page[jobs.Job]:
    """Jobs of a state: those that wait in the order in which they are done, the others with the newest first."""
    statement = select(jobs.Job)
    if state == "waiting":
        statement = statement.where(jobs.Job.done_at.is_(None), jobs.Job.failed_at.is_(None))
        return keyset(statement, [(jobs.Job.run_at, "asc"), (jobs.Job.id, "asc")], after, size)
    column = jobs.Job.failed_at if state == "failed" else jobs.Job.done_at
    return keyset(statement.where(column.is_not(None)), [(column, "desc"), (jobs.Job.id, "desc")], after, size)


def job_by_id(job_id: int) -> jobs.Job | None:
    """The job, or None."""
    return db.session.get(jobs.Job, job_id)


@dataclass(frozen=True)
class Entry:
    """A row of the log with its detail (None where there is none or it was erased)."""

    row: audit.AuditRow
    detail: dict[str, object] | None


def audit_page(event: str = "", after: str | None = None, size: int = 50) -> Page[Entry]:
    """The log, newest first; `event` is the beginning of an event's name."""
    statement = select(audit.AuditRow)
    if event:
        statement = statement.where(audit.AuditRow.event.startswith(event, autoescape=True))
    page = keyset(statement, [(audit.AuditRow.seq, "desc")], after, size)
    numbers = [row.seq for row in page.items]
    details = {
        one.seq: one.content
        for one in db.session.execute(select(audit.AuditDetail).where(audit.AuditDetail.seq.in_(numbers))).scalars()
    }
    page.items = [Entry(row, details.get(row.seq)) for row in page.items]
    return page


@dataclass(frozen=True)
class Check:
    """What walking the chain found: number of rows, of erased details, and the first broken row with the reason."""

    rows: int
    erased: int
    broken_at: int | None
    reason: str


def check_chain() -> Check:
    """Walk the whole chain. Reads every row: for when an administrator asks, not for every page."""
    erased, broken_at, reason = 0, None, ""
    for finding in audit.verify():
        if finding.state == "broken":
            broken_at, reason = finding.seq, finding.reason
        else:
            erased += 1
    rows = db.session.execute(select(func.count()).select_from(audit.AuditRow)).scalar_one()
    return Check(rows, erased, broken_at, reason)
