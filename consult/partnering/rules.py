"""Who may do what to offers and interest, what follows on what, and the limits: the policy of this room on one page.

An offer is spoken for by its author and by everyone who speaks for its owner. Moderators decide about it; they never
answer interest.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consult.core.access import Actor
from consult.core.registry import registries
from consult.core.states import Machine, Transition
from consult.organisations.rules import may_write_for
from consult.partnering.models import (
    ACCEPTED,
    ASKED,
    CLOSED,
    CONCLUDED,
    DECLINED,
    EXPIRED,
    HIDDEN,
    LAPSED,
    OWNER_KINDS,
    PUBLISHED,
    REJECTED,
    REMOVED,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    Offer,
    OfferInterest,
)

MONTHS = (1, 3, 6, 9, 12)  # what an offer may last before somebody says that it still holds
MOST_LIVE_OFFERS = 30  # of one owner
MOST_LIVE_INTERESTS = 30  # of one person
DUE_DAYS = 2  # working days within which moderation decides

RENEWAL_OPENS = timedelta(days=60)  # before the end
REMIND_BEFORE = timedelta(days=21)
RENEW_LINK = timedelta(days=80)  # the mailed link works until about two months after the end
REVISION = timedelta(days=30)  # a returned offer waits so long for its change
ANSWER_REMINDER = timedelta(days=7)
OUTCOME_REMINDER = timedelta(days=60)
KEEP_TEXTS = timedelta(days=365)  # of interest that has ended

_OUT = (PUBLISHED, EXPIRED)

OFFER_MACHINE = Machine(
    "offer",
    SUBMITTED,
    [
        Transition(SUBMITTED, "send", SUBMITTED, "side: a newer text takes the place of the one that waits"),
        Transition(SUBMITTED, "publish", PUBLISHED, "moderator, not involved"),
        Transition(SUBMITTED, "redact", PUBLISHED, "moderator, not involved"),
        Transition(SUBMITTED, "return", RETURNED, "moderator, not involved"),
        Transition(SUBMITTED, "reject", REJECTED, "moderator, not involved"),
        Transition(RETURNED, "send", SUBMITTED, "side"),
        Transition(RETURNED, "lapse", CLOSED, "job, after 30 days"),
        *(Transition(state, "send_version", state, "side") for state in _OUT),
        *(Transition(state, "publish_version", state, "moderator, not involved") for state in _OUT),
        *(Transition(state, "redact_version", state, "moderator, not involved") for state in _OUT),
        *(Transition(state, "return_version", state, "moderator, not involved") for state in _OUT),
        *(Transition(state, "reject_version", state, "moderator, not involved") for state in _OUT),
        *(Transition(state, "hide", HIDDEN, "moderator, not involved") for state in _OUT),
        Transition(PUBLISHED, "redact_public", PUBLISHED, "moderator, not involved"),
        Transition(PUBLISHED, "expire", EXPIRED, "job"),
        *(Transition(state, "renew", PUBLISHED, "side") for state in _OUT),
        Transition(HIDDEN, "restore", PUBLISHED, "moderator, not involved"),
        Transition(HIDDEN, "remove", REMOVED, "moderator, not involved"),
        *(
            Transition(state, "withdraw", WITHDRAWN, "side")
            for state in (SUBMITTED, RETURNED, PUBLISHED, EXPIRED, HIDDEN)
        ),
        Transition(PUBLISHED, "reverse_publish", SUBMITTED, "maker of the decision, within ten minutes"),
        Transition(PUBLISHED, "reverse_redact", SUBMITTED, "maker of the decision, within ten minutes"),
        Transition(RETURNED, "reverse_return", SUBMITTED, "maker of the decision, within ten minutes"),
        Transition(REJECTED, "reverse_reject", SUBMITTED, "maker of the decision, within ten minutes"),
        *(Transition(state, "reverse_version", state, "maker of the decision, within ten minutes") for state in _OUT),
        Transition(PUBLISHED, "reverse_redact_public", PUBLISHED, "maker of the decision, within ten minutes"),
        Transition(HIDDEN, "reverse_hide", PUBLISHED, "maker of the decision, within ten minutes"),
        Transition(PUBLISHED, "reverse_restore", HIDDEN, "maker of the decision, within ten minutes"),
        Transition(REMOVED, "reverse_remove", HIDDEN, "maker of the decision, within ten minutes"),
        *(
            Transition(state, "reinstate", PUBLISHED, "another moderator, after a complaint")
            for state in (REJECTED, RETURNED, REMOVED, HIDDEN, PUBLISHED)
        ),
    ],
    {
        "send": "offer.sent_again",
        "publish": "offer.published",
        "redact": "offer.published_redacted",
        "return": "offer.returned",
        "reject": "offer.rejected",
        "lapse": "offer.closed",
        "send_version": "offer.version_sent",
        "publish_version": "offer.version_published",
        "redact_version": "offer.version_redacted",
        "return_version": "offer.version_returned",
        "reject_version": "offer.version_rejected",
        "hide": "offer.hidden",
        "redact_public": "offer.redacted",
        "expire": "offer.expired",
        "renew": "offer.renewed",
        "restore": "offer.restored",
        "remove": "offer.removed",
        "withdraw": "offer.withdrawn",
        "reverse_publish": "offer.publishing_reversed",
        "reverse_redact": "offer.redaction_reversed",
        "reverse_return": "offer.returning_reversed",
        "reverse_reject": "offer.rejection_reversed",
        "reverse_version": "offer.version_decision_reversed",
        "reverse_redact_public": "offer.public_redaction_reversed",
        "reverse_hide": "offer.hiding_reversed",
        "reverse_restore": "offer.restoring_reversed",
        "reverse_remove": "offer.removal_reversed",
        "reinstate": "offer.reinstated",
    },
)

INTEREST_MACHINE = Machine(
    "interest",
    ASKED,
    [
        Transition(ASKED, "accept", ACCEPTED, "offer's side"),
        Transition(ASKED, "decline", DECLINED, "offer's side"),
        Transition(ASKED, "withdraw", WITHDRAWN, "interested"),
        Transition(ASKED, "lapse", LAPSED, "job: the offer is gone"),
        Transition(ASKED, "share", ASKED, "interested"),
        Transition(ACCEPTED, "share", ACCEPTED, "interested"),
        Transition(ACCEPTED, "withdraw", WITHDRAWN, "interested"),
        Transition(ACCEPTED, "conclude", CONCLUDED, "either side"),
        Transition(CONCLUDED, "share", CONCLUDED, "interested"),
        Transition(CONCLUDED, "conclude", CONCLUDED, "either side"),
    ],
    {
        "accept": "interest.accepted",
        "decline": "interest.declined",
        "withdraw": "interest.withdrawn",
        "lapse": "interest.lapsed",
        "share": "interest.contact_shared",
        "conclude": "interest.concluded",
    },
)


def can_offer_for(actor: Actor, kind: str, owner_id: int) -> bool:
    """Whether the actor may offer and look for something in this thing's name."""
    if not actor.signed_in or kind not in OWNER_KINDS:
        return False
    if kind == "organisation":
        return may_write_for(actor, owner_id)
    subject = registries.subjects.get(kind)
    return subject is not None and subject.may_manage is not None and subject.may_manage(actor, owner_id)


