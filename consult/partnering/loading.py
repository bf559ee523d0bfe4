"""The shipped examples: invented offers and requests, published some days ago, owned by invented companies, by example
projects and example ideas. Loading can be repeated; dates move with the demo while nobody changed them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import registries, touch
from consult.core.text import render_markdown
from consult.organisations.operations import create_organisation
from consult.organisations.queries import organisation_by_name
from consult.partnering.models import CURRENT, PUBLISHED, Offer, OfferVersion
from consult.partnering.operations import end_of_term
from consult.partnering.publishing import KIND, show_owner, show_version


def load(dataset: Dataset) -> None:
    """Add the examples that are missing and whose owner is here."""
    known = set(db.session.execute(select(Offer.slug)).scalars())
    for record in dataset.records("offers"):
        owner = _owner(record) if record["id"] not in known else None
        if owner is not None:
            _add(record, owner, dataset.when(record["published"]) or now())


def _owner(record: dict[str, Any]) -> tuple[str, int] | None:
    """The company, made where it is missing, or the project or idea."""
    if "company" in record:
        found = organisation_by_name(record["company"])
        if found is None:
            name = {"de": record["company"], "en": record["company"]}
            found = create_organisation(SYSTEM, name, country=record["country"], is_example=True)
        return "organisation", found.id
    kind = "project" if "project" in record else "idea"
    subject = registries.subjects.get(kind)
    number = subject.find(record[kind]) if subject is not None else None
    return (kind, number) if number is not None else None


def _add(record: dict[str, Any], owner: tuple[str, int], published: datetime) -> None:
    months = record.get("months", 12)
    offer = Offer(
        slug=record["id"], kind=record["kind"], owner_kind=owner[0], owner_id=owner[1], status=PUBLISHED,
        category=record["category"], title=record["title"], sent_at=published - timedelta(days=1),
        published_at=published, moved_at=published, expires_at=end_of_term(published, months), is_example=True,
    )  # fmt: skip
    show_owner(offer)
    db.session.add(offer)
    db.session.flush()
    html = {language: render_markdown(text) for language, text in record["text"].items()}
    version = OfferVersion(
        offer_id=offer.id, number=1, state=CURRENT, title=record["title"],
        body={language: text.strip() for language, text in record["text"].items()},
        html_de=html.get("de", render_markdown("")), html_en=html.get("en", render_markdown("")),
        fields=_fields(record, months), sent_at=offer.sent_at, published_at=published,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    offer.public_version_id = version.id
    show_version(offer, version)


def _fields(record: dict[str, Any], months: int) -> dict[str, Any]:
    return {
        "category": record["category"], "sector": record.get("sector", ""), "country": record["country"],
        "region": record.get("region", ""), "stage": record.get("stage", ""), "format": record["format"],
        "languages": record["languages"], "countries": record.get("countries", []), "topics": record.get("topics", []),
        "technologies": record.get("technologies", []), "programme_id": None, "deadline": None, "months": months,
        "anonymous": bool(record.get("anonymous")),
    }  # fmt: skip


def shift(days: int) -> None:
    """Move the dates of examples that nobody changed."""
    statement = select(Offer).where(Offer.is_example, Offer.author_id.is_(None), Offer.status == PUBLISHED)
    for offer in db.session.execute(statement).scalars():
        if offer.published_at is None or offer.moved_at != offer.published_at:
            continue
        offer.sent_at += timedelta(days=days)
        offer.published_at = offer.moved_at = offer.published_at + timedelta(days=days)
        offer.expires_at = end_of_term(offer.published_at, offer.months)
        touch(KIND, offer.id)
