"""A person's share in ideas: taken out on request, and erased so that what was published stays without them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import selectinload

from consult.core.db import db
from consult.core.registry import PersonalData, touch
from consult.ideas.models import DRAFT, Idea, IdeaDraft, IdeaVersion, Support
from consult.ideas.publishing import refresh_public


def export(person_id: int) -> dict[str, Any]:
    """The person's ideas with all versions and answers, their drafts, and what they support."""
    ideas = db.session.execute(select(Idea).where(Idea.author_id == person_id).order_by(Idea.id)).scalars().all()
    supported = db.session.execute(
        select(Idea.number, Support.created_at)
        .join(Support, Support.idea_id == Idea.id)
        .where(Support.person_id == person_id)
        .order_by(Support.created_at)
    )
    return {
        "ideas": [_idea(one) for one in ideas],
        "supported": [{"idea": number, "since": since.isoformat()} for number, since in supported],
    }


def _idea(idea: Idea) -> dict[str, Any]:
    draft = db.session.get(IdeaDraft, idea.id)
    versions = db.session.execute(
        select(IdeaVersion)
        .where(IdeaVersion.idea_id == idea.id)
        .options(selectinload(IdeaVersion.answers))
        .order_by(IdeaVersion.number)
    ).scalars()
    return {
        "number": idea.number,
        "status": idea.status,
        "draft": draft.content if draft is not None else None,
        "versions": [
            {
                "number": one.number,
                "sent": one.sent_at.isoformat(),
                "title": one.title,
                "summary": one.summary,
                "organisation": one.organisation_name,
                "answers": [
                    {"question": answer.question_id, "audience": answer.audience, "text": answer.body}
                    for answer in one.answers
                ],
            }
            for one in versions
        ],
    }


def erase(person_id: int) -> None:
    """Drafts and support go; sent ideas stay without the person, published ones without their name."""
    ideas = db.session.execute(select(Idea).where(Idea.author_id == person_id)).scalars().all()
    for idea in ideas:
        db.session.execute(delete(IdeaDraft).where(IdeaDraft.idea_id == idea.id))
        if idea.status == DRAFT:
            db.session.delete(idea)
            continue
        idea.author_id, idea.author_email = None, ""
        refresh_public(idea)
    db.session.flush()
    ids = list(db.session.execute(select(Support.idea_id).where(Support.person_id == person_id)).scalars())
    db.session.execute(delete(Support).where(Support.person_id == person_id))
    db.session.execute(
        update(Idea)
        .where(Idea.id.in_(ids))
        .values(support_count=Idea.support_count - 1)
        .execution_options(synchronize_session=False)
    )
    for idea_id in ids:
        touch("idea", idea_id)


PERSONAL_DATA = PersonalData("ideas", ("idea", "idea_version", "answer", "idea_draft", "support"), export, erase)
