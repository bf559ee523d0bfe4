"""Co-authors: invited by mail to stand for an idea beside its author, and named only once they have confirmed it.

Each speaks for themselves or for an organisation to which they belong. Whoever confirmed is an author as far as moderation
is concerned: they never decide on the idea, and they read all of it.
"""

from __future__ import annotations

from sqlalchemy import select

from consult.core.access import Actor
from consult.core.db import db
from consult.ideas.models import CONFIRMED, IdeaCoauthor


def is_coauthor(actor: Actor, idea_id: int) -> bool:
    """Whether the actor has confirmed to stand for the idea; one query, none for who is signed out."""
    if actor.person_id is None:
        return False
    statement = select(IdeaCoauthor.id).where(
        IdeaCoauthor.idea_id == idea_id, IdeaCoauthor.person_id == actor.person_id, IdeaCoauthor.status == CONFIRMED
    )
    return db.session.execute(statement).first() is not None
