"""Reads of responses: those to an idea, those of a consultation, and what the office has before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, and_, func, select, text

from consult.accounts.models import Person
from consult.consultations.models import Consultation
from consult.core.clock import today
from consult.core.db import db
from consult.core.i18n import current_language, pick
from consult.core.memory import remembered
from consult.core.paging import Page, keyset
from consult.core.web import path
from consult.evaluation import rules
from consult.evaluation.drafts import Content, content_of
from consult.evaluation.models import (
    OPEN,
    PUBLISHED,
    WITHDRAWN,
    Commitment,
    CommitmentReport,
    Response,
    ResponseDraft,
    ResponseIdea,
    ResponseVersion,
)
from consult.ideas.answering import Said
from consult.ideas.helps import similar_to
from consult.ideas.models import Idea
from consult.ideas.queries import ideas_by_ids
from consult.organisations.models import Organisation
from consult.search.queries import matching
from consult.search.similar import Likeness

SIZE = 20
NEWEST: Any = [(Response.published_at, "desc"), (Response.id, "desc")]


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
    note: str
    made_at: datetime
    moved_at: datetime
    reports: tuple[ReportView, ...] = ()

    @property
    def state(self) -> str:
        """Its status, or "late" once its day has passed."""
        return "late" if rules.is_late(self.status, self.due_on, today()) else self.status

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


@lru_cache(maxsize=1)
def _wordings() -> Select[Any]:
    """Public responses with their present wording and the office; put together once."""
    wording = and_(ResponseVersion.response_id == Response.id, ResponseVersion.number == Response.version)
    counted = (
        select(func.count())
        .select_from(ResponseIdea)
        .join(Idea, and_(Idea.id == ResponseIdea.idea_id, Idea.is_public.is_(True)))
        .where(ResponseIdea.response_id == Response.id)
        .correlate(Response)
        .scalar_subquery()
    )
    statement: Select[Any] = (
        select(Response, ResponseVersion, Organisation, Consultation.slug, counted)
        .join(Consultation, Consultation.id == Response.consultation_id)
        .join(ResponseVersion, wording)
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
    page = keyset(statement, NEWEST, after, size, scalars=False, key=lambda row: (row[0].published_at, row[0].id))
    return replace(page, items=_views(page.items))


def responses_everywhere(
    consultations: Sequence[str], positions: Sequence[str], after: str | None, size: int = SIZE
) -> Page[ResponseView]:
    """The public responses of listed consultations, of those named or of all, the newest first; two queries."""
    statement = _wordings().where(Consultation.listed)
    if consultations:
        statement = statement.where(Consultation.slug.in_(consultations))
    if positions:
        statement = statement.where(ResponseVersion.position.in_(positions))
    page = keyset(statement, NEWEST, after, size, scalars=False, key=lambda row: (row[0].published_at, row[0].id))
    return replace(page, items=_views(page.items))


def position_counts(consultation_id: int) -> dict[str, int]:
    """How many public responses there are by what becomes of the ideas; one query."""
    rows = db.session.execute(
        select(ResponseVersion.position, func.count())
        .join(Response, and_(ResponseVersion.response_id == Response.id, ResponseVersion.number == Response.version))
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
                each.id, each.title, each.unit, each.status, each.due_on, each.first_due_on, each.note, each.made_at,
                each.moved_at, tuple(reports),
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


def numbers_of(response_ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers of the public ideas that responses speak to; one query."""
    rows = db.session.execute(
        select(ResponseIdea.response_id, Idea.number)
        .join(Idea, Idea.id == ResponseIdea.idea_id)
        .where(ResponseIdea.response_id.in_(response_ids), Idea.is_public.is_(True))
        .order_by(Idea.number)
    )
    found: dict[int, list[str]] = {one: [] for one in response_ids}
    for response_id, number in rows:
        found[response_id].append(number or "")
    return found


def idea_ids(response_id: int) -> list[int]:
    """Their ids."""
    statement = select(ResponseIdea.idea_id).where(ResponseIdea.response_id == response_id)
    return list(db.session.execute(statement).scalars())


