"""What each saving of an organisation's draft changed: so that two who write at once can be merged, and so that everybody
in the organisation sees what an approver changed before releasing it.

Kept while something is written, and gone with the draft. That somebody changed it in a release stays in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from consult.accounts.models import Person
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.ideas.merging import Fields, changed, fields_of
from consult.ideas.models import DraftRevision, Idea, IdeaDraft

audit.declare("idea.changed_in_release", "fields")

KEPT = 400  # savings of one draft; who opened it before them chooses every field that differs


def record(idea: Idea, draft: IdeaDraft, before: Mapping[str, Any], actor: Actor | None) -> None:
    """Note what a saving changed; called once the draft holds the new text and its count. Nothing for a person's own
    draft, which only they open."""
    if idea.organisation_id is None:
        return
    old = changed(fields_of(before), fields_of(draft.content))
    person_id = actor.person_id if actor is not None else None
    in_release = idea.waits_for_release and bool(old)
    if in_release and actor is not None:
        fresh = sorted(old.keys() - _noted(idea, person_id))
        if fresh:
            audit.record("idea.changed_in_release", actor, ("idea", idea.id), fields=",".join(fresh))
    db.session.add(
        DraftRevision(
            idea_id=idea.id, edit_count=draft.edit_count, person_id=person_id, before=old, in_release=in_release,
            saved_at=now(),
        )
    )  # fmt: skip
    if draft.edit_count % 50 == 0:
        old_ones = (DraftRevision.idea_id == idea.id) & (DraftRevision.edit_count <= draft.edit_count - KEPT)
        db.session.execute(delete(DraftRevision).where(old_ones).execution_options(synchronize_session=False))
    db.session.flush()


def _noted(idea: Idea, person_id: int | None) -> set[str]:
    """The fields that this person changed already since the release was asked for."""
    rows = db.session.execute(
        select(DraftRevision.before).where(
            DraftRevision.idea_id == idea.id, DraftRevision.person_id == person_id, DraftRevision.in_release,
            DraftRevision.saved_at >= idea.release_asked_at,
        )
    ).scalars()  # fmt: skip
    return {name for before in rows for name in before}


def base_of(draft: IdeaDraft, seen: int) -> Fields | None:
    """The fields as somebody had them before them who opened the draft at the count `seen`; None if that is not known."""
    count = draft.edit_count - seen
    if seen < 0 or not 0 <= count <= KEPT:
        return None
    rows = (
        db.session.execute(
            select(DraftRevision)
            .where(DraftRevision.idea_id == draft.idea_id, DraftRevision.edit_count > seen)
            .order_by(DraftRevision.edit_count.desc())
        )
        .scalars()
        .all()
    )
    if len(rows) != count:
        return None
    fields = fields_of(draft.content)
    for row in rows:
        fields |= row.before
    return fields


def last_other(draft: IdeaDraft, actor: Actor) -> str:
    """The name of who saved last, apart from the actor; empty where it is not known."""
    statement = (
        select(Person.name)
        .join(DraftRevision, DraftRevision.person_id == Person.id)
        .where(DraftRevision.idea_id == draft.idea_id, DraftRevision.person_id.is_distinct_from(actor.person_id))
        .order_by(DraftRevision.edit_count.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none() or ""


def changes_in_release(idea: Idea) -> list[tuple[str, Any, str]]:
    """What approvers changed since the release was asked for: (field, as it was put up, who), in the order of the fields.
    One query."""
    if idea.release_asked_at is None:
        return []
    rows = db.session.execute(
        select(DraftRevision.before, Person.name)
        .outerjoin(Person, Person.id == DraftRevision.person_id)
        .where(
            DraftRevision.idea_id == idea.id, DraftRevision.in_release, DraftRevision.saved_at >= idea.release_asked_at
        )
        .order_by(DraftRevision.edit_count)
    )
    first: Fields = {}
    who: dict[str, list[str]] = {}
    for before, name in rows:
        for one, value in before.items():
            first.setdefault(one, value)
            if name and name not in who.setdefault(one, []):
                who[one].append(name)
    return [(name, value, ", ".join(who.get(name, []))) for name, value in sorted(first.items())]
