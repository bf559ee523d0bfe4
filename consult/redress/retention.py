"""How long redress keeps what people wrote: until nobody can complain or go to court over it any more, then only figures.

Names and addresses go a year after the answer, words after three years (the period of limitation, § 195 BGB). Numbers,
times, grounds and outcomes stay: they are no personal data, and the figures of past periods count them.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import CursorResult, Update, or_, update

from consult.core.clock import now
from consult.core.db import db
from consult.moderation.models import Report
from consult.redress.models import Complaint, Dispute, Measure

NAMES = timedelta(days=365)
WORDS = timedelta(days=3 * 365)


def forget_settled() -> int:
    """Empty what is past its time; returns how many rows were changed. Doing it again changes nothing."""
    moment = now()
    return sum(_done(statement) for statement in (*_names(moment - NAMES), *_words(moment - WORDS)))


def _done(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _names(before: object) -> list[Update]:
    named_report = or_(Report.name != "", Report.email != "", Report.reporter_id.is_not(None))
    named_complaint = or_(Complaint.email != "", Complaint.person_id.is_not(None))
    return [
        update(Report).where(Report.answered_at < before, named_report).values(name="", email="", reporter_id=None),
        update(Complaint).where(Complaint.decided_at < before, named_complaint).values(email="", person_id=None),
        update(Measure)
        .where(Measure.ended_at < before, or_(Measure.email != "", Measure.person_id.is_not(None)))
        .values(email="", email_key="", person_id=None),
    ]


def _words(before: object) -> list[Update]:
    return [
        update(Report)
        .where(Report.answered_at < before, Report.explanation != "")
        .values(explanation="", title="", url=""),
        update(Complaint)
        .where(Complaint.decided_at < before, Complaint.body != "")
        .values(body="", title="", note="", answer={}),
        update(Measure)
        .where(Measure.ended_at < before, Measure.note != "")
        .values(gravity="", intention="", note="", statement={}),
        update(Dispute).where(Dispute.closed_at < before, Dispute.note != "").values(note=""),
    ]
