"""What follows from a version: the columns, codes and teaser by which an offer is shown, found and matched.

All of it is derived and can be made anew (`rebuild`). The owner's name stands here too, renewed when the owner changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, or_, select

from consult.core.db import db
from consult.core.i18n import LANGUAGES, in_language
from consult.core.registry import SubjectInfo, describe, touch
from consult.core.text import excerpt
from consult.core.vocabularies import LAND_LETTERS
from consult.partnering.matching import EVERYWHERE, stage_position, theme_codes
from consult.partnering.models import OWNER_KINDS, PUBLISHED, Offer, OfferFacet, OfferVersion

KIND = "offer"
TEASER = 220
COLUMNS = (
    "anonymous", "category", "sector", "country", "region", "stage", "format", "languages", "countries", "topics",
    "technologies", "programme_id", "months",
)  # fmt: skip


def show_version(offer: Offer, version: OfferVersion) -> None:
    """Let the offer's columns and codes follow this version; the caller has flushed both."""
    for name in COLUMNS:
        setattr(offer, name, version.fields[name])
    deadline = version.fields.get("deadline")
    offer.deadline = date.fromisoformat(deadline) if deadline else None
    offer.title = dict(version.title)
    offer.teaser = {language: excerpt(body, TEASER) for language, body in version.body.items()}
    offer.stage_position = stage_position(offer.stage)
    offer.theme_count = len(theme_codes(offer.topics, offer.technologies))
    db.session.flush()
    write_facets(offer)
    touch(KIND, offer.id)


def facet_codes(offer: Offer) -> set[tuple[str, str]]:
    """(facet, code) of everything by which an offer is found."""
    land = offer.region[:3] if offer.region[:3] in LAND_LETTERS else ""
    found = {
        ("kind", offer.kind), ("category", offer.category), ("sector", offer.sector), ("country", offer.country),
        ("region", land), ("stage", offer.stage), ("format", offer.format),
    }  # fmt: skip
    if not offer.anonymous:
        found.add(("owner", offer.owner_kind))
    if offer.programme_id is not None:
        found.add(("programme", str(offer.programme_id)))
    found |= {("language", code) for code in offer.languages}
    found |= {("topic", code) for code in offer.topics}
    found |= {("technology", code) for code in offer.technologies}
    found |= {("theme", code) for code in theme_codes(offer.topics, offer.technologies)}
    found |= {("wants", code) for code in offer.countries or [EVERYWHERE]}
    return {(facet, code) for facet, code in found if code}


def write_facets(offer: Offer) -> None:
    """Store the codes anew; only what is public has any, so that numbers beside filters need not look at the offers."""
    db.session.execute(delete(OfferFacet).where(OfferFacet.offer_id == offer.id))
    if offer.status != PUBLISHED:
        return
    rows = [{"offer_id": offer.id, "facet": facet, "code": code} for facet, code in sorted(facet_codes(offer))]
    db.session.execute(insert(OfferFacet), rows)


def rebuild() -> int:
    """Make the codes of all offers anew; returns how many offers had wrong ones."""
    stored: dict[int, set[tuple[str, str]]] = {}
    for row in db.session.execute(select(OfferFacet.offer_id, OfferFacet.facet, OfferFacet.code)):
        stored.setdefault(row.offer_id, set()).add((row.facet, row.code))
    mended = 0
    for offer in db.session.execute(select(Offer).order_by(Offer.id)).scalars():
        due = facet_codes(offer) if offer.status == PUBLISHED else set()
        if stored.get(offer.id, set()) != due:
            write_facets(offer)
            mended += 1
    return mended


# ---- the owner ------------------------------------------------------------------------------------------------------


def described_owners(owners: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, SubjectInfo]]:
    """What is known of these owners, by language."""
    wanted = sorted(set(owners))
    found: dict[tuple[str, int], dict[str, SubjectInfo]] = {}
    for language in LANGUAGES:
        with in_language(language):
            for end, info in describe(wanted).items():
                found.setdefault(end, {})[language] = info
    return found


def _columns_of(known: dict[str, SubjectInfo] | None) -> dict[str, Any]:
    if not known:
        return {"owner_key": "", "owner_title": {}, "owner_public": False}
    one = next(iter(known.values()))
    titles = {info.language or language: info.title for language, info in known.items()}
    return {"owner_key": one.key, "owner_title": titles, "owner_public": one.public and bool(one.key)}


def show_owner(offer: Offer) -> None:
    """Take over the owner's name and whether it has a public page."""
    for name, value in _columns_of(described_owners([offer.owner]).get(offer.owner)).items():
        setattr(offer, name, value)


def follow_states(touched: set[tuple[str, int]]) -> None:
    """Before a commit: what became public has codes, what is so no longer has none."""
    ids = sorted(number for kind, number in touched if kind == KIND)
    if ids:
        for offer in db.session.execute(select(Offer).where(Offer.id.in_(ids))).scalars():
            write_facets(offer)


def follow_owners(touched: set[tuple[str, int]]) -> None:
    """Before a commit: offers of things that were renamed, published or hidden follow them."""
    owners = sorted(end for end in touched if end[0] in OWNER_KINDS)
    if not owners:
        return
    places = [(Offer.owner_kind == kind) & (Offer.owner_id == number) for kind, number in owners]
    offers = db.session.execute(select(Offer).where(or_(*places))).scalars().all()
    if not offers:
        return
    known = described_owners(offer.owner for offer in offers)
    for offer in offers:
        changed = False
        for name, value in _columns_of(known.get(offer.owner)).items():
            if getattr(offer, name) != value:
                setattr(offer, name, value)
                changed = True
        if changed:
            touch(KIND, offer.id)
