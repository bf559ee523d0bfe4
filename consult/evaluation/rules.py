"""Who answers ideas for the office, which state follows on which, and what a response needs: the policy on one page."""

from __future__ import annotations

from datetime import date

from consult.core import audit
from consult.core.access import Actor, Membership
from consult.core.states import Machine, Transition
from consult.evaluation.models import BROKEN, DRAFT, IN_WORK, KEPT, OPEN, PROMISED, PUBLISHED, WITHDRAWN, Commitment

WRITE, PUBLISH = "responses.draft", "responses.publish"
HOUSES = frozenset({"agency", "ministry"})

RESPONSE = Machine(
    "response",
    DRAFT,
    [
        Transition(DRAFT, "publish", PUBLISHED, "official of an agency or ministry"),
        Transition(PUBLISHED, "revise", PUBLISHED, "official of an agency or ministry"),
        Transition(PUBLISHED, "withdraw", WITHDRAWN, "official of an agency or ministry"),
        Transition(WITHDRAWN, "publish", PUBLISHED, "official of an agency or ministry"),
    ],
    {"publish": "response.published", "revise": "response.revised", "withdraw": "response.withdrawn"},
)

COMMITMENT = Machine(
    "commitment",
    PROMISED,
    [
        Transition(PROMISED, "postpone", PROMISED, "official of an agency or ministry"),
        Transition(PROMISED, "start", IN_WORK, "official of an agency or ministry"),
        Transition(PROMISED, "keep", KEPT, "official of an agency or ministry"),
        Transition(PROMISED, "break", BROKEN, "official of an agency or ministry"),
        Transition(IN_WORK, "start", IN_WORK, "official of an agency or ministry"),
        Transition(IN_WORK, "keep", KEPT, "official of an agency or ministry"),
        Transition(IN_WORK, "break", BROKEN, "official of an agency or ministry"),
        Transition(KEPT, "start", IN_WORK, "official of an agency or ministry"),
        Transition(BROKEN, "start", IN_WORK, "official of an agency or ministry"),
    ],
    {
        "postpone": "commitment.postponed",
        "start": "commitment.started",
        "keep": "commitment.kept",
        "break": "commitment.broken",
    },
)
# What a report says -> the act that leads there.
ACTS = {PROMISED: "postpone", IN_WORK: "start", KEPT: "keep", BROKEN: "break"}

audit.declare("response.drafted", "consultation_id")
audit.declare("response.saved", "revision")
audit.declare("response.draft_deleted", "consultation_id")
audit.declare("commitment.made", "response_id", "due_on")


def can_write(actor: Actor, consultation_id: int | None = None) -> bool:
    """Draft responses and read those of others: analysts and officials of the consultation."""
    return actor.signed_in and actor.may(WRITE, consultation_id)


def houses(actor: Actor) -> list[Membership]:
    """The agencies and ministries in whose name the actor can speak."""
    return [one for one in actor.memberships if one.organisation_kind in HOUSES]


def can_publish(actor: Actor, consultation_id: int | None = None) -> bool:
    """Publish, revise and take back responses, and report on commitments: officials, in the name of their house."""
    return actor.signed_in and actor.may(PUBLISH, consultation_id) and bool(houses(actor))


def speaks_for(actor: Actor, house_id: int | None) -> bool:
    """Whether a house's words are the actor's to change: no other corrects, takes back or reports on what one has published.

    What was never published belongs to none yet (`house_id` is None); nor does what a house has left that is gone.
    """
    own = {one.organisation_id for one in houses(actor)}
    return bool(own) and (house_id is None or house_id in own)


def reports(commitment: Commitment) -> list[str]:
    """The states that a report on it may name."""
    return [state for state, act in ACTS.items() if COMMITMENT.target(commitment.status, act) == state]


def is_late(status: str, due_on: date | None, today: date) -> bool:
    """Whether the promised day has passed and it is neither kept nor given up."""
    return status in OPEN and due_on is not None and due_on < today
