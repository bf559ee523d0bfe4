"""What can be asked of each list and how its entries are addressed. Facets have the names of those of the pages.

A code that stands in no list is no error: lists grow, and nothing is found by it. Everything is bounded.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from consult.api.layer import ListParameters, SearchParameters
from consult.core.i18n import _l

MOST_CODES = 20
LARGEST_ID = 2**31 - 1  # of an integer column

Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,120}$")]
Number = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}-[0-9]{4}-[0-9]{1,9}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]
Position = Annotated[int, Field(ge=1, le=999)]


def facet(description: Any, *examples: str) -> Any:
    """A parameter that may be given several times; one of the values must apply."""
    return Field(
        default_factory=list, max_length=MOST_CODES, description=description, examples=[[one] for one in examples]
    )


# ---- places ---------------------------------------------------------------------------------------------------------


class SlugPlace(BaseModel):
    """Addressed by its key."""

    slug: Slug = Field(description=_l("Public key."))


class NumberPlace(BaseModel):
    """Addressed by its number."""

    number: Number = Field(description=_l("Number of the idea."))


class QuestionPlace(BaseModel):
    """Addressed by consultation and position."""

    consultation: Slug = Field(description=_l("Key of the consultation."))
    position: Position = Field(description=_l("Position of the question, counted from 1."))


class CommentPlace(BaseModel):
    """Addressed by its identifier."""

    id: int = Field(ge=1, le=LARGEST_ID, description=_l("Identifier of the comment."))


class VocabularyPlace(BaseModel):
    """Addressed by its name."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = Field(description=_l("Name of the list."))


# ---- lists ----------------------------------------------------------------------------------------------------------


class QuestionList(SearchParameters):
    """Of all consultations, or of one."""

    consultation: list[Slug] = facet(_l("Key of the consultation."))


class AnswerList(ListParameters):
    """Answers with name, or those without."""

    audience: Literal["public", "anonymous"] = Field(
        default="public", description=_l("With name (public), or without (anonymous).")
    )


class IdeaList(SearchParameters):
    """The facets of the list of ideas."""

    consultation: list[Slug] = facet(_l("Key of the consultation."))
    question: list[Position] = Field(
        default_factory=list, max_length=MOST_CODES, description=_l("Position of a question that is answered publicly.")
    )
    cluster: list[Slug] = facet(_l("Key of a linked cluster."))
    project: list[Slug] = facet(_l("Key of a linked project."))
    sector: list[Code] = facet(_l("Section of NACE Rev. 2.1."), "C")
    region: list[Code] = facet(_l("NUTS code: the Land in Germany, the country elsewhere."), "DEG")
    language: list[Literal["de", "en"]] = facet(_l("Language in which the idea is written."))
    response: list[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]] = facet(
        _l("What becomes of it by the newest answer of an office."), "examined"
    )
    sort: Literal["newest", "supported", "discussed"] = Field(
        default="newest", description=_l("Order: newest, most supported or most discussed first.")
    )


class CommentList(ListParameters):
    """Of all public ideas, or of some."""

    idea: list[Number] = facet(_l("Number of the idea."))


class ClusterList(SearchParameters):
    """The facets of the directory."""

    region: list[Code] = facet(_l("NUTS code of the Land."), "DEG")
    sector: list[Code] = facet(_l("Section of NACE Rev. 2.1."), "C")
    ecosystem: list[Code] = facet(_l("Industrial ecosystem."))
    technology: list[Code] = facet(_l("Key technology."))
    service: list[Code] = facet(_l("What the cluster offers."))
    country: list[Code] = facet(_l("Focus country, two letters."))
    open: list[Code] = facet(_l("To what the cluster is open."))
    legal: list[Code] = facet(_l("Legal form."))
    form: list[Code] = facet(_l("Form of the organisation."))
    topic: list[Code] = facet(_l("Topic."))
    portfolio: list[Code] = facet(_l("Portfolio of industries."))


class ProgrammeList(SearchParameters):
    """The facets of the list of programmes."""

    kind: list[Code] = facet(_l("Kind of programme."))
    level: list[Code] = facet(_l("European, federal or Land."))
    region: list[Code] = facet(_l("NUTS code."))
    topic: list[Code] = facet(_l("Topic."))


class ProjectList(SearchParameters):
    """The facets of the list of projects."""

    kind: list[Code] = facet(_l("Kind of project."))
    region: list[Code] = facet(_l("NUTS code: the Land in Germany, the country elsewhere."))
    country: list[Code] = facet(_l("Country that takes part, two letters."))
    topic: list[Code] = facet(_l("Topic."))
    open: list[Literal["1"]] = facet(_l("1: only what takes requests now."))


class ActivityList(SearchParameters):
    """The facets of the list of activities."""

    kind: list[Code] = facet(_l("Kind of activity."))
    format: list[Code] = facet(_l("In person, online or both."), "online")
    place: list[Annotated[str, Field(min_length=1, max_length=120)]] = facet(_l("City."))
    language: list[Code] = facet(_l("Language spoken."))
    free: list[Literal["1"]] = facet(_l("1: only where a place can be had at once."))
    project: Slug | SkipJsonSchema[None] = Field(default=None, description=_l("Key of the project."))


class TopicList(SearchParameters):
    """The kinds of topics."""

    kind: list[Code] = facet(_l("Topic of the agenda, or of the month."), "topic-of-the-month")
