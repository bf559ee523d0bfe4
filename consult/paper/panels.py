"""What the page of a consultation says of paper: where the form is, and for staff where to enter what came back."""

from __future__ import annotations

from typing import Any

from consult.consultations.models import ANNOUNCED, CLOSED, OPEN, Consultation
from consult.core.access import Actor
from consult.core.db import db
from consult.paper.rules import can_enter


def form(consultation_id: int, actor: Actor) -> dict[str, Any] | None:
    """The form while something can be sent, or soon; for staff also where to enter it, until the evaluation begins."""
    consultation = db.session.get(Consultation, consultation_id)
    if consultation is None or consultation.phase not in (ANNOUNCED, OPEN, CLOSED):
        return None
    if consultation.phase == CLOSED and not can_enter(actor, consultation.id):
        return None
    return {"slug": consultation.slug, "may_enter": can_enter(actor, consultation.id)}


def staff(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """On one's own page, for who may enter something: where to do it. No query."""
    return {} if can_enter(actor) else None
