"""Reads of offers and of interest; each returns what one page needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import UTCDateTime, db
from consult.core.i18n import current_language, pick
from consult.core.memory import remembered
from consult.core.paging import Page, keyset
from consult.core.registry import registries
from consult.core.rows import columns_of, looked_at, rows_of
from consult.partnering.models import (
    ACCEPTED,
    ASKED,
    PUBLISHED,
    REMOVED,
    WITHDRAWN,
    Offer,
    OfferFacet,
    OfferInterest,
    OfferVersion,
)
from consult.programmes.models import Programme
from consult.search.queries import matching

FACETS = (
    "kind", "category", "topic", "technology", "sector", "country", "region", "wants", "stage", "format", "language",
    "programme", "owner",
)  # fmt: skip
NEWEST, ENDING = "newest", "ending"
SORTS = (NEWEST, ENDING)
SLUG = re.compile(r"[a-z0-9-]{1,100}")
EXPORT_STEP = 200


@dataclass(frozen=True)
class OfferFilter:
    """What the list is restricted to: words, codes by facet, and its order."""

    q: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    sort: str = NEWEST

    @property
    def active(self) -> bool:
        return bool(self.q) or any(self.chosen.values())


@dataclass(frozen=True)
class Counts:
    """How many match all filters, and how many of these each code would leave. `known` are all codes that occur at all."""

    total: int
    codes: dict[str, dict[str, int]]
    known: dict[str, dict[str, int]]


def _public() -> list[Any]:
    return [Offer.status == PUBLISHED, Offer.expires_at > now()]


def _filtered(wanted: OfferFilter, statement: Select[Any]) -> Select[Any]:
    statement = statement.where(*_public())
    for facet, codes in wanted.chosen.items():
        if codes and facet in FACETS:
            having = select(OfferFacet.offer_id).where(OfferFacet.facet == facet, OfferFacet.code.in_(codes))
            statement = statement.where(Offer.id.in_(having))
    if wanted.q:
        found = matching("offer", wanted.q)
        statement = statement.join(found, found.c.id == Offer.id)
    return statement


def offers_page(wanted: OfferFilter, after: str | None = None, size: int = 20) -> Page[Offer]:
    """One page of the public offers that match: the newest first, or those that end first."""
    order = [(Offer.published_at, "desc"), (Offer.id, "desc")]
    if wanted.sort == ENDING:
        order = [(Offer.expires_at, "asc"), (Offer.id, "asc")]
    return keyset(_filtered(wanted, select(Offer)), order, after, size)


def offers_among(wanted: OfferFilter, ids: Sequence[int]) -> list[Offer]:
    """Those of these offers that are public and match, the newest first."""
    statement = _filtered(wanted, select(Offer)).where(Offer.id.in_(ids))
    return list(db.session.execute(statement.order_by(Offer.published_at.desc(), Offer.id.desc())).scalars())


def all_offers(wanted: OfferFilter) -> Iterator[Offer]:
    """Everything that matches, for a file; read in steps."""
    after: str | None = None
    while True:
        page = offers_page(wanted, after, EXPORT_STEP)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _numbers(wanted: OfferFilter) -> dict[str, dict[str, int]]:
    """How many offers have each code. Without a filter the codes alone are counted, which an index holds."""
    statement = select(OfferFacet.facet, OfferFacet.code, func.count()).where(OfferFacet.facet.in_(FACETS))
    if wanted.active:
        ids = _filtered(wanted, select(Offer.id)).subquery()
        statement = statement.join(ids, ids.c.id == OfferFacet.offer_id)
    found: dict[str, dict[str, int]] = {}
    for facet, code, number in db.session.execute(statement.group_by(OfferFacet.facet, OfferFacet.code)):
        found.setdefault(facet, {})[code] = number
    return found


def offer_counts(wanted: OfferFilter, empty: bool = False) -> Counts:
    """Numbers beside the filters and in the heading; those without any filter are kept while nothing changes.

    An offer ends at midnight, hence the day in the key. `empty` says that nothing matches, which need not be asked again.
    """
    known = remembered(("partnering.counts", today()), lambda: _numbers(OfferFilter()))
    codes = {} if empty else _numbers(wanted) if wanted.active else known
    return Counts(sum(codes.get("kind", {}).values()), codes, known)


def totals(several: Sequence[OfferFilter]) -> list[int]:
    """How many match each of these filters; one query."""
    if not several:
        return []
    parts = []
    for place, wanted in enumerate(several):
        ids = _filtered(wanted, select(Offer.id)).subquery()
        parts.append(select(literal(place).label("place"), func.count().label("number")).select_from(ids))
    rows = {row.place: row.number for row in db.session.execute(union_all(*parts))}
    return [rows[place] for place in range(len(several))]


def titles() -> dict[str, dict[str, str]]:
    """The words of topics (by key) and programmes (by number) in the reader's language."""
    return remembered(("partnering.titles", current_language(), today()), _titles)


def _titles() -> dict[str, dict[str, str]]:
    subject = registries.subjects.get("topic")
    topics = subject.picker("", 100) if subject is not None and subject.picker is not None else []
    programmes = db.session.execute(select(Programme.id, Programme.title).order_by(Programme.sort_key)).all()
    return {
        "topic": {one.key: one.title for one in topics},
        "programme": {str(number): pick(title) for number, title in programmes},
    }


# ---- one offer ------------------------------------------------------------------------------------------------------


def offer_by_slug(slug: str) -> Offer | None:
    """The offer of this address, in whatever state."""
    if not SLUG.fullmatch(slug):
        return None
    return db.session.execute(select(Offer).where(Offer.slug == slug)).scalar_one_or_none()


