"""Reads of responses: those to an idea, those of a consultation, and what the office has before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, and_, func, select

from consult.consultations.models import Consultation
from consult.core.clock import today
from consult.core.db import db
from consult.core.i18n import current_language, pick
from consult.core.memory import remembered
from consult.core.paging import Page, keyset
from consult.core.web import path
from consult.evaluation import rules
from consult.evaluation.drafts import Content
from consult.evaluation.models import (
    PUBLISHED,
    Commitment,
    CommitmentReport,
    Response,
    ResponseIdea,
    ResponseVersion,
)
from consult.ideas.answering import Said
from consult.ideas.models import Idea
from consult.organisations.models import Organisation

SIZE = 20
NEWEST: Any = [(Response.published_at, "desc"), (Response.id, "desc")]
PRESENT = and_(ResponseVersion.response_id == Response.id, ResponseVersion.number == Response.version)


@dataclass(frozen=True)
class ReportView:
    """A report on a commitment as everyone reads it."""

    status: str
    note: str
    due_on: date | None
    at: datetime


@dataclass(frozen=True)
class CommitmentView:
    """A commitment as everyone reads it, with its reports, the newest first."""

    id: int
    title: str
    unit: str
    status: str
    due_on: date | None
    first_due_on: date | None
    made_at: datetime
    reports: tuple[ReportView, ...] = ()

    @property
    def state(self) -> str:
        """Its status, or "late" once its day has passed."""
        return "late" if rules.is_late(self.status, self.due_on, today()) else self.status

    @property
    def moved_at(self) -> datetime:
        """When something was last said of it."""
        return self.reports[0].at if self.reports else self.made_at

    @property
    def note(self) -> str:
        """What was said then; empty before the first report."""
        return self.reports[0].note if self.reports else ""

    @property
    def moved(self) -> bool:
        """Whether another day was promised at first."""
        return self.first_due_on is not None and self.first_due_on != self.due_on


@dataclass(frozen=True)
class ResponseView:
    """A public response in its present wording. `house` is the office's name, `house_kind` agency, ministry or nothing;
    `idea_count` are the public ones of its ideas: that there are others is nobody's business.
    """

    id: int
    slug: str
    position: str
    title: str
    body: str
    html: Markup
    language: str
    house: str
    house_url: str
    house_kind: str
    house_id: int | None
    version: int
    published_at: datetime
    changed_at: datetime
    idea_count: int
    commitments: tuple[CommitmentView, ...] = field(default=())

    @property
    def url(self) -> str:
        """Its own page."""
        return path("evaluation.response", slug=self.slug, response_id=self.id)


def answered(*only: Any) -> Any:
    """How many ideas a response speaks to, of those that fit; a part of a query for responses."""
    return (
        select(func.count())
        .select_from(ResponseIdea)
        .join(Idea, Idea.id == ResponseIdea.idea_id)
        .where(ResponseIdea.response_id == Response.id, *only)
        .correlate(Response)
        .scalar_subquery()
    )


@lru_cache(maxsize=1)
def _wordings() -> Select[Any]:
    """Public responses with their present wording and the office; put together once."""
    statement: Select[Any] = (
        select(Response, ResponseVersion, Organisation, Consultation.slug, answered(Idea.is_public.is_(True)))
        .join(Consultation, Consultation.id == Response.consultation_id)
        .join(ResponseVersion, PRESENT)
        .outerjoin(Organisation, Organisation.id == Response.organisation_id)
        .where(Response.status == PUBLISHED)
    )
    return statement


def _views(rows: Sequence[Any]) -> list[ResponseView]:
    """Rows of `_wordings` with their commitments; one query more."""
    promised = commitments_of([response.id for response, *_rest in rows])
    return [
        ResponseView(
            id=response.id, slug=slug, position=wording.position, title=wording.title, body=wording.body, html=wording.html,
            language=wording.language, house=pick(office.name) if office else "",
            house_url=path("organisations.show", slug=office.slug) if office else "",
            house_kind=office.kind if office else "", house_id=response.organisation_id, version=wording.number,
            published_at=response.published_at,
            changed_at=wording.published_at, idea_count=count, commitments=tuple(promised[response.id]),
        )
        for response, wording, office, slug, count in rows
    ]  # fmt: skip


def known_responses(idea_id: int) -> list[ResponseView]:
    """The same as `responses_to`, remembered until something public changes and at most for the day."""
    key = ("evaluation.responses", idea_id, current_language(), today())
    return remembered(key, lambda: responses_to(idea_id), lasting=True)


def responses_to(idea_id: int) -> list[ResponseView]:
    """What offices say to an idea, the newest first; two queries."""
    answering = select(ResponseIdea.response_id).where(ResponseIdea.idea_id == idea_id)
    statement = _wordings().where(Response.id.in_(answering))
    return _views(db.session.execute(statement.order_by(Response.published_at.desc(), Response.id.desc())).all())


def views_of(response_ids: Sequence[int]) -> list[ResponseView]:
    """These responses, as far as they are public; two queries."""
    return _views(db.session.execute(_wordings().where(Response.id.in_(response_ids)).order_by(Response.id)).all())


def response_shown(slug: str, response_id: int) -> ResponseView | None:
    """A public response of a consultation; two queries."""
    statement = _wordings().where(Response.id == response_id, Consultation.slug == slug)
    return next(iter(_views(db.session.execute(statement).all())), None)


def responses_page(consultation_id: int, after: str | None, position: str = "", size: int = SIZE) -> Page[ResponseView]:
    """The public responses of a consultation, the newest first, of one `position` or of all; two queries."""
    statement = _wordings().where(Response.consultation_id == consultation_id)
    if position:
        statement = statement.where(ResponseVersion.position == position)
    return _listed(statement, after, size)


def responses_everywhere(
    consultations: Sequence[str], positions: Sequence[str], after: str | None, size: int = SIZE
) -> Page[ResponseView]:
    """The public responses of listed consultations, of those named or of all, the newest first; two queries."""
    statement = _wordings().where(Consultation.listed)
    if consultations:
        statement = statement.where(Consultation.slug.in_(consultations))
    if positions:
        statement = statement.where(ResponseVersion.position.in_(positions))
    return _listed(statement, after, size)


def _listed(statement: Select[Any], after: str | None, size: int) -> Page[ResponseView]:
    page = keyset(statement, NEWEST, after, size, scalars=False, key=lambda row: (row[0].published_at, row[0].id))
    return replace(page, items=_views(page.items))


def position_counts(consultation_id: int) -> dict[str, int]:
    """How many public responses there are by what becomes of the ideas; one query."""
    rows = db.session.execute(
        select(ResponseVersion.position, func.count())
        .join(Response, PRESENT)
        .where(Response.consultation_id == consultation_id, Response.status == PUBLISHED)
        .group_by(ResponseVersion.position)
    )
    return {row[0]: row[1] for row in rows}


def commitments_of(response_ids: Sequence[int]) -> dict[int, list[CommitmentView]]:
    """The commitments of responses with their reports: response -> commitments in the order in which they were made."""
    found: dict[int, list[CommitmentView]] = defaultdict(list)
    if not response_ids:
        return found
    rows = db.session.execute(
        select(Commitment, CommitmentReport)
        .outerjoin(CommitmentReport, CommitmentReport.commitment_id == Commitment.id)
        .where(Commitment.response_id.in_(response_ids))
        .order_by(Commitment.id, CommitmentReport.id.desc())
    )
    told: dict[Commitment, list[ReportView]] = {}
    for commitment, report in rows:
        reports = told.setdefault(commitment, [])
        if report is not None:
            reports.append(ReportView(report.status, report.note, report.due_on, report.made_at))
    for each, reports in told.items():
        found[each.response_id].append(
            CommitmentView(
                each.id, each.title, each.unit, each.status, each.due_on, each.first_due_on, each.made_at,
                tuple(reports),
            )
        )  # fmt: skip
    return found


def versions_of(response_id: int) -> list[ResponseVersion]:
    """All wordings, the newest first."""
    statement = select(ResponseVersion).where(ResponseVersion.response_id == response_id)
    return list(db.session.execute(statement.order_by(ResponseVersion.number.desc())).scalars())


def ideas_of(response_id: int) -> list[Idea]:
    """The ideas that a response speaks to, by number."""
    answered = select(ResponseIdea.idea_id).where(ResponseIdea.response_id == response_id)
    return list(db.session.execute(select(Idea).where(Idea.id.in_(answered)).order_by(Idea.number)).scalars())


def _of_public_ideas(response_ids: Sequence[int], what: Any) -> dict[int, list[str]]:
    rows = db.session.execute(
        select(ResponseIdea.response_id, what)
        .join(Idea, Idea.id == ResponseIdea.idea_id)
        .where(ResponseIdea.response_id.in_(response_ids), Idea.is_public.is_(True))
        .order_by(Idea.number)
    )
    found: dict[int, list[str]] = {one: [] for one in response_ids}
    for response_id, value in rows:
        found[response_id].append(value or "")
    return found


def numbers_of(response_ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers of the public ideas that responses speak to; one query."""
    return _of_public_ideas(response_ids, Idea.number)


