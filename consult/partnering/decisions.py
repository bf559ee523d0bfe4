"""Offers before moderation: what a moderator reads, which decisions are possible, and what each of them does.

A decision is about one version. While the offer is not public it moves the offer; beside a public version it moves only
the version that waits. Moderators see the owner of an anonymous offer, since they have to judge whether it may speak.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from consult.accounts.queries import people_by_ids
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import LANGUAGE_NAMES, _, format_day, pick
from consult.core.jobs import enqueue
from consult.core.registry import ModeratedKind, Review, ReviewPart, Verdict, touch
from consult.core.states import move
from consult.core.text import render_markdown
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.partnering import mails, rules, words
from consult.partnering.models import (
    CURRENT,
    EXPIRED,
    HELD,
    HIDDEN,
    PUBLISHED,
    REDACTED,
    REJECTED,
    RETURNED,
    SUBMITTED,
    SUPERSEDED,
    UNDONE,
    WAITING,
    Offer,
    OfferVersion,
)
from consult.partnering.operations import end_of_term, locked, newest_version
from consult.partnering.publishing import KIND, show_version

BAR = "█████"
OF_VERSION = ("publish", "return", "redact", "reject")
STATES = {"publish": CURRENT, "return": RETURNED, "reject": REJECTED}


# ---- what is read ---------------------------------------------------------------------------------------------------


def review(offer_id: int, version_id: int | None) -> Review:
    """The version before moderation, the one that is public, who offers and what else they offer."""
    offer = db.session.get_one(Offer, offer_id)
    version = _version(offer, version_id)
    public = db.session.get(OfferVersion, offer.public_version_id) if offer.public_version_id else None
    person = people_by_ids([offer.author_id]).get(offer.author_id) if offer.author_id is not None else None
    return Review(
        title=pick(version.title),
        language=next(iter(version.title)),
        parts=_parts(version),
        version_id=version.id,
        author=person.name if person else "",
        author_id=offer.author_id,
        organisation=pick(offer.owner_title),
        previous=_parts(public) if public is not None and public.id != version.id else [],
        history=_history(offer),
        outcomes=outcomes(offer.id, version.id),
        public_url=path("partnering.show", slug=offer.slug) if offer.is_public else "",
        facts=_facts(offer, version),
    )


def _version(offer: Offer, version_id: int | None) -> OfferVersion:
    wanted = version_id or offer.waiting_version_id or offer.public_version_id
    found = db.session.get(OfferVersion, wanted) if wanted else None
    return found or newest_version(offer.id)


def _parts(version: OfferVersion) -> list[ReviewPart]:
    parts = []
    for language in version.title:
        name = LANGUAGE_NAMES.get(language, language)
        title, body = version.title[language], version.body.get(language, "")
        heading = _("Title (%(language)s)", language=name)
        parts.append(ReviewPart(heading, title, render_markdown(title), name=f"title-{language}"))
        heading = _("Description (%(language)s)", language=name)
        parts.append(ReviewPart(heading, body, version.html(language), name=f"body-{language}"))
    return parts


def _facts(offer: Offer, version: OfferVersion) -> list[tuple[str, str]]:
    fields = version.fields
    facts = [
        (_("Kind"), words.kind_word(offer.kind)),
        (_("Category"), term_title("cooperation_categories", fields["category"])),
        (_("For"), words.owner_words(offer)),
        (_("Without name"), _("yes, until both sides agree") if fields["anonymous"] else ""),
        (_("Sector"), term_title("nace_rev2_1", fields["sector"]) if fields["sector"] else ""),
        (_("Region"), words.place_words(fields["country"], fields["region"])),
        (_("Received"), format_day(version.sent_at)),
        (_("Version"), str(version.number)),
    ]
    return [(term, value) for term, value in facts if value]


def _history(offer: Offer) -> list[str]:
    """What else the same owner offers or looks for, newest first, at most ten."""
    rows = db.session.execute(
        select(Offer.title, Offer.status)
        .where(Offer.owner_kind == offer.owner_kind, Offer.owner_id == offer.owner_id, Offer.id != offer.id)
        .order_by(Offer.id.desc())
        .limit(10)
    )
    return [f"{pick(title)} ({words.status_word(status)})" for title, status in rows]


def outcomes(offer_id: int, version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible about this version in the offer's present state."""
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        return ()
    waits = version_id is not None and version_id == offer.waiting_version_id
    if offer.status == SUBMITTED:
        return OF_VERSION if waits else ()
    if offer.status in (PUBLISHED, EXPIRED):
        own = ("redact",) if offer.status == PUBLISHED else ()
        return (*OF_VERSION, "hide") if waits else (*own, "hide")
    return ("restore", "remove") if offer.status == HIDDEN else ()


