"""A person's share in redress: what they reported, complained about, and which measures concerned them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select, update

from consult.accounts.queries import person_by_id
from consult.core.db import db
from consult.core.registry import PersonalData
from consult.moderation.models import Report
from consult.moderation.naming import called
from consult.redress.models import Complaint, Dispute, Measure


def export(person_id: int) -> dict[str, Any]:
    """Reports, complaints and measures, those too that came signed out from the same address. Who else reported or decided
    is other people's data and left out."""
    person = person_by_id(person_id)
    key = person.email_key if person is not None else "-"
    mine = or_(Report.reporter_id == person_id, func.lower(Report.email) == key)
    reports = db.session.execute(select(Report).where(mine).order_by(Report.id)).scalars()
    mine = or_(Complaint.person_id == person_id, func.lower(Complaint.email) == key)
    complaints = db.session.execute(select(Complaint).where(mine).order_by(Complaint.id))
    measures = db.session.execute(select(Measure).where(Measure.person_id == person_id).order_by(Measure.id)).scalars()
    return {
        "reports": [
            {
                "number": report.number, "url": report.url, "reason": report.reason, "explanation": report.explanation,
                "name": report.name, "email": report.email, "status": report.status,
                "created_at": report.created_at.isoformat(),
            }
            for report in reports
        ],
        "complaints": [
            {
                "number": one.number, "title": called(one.kind, one.title), "body": one.body, "email": one.email,
                "status": one.status, "outcome": one.outcome, "answer": one.answer, "created_at": one.created_at.isoformat(),
                "decided_at": one.decided_at.isoformat() if one.decided_at else None,
            }
            for one in complaints.scalars()
        ],
        "measures": [
            {
                "number": one.number, "scope": one.scope, "step": one.step, "status": one.status, "email": one.email,
                "statement": one.statement, "decided_at": one.decided_at.isoformat(),
                "ends_at": one.ends_at.isoformat() if one.ends_at else None,
            }
            for one in measures
        ],
    }  # fmt: skip


def erase(person_id: int) -> None:
    """Names, addresses and free words go; numbers, times and outcomes stay, since public figures count them."""
    db.session.execute(
        update(Report).where(Report.reporter_id == person_id).values(name="", email="", reporter_id=None)
    )
    db.session.execute(
        update(Complaint).where(Complaint.person_id == person_id).values(email="", body="", person_id=None)
    )
    db.session.execute(
        update(Measure)
        .where(Measure.person_id == person_id)
        .values(email="", email_key="", gravity="", intention="", note="", statement={}, person_id=None)
    )
    person = person_by_id(person_id)
    if person is not None:  # what came signed out from the same address
        for table, blank in ((Report, {"name": "", "email": ""}), (Complaint, {"email": ""})):
            db.session.execute(update(table).where(func.lower(table.email) == person.email_key).values(**blank))
    for column in (Complaint.taken_by, Complaint.decided_by, Measure.decided_by, Dispute.recorded_by):
        db.session.execute(update(column.class_).where(column == person_id).values({column.key: None}))


PERSONAL_DATA = PersonalData(
    "redress", ("moderation_report", "redress_complaint", "redress_measure", "redress_dispute"), export, erase
)
