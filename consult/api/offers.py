"""Offers and requests in the API: the list with the facets of the page, one entry, and its counterparts with reasons.

An anonymous entry has no owner here, as everywhere.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from consult.api import parameters as asked
from consult.api.layer import Listing, ListParameters, Nothing, Parameters, Resource, SearchParameters
from consult.api.parameters import Code, facet
from consult.api.resources import Code as CodeText
from consult.api.resources import Codes, Example, Id, Key, Language, Page, Self
from consult.api.views import layer
from consult.core.errors import Gone, NotFound
from consult.core.i18n import _, _l, pick, picked_language
from consult.core.text import clean_line
from consult.core.web import address
from consult.partnering import queries
from consult.partnering.matches import Match, matches_page
from consult.partnering.models import Offer, OfferVersion


class OfferResource(Resource):
    """Something that is offered or looked for."""

    id: Id
    slug: Key
    kind: Literal["offer", "request"]
    category: CodeText
    title: str
    language: Language
    excerpt: Annotated[str, Field(description=_l("The beginning of the text."))]
    anonymous: Annotated[bool, Field(description=_l("Whether the owner stays without name until both sides agree."))]
    owner_kind: Annotated[
        str | None, Field(description=_l("organisation, cluster, project or idea; null without name."))
    ]
    owner: Annotated[str | None, Field(description=_l("Key of the owner; null without name."))]
    owner_name: str | None
    topics: Codes
    technologies: Codes
    sector: CodeText
    country: CodeText
    region: CodeText
    partners_from: Annotated[list[str], Field(description=_l("Countries wanted, two letters; empty: all."))]
    stage: CodeText
    format: CodeText
    languages: Codes
    programme: Annotated[str | None, Field(description=_l("Title of the programme."))]
    deadline: Annotated[date | None, Field(description=_l("Deadline of the programme."))]
    published_at: datetime
    expires_at: Annotated[datetime, Field(description=_l("First moment in which it is not public any more."))]
    example: Example
    matches: Self
    url: Page
    self: Self


class FullOffer(OfferResource):
    """An entry with its text in every language in which it was written."""

    text: Annotated[dict[str, str], Field(description=_l("Markdown by language."))]
    html: Annotated[dict[str, str], Field(description=_l("The same texts as checked HTML, by language."))]


class MatchResource(Resource):
    """A counterpart, with the points of the published formula and why."""

    offer: Key
    kind: Literal["offer", "request"]
    title: str
    language: Language
    score: Annotated[int, Field(description=_l("0 to 100; the same whichever of the two asks."))]
    fits_because: list[str]
    missing: list[str]
    url: Page
    self: Self


class OfferList(SearchParameters):
    """The facets of the list of offers."""

    kind: list[Literal["offer", "request"]] = facet(_l("Offers or requests."))
    category: list[Code] = facet(_l("Kind of cooperation."), "rd-partner")
    topic: list[Code] = facet(_l("Topic."))
    technology: list[Code] = facet(_l("Key technology."))
    sector: list[Code] = facet(_l("Section of NACE Rev. 2.1."), "C")
    country: list[Code] = facet(_l("Country, two letters."), "DE")
    region: list[Code] = facet(_l("NUTS code of the Land."), "DEG")
    wants: list[Code] = facet(_l("Country from which partners are wanted, two letters."), "FI")
    stage: list[Code] = facet(_l("Stage of the value chain."), "develop")
    format: list[Code] = facet(_l("In person, online or both."), "online")
    language: list[Code] = facet(_l("Language in which to work together."), "en")
    owner: list[Code] = facet(_l("Kind of owner."), "cluster")
    sort: Literal["newest", "ending"] = Field(default="newest", description=_l("Newest first, or ending soon first."))


FACETS = (
    "kind", "category", "topic", "technology", "sector", "country", "region", "wants", "stage", "format", "language",
    "owner",
)  # fmt: skip


def _fields(row: Offer, titles: dict[str, dict[str, str]]) -> dict[str, Any]:
    named = row.shows_owner
    return {
        "id": row.slug, "slug": row.slug, "kind": row.kind, "category": row.category, "title": pick(row.title),
        "language": picked_language(row.title), "excerpt": pick(row.teaser), "anonymous": row.anonymous,
        "owner_kind": row.owner_kind if named else None, "owner": row.owner_key if named else None,
        "owner_name": pick(row.owner_title) if named else None, "topics": row.topics, "technologies": row.technologies,
        "sector": row.sector, "country": row.country, "region": row.region, "partners_from": row.countries,
        "stage": row.stage, "format": row.format, "languages": row.languages,
        "programme": titles["programme"].get(str(row.programme_id)) if row.programme_id else None,
        "deadline": row.deadline, "published_at": row.published_at, "expires_at": row.expires_at,
        "example": row.is_example, "matches": address("api.offer_matches", slug=row.slug),
        "url": address("partnering.show", slug=row.slug), "self": address("api.offer", slug=row.slug),
    }  # fmt: skip


@layer.read(
    "/offers", OfferResource, is_list=True, parameters=OfferList, tag="offers", summary=_l("Offers and requests")
)
def offers(_place: Nothing, given: OfferList) -> Listing[OfferResource]:
    chosen = {name: list(getattr(given, name)) for name in FACETS}
    page = queries.offers_page(queries.OfferFilter(clean_line(given.q), chosen, given.sort), given.after, given.size)
    titles = queries.titles()
    return Listing([OfferResource(**_fields(row, titles)) for row in page], page.next)


def _public(slug: str) -> Offer:
    row = queries.offer_by_slug(slug)
    if row is not None and row.was_public and not row.is_public:
        raise Gone(_("This is not public any more."))
    if row is None or not row.is_public:
        raise NotFound(_("There is no such offer."))
    return row


@layer.read(
    "/offers/<slug>", FullOffer, place=asked.SlugPlace, gone=True, tag="offers", summary=_l("One offer or request"),
    description=_l("What was public and has ended, was withdrawn or removed answers with status 410."),
)  # fmt: skip
def offer(place: asked.SlugPlace, _given: Parameters) -> FullOffer:
    row = _public(place.slug)
    version: OfferVersion | None = queries.version_by_id(row.public_version_id)
    body = dict(version.body) if version is not None else {}
    html = {language: str(version.html(language)) for language in body} if version is not None else {}
    return FullOffer(**_fields(row, queries.titles()), text=body, html=html)


def _match(found: Match) -> MatchResource:
    row = found.offer
    fields: dict[str, Any] = {
        "offer": row.slug, "kind": row.kind, "title": pick(row.title), "language": picked_language(row.title),
        "score": found.score, "fits_because": found.reasons.fits, "missing": found.reasons.missing,
        "url": address("partnering.show", slug=row.slug), "self": address("api.offer", slug=row.slug),
    }  # fmt: skip
    return MatchResource(**fields)


@layer.read(
    "/offers/<slug>/matches", MatchResource, is_list=True, place=asked.SlugPlace, parameters=ListParameters, gone=True,
    tag="offers", summary=_l("Counterparts of an offer, best first"),
    description=_l("By the published formula; the score of two is the same for both."),
)  # fmt: skip
def offer_matches(place: asked.SlugPlace, given: ListParameters) -> Listing[MatchResource]:
    page = matches_page(_public(place.slug), queries.titles()["topic"], given.after, given.size)
    return Listing([_match(found) for found in page], page.next)
