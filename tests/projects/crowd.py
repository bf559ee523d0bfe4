"""Helpers of these tests: people who take part, and what stands in the database about them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from consult.accounts.models import Person
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.links.models import Link
from consult.links.operations import refresh_ends
from consult.projects import activity_operations, places
from consult.projects.models import Activity, Participation, Project


def put(activity: Activity, person: Person, status: str, **more: Any) -> Participation:
    """A participation in this state, counted, without any letter."""
    db.session.flush()
    participation = places.enter(activity, person.id, SYSTEM, status=status, role="", message="", language="de")
    for name, value in more.items():
        setattr(participation, name, value)
    db.session.flush()
    return participation


def join(make: Any, activity: Activity, person: Person, role: str = "", message: str = "") -> Participation:
    """Join by the operation, as the page does."""
    return activity_operations.join_activity(
        make.actor(person), activity.id, role=role, message=message, language="de"
    ).participation


def led_by(project: Project, kind: str, thing: Any, status: str = "stated", type: str = "coordinator_of") -> Link:
    """Say that an organisation or cluster leads the project."""
    link = Link(
        type=type, from_kind=kind, from_id=thing.id, from_key=thing.slug, to_kind="project", to_id=project.id,
        to_key=project.slug, status=status, created_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    refresh_ends([(kind, thing.id), ("project", project.id)])
    return link


def statuses(activity: Activity) -> list[str]:
    """The states of all participations in the order in which people came."""
    db.session.flush()
    query = select(Participation.status).where(Participation.activity_id == activity.id)
    return list(db.session.execute(query.order_by(Participation.position)).scalars())


def counters_are_true(activity: Activity) -> bool:
    """Whether the stored counters are what the rows say, and nothing exceeds the places."""
    db.session.flush()
    db.session.refresh(activity)
    query = select(Participation.status, func.count()).where(Participation.activity_id == activity.id)
    rows = {row.status: row[1] for row in db.session.execute(query.group_by(Participation.status))}
    seated = sum(rows.get(status, 0) for status in ("confirmed", "attended", "absent"))
    stored = (activity.confirmed_count, activity.offered_count, activity.waiting_count)
    right = (seated, rows.get("offered", 0), rows.get("waiting", 0))
    within = activity.places is None or seated + rows.get("offered", 0) <= activity.places
    return stored == right and within


def hosts(activity: Activity, cluster: Any) -> Link:
    """Say that a cluster hosts the activity."""
    link = Link(
        type="hosts", from_kind="cluster", from_id=cluster.id, from_key=cluster.slug, to_kind="activity",
        to_id=activity.id, to_key=activity.slug, status="stated", created_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    refresh_ends([("cluster", cluster.id), ("activity", activity.id)])
    return link
