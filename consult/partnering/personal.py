"""A person's share in offers and interest: taken out on request, and erased so that what others need to know stays.

An offer belongs to an organisation, a cluster, an idea or a project and outlives its author; contacts and the words of
interest do not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update

from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.registry import PersonalData, touch
from consult.core.states import move
from consult.partnering.models import Offer, OfferInterest, OfferVersion
from consult.partnering.publishing import KIND
from consult.partnering.rules import INTEREST_MACHINE


def export(person_id: int) -> dict[str, Any]:
    """The offers that a person wrote with all versions of theirs, the interest they showed and the answers they gave."""
    offers = db.session.execute(select(Offer).where(Offer.author_id == person_id).order_by(Offer.id)).scalars().all()
    versions: dict[int, list[dict[str, Any]]] = {}
    for version in db.session.execute(
        select(OfferVersion).where(OfferVersion.author_id == person_id).order_by(OfferVersion.id)
    ).scalars():
        entry = {"sent": version.sent_at.isoformat(), "title": version.title, "text": version.body, **version.fields}
        versions.setdefault(version.offer_id, []).append(entry)
    interests = db.session.execute(
        select(OfferInterest, Offer.slug)
        .join(Offer, Offer.id == OfferInterest.offer_id)
        .where(or_(OfferInterest.person_id == person_id, OfferInterest.answered_by == person_id))
        .order_by(OfferInterest.id)
    ).all()
    written = [
        {"offer": one.slug, "kind": one.kind, "status": one.status, "versions": versions.pop(one.id, [])}
        for one in offers
    ]
    return {
        "offers": written,
        "versions_of_other_offers": [entry for entries in versions.values() for entry in entries],
        "interest": [_interest(one, slug) for one, slug in interests if one.person_id == person_id],
        "answers": [
            {"offer": slug, "contact": one.answer_contact, "reason": one.reason, "note": one.note}
            for one, slug in interests
            if one.answered_by == person_id
        ],
    }


def _interest(one: OfferInterest, slug: str) -> dict[str, Any]:
    return {
        "offer": slug, "status": one.status, "wants": one.wants, "brings": one.brings, "when_how": one.when_how,
        "contact": one.contact, "shared": one.shared_at.isoformat() if one.shared_at else None,
        "asked": one.asked_at.isoformat(), "outcome": one.outcome,
    }  # fmt: skip


def erase(person_id: int) -> None:
    """Take back the interest that is open, empty all words and contacts, forget the author; what is counted stays."""
    own = select(OfferInterest).where(OfferInterest.person_id == person_id)
    for interest in db.session.execute(own.with_for_update()).scalars().all():
        if INTEREST_MACHINE.target(interest.status, "withdraw"):
            move(INTEREST_MACHINE, interest, "withdraw", SYSTEM)
            interest.ended_at = now()
        empty(interest)
        interest.person_id = None
    db.session.flush()
    answered = OfferInterest.answered_by == person_id
    db.session.execute(update(OfferInterest).where(answered).values(answer_contact="", note="", answered_by=None))
    db.session.execute(update(OfferInterest).where(OfferInterest.outcome_by == person_id).values(outcome_by=None))
    ids = list(db.session.execute(select(Offer.id).where(Offer.author_id == person_id)).scalars())
    db.session.execute(update(Offer).where(Offer.author_id == person_id).values(author_id=None))
    db.session.execute(update(OfferVersion).where(OfferVersion.author_id == person_id).values(author_id=None))
    for offer_id in ids:
        touch(KIND, offer_id)


def empty(interest: OfferInterest) -> None:
    """Forget the words and contacts of an interest; state, reason and outcome stay, since they are counted."""
    interest.wants = interest.brings = interest.when_how = interest.contact = ""
    interest.answer_contact = interest.note = ""
    interest.from_kind, interest.from_id, interest.shared_at = "", None, None
    interest.emptied_at = now()


DATA = PersonalData("partnering", ("offer", "offer_version", "offer_interest"), export, erase)
