"""Taking back what was entered by mistake: one idea or those of a table, the same way.

Whoever entered it does so, while nobody else has done something with it: moderation has not decided, nor has its author
written at it, had somebody named beside them or withdrawn it. Then it is withdrawn, its text is deleted, and its author
is told.
"""

from __future__ import annotations

from sqlalchemy import select, update

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _
from consult.core.states import move
from consult.ideas import withdrawing
from consult.ideas.coauthors import coauthors_of
from consult.ideas.drafting import locked
from consult.ideas.models import SUBMITTED, WAITING, WITHDRAWN, Idea, IdeaTransfer, IdeaVersion
from consult.ideas.publishing import refresh_public
from consult.ideas.rules import MACHINE, has_entered
from consult.moderation.operations import hold_case, withdraw_case
from consult.paper import mails

audit.declare("idea.entry_taken_back")


def can_take_back(actor: Actor, idea: Idea) -> bool:
    """Whether the actor entered it, and nobody else has done something with it since; at most three queries."""
    if idea.status != SUBMITTED or not has_entered(actor, idea):
        return False
    version = db.session.get(IdeaVersion, idea.waiting_version_id)
    return version is not None and version.number == 1 and not _is_split_off(idea) and not coauthors_of(idea.id)


def _is_split_off(idea: Idea) -> bool:
    """Whether it came to be by a moderator's decision about what was entered."""
    parts = select(IdeaTransfer.id).where(IdeaTransfer.other_id == idea.id, IdeaTransfer.undone_at.is_(None))
    return db.session.execute(parts.limit(1)).first() is not None


def take_back(actor: Actor, idea_id: int) -> None:
    """Withdraw it and delete its text; whoever had a receipt is told. Conflict where it is too late."""
    hold_case("idea", idea_id)
    idea = locked(idea_id)
    if not can_take_back(actor, idea):
        raise Conflict(_("Somebody has decided on it or changed it already."))
    title = idea.title
    move(MACHINE, idea, "withdraw", actor)
    withdraw_case("idea", idea.id, actor)
    waiting = (IdeaVersion.idea_id == idea.id, IdeaVersion.state == WAITING)
    db.session.execute(update(IdeaVersion).where(*waiting).values(state=WITHDRAWN))
    idea.waiting_version_id, idea.moved_at = None, now()
    refresh_public(idea)
    audit.record("idea.entry_taken_back", actor, ("idea", idea.id))
    mails.tell_taken_back(idea, title)
    withdrawing.erase(actor, idea.id)
