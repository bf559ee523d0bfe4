"""What time does to ideas: links to confirm lapse, returned ideas are closed, forgotten drafts are deleted.

Each end is announced by a letter some days before. Every run takes a bounded number, so a long pause of the worker does
not make one long transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.consultations.queries import consultations_by_ids
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.jobs import every, handler
from consult.core.states import move
from consult.ideas import mails, rules
from consult.ideas.drafting import delete_draft
from consult.ideas.models import AWAITING, DRAFT, RETURNED, Idea, IdeaDraft, IdeaVersion
from consult.ideas.rules import TERMS
from consult.moderation.operations import open_case

BATCH = 200


@handler("idea.case")
def put_before_moderation(payload: dict[str, Any]) -> None:
    """Open the case of a version that waits again after a decision that ended the case before."""
    idea = db.session.get(Idea, payload["idea_id"])
    if idea is None or idea.waiting_version_id is None:
        return
    version = db.session.get_one(IdeaVersion, idea.waiting_version_id)
    consultation = consultations_by_ids([idea.consultation_id])[idea.consultation_id]
    open_case(
        "idea", idea.id, version.id, consultation_id=consultation.id, due_days=consultation.promised_days,
        title=version.title, language=version.language, author_id=idea.author_id,
    )  # fmt: skip


@every("ideas.periods", minutes=60)
def end_periods(_payload: dict[str, Any]) -> None:
    """Do what is due: once an hour."""
    lapse_confirmations()
    close_returned()
    delete_forgotten_drafts()


def _waiting_since(status: str, period: Any) -> list[Idea]:
    statement = select(Idea).where(Idea.status == status, Idea.moved_at < now() - period)
    return list(db.session.execute(statement.order_by(Idea.moved_at, Idea.id).limit(BATCH)).scalars())


def lapse_confirmations() -> int:
    """Seven days without confirmation: a draft again."""
    ideas = _waiting_since(AWAITING, TERMS.confirmation)
    for idea in ideas:
        mails.tell_confirmation_lapsed(idea)
        move(rules.MACHINE, idea, "lapse", SYSTEM)
        idea.moved_at, idea.confirm_token_hash = now(), None
        draft = db.session.get(IdeaDraft, idea.id)
        if draft is not None:
            draft.saved_at = now()
    db.session.flush()
    return len(ideas)


def close_returned() -> int:
    """Thirty days without an answer to a returned idea: closed. A week before, its author is reminded."""
    closed = _waiting_since(RETURNED, TERMS.revision)
    for idea in closed:
        move(rules.MACHINE, idea, "close", SYSTEM)
        idea.moved_at = now()
        mails.tell_closed(idea)
    for idea in _waiting_since(RETURNED, TERMS.revision - TERMS.reminder):
        if idea.reminded_at is None:
            idea.reminded_at = now()
            mails.remind_of_revision(idea, idea.moved_at + TERMS.revision)
    db.session.flush()
    return len(closed)


def delete_forgotten_drafts() -> int:
    """Sixty days untouched: deleted, if its author had been reminded a week before, or cannot be."""
    moment = now()
    statement = (
        select(Idea, IdeaDraft)
        .join(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(Idea.status == DRAFT, IdeaDraft.saved_at < moment - (TERMS.draft - TERMS.reminder))
        .order_by(IdeaDraft.saved_at, Idea.id)
        .limit(BATCH)
    )
    deleted = 0
    for idea, draft in db.session.execute(statement).all():
        title = draft.content.get("title", "")
        if draft.reminded_at is None:
            draft.reminded_at = moment
            mails.remind_of_draft(idea, title, max(draft.saved_at + TERMS.draft, moment + TERMS.reminder))
        elif moment >= max(draft.saved_at + TERMS.draft, draft.reminded_at + TERMS.reminder):
            mails.tell_draft_deleted(idea, title)
            delete_draft(SYSTEM, idea.id, "untouched")
            deleted += 1
    return deleted
