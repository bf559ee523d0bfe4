"""Writes of offers: send, send a newer text, renew, withdraw; and what the clock does to them.

What was sent is a version and is never changed. A text is rendered before the database is asked (`Text`), the offer's row
is locked before it is looked at, and moderation gets a case for every version.
"""

from __future__ import annotations

import secrets
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import func, select

from consult.core import audit
from consult.core.access import SYSTEM, Actor, check_not_suspended
from consult.core.clock import LOCAL, end_of_day, now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, _n, in_language, pick
from consult.core.jobs import enqueue
from consult.core.registry import touch
from consult.core.states import move
from consult.core.text import render_markdown, slugify
from consult.moderation.operations import hold_case, open_case, withdraw_case
from consult.organisations.models import Organisation
from consult.organisations.rules import may_approve
from consult.partnering import rules
from consult.partnering.models import (
    EXPIRED,
    PUBLISHED,
    RETURNED,
    SUBMITTED,
    UNDONE,
    WAITING,
    WITHDRAWN,
    Offer,
    OfferVersion,
)
from consult.partnering.publishing import KIND, show_owner, show_version

audit.declare("offer.sent", "version_id", "kind")
audit.declare("offer.made_anonymous")

LIVE = (SUBMITTED, RETURNED, PUBLISHED)


@dataclass(frozen=True)
class Text:
    """What the form of an offer gives: texts by language with their HTML, and the other fields.

    Made by `text_of` before the transaction begins, since rendering takes time.
    """

    kind: str
    owner: tuple[str, int]
    title: dict[str, str]
    body: dict[str, str]
    html: dict[str, Markup] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


def text_of(
    kind: str, owner: tuple[str, int], title: Mapping[str, str], body: Mapping[str, str], fields: dict[str, Any]
) -> Text:
    """The text with its HTML rendered; languages without words are left out."""
    titles = {language: words for language, words in title.items() if words}
    bodies = {language: words for language, words in body.items() if words}
    html = {language: render_markdown(words) for language, words in bodies.items()}
    return Text(kind, owner, titles, bodies, html, fields)


# ---- sending --------------------------------------------------------------------------------------------------------


def send_offer(actor: Actor, text: Text) -> Offer:
    """A new offer or request; it waits for moderation. Refused where the actor does not speak for the owner."""
    check_not_suspended(actor)
    _check_owner(actor, text.owner)
    _check_number(text.owner)
    fields = text.fields
    offer = Offer(
        slug=_fresh_slug(text.title), kind=text.kind, owner_kind=text.owner[0], owner_id=text.owner[1],
        author_id=actor.person_id, category=fields["category"], title=text.title, sent_at=now(), moved_at=now(),
    )  # fmt: skip
    show_owner(offer)
    db.session.add(offer)
    db.session.flush()
    version = _add_version(actor, offer, text)
    show_version(offer, version)
    audit.record("offer.sent", actor, (KIND, offer.id), version_id=version.id, kind=offer.kind)
    ask_moderation(actor, offer, version)
    db.session.flush()
    return offer


def change_offer(actor: Actor, offer_id: int, text: Text, seen: int) -> Offer:
    """Send a newer text: it waits for moderation, and what is public stays readable meanwhile.

    `seen` is the newest version that the writer had before them; Conflict where somebody sent another one since. Hiding
    the owner needs nobody's decision and holds at once.
    """
    hold_case(KIND, offer_id)
    offer = locked(offer_id)
    if not rules.is_side(actor, offer):
        raise Refused(_("Only those who speak for the offer can change it."))
    check_not_suspended(actor)
    newest = newest_version(offer.id)
    if newest.id != seen:
        raise Conflict(_("Somebody has sent a newer text meanwhile. Yours is still here; please look at both."))
    act = "send_version" if offer.status in (PUBLISHED, EXPIRED) else "send"
    if text.owner != offer.owner:
        raise Invalid({"owner": _("An offer stays with whom it was made for. Please withdraw it and write a new one.")})
    _check_release(actor, offer.owner)
    move(rules.OFFER_MACHINE, offer, act, actor)
    _set_aside_waiting(offer)
    version = _add_version(actor, offer, text)
    offer.moved_at = now()
    if act == "send":
        show_version(offer, version)
    elif text.fields["anonymous"] and not offer.anonymous:
        offer.anonymous = True
        audit.record("offer.made_anonymous", actor, (KIND, offer.id))
        _rewrite(offer)
    ask_moderation(actor, offer, version)
    db.session.flush()
    return offer


