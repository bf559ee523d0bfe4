"""What the two sides are told of each other, in the list and by mail: no name and no contact stands in any of it.

The person behind an offer is told; where they have left, those who speak for its owner are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from consult.clusters.models import ClusterManager
from consult.core.db import db
from consult.core.i18n import _, format_day, pick
from consult.core.notices import notify
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.web import path
from consult.organisations.queries import member_ids
from consult.partnering.models import Offer, OfferInterest

_SENTENCES = {
    "partnering.asked": lambda title: _("Somebody is interested in “%(title)s”.", title=title),
    "partnering.accepted": lambda title: _("Your interest in “%(title)s” was accepted.", title=title),
    "partnering.declined": lambda title: _("Your interest in “%(title)s” was declined.", title=title),
    "partnering.shared": lambda title: _("Both sides have agreed: the contact for “%(title)s” is open.", title=title),
    "partnering.taken_back": lambda title: _("Interest in “%(title)s” was taken back.", title=title),
    "partnering.lapsed": lambda title: _(
        "“%(title)s” is no longer open. Your interest has ended with it.", title=title
    ),
    "partnering.answer_due": lambda title: _("Interest in “%(title)s” waits for your answer.", title=title),
    "partnering.outcome_due": lambda title: _("What came of “%(title)s”? One click is enough.", title=title),
}


def people_of(offer: Offer) -> list[int]:
    """Who is told on the offer's side."""
    if offer.author_id is not None:
        return [offer.author_id]
    if offer.owner_kind == "organisation":
        return member_ids(offer.owner_id, "author", "approver", "manager")
    if offer.owner_kind == "cluster":
        managers = select(ClusterManager.person_id).where(ClusterManager.cluster_id == offer.owner_id)
        return list(db.session.execute(managers.order_by(ClusterManager.person_id)).scalars())
    return []


def _tell(kind: str, people: list[int | None], offer: Offer, interest: OfferInterest, once: bool = False) -> None:
    context = {"title": dict(offer.title), "interest_id": interest.id}
    notify(kind, people, context, dedupe=f"{kind}:{interest.id}" if once else None)


def tell_asked(offer: Offer, interest: OfferInterest) -> None:
    """The offer's side: somebody is interested."""
    _tell("partnering.asked", [*people_of(offer)], offer, interest)


def tell_accepted(offer: Offer, interest: OfferInterest) -> None:
    _tell("partnering.accepted", [interest.person_id], offer, interest)


def tell_declined(offer: Offer, interest: OfferInterest) -> None:
    _tell("partnering.declined", [interest.person_id], offer, interest)


def tell_shared(offer: Offer, interest: OfferInterest) -> None:
    """The offer's side: the interested person agreed, too."""
    _tell("partnering.shared", [*people_of(offer)], offer, interest)


def tell_taken_back(offer: Offer, interest: OfferInterest) -> None:
    _tell("partnering.taken_back", [*people_of(offer)], offer, interest)


def tell_lapsed(offer: Offer, interest: OfferInterest) -> None:
    _tell("partnering.lapsed", [interest.person_id], offer, interest, once=True)


def remind_of_answer(offer: Offer, interest: OfferInterest) -> None:
    """The offer's side, once: somebody waits."""
    _tell("partnering.answer_due", [*people_of(offer)], offer, interest, once=True)


def ask_for_outcome(offer: Offer, interest: OfferInterest) -> None:
    """Both sides, once: what came of it."""
    _tell("partnering.outcome_due", [*people_of(offer), interest.person_id], offer, interest, once=True)


def _text(kind: str) -> Any:
    def text(context: Mapping[str, Any]) -> str:
        return str(_SENTENCES[kind](pick(context["title"])))

    return text


def _url(context: Mapping[str, Any]) -> str:
    return path("partnering.interest", interest_id=context["interest_id"])


def _closed(context: Mapping[str, Any]) -> str:
    return _("“%(title)s” was closed, since no change came.", title=pick(context["title"]))


def _expired(context: Mapping[str, Any]) -> str:
    day = format_day(datetime.fromisoformat(context["day"]))
    return _("“%(title)s” ran until %(day)s. You can renew it.", title=pick(context["title"]), day=day)


def _offer_url(context: Mapping[str, Any]) -> str:
    return path("partnering.show", slug=context["slug"])


KINDS = (
    *(NoticeKind(kind, _text(kind), _url, PLAIN_MAIL) for kind in _SENTENCES),
    NoticeKind("partnering.closed", _closed, _offer_url, PLAIN_MAIL),
    NoticeKind("partnering.expired", _expired, _offer_url),
)
