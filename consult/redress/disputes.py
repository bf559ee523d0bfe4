"""Disputes before a certified body out of court (Art. 21): noted, so that the figures can tell of them (Art. 24 (1) a)."""

from __future__ import annotations

from sqlalchemy import select

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.redress import rules
from consult.redress.models import Complaint, Dispute
from consult.redress.words import DISPUTE_OUTCOMES

audit.declare("dispute.opened", "dispute_id", "complaint_id")
audit.declare("dispute.closed", "dispute_id", "complaint_id", "outcome", "followed")


def record_dispute(
    actor: Actor, complaint: Complaint, *, body: str, outcome: str = "", is_followed: bool = False, note: str = ""
) -> Dispute:
    """Note a dispute as opened, or close the one that runs with its outcome.

    Invalid without a name for the body; Conflict for a complaint that is not answered, since a dispute follows an answer.
    """
    if not rules.can_see(actor, complaint):
        raise Refused(_("You moderate other consultations, not this one."))
    if complaint.status != "answered":
        raise Conflict(_("A dispute out of court follows an answer; this complaint is not answered yet."))
    if outcome and outcome not in DISPUTE_OUTCOMES:
        raise Invalid({"outcome": _("Please choose one of the entries in the list.")})
    running = db.session.execute(
        select(Dispute).where(Dispute.complaint_id == complaint.id, Dispute.closed_at.is_(None)).with_for_update()
    ).scalar_one_or_none()
    dispute = running or _open(actor, complaint, body)
    dispute.note = note or dispute.note
    if outcome:
        dispute.outcome, dispute.is_followed, dispute.closed_at = outcome, is_followed, now()
        audit.record(
            "dispute.closed", actor, complaint.subject, dispute_id=dispute.id, complaint_id=complaint.id, outcome=outcome,
            followed=is_followed, detail={"note": note} if note else None,
        )  # fmt: skip
    db.session.flush()
    return dispute


def _open(actor: Actor, complaint: Complaint, body: str) -> Dispute:
    if not body.strip():
        raise Invalid({"body": _("Please name the body.")})
    dispute = Dispute(complaint_id=complaint.id, body=body[:300], opened_at=now(), recorded_by=actor.person_id)
    db.session.add(dispute)
    db.session.flush()
    audit.record("dispute.opened", actor, complaint.subject, dispute_id=dispute.id, complaint_id=complaint.id)
    return dispute