def _rewrite(offer: Offer) -> None:
    """The codes after a column changed beside the versions."""
    from_columns = db.session.get(OfferVersion, offer.public_version_id) if offer.public_version_id else None
    if from_columns is not None:
        from_columns.fields = {**from_columns.fields, "anonymous": offer.anonymous}
        show_version(offer, from_columns)


def _check_owner(actor: Actor, owner: tuple[str, int]) -> None:
    if not rules.can_offer_for(actor, *owner):
        raise Refused(_("You do not speak for this organisation, cluster, idea or project."))
    _check_release(actor, owner)


def _check_release(actor: Actor, owner: tuple[str, int]) -> None:
    """Where an organisation signs off, only those who release what others write may send."""
    if owner[0] == "organisation" and not may_approve(actor, owner[1]):
        organisation = db.session.get(Organisation, owner[1])
        if organisation is not None and organisation.signoff:
            raise Refused(_("In this organisation somebody releases what is sent. Please ask them to send the offer."))


def _check_number(owner: tuple[str, int]) -> None:
    count = db.session.execute(
        select(func.count())
        .select_from(Offer)
        .where(Offer.owner_kind == owner[0], Offer.owner_id == owner[1], Offer.status.in_(LIVE))
    ).scalar_one()
    if count >= rules.MOST_LIVE_OFFERS:
        raise Conflict(
            _n(
                "There is %(num)s open offer already. Please withdraw what is over before you write a new one.",
                "There are %(num)s open offers already. Please withdraw what is over before you write a new one.",
                count,
            )
        )


def _fresh_slug(title: Mapping[str, str]) -> str:
    """An address that tells the title and is nobody's yet."""
    return f"{slugify(pick(title, 'de'))[:70]}-{secrets.token_hex(4)}"


