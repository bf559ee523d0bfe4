"""What authors see of their own: the private status of an idea, and the list on their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import questions_of
from consult.core.access import Actor
from consult.core.db import db
from consult.ideas.models import Answer, Idea, IdeaDraft, IdeaVersion
from consult.moderation.models import Case, Decision
from consult.moderation.queries import decisions_for, open_case_for


@dataclass
class StatusView:
    """How an idea stands, for its author: all texts, decisions with their statements, what happens next."""

    idea: Idea
    consultation: Consultation
    questions: Mapping[int, Question]
    versions: list[IdeaVersion]
    decisions: list[Decision]
    case: Case | None
    has_draft: bool

    @property
    def current(self) -> IdeaVersion | None:
        """The version that the page shows: the one that waits, else the public one, else the last."""
        wanted = self.idea.waiting_version_id or self.idea.public_version_id
        return next((one for one in self.versions if one.id == wanted), self.versions[-1] if self.versions else None)

    @property
    def public(self) -> IdeaVersion | None:
        return next((one for one in self.versions if one.id == self.idea.public_version_id), None)


def status_view(idea: Idea) -> StatusView:
    """Everything about an idea for its author; seven queries."""
    versions = (
        db.session.execute(
            select(IdeaVersion)
            .outerjoin(IdeaVersion.answers)
            .where(IdeaVersion.idea_id == idea.id)
            .options(contains_eager(IdeaVersion.answers))
            .order_by(IdeaVersion.number, Answer.id)
        )
        .unique()
        .scalars()
        .all()
    )
    return StatusView(
        idea=idea,
        consultation=db.session.get_one(Consultation, idea.consultation_id),
        questions={one.id: one for one in questions_of(idea.consultation_id)},
        versions=list(versions),
        decisions=[one for one in decisions_for("idea", idea.id) if one.reversed_at is None],
        case=open_case_for("idea", idea.id),
        has_draft=db.session.get(IdeaDraft, idea.id) is not None,
    )


# ---- my page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """An own idea in the list: what to call it and where it leads."""

    idea: Idea
    title: str
    saved_at: Any


def my_ideas(actor: Actor, limit: int = 50) -> list[Mine]:
    """The actor's ideas and drafts, those touched last first; one query."""
    if actor.person_id is None:
        return []
    statement = (
        select(Idea, IdeaDraft)
        .outerjoin(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(Idea.author_id == actor.person_id)
        .order_by(Idea.moved_at.desc(), Idea.id.desc())
        .limit(limit)
    )
    return [
        Mine(idea, idea.title or (draft.content.get("title", "") if draft else ""), draft.saved_at if draft else None)
        for idea, draft in db.session.execute(statement)
    ]


def promised(cases: Sequence[int]) -> dict[int, Any]:
    """When a decision is promised about these ideas: idea id -> moment; one query."""
    statement = select(Case.subject_id, Case.due_at).where(
        Case.kind == "idea", Case.subject_id.in_(cases), Case.closed_at.is_(None)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