def offers_by_ids(ids: Sequence[int]) -> dict[int, Offer]:
    """Offers by id; missing ones are left out; one query."""
    if not ids:
        return {}
    return {row.id: row for row in db.session.execute(select(Offer).where(Offer.id.in_(ids))).scalars()}


def version_by_id(version_id: int | None) -> OfferVersion | None:
    return db.session.get(OfferVersion, version_id) if version_id is not None else None


def newest_version_id(offer_id: int) -> int | None:
    """The text that was sent last."""
    statement = select(OfferVersion.id).where(OfferVersion.offer_id == offer_id).order_by(OfferVersion.number.desc())
    return db.session.execute(statement.limit(1)).scalar()


def offers_of_owner(kind: str, owner_id: int, limit: int = 6) -> list[Offer]:
    """The public offers that name this owner, newest first: rows to be looked at only, which pages that only read share."""
    values = {"kind": kind, "owner": owner_id, "moment": now(), "most": limit}

    def ask() -> list[Offer]:
        return [looked_at(Offer, row) for row in rows_of(_of_owner(), values)]

    # an offer runs out at midnight
    return remembered(("partnering.of_owner", kind, owner_id, limit, today()), ask, lasting=True)


@lru_cache(maxsize=1)
def _of_owner() -> Select[Any]:
    """The query of `offers_of_owner`, put together once, as every idea's page asks it."""
    statement: Select[Any] = (
        select(*columns_of(Offer))
        .where(
            Offer.status == PUBLISHED, Offer.expires_at > bindparam("moment", type_=UTCDateTime),
            Offer.owner_kind == bindparam("kind", type_=String), Offer.owner_id == bindparam("owner", type_=Integer),
            Offer.anonymous.is_(False),
        )
        .order_by(Offer.published_at.desc(), Offer.id.desc())
        .limit(bindparam("most", type_=Integer))
    )  # fmt: skip
    return statement


def offers_of_programme(programme_id: int, limit: int = 6) -> list[Offer]:
    """Public offers within the frame of a programme, those with the nearest end first."""
    statement = (
        select(Offer)
        .where(*_public(), Offer.programme_id == programme_id)
        .order_by(Offer.expires_at, Offer.id)
        .limit(limit)
    )
    return list(db.session.execute(statement).scalars())


def own_offers(actor: Actor, limit: int = 100) -> list[Offer]:
    """What the actor wrote or speaks for, newest first; what was withdrawn or removed stands last."""
    sides = [Offer.author_id == actor.person_id]
    organisations = sorted(
        {m.organisation_id for m in actor.memberships if m.role in ("author", "approver", "manager")}
    )
    if organisations:
        sides.append((Offer.owner_kind == "organisation") & Offer.owner_id.in_(organisations))
    if actor.cluster_ids:
        sides.append((Offer.owner_kind == "cluster") & Offer.owner_id.in_(sorted(actor.cluster_ids)))
    over = Offer.status.in_((WITHDRAWN, REMOVED))
    statement = select(Offer).where(or_(*sides)).order_by(over, Offer.sent_at.desc(), Offer.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


# ---- interest -------------------------------------------------------------------------------------------------------

Row = tuple[OfferInterest, Offer]


def interest_by_id(interest_id: int) -> Row | None:
    """An interest with its offer."""
    statement = select(OfferInterest, Offer).join(Offer, Offer.id == OfferInterest.offer_id)
    row = db.session.execute(statement.where(OfferInterest.id == interest_id)).one_or_none()
    return (row[0], row[1]) if row is not None else None


def own_interests(person_id: int, limit: int = 100) -> list[Row]:
    """What a person showed interest in, newest first."""
    statement = (
        select(OfferInterest, Offer)
        .join(Offer, Offer.id == OfferInterest.offer_id)
        .where(OfferInterest.person_id == person_id)
        .order_by(OfferInterest.id.desc())
        .limit(limit)
    )
    return [(interest, offer) for interest, offer in db.session.execute(statement)]


def interests_in(ids: Iterable[int], limit: int = 200) -> list[Row]:
    """Interest in these offers: what waits first, then the newest."""
    statement = (
        select(OfferInterest, Offer)
        .join(Offer, Offer.id == OfferInterest.offer_id)
        .where(OfferInterest.offer_id.in_(sorted(set(ids))))
        .order_by(OfferInterest.status != ASKED, OfferInterest.id.desc())
        .limit(limit)
    )
    return [(interest, offer) for interest, offer in db.session.execute(statement)]


def live_interest(offer_id: int, person_id: int | None) -> OfferInterest | None:
    """The interest of a person in an offer that has not ended."""
    if person_id is None:
        return None
    statement = select(OfferInterest).where(
        OfferInterest.offer_id == offer_id, OfferInterest.person_id == person_id,
        OfferInterest.status.in_((ASKED, ACCEPTED)),
    )  # fmt: skip
    return db.session.execute(statement).scalar_one_or_none()


def waiting_interests(offer_id: int) -> int:
    """How many wait for an answer."""
    return db.session.execute(
        select(func.count())
        .select_from(OfferInterest)
        .where(OfferInterest.offer_id == offer_id, OfferInterest.status == ASKED)
    ).scalar_one()


def people_of_interest(interest: OfferInterest) -> dict[int, Person]:
    """Who asked and who answered."""
    asker, answerer = aliased(Person), aliased(Person)
    row = db.session.execute(
        select(asker, answerer)
        .select_from(OfferInterest)
        .outerjoin(asker, asker.id == OfferInterest.person_id)
        .outerjoin(answerer, answerer.id == OfferInterest.answered_by)
        .where(OfferInterest.id == interest.id)
    ).one()
    return {person.id: person for person in row if person is not None}
