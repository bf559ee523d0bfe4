"""Reads of redress about reports; complaints, measures, figures and case files have modules of their own."""

from __future__ import annotations

from sqlalchemy import select

from consult.accounts.tokens import token_hash
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.moderation.models import Decision, Report


def report_by_receipt(receipt: str) -> tuple[Report, Decision | None]:
    """The report behind the secret address of a receipt, with its decision; NotFound otherwise."""
    statement = (
        select(Report, Decision)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(Report.receipt_hash == token_hash(receipt))
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound(_("We know no receipt of this address."))
    return row[0], row[1]


def reports_of(person_id: int, limit: int = 20) -> list[tuple[Report, Decision | None]]:
    """What a person has reported while signed in, newest first."""
    statement = (
        select(Report, Decision)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(Report.reporter_id == person_id)
        .order_by(Report.id.desc())
        .limit(limit)
    )
    return [(report, decision) for report, decision in db.session.execute(statement)]
