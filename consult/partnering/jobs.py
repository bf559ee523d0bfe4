"""What happens to offers and interest by the clock: reminders once, ends, and forgetting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from consult.core import jobs
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.notices import notify
from consult.partnering import interests, mails, notices, operations, personal, rules, words
from consult.partnering.models import (
    ACCEPTED,
    ASKED,
    CONCLUDED,
    DECLINED,
    LAPSED,
    PUBLISHED,
    SUBMITTED,
    WITHDRAWN,
    Offer,
    OfferInterest,
)

BATCH = 50


@jobs.every("partnering.expire", minutes=15)
def expire(_payload: dict[str, Any]) -> None:
    """Move what ran out; lists have left it out since midnight. Who stands behind it is told once, with the way to renew."""
    due = db.session.execute(
        select(Offer).where(Offer.status == PUBLISHED, Offer.expires_at <= now()).order_by(Offer.expires_at).limit(200)
    ).scalars().all()  # fmt: skip
    for offer in due:
        day = words.last_day(offer)
        context = {"title": dict(offer.title), "slug": offer.slug, "day": day.isoformat() if day else ""}
        notify("partnering.expired", notices.people_of(offer), context, dedupe=f"expired:{offer.id}:{offer.expires_at}")
    operations.expire_offers()


@jobs.every("partnering.remind", minutes=60)
def look_for_reminders(_payload: dict[str, Any]) -> None:
    """Write a job for each offer that ends soon and of whose end nobody was told yet."""
    moment = now()
    ids = db.session.execute(
        select(Offer.id)
        .where(
            Offer.status == PUBLISHED, Offer.reminded_at.is_(None), Offer.expires_at > moment,
            Offer.expires_at <= moment + rules.REMIND_BEFORE,
        )
        .order_by(Offer.expires_at, Offer.id)
        .limit(500)
    ).scalars().all()  # fmt: skip
    for offer_id in ids:
        jobs.enqueue("partnering.expiry", {"offer_id": offer_id})


@jobs.handler("partnering.expiry")
def remind(payload: dict[str, Any]) -> None:
    """Mail about the coming end with the link that renews. The mark is set in the transaction of the letter."""
    offer = operations.locked(payload["offer_id"])
    if not offer.is_public or offer.reminded_at is not None:
        return
    offer.reminded_at = now()
    mails.send_expiry(offer)


@jobs.every("partnering.interest", minutes=60)
def remind_of_interest(_payload: dict[str, Any]) -> None:
    """Remind once of interest without an answer, and ask once what came of what was accepted."""
    moment = now()
    unanswered = (OfferInterest.status == ASKED) & (OfferInterest.asked_at <= moment - rules.ANSWER_REMINDER)
    open_end = (OfferInterest.status == ACCEPTED) & (OfferInterest.answered_at <= moment - rules.OUTCOME_REMINDER)
    statement = (
        select(OfferInterest, Offer)
        .join(Offer, Offer.id == OfferInterest.offer_id)
        .where(
            or_(
                unanswered & OfferInterest.reminded_at.is_(None),
                open_end & OfferInterest.outcome_asked_at.is_(None),
            )
        )
        .order_by(OfferInterest.id)
        .limit(BATCH)
        .with_for_update(of=OfferInterest)
    )
    for interest, offer in db.session.execute(statement).all():
        if interest.status == ASKED:
            interest.reminded_at = moment
            notices.remind_of_answer(offer, interest)
        else:
            interest.outcome_asked_at = moment
            notices.ask_for_outcome(offer, interest)


@jobs.handler("partnering.lapse")
def lapse(payload: dict[str, Any]) -> None:
    """End the interest that waits at an offer which is gone for good. Doing it twice changes nothing."""
    offer = operations.locked(payload["offer_id"])
    if offer.status not in (WITHDRAWN, "removed", "closed"):
        return
    for interest in interests.lapse_of(offer.id):
        notices.tell_lapsed(offer, interest)


@jobs.handler("partnering.case")
def open_case_of_waiting(payload: dict[str, Any]) -> None:
    """After an offer was shown again: its version that had been set aside gets a case of its own."""
    offer = operations.locked(payload["offer_id"])
    version = operations.waiting_version(offer)
    if version is not None and offer.status in (PUBLISHED, SUBMITTED):
        operations.ask_moderation(SYSTEM, offer, version)


@jobs.every("partnering.tidy", minutes=720)
def tidy(_payload: dict[str, Any]) -> None:
    """Close what was returned and never changed; empty the words and contacts of interest that ended a year ago."""
    for offer in operations.close_returned():
        context = {"title": dict(offer.title), "slug": offer.slug}
        notify("partnering.closed", notices.people_of(offer), context, dedupe=f"partnering.closed:{offer.id}")
    statement = select(OfferInterest).where(
        OfferInterest.status.in_((DECLINED, CONCLUDED, WITHDRAWN, LAPSED)), OfferInterest.emptied_at.is_(None),
        OfferInterest.ended_at <= now() - rules.KEEP_TEXTS,
    )  # fmt: skip
    for interest in db.session.execute(statement.order_by(OfferInterest.id).limit(500)).scalars().all():
        personal.empty(interest)
    db.session.flush()
