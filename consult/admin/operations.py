"""The few writes that belong to the back office alone: another chance for failed jobs, and which roles need more proof."""

from __future__ import annotations

from consult.accounts.rules import FACTOR_SETTING
from consult.core import audit, jobs, retention
from consult.core.access import ROLES, Actor
from consult.core.clock import now
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.settings_store import remember

audit.declare("job.retried", "job_id")
audit.declare("jobs.retried", "count")
audit.declare("settings.factor_roles", "roles")


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


def set_factor_roles(actor: Actor, roles: list[str]) -> None:
    """From now on these roles need a second factor. It counts from the next page on that their holders open."""
    if not actor.may("admin"):
        raise Refused(_("Your account has no right to this page."))
    chosen = [role for role in ROLES if role in roles]
    remember(FACTOR_SETTING, chosen)
    audit.record("settings.factor_roles", actor, roles=",".join(chosen))


def set_periods(actor: Actor, typed: dict[str, str]) -> dict[str, str]:
    """Store the typed numbers of days; returns what is wrong by class. With anything wrong nothing is to be kept."""
    if not actor.may("admin"):
        raise Refused(_("Your account has no right to this page."))
    errors: dict[str, str] = {}
    for name, words in typed.items():
        days = int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0
        try:
            retention.set_days(actor, name, days)
        except Invalid as invalid:
            errors[name] = str(invalid.fields[name])
    return errors