def said_of(ids: Sequence[int]) -> dict[int, Said | None]:
    """What became of these ideas by their newest public response, and since when they are answered."""
    wording = and_(ResponseVersion.response_id == Response.id, ResponseVersion.number == Response.version)
    rows = db.session.execute(
        select(ResponseIdea.idea_id, ResponseVersion.position, Response.published_at)
        .join(Response, Response.id == ResponseIdea.response_id)
        .join(ResponseVersion, wording)
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


# ---- what the office has before it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """An idea without a response; `drafts` are the responses being written to it. Beside another idea `likeness` says what
    both have in common.
    """

    idea: Idea
    drafts: tuple[int, ...]
    likeness: Likeness | None = None


@dataclass(frozen=True)
class Written:
    """A response for the office: what is being written, or its public wording where nothing is."""

    response: Response
    content: Content
    saved_at: datetime | None
    saved_by: str
    has_draft: bool


UNANSWERED = text("idea.status = 'published' AND idea.responded_at IS NULL")  # as in the index of its name


def unanswered_page(consultation_id: int, after: str | None, words: str = "", size: int = SIZE) -> Page[Waiting]:
    """Published ideas that nobody has answered, those that wait longest first; with `words` only those in which everyone
    finds them. Two queries.
    """
    statement = select(Idea).where(Idea.consultation_id == consultation_id, UNANSWERED)
    if words:
        statement = statement.where(Idea.id.in_(select(matching("idea", words).c.id)))
    page = keyset(statement, [(Idea.published_at, "asc"), (Idea.id, "asc")], after, size)
    writing = being_written(consultation_id)
    return replace(page, items=[Waiting(one, tuple(writing.get(one.id, ()))) for one in page.items])


def unanswered_like(idea: Idea) -> list[Waiting]:
    """An idea and those like it that nobody has answered either, the most alike first: what one response may speak to.

    By what everyone may read of them. At most eight queries where nothing is noted of it yet, five otherwise.
    """
    near = similar_to(idea) if idea.is_public else []
    known = ideas_by_ids([one.info.id for one in near])
    writing = being_written(idea.consultation_id)
    found = [Waiting(idea, tuple(writing.get(idea.id, ())))]
    for one in near:
        other = known.get(one.info.id)
        if other is not None and other.consultation_id == idea.consultation_id and other.responded_at is None:
            found.append(Waiting(other, tuple(writing.get(other.id, ())), one.likeness))
    return found


def being_written(consultation_id: int) -> dict[int, list[int]]:
    """Which responses are being written to which ideas: idea -> responses; one query."""
    rows = db.session.execute(
        select(ResponseDraft.response_id, ResponseDraft.content)
        .join(Response, Response.id == ResponseDraft.response_id)
        .where(Response.consultation_id == consultation_id)
        .order_by(ResponseDraft.response_id)
        .limit(1_000)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for response_id, document in rows:
        for idea_id in content_of(document).ideas:
            found[idea_id].append(response_id)
    return found


def standing(ideas: Sequence[Idea], own: int) -> list[tuple[str, int, bool]]:
    """What others say to these ideas already, or are writing: (number, response, public); two queries. `own` is left out."""
    if not ideas:
        return []
    numbers = {one.id: one.number or "" for one in ideas}
    rows = db.session.execute(
        select(ResponseIdea.idea_id, ResponseIdea.response_id)
        .join(Response, Response.id == ResponseIdea.response_id)
        .where(ResponseIdea.idea_id.in_(numbers), Response.status == PUBLISHED, Response.id != own)
    )
    public = {(row[0], row[1]) for row in rows}
    writing = being_written(ideas[0].consultation_id)
    drafts = {(one, response_id) for one in numbers for response_id in writing.get(one, ()) if response_id != own}
    found = [(numbers[idea_id], response_id, True) for idea_id, response_id in public]
    found += [(numbers[idea_id], response_id, False) for idea_id, response_id in drafts - public]
    return sorted(found)


def drafts_page(consultation_id: int, after: str | None, size: int = SIZE) -> Page[Written]:
    """What is being written, the latest saved first; one query."""
    columns: tuple[Any, ...] = (Response, ResponseDraft, Person.name)
    statement = (
        select(*columns)
        .join(ResponseDraft, ResponseDraft.response_id == Response.id)
        .outerjoin(Person, Person.id == ResponseDraft.saved_by)
        .where(Response.consultation_id == consultation_id)
    )
    order: Any = [(ResponseDraft.saved_at, "desc"), (ResponseDraft.response_id, "desc")]
    page = keyset(
        statement, order, after, size, scalars=False, key=lambda row: (row[1].saved_at, row[1].response_id)
    )  # fmt: skip
    items = [
        Written(response, content_of(draft.content), draft.saved_at, name or "", True)
        for response, draft, name in page.items
    ]
    return replace(page, items=items)


def published_page(consultation_id: int, after: str | None, size: int = SIZE) -> Page[Any]:
    """(response, its latest wording, number of ideas): public ones and those taken back, the newest first; one query."""
    wording = and_(ResponseVersion.response_id == Response.id, ResponseVersion.number == Response.version)
    counted = (
        select(func.count())
        .select_from(ResponseIdea)
        .where(ResponseIdea.response_id == Response.id)
        .correlate(Response)
        .scalar_subquery()
    )
    statement = (
        select(Response, ResponseVersion, counted)
        .join(ResponseVersion, wording)
        .where(Response.consultation_id == consultation_id, Response.status.in_((PUBLISHED, WITHDRAWN)))
    )
    return keyset(statement, NEWEST, after, size, scalars=False, key=lambda row: (row[0].published_at, row[0].id))


def commitments_due(consultation_id: int) -> list[tuple[Commitment, int | None]]:
    """The commitments of a consultation that are still to be kept, each with its house, those due first at the top; one
    query."""
    statement = (
        select(Commitment, Response.organisation_id)
        .join(Response, Response.id == Commitment.response_id)
        .where(Response.consultation_id == consultation_id, Commitment.status.in_(OPEN))
        .order_by(Commitment.due_on.is_(None), Commitment.due_on, Commitment.id)
        .limit(200)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


@dataclass(frozen=True)
class Desk:
    """All that lies on the desk of who writes a response: what is written, what is public, the ideas that it names."""

    written: Written
    shown: ResponseView | None
    ideas: list[Idea]


def desk(slug: str, response_id: int) -> Desk | None:
    """A response as its writers have it; two queries, two more where it is public."""
    row: Any = db.session.execute(
        select(Response, ResponseDraft, Person.name)
        .join(Consultation, Consultation.id == Response.consultation_id)
        .outerjoin(ResponseDraft, ResponseDraft.response_id == Response.id)
        .outerjoin(Person, Person.id == ResponseDraft.saved_by)
        .where(Response.id == response_id, Consultation.slug == slug)
    ).first()
    if row is None:
        return None
    response, draft, name = row
    shown = response_shown(slug, response_id) if response.status == PUBLISHED else None
    if draft is not None:
        content = content_of(draft.content)
        known = ideas_by_ids(list(content.ideas))
        ideas = [known[one] for one in content.ideas if one in known]
    else:
        ideas = ideas_of(response_id)
        content = _public_wording(shown, ideas) if shown is not None else wording_of(response)
    written = Written(response, content, draft.saved_at if draft else None, name or "", draft is not None)
    return Desk(written, shown, ideas)


def _public_wording(shown: ResponseView, ideas: Sequence[Idea]) -> Content:
    return Content(shown.position, shown.title, shown.body, shown.language, tuple(one.id for one in ideas))


def commitment_with_slug(commitment_id: int) -> tuple[Commitment, Response, str] | None:
    """A commitment, its response and the address part of the consultation; one query."""
    row = db.session.execute(
        select(Commitment, Response, Consultation.slug)
        .join(Response, Response.id == Commitment.response_id)
        .join(Consultation, Consultation.id == Response.consultation_id)
        .where(Commitment.id == commitment_id)
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None


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
