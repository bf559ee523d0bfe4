"""Who may complain, who may decide about it, and which step follows on which: the policy of this room on one page.

What ties an actor to a dispute (made the decision, wrote or reported the text, belongs to the same house) stands in the
records; `complaint_queries.ties` finds it, and the answer is handed in here.
"""

from __future__ import annotations

from datetime import datetime

from consult.core.access import Actor
from consult.core.audiences import AGENCY, MINISTRY
from consult.core.states import Machine, Transition
from consult.moderation.rules import moderates
from consult.redress.models import Complaint, Measure

# Answers that moderation reads within an open case or complaint only; every look is logged.
RESTRICTED = frozenset({AGENCY, MINISTRY})

COMPLAINT = Machine(
    "complaint",
    "received",
    [
        Transition("received", "take", "in_work", "moderator, without a tie"),
        Transition("in_work", "take", "in_work", "another moderator, without a tie"),
        Transition("received", "answer", "answered", "moderator, without a tie"),
        Transition("in_work", "answer", "answered", "moderator, without a tie"),
    ],
    {"take": "complaint.taken", "answer": "complaint.answered"},
)

MEASURE = Machine(
    "measure",
    "active",
    [
        Transition("active", "end", "ended", "job, when its time is over"),
        Transition("active", "lift", "lifted", "moderator, after a complaint"),
        Transition("ended", "lift", "lifted", "moderator, after a complaint: it no longer counts"),
    ],
    {"end": "measure.ended", "lift": "measure.lifted"},
)


def can_see(actor: Actor, complaint: Complaint) -> bool:
    """The complaint's page: moderators of its consultation; what belongs to none needs a role for the whole site."""
    return actor.signed_in and moderates(actor, complaint.consultation_id, "moderation.queue")


def can_decide(actor: Actor, complaint: Complaint, tied: bool) -> bool:
    """Decide: a moderator who took no part before and has no tie to the parties (Art. 20 (4) and (6))."""
    own = actor.person_id is not None and complaint.person_id == actor.person_id
    return actor.signed_in and moderates(actor, complaint.consultation_id) and not tied and not own


def can_judge_misuse(actor: Actor, person_id: int | None) -> bool:
    """Warn or suspend: moderators of the whole site, never about themselves."""
    own = actor.person_id is not None and actor.person_id == person_id
    return actor.signed_in and moderates(actor, None) and not own


def can_read_file(actor: Actor, consultation_id: int | None, has_part: bool) -> bool:
    """The file of a case: moderators of its consultation who have no part in it, and who audits the house."""
    return actor.signed_in and not has_part and (
        moderates(actor, consultation_id, "moderation.queue") or actor.may("audit.read")
    )  # fmt: skip


def can_see_reporters(actor: Actor, consultation_id: int | None, has_part: bool) -> bool:
    """Who reported: those who decide about it. Administrators audit decisions, not people."""
    return not has_part and moderates(actor, consultation_id)


def is_running(measure: Measure, moment: datetime) -> bool:
    """Whether a suspension is in force."""
    return measure.runs_at(moment)
