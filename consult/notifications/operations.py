"""Writes of notices, follows and preferences."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound, Refused
from consult.core.i18n import _
from consult.core.registry import registries
from consult.notifications import queries, rules
from consult.notifications.models import Follow, MailPreference, Notice


def add_notice(person_id: int, kind: str, context: dict[str, Any]) -> Notice:
    """An entry in a person's list."""
    notice = Notice(person_id=person_id, kind=kind, context=context)
    db.session.add(notice)
    db.session.flush()
    return notice


def mark_read(actor: Actor, notice: Notice) -> None:
    """The actor has seen a notice of theirs."""
    if not rules.is_theirs(actor, notice.person_id):
        raise NotFound()
    notice.read_at = notice.read_at or now()


def mark_all_read(actor: Actor) -> None:
    """The actor has seen all their notices."""
    db.session.execute(
        update(Notice)
        .where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )


def follow(actor: Actor, kind: str, subject_id: int) -> None:
    """The actor wants to hear of a thing. Following twice changes nothing. NotFound for what is not public."""
    if actor.person_id is None:
        raise Refused(_("Please sign in to follow this."))
    subject = registries.subjects.get(kind)
    described = subject.describe([subject_id]).get(subject_id) if subject else None
    if described is None or not described.public:
        raise NotFound()
    if not queries.is_following(actor, kind, subject_id):
        db.session.add(Follow(person_id=actor.person_id, kind=kind, subject_id=subject_id))
        db.session.flush()


def unfollow(actor: Actor, kind: str, subject_id: int) -> None:
    """The actor does not want to hear of a thing any more, whatever became of it."""
    db.session.execute(
        delete(Follow).where(Follow.person_id == actor.person_id, Follow.kind == kind, Follow.subject_id == subject_id)
    )


def stop_following(actor: Actor, follow_id: int) -> None:
    """The actor does not want to hear of it any more; done already is done. NotFound for what somebody else follows."""
    found = db.session.get(Follow, follow_id)
    if found is None:
        return
    if not rules.is_theirs(actor, found.person_id):
        raise NotFound()
    db.session.delete(found)
    db.session.flush()


def set_mail_wanted(actor: Actor, kind: str, wanted: bool) -> None:
    """Whether the actor is mailed notices of a kind."""
    if actor.person_id is None:
        raise Refused(_("Please sign in again"))
    statement = select(MailPreference).where(MailPreference.person_id == actor.person_id, MailPreference.kind == kind)
    preference = db.session.execute(statement).scalar_one_or_none()
    if preference is None:
        preference = MailPreference(person_id=actor.person_id, kind=kind)
        db.session.add(preference)
    preference.wanted = wanted
    db.session.flush()
