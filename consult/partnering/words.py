"""Offers in words: kinds, states, places, owners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from consult.core.i18n import _, _l, format_day, pick
from consult.core.registry import registries
from consult.core.vocabularies import LAND_LETTERS, term_title, vocabulary
from consult.core.web import path
from consult.partnering.matching import EVERYWHERE
from consult.partnering.models import OFFER, Offer

FORMATS = {"in-person": _l("On site"), "online": _l("Online"), "hybrid": _l("On site or online")}
ENDPOINTS = {
    "organisation": ("organisations.show", "slug"),
    "cluster": ("clusters.show", "slug"),
    "project": ("projects.show", "slug"),
    "idea": ("ideas.show", "number"),
}


def kind_word(kind: str) -> str:
    """Offer or request."""
    return _("Offer") if kind == OFFER else _("Request")


def status_word(status: str) -> str:
    """A state of an offer in one word."""
    words = {
        "submitted": _("Received"),
        "published": _("Published"),
        "returned": _("Query"),
        "rejected": _("Rejected"),
        "closed": _("Closed"),
        "withdrawn": _("Withdrawn"),
        "expired": _("Ended"),
        "hidden": _("Hidden for now"),
        "removed": _("Removed"),
    }
    return words.get(status, status)


def owner_kind_word(kind: str) -> str:
    """What kind of thing stands behind an offer."""
    subject = registries.subjects.get(kind)
    return str(subject.label) if subject is not None else kind


def owner_words(offer: Offer) -> str:
    """Kind and name of the owner: for its own side and for moderators."""
    name = pick(offer.owner_title)
    return f"{owner_kind_word(offer.owner_kind)}: {name}" if name else owner_kind_word(offer.owner_kind)


def owner_url(offer: Offer) -> str:
    """The owner's page, or nothing where it has none."""
    if not offer.owner_public or offer.owner_kind not in ENDPOINTS:
        return ""
    endpoint, name = ENDPOINTS[offer.owner_kind]
    return path(endpoint, **{name: offer.owner_key})


def place_words(country: str, region: str) -> str:
    """Land and country."""
    land = term_title("nuts2024_de", region) if region in vocabulary("nuts2024_de") and len(region) > 2 else ""
    return ", ".join(part for part in (land, term_title("countries", country)) if part)


def wants_words(countries: list[str]) -> str:
    """From which countries the other side may come."""
    if not countries:
        return _("all countries")
    return ", ".join(sorted((term_title("countries", code) for code in countries), key=str.casefold))


def last_day(offer: Offer) -> datetime | None:
    """A moment of the last day on which the offer holds."""
    return offer.expires_at - timedelta(minutes=1) if offer.expires_at is not None else None


def facet_title(facet: str, code: str, titles: dict[str, dict[str, str]]) -> str:
    """The words of a code; `titles` are those of topics and programmes, which are content."""
    lists = {
        "category": "cooperation_categories", "technology": "key_technologies", "sector": "nace_rev2_1",
        "country": "countries", "region": "nuts2024_de", "stage": "value_chain_stages", "language": "working_languages",
    }  # fmt: skip
    if facet in titles:
        return titles[facet].get(code, code)
    if facet == "kind":
        return kind_word(code)
    if facet == "format":
        return str(FORMATS.get(code, code))
    if facet == "owner":
        return owner_kind_word(code)
    if facet == "wants":
        return _("all countries") if code == EVERYWHERE else term_title("countries", code)
    return term_title(lists[facet], code)


def lands() -> list[tuple[str, str]]:
    """The sixteen Länder by name."""
    found = [(code, term_title("nuts2024_de", code)) for code in LAND_LETTERS]
    return sorted(found, key=lambda one: one[1].casefold())


def facts_of(offer: Offer, titles: dict[str, dict[str, str]]) -> list[tuple[str, Any]]:
    """What stands beside the text, without the owner."""
    programme = titles.get("programme", {}).get(str(offer.programme_id), "") if offer.programme_id else ""
    last = last_day(offer)
    return [
        (_("Sort of cooperation"), term_title("cooperation_categories", offer.category)),
        (_("Topics"), ", ".join(titles.get("topic", {}).get(code, code) for code in offer.topics)),
        (_("Technologies"), ", ".join(term_title("key_technologies", code) for code in offer.technologies)),
        (_("Sector"), term_title("nace_rev2_1", offer.sector) if offer.sector else ""),
        (_("Where"), place_words(offer.country, offer.region)),
        (_("Partners from"), wants_words(offer.countries)),
        (_("Stage in the chain"), term_title("value_chain_stages", offer.stage) if offer.stage else ""),
        (_("How"), str(FORMATS.get(offer.format, offer.format))),
        (_("Languages"), ", ".join(term_title("working_languages", code) for code in offer.languages)),
        (_("Programme"), programme),
        (_("Deadline"), format_day(offer.deadline) if offer.deadline else ""),
        (_("Holds until"), format_day(last) if last else ""),
    ]
