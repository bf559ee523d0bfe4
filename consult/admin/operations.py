"""The few writes that belong to the back office alone: giving failed background jobs another chance."""

from __future__ import annotations

from consult.core import audit, jobs
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.errors import Conflict
from consult.core.i18n import _

audit.declare("job.retried", "job_id")
audit.declare("jobs.retried", "count")


def retry_job(actor: Actor, job: jobs.Job) -> None:
    """Another eight tries for one failed job, beginning now."""
    if job.failed_at is None:
        raise Conflict(_("This job has not failed."))
    job.failed_at, job.attempts, job.run_at, job.locked_until = None, 0, now(), None
    audit.record("job.retried", actor, job_id=job.id)


def retry_all(actor: Actor) -> int:
    """Another eight tries for all failed jobs; returns how many."""
    count = jobs.retry_failed()
    audit.record("jobs.retried", actor, count=count)
    return count
