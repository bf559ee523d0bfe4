"""Counterparts of an offer, filtered and scored by the database: the same formula as `matching`, without loading anything.

One query gives a page of any list, however many offers there are; a test holds that its numbers are those of `matching`.
Offers of one owner are no counterparts of each other, unless one of them is anonymous: who is left out would tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, exists, func, literal, or_, select

from consult.core.clock import now, today
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.links.models import CONFIRMED, STATED, Link
from consult.partnering.matching import (
    EVERYWHERE,
    LEAST,
    MUTUAL,
    ONE_COUNTRY,
    OPEN_PROGRAMME,
    SAME_COUNTRY,
    SAME_STAGE,
    WEIGHTS,
    Profile,
    Reasons,
    explain,
    profile_of,
)
from consult.partnering.models import ACCEPTED, CONCLUDED, PUBLISHED, Offer, OfferFacet, OfferInterest

PARTNER_TYPES = ("partner_of", "member_of", "twinned_with")


@dataclass(frozen=True)
class Match:
    """A counterpart with its score; `partner` where the reader asked for new ones and this owner is known already."""

    offer: Offer
    score: int
    reasons: Reasons
    partner: bool = False


def _shared_themes(one: Profile) -> Subquery:
    """(offer_id, shared): how many themes an offer has in common with this one."""
    themes = select(OfferFacet.offer_id, func.count().label("shared")).where(
        OfferFacet.facet == "theme", OfferFacet.code.in_(sorted(one.themes))
    )
    return themes.group_by(OfferFacet.offer_id).subquery()


def _wanting(one: Profile) -> Subquery:
    """(offer_id, named): offers that take partners from this one's country, and whether they name it."""
    named = func.max(case((OfferFacet.code == one.country, 1), else_=0)).label("named")
    wanting = select(OfferFacet.offer_id, named).where(
        OfferFacet.facet == "wants", OfferFacet.code.in_([one.country, EVERYWHERE])
    )
    return wanting.group_by(OfferFacet.offer_id).subquery()


def _speaking(one: Profile) -> Any:
    """Condition: a language in common."""
    return Offer.id.in_(
        select(OfferFacet.offer_id).where(OfferFacet.facet == "language", OfferFacet.code.in_(sorted(one.languages)))
    )