def involved(actor: Actor, offer_id: int) -> bool:
    """Author, member of the owner, whoever speaks for it."""
    offer = db.session.get(Offer, offer_id)
    return offer is not None and rules.is_involved(actor, offer)


def preview(offer_id: int, version_id: int | None, _reader: str) -> list[ReviewPart]:
    """The text as everyone will read it; the owner stands beside it or not, as the facts say."""
    return _parts(_version(db.session.get_one(Offer, offer_id), version_id))


# ---- what a decision does -------------------------------------------------------------------------------------------


def apply(actor: Actor, offer_id: int, verdict: Verdict) -> None:
    """Carry a decision out: move offer and version, derive what follows, write to the author."""
    offer = locked(offer_id)
    title = dict(offer.title)
    if verdict.outcome == "reinstate":
        _reinstate(actor, offer, verdict)
    elif verdict.outcome == "redact":
        _redact(actor, offer, verdict)
    elif verdict.outcome in OF_VERSION:
        title = _decide_version(actor, offer, verdict)
    elif verdict.outcome in ("hide", "restore", "remove"):
        move(rules.OFFER_MACHINE, offer, verdict.outcome, actor)
        _after_hiding(offer, verdict.outcome)
    else:
        raise Conflict(_("This decision is not possible for offers."))
    offer.moved_at = now()
    touch(KIND, offer.id)
    db.session.flush()
    mails.send_offer_decision(offer, verdict, title)


def _after_hiding(offer: Offer, outcome: str) -> None:
    """A version that waited is set aside while the offer is hidden: first the public one is judged."""
    if outcome == "hide":
        _set_state(offer.waiting_version_id, HELD)
        offer.waiting_version_id = None
    elif outcome == "restore" and _take_up_held(offer):
        # this case ends with the decision; the version needs one of its own
        enqueue("partnering.case", {"offer_id": offer.id})
    elif outcome == "remove":
        enqueue("partnering.lapse", {"offer_id": offer.id})


def _take_up_held(offer: Offer) -> bool:
    """Let a version that was set aside wait again; False if there is none."""
    statement = select(OfferVersion).where(OfferVersion.offer_id == offer.id, OfferVersion.state == HELD)
    held = db.session.execute(statement.order_by(OfferVersion.number.desc()).limit(1)).scalar_one_or_none()
    if held is None:
        return False
    held.state = WAITING
    offer.waiting_version_id = held.id
    return True


def _set_state(version_id: int | None, state: str) -> None:
    version = db.session.get(OfferVersion, version_id) if version_id else None
    if version is not None:
        version.state = state


def _waiting(offer: Offer, verdict: Verdict) -> OfferVersion:
    if offer.waiting_version_id is None or verdict.version_id != offer.waiting_version_id:
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))
    return db.session.get_one(OfferVersion, offer.waiting_version_id)


def _decide_version(actor: Actor, offer: Offer, verdict: Verdict) -> dict[str, str]:
    version = _waiting(offer, verdict)
    beside = offer.status in (PUBLISHED, EXPIRED)
    move(rules.OFFER_MACHINE, offer, f"{verdict.outcome}_version" if beside else verdict.outcome, actor)
    version.state = STATES[verdict.outcome]
    offer.waiting_version_id = None
    if verdict.outcome == "publish":
        _make_public(offer, version)
    return dict(version.title)


def _make_public(offer: Offer, version: OfferVersion) -> None:
    """Let everyone read this version; the first one starts the term."""
    _set_state(offer.public_version_id, SUPERSEDED)
    moment = now()
    version.state, version.published_at = CURRENT, moment
    offer.public_version_id = version.id
    show_version(offer, version)
    if offer.published_at is None:
        offer.published_at = moment
    if offer.expires_at is None:
        offer.expires_at = end_of_term(moment, offer.months)


def blackened(text: str, passages: Iterable[str]) -> str:
    """The text with bars where the passages stood."""
    for passage in passages:
        text = text.replace(passage, BAR)
    return text


