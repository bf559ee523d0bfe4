"""An organisation's texts: open to all who write for it, whoever began them, and to nobody who does not, or not any more.

A draft belongs to an organisation from the first saving in its name. Its secret link alone opens nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from consult.accounts.models import Person
from consult.accounts.operations import as_actor
from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Outside, SignInNeeded
from consult.core.i18n import _, pick
from consult.ideas import mails, rules
from consult.ideas.drafting import Changes, locked
from consult.ideas.drafts import Content, title_in
from consult.ideas.models import AWAITING_RELEASE, DRAFT, PUBLISHED, RETURNED, Idea, IdeaDraft
from consult.organisations import acting
from consult.organisations.models import Organisation
from consult.organisations.queries import member_ids, own_organisation
from consult.organisations.rules import WRITERS, may_write_for

SHOWN = 50


def check_reach(actor: Actor, idea: Idea) -> None:
    """SignInNeeded or Outside for those to whom what belongs to an organisation is not open."""
    if rules.reaches(actor, idea):
        return
    if not actor.signed_in:
        raise SignInNeeded(_("Please sign in."))
    raise Outside(
        _(
            "This text belongs to an organisation, and you do not write for it (any more). "
            "Nothing was changed; what you typed stands below, so that you can keep it."
        )
    )


def keep_place(actor: Actor, idea: Idea, changes: Changes) -> None:
    """Leave a draft with its organisation where somebody else than its author writes at it."""
    if idea.organisation_id is not None and not (idea.status == DRAFT and rules.is_author(actor, idea)):
        changes.fields.pop("organisation", None)


def chosen_fault(actor: Actor, name: str, offered: Sequence[str]) -> str:
    """Why the organisation that a form offered cannot be chosen any more; empty where it can, and for a typed name."""
    if name and name in offered and name not in [one.name for one in acting.places(actor)]:
        return acting.ended()
    return ""


def place(actor: Actor, idea_id: int, content: Content) -> None:
    """Put a draft into the organisation in whose name it is written, or take it out again: its author does."""
    idea = locked(idea_id)
    if not actor.signed_in or idea.status != DRAFT or idea.author_id not in (None, actor.person_id):
        return
    wanted = own_organisation(actor, content.organisation)
    if wanted is not None and not may_write_for(actor, wanted):
        wanted = None
    if wanted != idea.organisation_id:
        idea.organisation_id = wanted
        if wanted is not None:
            idea.author_id = actor.person_id
        db.session.flush()


def author_for(actor: Actor, idea: Idea) -> Actor:
    """In whose name an organisation's text is sent: its author's as long as they write for it, else that of who sends it."""
    if idea.organisation_id is None or idea.author_id is None or idea.author_id == actor.person_id:
        return actor
    author = mails.author_of(idea)
    if author is None or not author.is_active:
        return actor
    return as_actor(author) if author.id in member_ids(idea.organisation_id, *WRITERS) else actor


@dataclass(frozen=True)
class Shared:
    """What is being written in an organisation, by whom, and how it stands."""

    idea: Idea
    title: str
    author: str
    organisation: str
    saved_at: Any


def shared_with(actor: Actor, organisation_id: int | None = None) -> list[Shared]:
    """What colleagues are writing in the actor's organisations, touched last first; one query, none for all others."""
    places = {one.organisation_id for one in actor.memberships if may_write_for(actor, one.organisation_id)}
    if organisation_id is not None:
        places &= {organisation_id}
    if not places:
        return []
    statement = (
        select(Idea, IdeaDraft.content, IdeaDraft.saved_at, Person.name, Organisation.name)
        .join(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .join(Organisation, Organisation.id == Idea.organisation_id)
        .outerjoin(Person, Person.id == Idea.author_id)
        .where(
            Idea.organisation_id.in_(places),
            Idea.status.in_((DRAFT, AWAITING_RELEASE, RETURNED, PUBLISHED)),
            or_(Idea.author_id.is_(None), Idea.author_id != actor.person_id)
            if organisation_id is None
            else Idea.id.is_not(None),
        )
        .order_by(IdeaDraft.saved_at.desc(), Idea.id.desc())
        .limit(SHOWN)
    )
    return [
        Shared(idea, title_in(content), author or "", pick(name), saved_at)
        for idea, content, saved_at, author, name in db.session.execute(statement)
    ]
