"""Who stands for an idea beside its author: invited by mail, and named only once they have confirmed it.

Each speaks for themselves or for an organisation to which they belong. Whoever confirmed is an author as far as moderation
is concerned: they never decide on the idea, they read all of it, and they do not support it. Writing stays with who has
the link of the draft.
"""

from __future__ import annotations

from flask import g
from sqlalchemy import or_, select

from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.memory import sharing
from consult.ideas import tokens
from consult.ideas.models import CONFIRMED, Idea, IdeaCoauthor


def is_coauthor(actor: Actor, idea_id: int) -> bool:
    """Whether the actor has confirmed to stand for the idea; one query, none for who is signed out and where a page that
    only reads has asked before."""
    if actor.person_id is None:
        return False
    known: dict[tuple[int, int], bool] = g.get("coauthors", {}) if sharing() else {}
    if (actor.person_id, idea_id) in known:
        return known[(actor.person_id, idea_id)]
    statement = select(IdeaCoauthor.id).where(
        IdeaCoauthor.idea_id == idea_id, IdeaCoauthor.person_id == actor.person_id, IdeaCoauthor.status == CONFIRMED
    )
    return db.session.execute(statement).first() is not None


def is_beside(actor: Actor, idea_id: int) -> bool:
    """Whether the actor or an organisation to which they belong stands for the idea beside its author: then they never
    decide on it."""
    if actor.person_id is None:
        return False
    own = or_(
        IdeaCoauthor.person_id == actor.person_id, IdeaCoauthor.organisation_id.in_(sorted(actor.organisation_ids))
    )
    statement = select(IdeaCoauthor.id).where(IdeaCoauthor.idea_id == idea_id, IdeaCoauthor.status == CONFIRMED, own)
    return db.session.execute(statement.limit(1)).first() is not None


def note_coauthor(actor: Actor, idea_id: int, beside: bool) -> None:
    """Say what another query of this request has found out, so that it is not asked again."""
    if actor.person_id is not None:
        g.setdefault("coauthors", {})[(actor.person_id, idea_id)] = beside


def coauthors_of(idea_id: int) -> list[IdeaCoauthor]:
    """All who were asked to stand for an idea, in the order of asking; one query."""
    statement = select(IdeaCoauthor).where(IdeaCoauthor.idea_id == idea_id)
    return list(db.session.execute(statement.order_by(IdeaCoauthor.id)).scalars())


def coauthor_ids(idea_id: int) -> list[int]:
    """The people who stand for an idea beside its author; one query."""
    statement = select(IdeaCoauthor.person_id).where(
        IdeaCoauthor.idea_id == idea_id, IdeaCoauthor.status == CONFIRMED, IdeaCoauthor.person_id.is_not(None)
    )
    return [one for one in db.session.execute(statement).scalars() if one is not None]


def by_token(token: str) -> tuple[IdeaCoauthor, Idea]:
    """The invitation behind its secret link, with the idea; NotFound for any other."""
    if not tokens.TOKEN.match(token):
        raise NotFound()
    statement = (
        select(IdeaCoauthor, Idea)
        .join(Idea, Idea.id == IdeaCoauthor.idea_id)
        .where(IdeaCoauthor.token_hash == tokens.token_hash(token))
    )
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]
