"""This room's share of a person's data: what they joined, what they wrote as hosts, and what remains after erasure."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager, joinedload

from consult.accounts.queries import person_by_id
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.registry import PersonalData
from consult.core.states import move
from consult.projects import places
from consult.projects.machines import MEMBERSHIP, PARTICIPATION
from consult.projects.models import ActivityMessage, ActivityMessageVersion, Membership, Participation


def export(person_id: int) -> dict[str, Any]:
    """Everything that a person joined, with what they wrote and what they were answered."""
    participations = db.session.execute(
        select(Participation)
        .join(Participation.activity)
        .where(Participation.person_id == person_id)
        .options(contains_eager(Participation.activity))
        .order_by(Participation.id)
    ).scalars()
    memberships = db.session.execute(
        select(Membership)
        .where(Membership.person_id == person_id)
        .options(joinedload(Membership.project))
        .order_by(Membership.id)
    ).scalars()

    def entry(one: Participation | Membership) -> dict[str, Any]:
        return {
            "role": one.role, "status": one.status, "message": one.message, "answer": one.note,
            "at": one.created_at.isoformat(), "language": one.language, "organisation": one.organisation_id,
        }  # fmt: skip

    return {
        "activities": [{"activity": one.activity.slug, **entry(one)} for one in participations],
        "projects": [{"project": one.project.slug, **entry(one)} for one in memberships],
        "messages": [
            {
                "number": f"N-{one.id}", "title": one.title, "body": one.body, "status": one.status,
                "at": one.created_at.isoformat(), "audience": one.audience,
            }
            for one in _messages(person_id)
        ],
    }  # fmt: skip


def _messages(person_id: int) -> list[ActivityMessage]:
    statement = select(ActivityMessage).where(ActivityMessage.author_id == person_id).order_by(ActivityMessage.id)
    return list(db.session.execute(statement).scalars())


def erase(person_id: int) -> None:
    """Give up what is still to come, so that others move up, and forget all texts; the numbers stay true."""
    live = db.session.execute(
        select(Participation.id).where(
            Participation.person_id == person_id,
            Participation.status.in_([t.source for t in PARTICIPATION.transitions if t.act == "cancel"]),
        )
    ).scalars().all()  # fmt: skip
    for participation_id in live:
        activity, participation = places.lock_participation(participation_id)
        if PARTICIPATION.target(participation.status, "cancel") and not activity.has_begun(now()):
            places.act(activity, participation, "cancel", SYSTEM)
            places.fill(activity)
    for membership in db.session.execute(
        select(Membership).where(Membership.person_id == person_id, Membership.status.in_(("asked", "accepted")))
    ).scalars():
        move(MEMBERSHIP, membership, "leave", SYSTEM)
    db.session.flush()
    for table in (Participation, Membership):
        db.session.execute(update(table).where(table.person_id == person_id).values(message="", note=""))
    person = person_by_id(person_id)
    rename(person_id, person.name if person is not None else "", "")
    for message in _messages(
        person_id
    ):  # what was read stays, in an organiser's name; what nobody read loses its words
        message.author_id = None
        if message.published_at is None:
            message.body, message.html = "", Markup("")
            db.session.execute(
                update(ActivityMessageVersion)
                .where(ActivityMessageVersion.message_id == message.id)
                .values(body="", html=Markup(""))
            )
    db.session.flush()


def rename(person_id: int, old: str, new: str) -> None:
    """Messages to those who take part stand under a new name, except where an organiser's stands."""
    for message in _messages(person_id):
        if old and message.host_name == old[:200]:
            message.host_name = new[:200]
    db.session.flush()


TABLES = ("participation", "membership", "activity_message", "activity_message_version")
DATA = PersonalData("projects", TABLES, export, erase, rename=rename)
