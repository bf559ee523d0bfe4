"""What offices have answered to an idea, in the API: with the idea, each with its commitments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from consult.api.layer import Resource
from consult.api.resources import Code, Html, Key, Language, LinkedIdea, Markdown, Page, Self
from consult.core.i18n import _l
from consult.core.web import address
from consult.evaluation.queries import CommitmentView, ResponseView, numbers_of, responses_to
from consult.ideas.models import Idea


class Commitment(Resource):
    """What an office has promised."""

    title: str
    responsible: Annotated[str, Field(description=_l("Who does it."))]
    due: Annotated[date | None, Field(description=_l("Until when it is promised now; null without a day."))]
    first_due: Annotated[date | None, Field(description=_l("Until when it was promised at first."))]
    status: Annotated[str, Field(description=_l("promised, in_work, kept or broken; late once its day has passed."))]
    report: Annotated[str, Field(description=_l("The latest report on it."))]
    reported_at: datetime | None


class Response(Resource):
    """What an office says to one or several ideas, in its present wording."""

    id: Annotated[int, Field(description=_l("Number, part of the address."))]
    consultation: Key
    status: Code
    title: str
    body: Markdown
    html: Html
    language: Language
    office: Annotated[str, Field(description=_l("The agency or ministry in whose name it was published."))]
    version: int
    published_at: datetime
    updated_at: datetime
    ideas: Annotated[list[str], Field(description=_l("Numbers of the public ideas that it speaks to."))]
    commitments: list[Commitment]
    url: Page
    self: Self


class AnsweredIdea(LinkedIdea):
    """An idea with what it is linked to, its files, and what offices have answered."""

    responses: list[Response]


def _commitment(one: CommitmentView) -> Commitment:
    return Commitment(
        title=one.title, responsible=one.unit, due=one.due_on, first_due=one.first_due_on, status=one.state,
        report=one.note, reported_at=one.moved_at if one.reports else None,
    )  # fmt: skip


def responses(found: Sequence[ResponseView]) -> list[Response]:
    """Public responses; one query for the ideas that they speak to, none where there are none."""
    numbers = numbers_of([one.id for one in found]) if found else {}
    return [_response(one, numbers[one.id]) for one in found]


def _response(one: ResponseView, ideas: list[str]) -> Response:
    fields: dict[str, Any] = {
        "id": one.id, "consultation": one.slug, "status": one.position, "title": one.title, "body": one.body,
        "html": str(one.html), "language": one.language, "office": one.house, "version": one.version,
        "published_at": one.published_at, "updated_at": one.changed_at, "ideas": ideas,
        "commitments": [_commitment(each) for each in one.commitments],
        "url": address("evaluation.response", slug=one.slug, response_id=one.id),
        "self": address("api.response", id=one.id),
    }  # fmt: skip
    return Response(**fields)


def responses_of(idea: Idea) -> list[Response]:
    """The public responses to an idea, the newest first; no query where there is none."""
    return responses(responses_to(idea.id)) if idea.responded_at is not None else []