def is_side(actor: Actor, offer: Offer) -> bool:
    """Whether the actor speaks for the offer: its author, or who may offer in the owner's name."""
    if not actor.signed_in:
        return False
    return offer.author_id == actor.person_id or can_offer_for(actor, *offer.owner)


def is_involved(actor: Actor, offer: Offer) -> bool:
    """Whether the actor has a part in the offer and therefore never decides on it: its side, every member of the
    organisation and everyone who speaks for the owner."""
    member = offer.owner_kind == "organisation" and offer.owner_id in actor.organisation_ids
    return member or is_side(actor, offer)


def sees_owner(actor: Actor, offer: Offer) -> bool:
    """Whether the actor may know who offers; moderators learn it in the case, which is logged, not here."""
    return offer.shows_owner or is_side(actor, offer)


def can_read(actor: Actor, offer: Offer) -> bool:
    """Whether the actor reads the page: everyone what is public, its side whatever state it is in."""
    return offer.is_public or is_side(actor, offer)


def can_edit(actor: Actor, offer: Offer) -> bool:
    """Whether the actor may send a newer text now."""
    possible = any(OFFER_MACHINE.target(offer.status, act) for act in ("send", "send_version"))
    return possible and is_side(actor, offer)


def can_withdraw(actor: Actor, offer: Offer) -> bool:
    return OFFER_MACHINE.target(offer.status, "withdraw") is not None and is_side(actor, offer)


def is_renewable(offer: Offer, moment: datetime) -> bool:
    """Whether its end is near or past, so that it can be said to hold still."""
    if OFFER_MACHINE.target(offer.status, "renew") is None or offer.expires_at is None:
        return False
    return offer.expires_at - moment <= RENEWAL_OPENS


def can_renew(actor: Actor, offer: Offer, moment: datetime) -> bool:
    return is_renewable(offer, moment) and is_side(actor, offer)


def can_show_interest(actor: Actor, offer: Offer) -> bool:
    """Whether the actor may express interest: signed in, the offer public and not their own."""
    return actor.signed_in and offer.is_public and not is_involved(actor, offer)


def is_interested(actor: Actor, interest: OfferInterest) -> bool:
    """Whether the interest is the actor's."""
    return actor.signed_in and interest.person_id == actor.person_id


def can_see_interest(actor: Actor, offer: Offer, interest: OfferInterest) -> bool:
    return is_interested(actor, interest) or is_side(actor, offer)


def can_answer(actor: Actor, offer: Offer, interest: OfferInterest) -> bool:
    """Accept or decline: the offer's side, never the interested person."""
    return interest.status == ASKED and is_side(actor, offer) and not is_interested(actor, interest)


def can_take_back(actor: Actor, interest: OfferInterest) -> bool:
    return INTEREST_MACHINE.target(interest.status, "withdraw") is not None and is_interested(actor, interest)


def can_share(actor: Actor, interest: OfferInterest) -> bool:
    """Whether the interested person may still agree to be known."""
    possible = INTEREST_MACHINE.target(interest.status, "share") is not None
    return possible and interest.shared_at is None and is_interested(actor, interest)


def can_conclude(actor: Actor, offer: Offer, interest: OfferInterest) -> bool:
    """Say what came of it: either side, once both agreed to talk."""
    possible = INTEREST_MACHINE.target(interest.status, "conclude") is not None
    return possible and can_see_interest(actor, offer, interest)
