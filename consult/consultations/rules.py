"""Who may do what with a consultation, and what a question allows. Pure predicates."""

from __future__ import annotations

from datetime import datetime

from consult.consultations.models import MAX_QUESTIONS, OPEN, Consultation, Question
from consult.core.access import PERMISSIONS, Actor

EDIT = "admin.consultations"


def can_edit(actor: Actor, consultation: Consultation) -> bool:
    """An administrator of the site or of this consultation."""
    return actor.may(EDIT, consultation.id)


def can_create(actor: Actor) -> bool:
    """Whose right covers the whole site: a right for one consultation does not make others."""
    return any(grant.consultation_id is None and grant.role in PERMISSIONS[EDIT] for grant in actor.grants)


def can_see(actor: Actor, consultation: Consultation) -> bool:
    """Everyone once it is listed; before, only who edits it."""
    return consultation.listed or can_edit(actor, consultation)


def takes_answers(consultation: Consultation, question: Question) -> bool:
    """Whether this question can be answered now by anyone."""
    return consultation.phase == OPEN and not question.is_closed


def wording_is_public(consultation: Consultation, moment: datetime) -> bool:
    """Whether people may have answered the present wording, so that a change must stay visible."""
    return consultation.listed and consultation.opens_at is not None and consultation.opens_at <= moment


def may_have_more_questions(count: int) -> bool:
    """Whether one more question fits."""
    return count < MAX_QUESTIONS
