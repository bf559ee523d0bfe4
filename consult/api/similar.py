"""What is like an idea or a text, and which clusters and projects fit it, with score and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from flask import current_app
from pydantic import Field
from sqlalchemy import select

from consult.api import parameters as asked
from consult.api.layer import Listing, Parameters, Resource, Text
from consult.api.resources import Code, Key
from consult.api.views import layer
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _, _l
from consult.core.text import clean_text
from consult.ideas.models import Idea
from consult.search.candidates import weigh
from consult.search.models import SearchDoc
from consult.search.notes import NOTED, PARTNERS, Near, near
from consult.search.similar import Match, Similar, fitting, similar

FORMULA = _l(
    "Half of the score is the share of the text's telling words that the other text has too, weighted by how rare they are "
    "(words that say little in any text count a quarter, parts of compounds seven tenths; words for the same are one); "
    "the other half is the likeness of runs of four characters within words. Where the installation computes sentence "
    "vectors, the score of an idea like another one is the likeness of both in sense."
)


class SimilarIdea(Resource):
    """A published idea like the text."""

    number: Key
    title: str
    url: str
    score: Annotated[int, Field(ge=0, le=100, description=FORMULA)]
    by_words: Annotated[int, Field(ge=0, le=50, description=_l("The half of the score that comes from words."))]
    by_characters: Annotated[int, Field(ge=0, le=50, description=_l("The half that comes from characters."))]
    by_sense: Annotated[int | None, Field(ge=0, le=100, description=_l("The likeness in sense, where it is computed."))]
    shared: Annotated[list[str], Field(description=_l("Telling words that both have, at most five."))]


class FittingPartner(Resource):
    """A cluster or project that fits the text."""

    kind: Code
    key: Key
    title: str
    url: str
    score: Annotated[
        int,
        Field(
            ge=0, le=100,
            description=_l("70 for the likeness of the texts, 15 for the same sector, 15 for the same Land."),
        ),
    ]  # fmt: skip
    fits: Annotated[list[str], Field(description=_l("What speaks for it: text, sector, region."))]
    missing: Annotated[list[str], Field(description=_l("What differs: sector, region."))]
    shared: Annotated[list[str], Field(description=_l("Telling words that both have, at most five."))]


class SimilarText(Text):
    """The text that is asked about."""

    text: str = Field(min_length=1, max_length=10_000)
    language: Literal["de", "en"] = "de"


def _similar(found: Sequence[Similar], site: str) -> Listing[SimilarIdea]:
    return Listing(
        [
            SimilarIdea(
                number=one.info.key, title=one.info.title, url=site + one.info.url, score=one.likeness.score,
                by_words=one.likeness.by_words, by_characters=one.likeness.by_characters,
                by_sense=one.likeness.by_sense,
                shared=list(one.likeness.shared),
            )
            for one in found
        ]
    )  # fmt: skip


def _partner(one: Match, site: str) -> FittingPartner:
    return FittingPartner(
        kind=one.info.kind, key=one.info.key, title=one.info.title, url=site + one.info.url, score=one.score,
        fits=list(one.fits), missing=list(one.missing), shared=list(one.likeness.shared),
    )  # fmt: skip


def _site() -> str:
    return str(current_app.config["SETTINGS"].site_url)


def _document(number: str) -> tuple[Idea, SearchDoc]:
    """A public idea and what everyone may read of it."""
    row = db.session.execute(
        select(Idea, SearchDoc)
        .join(SearchDoc, (SearchDoc.kind == "idea") & (SearchDoc.subject_id == Idea.id))
        .where(Idea.number == number, Idea.is_public.is_(True))
    ).first()
    if row is None:
        raise NotFound(_("There is no public idea of this number."))
    return row[0], row[1]


def _noted(number: str, *kinds: str) -> Near | None:
    """What of these kinds is noted of a public idea, if anything is."""
    found = select(Idea.id).where(Idea.number == number, Idea.is_public.is_(True))
    idea_id = db.session.execute(found).scalar_one_or_none()
    return near(idea_id, kinds) if idea_id is not None else None


@layer.read(
    "/ideas/<number>/similar", SimilarIdea, place=asked.NumberPlace, is_list=True, tag="ideas",
    summary=_l("Published ideas like this one"), description=FORMULA,
)  # fmt: skip
def similar_ideas(place: asked.NumberPlace, _given: Parameters) -> Listing[SimilarIdea]:
    if noted := _noted(place.number, NOTED):
        return _similar(noted.similar, _site())
    idea, document = _document(place.number)
    source = f"{document.title}\n{document.body}"
    return _similar(similar(source, document.language, "idea", but=idea.id, limit=10), _site())


@layer.read(
    "/ideas/<number>/matches", FittingPartner, place=asked.NumberPlace, is_list=True, tag="ideas",
    summary=_l("Clusters and projects that fit this idea"),
)  # fmt: skip
def idea_matches(place: asked.NumberPlace, _given: Parameters) -> Listing[FittingPartner]:
    if noted := _noted(place.number, *PARTNERS):
        return Listing([_partner(one, _site()) for one in noted.partners])
    idea, document = _document(place.number)
    about = weigh(f"{document.title}\n{document.body}", document.language)
    found: list[Match] = []
    for kind in PARTNERS:
        found += fitting(about, kind, sector=idea.sector, region=idea.region, limit=5)
    return Listing([_partner(one, _site()) for one in sorted(found, key=lambda one: (-one.score, one.info.title))])


@layer.ask(
    "/similar", SimilarIdea, SimilarText, tag="ideas", summary=_l("Published ideas like a text that is sent"),
    description=FORMULA,
)  # fmt: skip
def similar_to_text(sent: SimilarText, _given: Parameters) -> Listing[SimilarIdea]:
    source = clean_text(sent.text)
    return _similar(similar(source, sent.language, "idea", limit=10), _site())
