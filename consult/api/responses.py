"""What offices have answered to an idea, in the API: with the idea, each with its commitments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from consult.api.layer import Resource
from consult.api.resources import Code, Html, Language, LinkedIdea, Markdown, Page
from consult.core.i18n import _l
from consult.core.web import address
from consult.evaluation.queries import CommitmentView, ResponseView, responses_to
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
    """What an office says to an idea, in its present wording."""

    status: Code
    title: str
    body: Markdown
    html: Html
    language: Language
    office: Annotated[str, Field(description=_l("The agency or ministry in whose name it was published."))]
    version: int
    published_at: datetime
    updated_at: datetime
    commitments: list[Commitment]
    url: Page


class AnsweredIdea(LinkedIdea):
    """An idea with what it is linked to, its files, and what offices have answered."""

    responses: list[Response]


def _commitment(one: CommitmentView) -> Commitment:
    return Commitment(
        title=one.title, responsible=one.unit, due=one.due_on, first_due=one.first_due_on, status=one.state,
        report=one.note, reported_at=one.moved_at if one.reports else None,
    )  # fmt: skip


def _response(one: ResponseView) -> Response:
    return Response(
        status=one.position, title=one.title, body=one.body, html=str(one.html), language=one.language,
        office=one.house, version=one.version, published_at=one.published_at, updated_at=one.changed_at,
        commitments=[_commitment(each) for each in one.commitments],
        url=address("evaluation.response", slug=one.slug, response_id=one.id),
    )  # fmt: skip


def responses_of(idea: Idea) -> list[Response]:
    """The public responses to an idea, the newest first; no query where there is none."""
    return [_response(one) for one in responses_to(idea.id)] if idea.responded_at is not None else []