def _topic_points(one: Profile, shared: Any) -> Any:
    own = len(one.themes)
    if not own:
        return literal(0)
    fewest = case((Offer.theme_count < own, Offer.theme_count), else_=own)
    number = func.coalesce(shared, 0)
    # `//` of two whole numbers divides without a rest on both databases
    return case((number > 0, WEIGHTS["topics"] * number // fewest), else_=0)


def _country_points(one: Profile, named: Any) -> Any:
    mine = 1 if one.countries else 0
    both = {0: (0, ONE_COUNTRY), 1: (ONE_COUNTRY, WEIGHTS["countries"])}[mine]
    return case((named == 1, both[1]), else_=both[0])


def _programme_points(one: Profile, day: date) -> Any:
    theirs = and_(Offer.programme_id.is_not(None), or_(Offer.deadline.is_(None), Offer.deadline >= day))
    if one.programme_id is None:
        return case((theirs, OPEN_PROGRAMME), else_=0)
    if not one.programme_open(day):
        return literal(0)
    return case(
        (and_(theirs, Offer.programme_id == one.programme_id), WEIGHTS["programme"]),
        (Offer.programme_id.is_(None), OPEN_PROGRAMME),
        else_=0,
    )


def _stage_points(one: Profile) -> Any:
    place = one.stage_position
    if not place:
        return literal(0)
    return case(
        (Offer.stage_position == 0, 0),
        (Offer.stage_position == place, SAME_STAGE),
        (Offer.stage_position.in_([place - 1, place + 1]), WEIGHTS["stage"]),
        else_=0,
    )


def _place_points(one: Profile) -> Any:
    online = Offer.format.in_(("online", "hybrid")) if one.online else literal(False)
    if not one.on_site:
        return case((online, WEIGHTS["place"]), else_=0)
    near = and_(Offer.format.in_(("in-person", "hybrid")), Offer.country == one.country)
    land = func.substr(Offer.region, 1, 3) == one.region[:3] if len(one.region) >= 3 else literal(False)
    return case((online, WEIGHTS["place"]), (and_(near, land), WEIGHTS["place"]), (near, SAME_COUNTRY), else_=0)


def scored(offer: Offer, own_side: bool, fresh: bool = False) -> Subquery:
    """(id, score, partner) of all counterparts of an offer with enough points. `own_side`: asked by who speaks for it."""
    one, day = profile_of(offer), today()
    themes, wanting = _shared_themes(one), _wanting(one)
    score = (
        _topic_points(one, themes.c.shared)
        + case((Offer.category == one.category, WEIGHTS["category"]), else_=0)
        + _country_points(one, wanting.c.named)
        + _programme_points(one, day)
        + _stage_points(one)
        + _place_points(one)
    ).label("score")
    kinds = Offer.kind != one.kind
    if one.category in MUTUAL:
        kinds = or_(kinds, Offer.category == one.category)
    partner = _known(offer) if fresh else literal(0)
    inner: Select[Any] = (
        select(Offer.id, score, partner.label("partner"))
        .join(wanting, wanting.c.offer_id == Offer.id)
        .outerjoin(themes, themes.c.offer_id == Offer.id)
        .where(Offer.status == PUBLISHED, Offer.expires_at > now(), Offer.id != offer.id, kinds, _speaking(one))
    )
    if one.countries:
        inner = inner.where(Offer.country.in_(sorted(one.countries)))
    same_owner = and_(Offer.owner_kind == offer.owner_kind, Offer.owner_id == offer.owner_id)
    if own_side:
        inner = inner.where(~same_owner)
    elif not offer.anonymous:
        inner = inner.where(~and_(same_owner, Offer.anonymous.is_(False)))
    found = inner.subquery()
    return select(found).where(found.c.score >= LEAST).subquery()


def _known(offer: Offer) -> Any:
    """1 where the owners of both are linked already or have agreed to talk; always 0 for an anonymous counterpart."""
    kind, number = offer.owner
    here_from = and_(Link.from_kind == kind, Link.from_id == number)
    here_to = and_(Link.to_kind == kind, Link.to_id == number)
    there_from = and_(Link.from_kind == Offer.owner_kind, Link.from_id == Offer.owner_id)
    there_to = and_(Link.to_kind == Offer.owner_kind, Link.to_id == Offer.owner_id)
    linked = exists().where(
        Link.type.in_(PARTNER_TYPES), Link.status.in_((STATED, CONFIRMED)),
        or_(and_(here_from, there_to), and_(here_to, there_from)),
    )  # fmt: skip
    agreed = OfferInterest.status.in_((ACCEPTED, CONCLUDED))
    asked = exists().where(
        agreed, OfferInterest.offer_id == Offer.id, OfferInterest.from_kind == kind, OfferInterest.from_id == number
    )
    was_asked = exists().where(
        agreed, OfferInterest.offer_id == offer.id, OfferInterest.from_kind == Offer.owner_kind,
        OfferInterest.from_id == Offer.owner_id,
    )  # fmt: skip
    return case((and_(Offer.anonymous.is_(False), or_(linked, asked, was_asked)), 1), else_=0)


def matches_page(
    offer: Offer, titles: dict[str, str], after: str | None = None, size: int = 20, *, own_side: bool = False,
    fresh: bool = False,
) -> Page[Match]:  # fmt: skip
    """One page of the counterparts, best first, equal scores in the order of entry; one query.

    With `fresh`, which only the offer's own side may ask for, those whose owner is a partner already come last.
    """
    found = scored(offer, own_side, fresh and own_side)
    statement = select(Offer, found.c.score, found.c.partner).join(found, found.c.id == Offer.id)
    order = [(found.c.partner, "asc"), (found.c.score, "desc"), (Offer.id, "asc")]
    page = keyset(statement, order, after, size, scalars=False, key=lambda row: (row.partner, row.score, row.Offer.id))
    one, day = profile_of(offer), today()
    page.items = [
        Match(row.Offer, row.score, explain(one, profile_of(row.Offer), day, titles), bool(row.partner))
        for row in page.items
    ]
    return page


def match_count(offer: Offer, own_side: bool = False) -> int:
    """How many counterparts there are."""
    found = scored(offer, own_side)
    return db.session.execute(select(func.count()).select_from(found)).scalar_one()