def titles_of(response_ids: Sequence[int]) -> dict[int, list[str]]:
    """The titles of the public ideas that responses speak to, by their numbers; one query."""
    return _of_public_ideas(response_ids, Idea.title)


def idea_ids(response_id: int) -> list[int]:
    """Their ids."""
    statement = select(ResponseIdea.idea_id).where(ResponseIdea.response_id == response_id)
    return list(db.session.execute(statement).scalars())


def said_of(ids: Sequence[int]) -> dict[int, Said | None]:
    """What became of these ideas by their newest public response, and since when they are answered."""
    rows = db.session.execute(
        select(ResponseIdea.idea_id, ResponseVersion.position, Response.published_at)
        .join(Response, Response.id == ResponseIdea.response_id)
        .join(ResponseVersion, PRESENT)
        .where(ResponseIdea.idea_id.in_(ids), Response.status == PUBLISHED)
        .order_by(Response.published_at, Response.id)
    )
    found: dict[int, Said | None] = dict.fromkeys(ids)
    for idea_id, position, at in rows:
        known = found[idea_id]
        if at is not None:
            found[idea_id] = (position, known[1] if known else at)
    return found


def wording_of(response: Response) -> Content:
    """The present public wording as a draft to go on with."""
    one = next((one for one in versions_of(response.id) if one.number == response.version), None)
    if one is None:
        return Content()
    return Content(one.position, one.title, one.body, one.language, tuple(idea_ids(response.id)))


def counts(consultation_id: int) -> dict[str, Any]:
    """How many public responses and commitments a consultation has, with its `slug`; one query."""
    responses = (
        select(func.count())
        .where(Response.consultation_id == consultation_id, Response.status == PUBLISHED)
        .scalar_subquery()
    )
    promised = (
        select(func.count())
        .select_from(Commitment)
        .join(Response, Response.id == Commitment.response_id)
        .where(Response.consultation_id == consultation_id, Response.status == PUBLISHED)
        .scalar_subquery()
    )
    asked = select(responses, promised, Consultation.slug).where(Consultation.id == consultation_id)
    row = db.session.execute(asked).one()
    return {"responses": row[0], "commitments": row[1], "slug": row[2]}