def _redact(actor: Actor, offer: Offer, verdict: Verdict) -> None:
    """Publish with passages blacked out, or black them out in what is public: as a version of its own."""
    waits = offer.waiting_version_id is not None
    source = _waiting(offer, verdict) if waits else db.session.get_one(OfferVersion, offer.public_version_id)
    if not waits and verdict.version_id not in (None, source.id):
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))
    passages = [passage for passage, _remark in verdict.passages if passage]
    title = {language: blackened(one, passages) for language, one in source.title.items()}
    body = {language: blackened(one, passages) for language, one in source.body.items()}
    if (title, body) == (source.title, source.body):
        raise Conflict(_("None of the marked passages stands in this text."))
    act = "redact" if offer.status == SUBMITTED else "redact_version" if waits else "redact_public"
    move(rules.OFFER_MACHINE, offer, act, actor)
    html = {language: render_markdown(one) for language, one in body.items()}
    fresh = OfferVersion(
        offer_id=offer.id, number=newest_version(offer.id).number + 1, state=WAITING, title=title, body=body,
        html_de=html.get("de", render_markdown("")), html_en=html.get("en", render_markdown("")),
        fields=source.fields, author_id=source.author_id, redacts_id=source.id, sent_at=source.sent_at,
    )  # fmt: skip
    db.session.add(fresh)
    db.session.flush()
    offer.waiting_version_id = None
    _make_public(offer, fresh)
    source.state = REDACTED


# ---- taking a decision back -----------------------------------------------------------------------------------------


def reverse(actor: Actor, offer_id: int, verdict: Verdict) -> None:
    """Take a decision back: offer and versions are as before."""
    offer = locked(offer_id)
    if verdict.outcome in OF_VERSION:
        _reverse_version(actor, offer, verdict)
    else:
        move(rules.OFFER_MACHINE, offer, f"reverse_{verdict.outcome}", actor)
        if verdict.outcome == "hide":
            _take_up_held(offer)
        elif verdict.outcome == "restore":
            _after_hiding(offer, "hide")
    offer.moved_at = now()
    touch(KIND, offer.id)
    db.session.flush()


def _reverse_version(actor: Actor, offer: Offer, verdict: Verdict) -> None:
    version = db.session.get(OfferVersion, verdict.version_id) if verdict.version_id else None
    if version is None or offer.waiting_version_id is not None:
        raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
    with_public = verdict.outcome in ("publish", "redact")
    before = _public_before(offer, version) if with_public else None
    was_public = version.state == REDACTED and version.published_at is not None
    if was_public:  # what was blacked out in the public text comes back
        move(rules.OFFER_MACHINE, offer, "reverse_redact_public", actor)
        _take_out(offer, version)
        return
    beside = offer.status in (PUBLISHED, EXPIRED) and (before is not None or not with_public)
    move(rules.OFFER_MACHINE, offer, "reverse_version" if beside else f"reverse_{verdict.outcome}", actor)
    if with_public:
        _set_state(offer.public_version_id, UNDONE)
        offer.public_version_id = before.id if before is not None else None
        if before is None:
            offer.published_at = offer.expires_at = None
    version.state, version.published_at = WAITING, None
    offer.waiting_version_id = version.id
    if before is not None:
        before.state = CURRENT
    if with_public:
        show_version(offer, before or version)


def _take_out(offer: Offer, original: OfferVersion) -> None:
    """The original text is public again instead of the one with bars."""
    _set_state(offer.public_version_id, UNDONE)
    original.state = CURRENT
    offer.public_version_id = original.id
    show_version(offer, original)


def _public_before(offer: Offer, version: OfferVersion) -> OfferVersion | None:
    """The version that was public until this decision replaced it."""
    statement = (
        select(OfferVersion)
        .where(
            OfferVersion.offer_id == offer.id, OfferVersion.number < version.number, OfferVersion.state == SUPERSEDED
        )
        .order_by(OfferVersion.number.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _reinstate(actor: Actor, offer: Offer, verdict: Verdict) -> None:
    """After an upheld complaint: the effect of the decision is taken back, however long ago it was made."""
    version = db.session.get(OfferVersion, verdict.version_id) if verdict.version_id else None
    version = version or _version(offer, None)
    if verdict.overturns == "redact":
        move(rules.OFFER_MACHINE, offer, "reinstate", actor)
        _take_out(offer, version)
    elif verdict.overturns in ("return", "reject"):
        beside = offer.status in (PUBLISHED, EXPIRED)
        if version.state not in (RETURNED, REJECTED):
            raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
        move(rules.OFFER_MACHINE, offer, "publish_version" if beside else "reinstate", actor)
        _make_public(offer, version)
    else:
        move(rules.OFFER_MACHINE, offer, "reinstate", actor)


def due_days(_offer_id: int) -> int:
    return rules.DUE_DAYS


MODERATED = ModeratedKind(
    KIND, review, apply, involved, outcomes, reverse=reverse, interim=frozenset({"hide"}), preview=preview,
    due_days=due_days,
)  # fmt: skip
