"""What other rooms see of offers: a line, the number behind an address, the entry in the index.

Neither line nor index names the author, and of an anonymous offer nothing tells the owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import LANGUAGES, _l, in_language, pick, picked_language
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind, registries
from consult.core.text import plain
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.organisations.queries import member_ids
from consult.organisations.rules import WRITERS
from consult.partnering import queries, rules, words
from consult.partnering.models import PUBLISHED, Offer, OfferVersion
from consult.partnering.publishing import KIND
from consult.search.queries import matching

BATCH = 200


def info(offer: Offer) -> SubjectInfo:
    """The line that others show."""
    return SubjectInfo(
        kind=KIND, id=offer.id, title=pick(offer.title), url=path("partnering.show", slug=offer.slug),
        language=picked_language(offer.title), public=offer.is_public, region=offer.region or offer.country,
        organisation_id=offer.owner_id if offer.owner_kind == "organisation" and offer.shows_owner else None,
        excerpt=pick(offer.teaser), key=offer.slug,
    )  # fmt: skip


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    return {number: info(offer) for number, offer in queries.offers_by_ids(ids).items()}


def find(key: str) -> int | None:
    """The number behind an address."""
    offer = queries.offer_by_slug(key)
    return offer.id if offer is not None else None


def resolve(values: dict[str, Any]) -> tuple[str, int] | None:
    """The subject behind the values of its address."""
    found = find(str(values.get("slug", "")))
    return (KIND, found) if found is not None else None


def pick_by_words(sought: str, limit: int) -> list[SubjectInfo]:
    """Public offers that the words find, best first; the newest ones without words."""
    statement = select(Offer).where(Offer.status == PUBLISHED, Offer.expires_at > now())
    if sought.strip():
        hits = matching(KIND, sought)
        statement = statement.join(hits, hits.c.id == Offer.id).order_by(hits.c.score.desc())
    statement = statement.order_by(Offer.published_at.desc(), Offer.id.desc()).limit(limit)
    return [info(offer) for offer in db.session.execute(statement).scalars()]


def may_manage(actor: Actor, offer_id: int) -> bool:
    """Whether the actor speaks for the offer."""
    offer = db.session.get(Offer, offer_id)
    return offer is not None and rules.is_side(actor, offer)


def speakers(offer_id: int) -> list[int]:
    """Ids of those who speak for an offer, as `rules.is_side` says of each."""
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        return []
    owner = registries.subjects.get(offer.owner_kind)
    if offer.owner_kind == "organisation":
        people = member_ids(offer.owner_id, *WRITERS)
    else:
        people = owner.speakers(offer.owner_id) if owner is not None and owner.speakers is not None else []
    return sorted({*people, *([offer.author_id] if offer.author_id is not None else [])})


def documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these offers, or of all: title, text, codes in words; the owner's name if it is shown."""
    last = 0
    while True:
        statement = (
            select(Offer, OfferVersion)
            .join(OfferVersion, OfferVersion.id == Offer.public_version_id)
            .where(Offer.status == PUBLISHED, Offer.expires_at > now(), Offer.id > last)
            .order_by(Offer.id)
            .limit(BATCH)
        )
        if ids is not None:
            statement = statement.where(Offer.id.in_(ids))
        rows = db.session.execute(statement).all()
        if not rows:
            return
        for offer, version in rows:
            yield _document(offer, version)
        last = rows[-1][0].id


def _document(offer: Offer, version: OfferVersion) -> SearchDocument:
    title = pick(offer.title, "de")
    parts = [plain(body) for body in version.body.values()]
    for language in LANGUAGES:
        with in_language(language):
            parts += [pick(offer.title), words.kind_word(offer.kind)]
            parts += [
                term_title("cooperation_categories", offer.category),
                words.place_words(offer.country, offer.region),
            ]
            parts += [term_title("key_technologies", code) for code in offer.technologies]
            if offer.shows_owner:
                parts.append(pick(offer.owner_title))
    return SearchDocument(
        kind=KIND, id=offer.id, title=title, language=picked_language(offer.title, "de") or "de", at=offer.published_at,
        body="\n".join(part for part in dict.fromkeys(parts) if part and part != title),  # which says it already
        facets={"region": [offer.region] if offer.region else []},
    )  # fmt: skip


SUBJECT = SubjectKind(KIND, _l("Offer or request"), describe, find, pick_by_words, may_manage, speakers)
SEARCHABLE = Searchable(KIND, documents, _l("Partners"))
