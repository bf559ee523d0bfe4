"""Who may moderate what, and which step follows on which: the policy of this room on one page.

Nobody decides on a text of their own or of their own organisation. What ties an actor to a text, the text's room knows
(`ModeratedKind.involved`); the answer is handed in as `involved`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consult.core.access import PERMISSIONS, Actor
from consult.core.states import Machine, Transition
from consult.moderation.models import Case, Decision

LEASE = timedelta(minutes=20)
UNDO = timedelta(minutes=10)

# The same outcomes in every room; which of them a subject allows in its present state, its room says.
OUTCOMES = ("publish", "return", "redact", "reject", "merge", "split", "hide", "restore", "remove")
# Taking back what somebody else decided; no outcome of a case, but of a complaint or a second look.
REINSTATE = "reinstate"
# What the author need not be protected from: no reason has to be chosen, no redress offered.
FAVOURABLE = frozenset({"publish", "restore", REINSTATE})
# What was public and is so no longer: the author is told at once, not after the ten minutes.
AT_ONCE = frozenset({"hide", "remove", "redact", REINSTATE})

CASE = Machine(
    "case",
    "open",
    [
        Transition("open", "claim", "claimed", "moderator, not involved"),
        Transition("claimed", "take_over", "claimed", "moderator, not involved, after the lease"),
        Transition("claimed", "release", "open", "holder of the lease"),
        Transition("claimed", "decide", "decided", "holder of the lease"),
        Transition("claimed", "hold", "open", "holder of the lease: decided for now, the last word is due"),
        Transition("open", "withdraw", "withdrawn", "author"),
        Transition("claimed", "withdraw", "withdrawn", "author"),
        Transition("decided", "reopen", "open", "maker of the decision, within ten minutes"),
        Transition("open", "settle", "decided", "moderator who has taken the interim decision back"),
        Transition("claimed", "settle", "decided", "moderator who has taken the interim decision back"),
    ],
    {
        "settle": "case.settled",
        "claim": "case.claimed",
        "take_over": "case.taken_over",
        "release": "case.released",
        "decide": "case.decided",
        "hold": "case.held",
        "withdraw": "case.withdrawn",
        "reopen": "case.reopened",
    },
)

REPORT_MACHINE = Machine(
    "report",
    "received",
    [
        Transition("received", "take", "in_work", "moderator"),
        Transition("received", "answer", "answered", "moderator"),
        Transition("in_work", "answer", "answered", "moderator"),
        Transition("answered", "reopen", "in_work", "maker of the decision, within ten minutes"),
    ],
    {"take": "report.taken", "answer": "report.answered", "reopen": "report.reopened"},
)


def moderated_consultations(actor: Actor, permission: str = "moderation.decide") -> frozenset[int] | None:
    """The consultations whose cases the actor moderates; None stands for all, and for what belongs to none."""
    grants = [grant for grant in actor.grants if grant.role in PERMISSIONS[permission]]
    if any(grant.consultation_id is None for grant in grants):
        return None
    return frozenset(grant.consultation_id for grant in grants if grant.consultation_id is not None)


def moderates(actor: Actor, consultation_id: int | None, permission: str = "moderation.decide") -> bool:
    """Whether the actor moderates this consultation. What belongs to no consultation needs a role for the whole site."""
    scope = moderated_consultations(actor, permission)
    return scope is None or consultation_id in scope


def can_see_case(actor: Actor, case: Case) -> bool:
    """The case's page: moderators of its consultation, involved ones too."""
    return moderates(actor, case.consultation_id, "moderation.queue")


def can_decide(actor: Actor, case: Case, involved: bool) -> bool:
    """Decide, claim, return a text: moderators who have no part in it."""
    own = actor.person_id is not None and case.author_id == actor.person_id
    return actor.signed_in and moderates(actor, case.consultation_id) and not involved and not own


def can_release(actor: Actor, case: Case) -> bool:
    """Give a claimed case back: whoever holds it."""
    return actor.signed_in and case.status == "claimed" and case.claimed_by == actor.person_id


def can_read_restricted(actor: Actor, case: Case, involved: bool) -> bool:
    """Answers for the agency or the ministry only: within a case that still waits, by those who may decide it."""
    return case.closed_at is None and can_decide(actor, case, involved)


def can_reverse(actor: Actor, decision: Decision, moment: datetime) -> bool:
    """Take a decision back: its maker, within ten minutes, once."""
    return (
        actor.signed_in
        and decision.moderator_id == actor.person_id
        and decision.reversed_at is None
        and decision.outcome != REINSTATE
        and decision.made_at <= moment < decision.made_at + UNDO
    )


def took_part(actor: Actor, decision: Decision) -> bool:
    """Whether the actor made the decision, or took it back."""
    return actor.person_id is not None and actor.person_id in (decision.moderator_id, decision.reversed_by)


def can_overturn(actor: Actor, case: Case, decision: Decision, involved: bool) -> bool:
    """Take back what was decided by somebody else, however long ago: moderators with no part in text or decision."""
    return can_decide(actor, case, involved) and not took_part(actor, decision)
