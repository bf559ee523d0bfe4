"""What the office has before it: ideas without an answer, what is being written, what was published and promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from consult.accounts.models import Person
from consult.consultations.models import Consultation
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.evaluation.drafts import Content, content_of
from consult.evaluation.models import (
    OPEN,
    PUBLISHED,
    WITHDRAWN,
    Commitment,
    Response,
    ResponseDraft,
    ResponseIdea,
    ResponseVersion,
)
from consult.evaluation.queries import (
    NEWEST,
    PRESENT,
    SIZE,
    ResponseView,
    answered,
    ideas_of,
    response_shown,
    wording_of,
)
from consult.ideas.helps import similar_to
from consult.ideas.models import Idea
from consult.ideas.queries import ideas_by_ids
from consult.search.queries import matching
from consult.search.similar import Likeness


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
    statement = (
        select(Response, ResponseVersion, answered())
        .join(ResponseVersion, PRESENT)
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
