"""What members of an organisation tell each other about a text of theirs, before and after it is sent.

What always holds: only those who write or release for the organisation read it; moderation and the public never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from consult.accounts.models import Person
from consult.core import audit
from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.text import clean_text
from consult.ideas.models import Idea, IdeaNote
from consult.ideas.signoff import approvers_of
from consult.organisations.rules import may_write_for

audit.declare("idea.noted", "note_id")

LONGEST = 2_000
SHOWN = 200


@dataclass(frozen=True)
class Note:
    """One remark: when, by whom (empty where the person is gone), what."""

    id: int
    at: datetime
    name: str
    body: str


def notes_on(idea: Idea) -> list[Note]:
    """The remarks about a text in its organisation, oldest first. One query."""
    rows = db.session.execute(
        select(IdeaNote.id, IdeaNote.written_at, Person.name, IdeaNote.body)
        .outerjoin(Person, Person.id == IdeaNote.person_id)
        .where(IdeaNote.idea_id == idea.id, IdeaNote.organisation_id == idea.organisation_id)
        .order_by(IdeaNote.id)
        .limit(SHOWN)
    )
    return [Note(note_id, at, name or "", body) for note_id, at, name, body in rows]


def write_note(actor: Actor, idea: Idea, body: str, title: str) -> IdeaNote:
    """Say something to the author and those who release. NotFound for whoever does not write for the organisation."""
    if idea.organisation_id is None or not may_write_for(actor, idea.organisation_id):
        raise NotFound()
    text = clean_text(body)
    if not text:
        raise Invalid({"body": _("Please write something first.")})
    note = IdeaNote(idea_id=idea.id, organisation_id=idea.organisation_id, person_id=actor.person_id, body=text)
    db.session.add(note)
    db.session.flush()
    audit.record("idea.noted", actor, ("idea", idea.id), note_id=note.id)
    told = {idea.author_id, *_took_part(idea)}
    if idea.waits_for_release:
        told |= {one.id for one in approvers_of(idea.organisation_id)}
    notify("idea.noted", told - {actor.person_id}, {"title": title, "title_in": idea.language, "idea_id": idea.id})
    return note


def _took_part(idea: Idea) -> set[int | None]:
    statement = select(IdeaNote.person_id).where(IdeaNote.idea_id == idea.id).distinct()
    return set(db.session.execute(statement).scalars())
