"""Writes of interest: show it, accept or decline, agree to be known, say what came of it, take it back.

Contact data are shared only when both sides agreed: the offer's side by accepting, the interested person by saying so, in
whichever order. The row of an interest is locked before it is looked at, so of two people who answer at the same moment
one does and the other learns of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.core import audit
from consult.core.access import SYSTEM, Actor, check_not_suspended
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, _n
from consult.core.states import move
from consult.core.vocabularies import vocabulary
from consult.links.operations import set_links
from consult.links.queries import own_links
from consult.links.telling import tell_proposed
from consult.organisations import acting
from consult.partnering import notices, rules
from consult.partnering.models import ACCEPTED, ASKED, WITHDRAWN, Offer, OfferInterest
from consult.partnering.operations import locked as locked_offer

audit.declare("interest.shown", "offer_id")

CONTACT = 300  # characters
TEXT = 2000


@dataclass(frozen=True)
class Asking:
    """The three answers, how to be reached, on whose behalf, and whether the contact may be shown once it is accepted."""

    wants: str
    brings: str
    when_how: str
    contact: str
    share: bool = False
    behalf: tuple[str, int] | None = None
    language: str = "de"


def show_interest(actor: Actor, offer_id: int, asking: Asking) -> OfferInterest:
    """A person's interest in an offer; the other side is told. Shown twice it stays one."""
    check_not_suspended(actor)
    offer = locked_offer(offer_id)
    if not offer.is_public:
        raise Conflict(_("This is no longer open. Your answers are still here, should you want to keep them."))
    if not rules.can_show_interest(actor, offer):
        raise Refused(_("Interest can be shown by those who are signed in and have no part in the offer."))
    if asking.behalf is not None and not rules.can_offer_for(actor, *asking.behalf):
        raise Invalid({"behalf": acting.ended()})
    found = _live_of(offer.id, actor.person_id)
    if found is not None:
        return found
    _check_number(actor)
    kind, number = asking.behalf or ("", None)
    interest = OfferInterest(
        offer_id=offer.id, person_id=actor.person_id, from_kind=kind, from_id=number, wants=asking.wants,
        brings=asking.brings, when_how=asking.when_how, language=asking.language, contact=asking.contact,
        shared_at=now() if asking.share else None, asked_at=now(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(interest)
            db.session.flush()
    except IntegrityError:  # the same person in another window, at the same moment
        other = _live_of(offer.id, actor.person_id)
        if other is None:
            raise
        return other
    audit.record("interest.shown", actor, ("interest", interest.id), offer_id=offer.id)
    notices.tell_asked(offer, interest)
    return interest


def _live_of(offer_id: int, person_id: int | None) -> OfferInterest | None:
    statement = select(OfferInterest).where(
        OfferInterest.offer_id == offer_id, OfferInterest.person_id == person_id,
        OfferInterest.status.in_((ASKED, ACCEPTED)),
    )  # fmt: skip
    return db.session.execute(statement).scalar_one_or_none()


def _check_number(actor: Actor) -> None:
    waiting = db.session.execute(
        select(func.count())
        .select_from(OfferInterest)
        .where(OfferInterest.person_id == actor.person_id, OfferInterest.status == ASKED)
    ).scalar_one()
    if waiting >= rules.MOST_LIVE_INTERESTS:
        raise Conflict(
            _n(
                "%(num)s expression of interest of yours waits for an answer. Please wait for some of them first.",
                "%(num)s expressions of interest of yours wait for an answer. Please wait for some of them first.",
                waiting,
            )
        )


# ---- the answer -----------------------------------------------------------------------------------------------------


def accept(actor: Actor, interest_id: int, *, contact: str, note: str = "") -> OfferInterest:
    """The offer's side agrees and names its contact; both are shown as soon as the interested person agrees, too."""
    offer, interest = _for_answer(actor, interest_id)
    if not contact:
        raise Invalid({"contact": _("Please say how the other side can reach you.")})
    interest.answer_contact, interest.note = contact, note
    _answer(actor, interest, "accept")
    notices.tell_accepted(offer, interest)
    return interest


def decline(actor: Actor, interest_id: int, *, reason: str, note: str) -> OfferInterest:
    """The offer's side says no, with a reason from the list and a sentence. Nobody's contact is shown, ever."""
    offer, interest = _for_answer(actor, interest_id)
    if reason not in vocabulary("interest_decline_reasons"):
        raise Invalid({"reason": _("Please choose a reason.")})
    if not note:
        raise Invalid({"note": _("Please add a sentence, so that the other side understands the answer.")})
    interest.reason, interest.note, interest.ended_at = reason, note, now()
    _answer(actor, interest, "decline")
    notices.tell_declined(offer, interest)
    return interest


def _for_answer(actor: Actor, interest_id: int) -> tuple[Offer, OfferInterest]:
    offer, interest = locked(interest_id)
    if not rules.is_side(actor, offer) or rules.is_interested(actor, interest):
        raise Refused(_("Only those who speak for the offer can answer."))
    if interest.status != ASKED:
        if interest.answered_by is not None and interest.answered_by != actor.person_id:
            raise Conflict(_("Somebody on your side has answered this meanwhile. Nothing of yours was stored."))
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    return offer, interest


def _answer(actor: Actor, interest: OfferInterest, act: str) -> None:
    interest.answered_by, interest.answered_at = actor.person_id, now()
    move(rules.INTEREST_MACHINE, interest, act, actor)
    db.session.flush()


# ---- what the interested person does --------------------------------------------------------------------------------


def share_contact(actor: Actor, interest_id: int) -> OfferInterest:
    """The interested person agrees to be known: from now on each side sees the contact of the other."""
    offer, interest = locked(interest_id)
    if not rules.is_interested(actor, interest):
        raise Refused(_("Only who showed the interest can do this."))
    if interest.shared_at is not None:
        return interest
    interest.shared_at = now()
    move(rules.INTEREST_MACHINE, interest, "share", actor)
    db.session.flush()
    if interest.contacts_open:
        notices.tell_shared(offer, interest)
    return interest


def take_back(actor: Actor, interest_id: int) -> OfferInterest:
    """The interested person has changed their mind. What was open is closed again: no contact is shown any more."""
    offer, interest = locked(interest_id)
    if not rules.is_interested(actor, interest):
        raise Refused(_("Only who showed the interest can do this."))
    if interest.status == WITHDRAWN:
        return interest
    move(rules.INTEREST_MACHINE, interest, "withdraw", actor)
    interest.ended_at, interest.shared_at = now(), None
    db.session.flush()
    notices.tell_taken_back(offer, interest)
    return interest


# ---- what came of it ------------------------------------------------------------------------------------------------


def conclude(actor: Actor, interest_id: int, outcome: str, *, link: bool = False) -> OfferInterest:
    """Either side says what came of it; it can be corrected later. It is counted, and shown to nobody but both sides.

    With `link` the partnership is proposed as a link from the actor's own side to the other one, which has to confirm it;
    only where both sides are organisations or clusters and the offer was not anonymous.
    """
    offer, interest = locked(interest_id)
    if not rules.can_see_interest(actor, offer, interest):
        raise Refused(_("Only the two sides can do this."))
    if outcome not in vocabulary("interest_outcomes"):
        raise Invalid({"outcome": _("Please choose one of the entries in the list.")})
    move(rules.INTEREST_MACHINE, interest, "conclude", actor)
    interest.outcome, interest.outcome_by = outcome, actor.person_id
    interest.ended_at = interest.ended_at or now()
    db.session.flush()
    if link and outcome != "nothing" and linkable(offer, interest):
        _propose_link(actor, offer, interest)
    return interest


def linkable(offer: Offer, interest: OfferInterest) -> bool:
    """Whether the two sides are such that a partnership of theirs can be shown, and neither asked to stay unnamed."""
    kinds = ("organisation", "cluster")
    named = not offer.anonymous and interest.contacts_open and interest.from_id is not None
    different = (interest.from_kind, interest.from_id) != offer.owner
    return named and different and offer.owner_kind in kinds and interest.from_kind in kinds


def _propose_link(actor: Actor, offer: Offer, interest: OfferInterest) -> None:
    mine, other = (interest.from_kind, interest.from_id or 0), offer.owner
    if not rules.is_interested(actor, interest):
        mine, other = other, mine
    kept = [
        (link.to_kind, link.to_id, f"{link.type}:{link.role}" if link.role else link.type)
        for link in own_links(*mine)
        if link.to_id is not None
    ]
    tell_proposed(actor, set_links(actor, *mine, [*kept, (*other, "partner_of")]))


def lapse_of(offer_id: int) -> list[OfferInterest]:
    """End the interest that waits at an offer which is gone; returns what ended."""
    statement = select(OfferInterest).where(OfferInterest.offer_id == offer_id, OfferInterest.status == ASKED)
    waiting = list(db.session.execute(statement.order_by(OfferInterest.id).with_for_update()).scalars())
    for interest in waiting:
        move(rules.INTEREST_MACHINE, interest, "lapse", SYSTEM)
        interest.ended_at = now()
    db.session.flush()
    return waiting


def locked(interest_id: int) -> tuple[Offer, OfferInterest]:
    """An interest with its offer, as they are now, the interest held until the end of the transaction."""
    statement = select(OfferInterest).where(OfferInterest.id == interest_id).with_for_update()
    interest = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if interest is None:
        raise NotFound(_("There is no such interest."))
    offer = db.session.get_one(Offer, interest.offer_id)
    return offer, interest
