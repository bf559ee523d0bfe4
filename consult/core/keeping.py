"""What core itself keeps for a time: messages, done jobs, personal text in the log. Registered once at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select

from consult.core.audit import AuditDetail, AuditRow
from consult.core.db import db
from consult.core.i18n import _l
from consult.core.jobs import Job
from consult.core.mail import Mail
from consult.core.retention import Retention, periods

LINK_MAILS = "account."  # kinds of messages that carry links which let somebody in


def rows(model: Any, where: Callable[[datetime], ColumnElement[bool]]) -> dict[str, Any]:
    """`count` and `purge` of a class that is simply the rows of a table which a condition finds."""

    def count(before: datetime) -> int:
        return db.session.execute(select(func.count()).select_from(model).where(where(before))).scalar_one()

    def purge(before: datetime) -> int:
        done = db.session.execute(delete(model).where(where(before)).execution_options(synchronize_session=False))
        return done.rowcount if isinstance(done, CursorResult) else 0

    return {"count": count, "purge": purge}


def _over(mail: Any, before: datetime) -> ColumnElement[bool]:
    return or_(mail.sent_at < before, mail.cancelled_at < before)


def _old_details(before: datetime) -> ColumnElement[bool]:
    old = select(AuditRow.seq).where(AuditRow.at < before)
    return AuditDetail.seq.in_(old)


def init_app() -> None:
    """Register core's classes."""
    periods.add(
        Retention(
            10, "link_mails", _l("Messages with links to sign in"), _l("removed, with the link in them"), 7,
            **rows(Mail, lambda before: Mail.kind.startswith(LINK_MAILS) & _over(Mail, before)),
        ),
        Retention(
            11, "mails", _l("Messages that were sent"), _l("removed; the decision itself stays with its text"), 400,
            **rows(Mail, lambda before: _over(Mail, before)), least=190,
        ),
        Retention(
            80, "jobs", _l("Background jobs that are done"), _l("removed"), 30,
            **rows(Job, lambda before: Job.done_at < before),
        ),
        Retention(
            90, "log_details", _l("Personal text in the log"),
            _l("removed; the entry itself and its place in the chain stay"), 1095,
            **rows(AuditDetail, _old_details), least=190,
        ),
    )  # fmt: skip