def _add_version(actor: Actor, offer: Offer, text: Text) -> OfferVersion:
    version = OfferVersion(
        offer_id=offer.id, number=_next_number(offer.id), state=WAITING, title=text.title, body=text.body,
        html_de=text.html.get("de", Markup("")), html_en=text.html.get("en", Markup("")), fields=text.fields,
        author_id=actor.person_id, sent_at=now(),
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    offer.waiting_version_id = version.id
    return version


def _next_number(offer_id: int) -> int:
    highest = select(func.max(OfferVersion.number)).where(OfferVersion.offer_id == offer_id)
    return (db.session.execute(highest).scalar() or 0) + 1


def _set_aside_waiting(offer: Offer) -> None:
    """A newer text takes the place of the one that waits."""
    waiting = db.session.get(OfferVersion, offer.waiting_version_id) if offer.waiting_version_id else None
    if waiting is not None:
        waiting.state = UNDONE
    offer.waiting_version_id = None


def ask_moderation(actor: Actor, offer: Offer, version: OfferVersion) -> None:
    """Put a version before the moderators."""
    with in_language(current_app.config["SETTINGS"].default_language):
        title = pick(version.title)
    open_case(
        KIND, offer.id, version.id, consultation_id=None, due_days=rules.DUE_DAYS, title=title,
        language=next(iter(version.title)), author_id=offer.author_id, actor=actor,
    )  # fmt: skip


# ---- the end and how it is put off ----------------------------------------------------------------------------------


def end_of_term(moment: datetime, months: int) -> datetime:
    """The midnight in Berlin at which a term of so many months ends that begins at `moment`; twelve at most."""
    day: date = moment.astimezone(LOCAL).date()
    years, month = divmod(day.month - 1 + min(months, 12), 12)
    year, month = day.year + years, month + 1
    return end_of_day(date(year, month, min(day.day, monthrange(year, month)[1])))


def renew_offer(actor: Actor, offer_id: int, *, by_link: bool = False) -> Offer:
    """Let an offer run for another term from today on. `by_link`: the actor holds the mailed link of this offer.

    Conflict where its end is still far or it is not public any more; doing it twice changes nothing the second time.
    """
    offer = locked(offer_id)
    if not by_link and not rules.is_side(actor, offer):
        raise Refused(_("Only those who speak for the offer can renew it."))
    moment = now()
    if offer.is_public and offer.expires_at == end_of_term(moment, offer.months):
        return offer
    if not rules.is_renewable(offer, moment):
        raise Conflict(_("This can be renewed from two months before its end on, and only while it is not withdrawn."))
    move(rules.OFFER_MACHINE, offer, "renew", actor)
    offer.expires_at, offer.reminded_at, offer.moved_at = end_of_term(moment, offer.months), None, moment
    touch(KIND, offer.id)
    db.session.flush()
    return offer


def withdraw_offer(actor: Actor, offer_id: int) -> Offer:
    """Take an offer back. A stub stays where it was public; interest that waits lapses, and who showed it is told."""
    hold_case(KIND, offer_id)
    offer = locked(offer_id)
    if not rules.is_side(actor, offer):
        raise Refused(_("Only those who speak for the offer can withdraw it."))
    if offer.status == WITHDRAWN:
        return offer
    move(rules.OFFER_MACHINE, offer, "withdraw", actor)
    _set_aside_waiting(offer)
    offer.moved_at = now()
    withdraw_case(KIND, offer.id, actor)
    enqueue("partnering.lapse", {"offer_id": offer.id})
    touch(KIND, offer.id)
    db.session.flush()
    return offer


def expire_offers(limit: int = 200) -> int:
    """Move what ran out to its state; lists do not wait for it. Returns how many."""
    statement = (
        select(Offer)
        .where(Offer.status == PUBLISHED, Offer.expires_at <= now())
        .order_by(Offer.expires_at, Offer.id)
        .limit(limit)
        .with_for_update()
    )
    offers = db.session.execute(statement).scalars().all()
    for offer in offers:
        move(rules.OFFER_MACHINE, offer, "expire", SYSTEM)
        offer.moved_at = now()
        touch(KIND, offer.id)
    db.session.flush()
    return len(offers)


def close_returned(limit: int = 200) -> list[Offer]:
    """Close what was returned and not changed within 30 days."""
    statement = (
        select(Offer)
        .where(Offer.status == RETURNED, Offer.moved_at <= now() - rules.REVISION)
        .order_by(Offer.id)
        .limit(limit)
        .with_for_update()
    )
    offers = list(db.session.execute(statement).scalars())
    for offer in offers:
        move(rules.OFFER_MACHINE, offer, "lapse", SYSTEM)
        offer.moved_at = now()
    db.session.flush()
    return offers


# ---- pieces ---------------------------------------------------------------------------------------------------------


def locked(offer_id: int) -> Offer:
    """The offer's row as it is now, held until the end of the transaction."""
    statement = select(Offer).where(Offer.id == offer_id).with_for_update()
    offer = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return offer


def waiting_version(offer: Offer) -> OfferVersion | None:
    """The text that waits for moderation."""
    return db.session.get(OfferVersion, offer.waiting_version_id) if offer.waiting_version_id is not None else None


def newest_version(offer_id: int) -> OfferVersion:
    """The text that was sent last; what a moderator set aside or a newer one replaced included."""
    statement = select(OfferVersion).where(OfferVersion.offer_id == offer_id).order_by(OfferVersion.number.desc())
    return db.session.execute(statement.limit(1)).scalar_one()
