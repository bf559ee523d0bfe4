"""Who may enter what came back on paper, and when it still counts. Pure predicates; the whole policy of this room."""

from __future__ import annotations

from datetime import date

from consult.consultations.models import CLOSED, OPEN, Consultation
from consult.core.access import Actor
from consult.ideas.models import Idea, IdeaOrigin

ENTER = "ideas.enter"
HOUSES = frozenset({"agency", "ministry"})


def is_staff(actor: Actor, consultation_id: int | None = None) -> bool:
    """Whether the actor works where paper is opened: moderators, and officials and analysts of an agency or ministry."""
    return actor.may("moderation.decide", consultation_id) or any(
        one.organisation_kind in HOUSES for one in actor.memberships
    )


def can_enter(actor: Actor, consultation_id: int | None = None) -> bool:
    """Whether the actor may enter ideas on behalf of others, in this consultation or, without one, anywhere."""
    return actor.may(ENTER, consultation_id) and is_staff(actor, consultation_id)


def takes(consultation: Consultation, received_on: date, today: date) -> bool:
    """Whether what was received on a day still takes part: within the time in which anybody can send something, and
    entered before the evaluation begins."""
    if consultation.phase not in (OPEN, CLOSED) or received_on > today:
        return False
    first, last = consultation.opens_on, consultation.closes_on
    return (first is None or received_on >= first) and (last is None or received_on <= last)


def can_look_after(actor: Actor, idea: Idea) -> bool:
    """Whether the actor sees an entry again, with the author's private address: who entered it, and nobody else."""
    return actor.signed_in and idea.entered_by == actor.person_id and can_enter(actor, idea.consultation_id)


def can_print_letter(actor: Actor, idea: Idea, origin: IdeaOrigin) -> bool:
    """Whether a letter for the author can be printed: where no mail told them, and who typed the text prints it."""
    return can_look_after(actor, idea) and not origin.by_mail and idea.author_id is None and idea.erased_at is None
