"""Places of an activity: the one piece of code that gives them out, takes them back and counts them.

Everything here runs under the lock of the activity's row (PostgreSQL: `FOR UPDATE`; SQLite: the write lock that every
writing transaction holds from its beginning), so that what is read is still true when it is written. The sum of
confirmed and offered places therefore never exceeds those that there are, in any interleaving.
"""

from __future__ import annotations

from sqlalchemy import func, select

from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.states import move
from consult.projects import mails, tokens
from consult.projects.machines import PARTICIPATION
from consult.projects.models import SEATED, Activity, Participation
from consult.projects.rules import hold_time

_COUNTER = {**dict.fromkeys(SEATED, "confirmed_count"), "offered": "offered_count", "waiting": "waiting_count"}


def lock_activity(activity_id: int) -> Activity:
    """The activity as it is now, for this transaction alone until its end."""
    activity = db.session.execute(
        select(Activity).where(Activity.id == activity_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if activity is None:
        raise NotFound()
    return activity


def lock_participation(participation_id: int) -> tuple[Activity, Participation]:
    """A participation as it is now, together with its locked activity (which is always locked first)."""
    activity_id = db.session.execute(
        select(Participation.activity_id).where(Participation.id == participation_id)
    ).scalar_one_or_none()
    if activity_id is None:
        raise NotFound()
    activity = lock_activity(activity_id)
    participation = db.session.execute(
        select(Participation).where(Participation.id == participation_id).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if participation is None:
        raise NotFound()
    return activity, participation


def _count(activity: Activity, status: str, by: int) -> None:
    name = _COUNTER.get(status)
    if name is not None:
        setattr(activity, name, getattr(activity, name) + by)


def enter(
    activity: Activity, person_id: int, actor: Actor, *, status: str, role: str, message: str, language: str,
    organisation_id: int | None = None,
) -> Participation:  # fmt: skip
    """A new participation of a locked activity, at the end of the line."""
    activity.last_position += 1
    token = tokens.place_token(activity.id, person_id, activity.last_position)
    participation = Participation(
        activity_id=activity.id, person_id=person_id, role=role, message=message, status=status, language=language,
        organisation_id=organisation_id, position=activity.last_position, token_hash=tokens.token_hash(token),
        created_at=now(),
    )  # fmt: skip
    db.session.add(participation)
    _count(activity, status, 1)
    db.session.flush()
    audit.record("participation.joined", actor, ("participation", participation.id), activity_id=activity.id, to=status)
    return participation


def act(activity: Activity, participation: Participation, name: str, actor: Actor) -> None:
    """Carry out an act of the table on a locked activity's participation and keep the counters true.

    Conflict where the state does not allow it. Places that became free are not handed on yet: see `fill`.
    """
    before = participation.status
    move(PARTICIPATION, participation, name, actor)
    _count(activity, before, -1)
    _count(activity, participation.status, 1)
    if participation.status != "offered":
        participation.offered_until = None


def fill(activity: Activity) -> list[Participation]:
    """Offer what is free to those who wait, in their order, and write to them; returns whom it was offered to."""
    offered: list[Participation] = []
    moment = now()
    hold = hold_time(moment, activity.starts_at)
    if hold is None or activity.status in ("cancelled", "postponed", "completed"):
        return offered
    while activity.waiting_count > 0 and (activity.free is None or activity.free > 0):
        following = db.session.execute(
            select(Participation)
            .where(Participation.activity_id == activity.id, Participation.status == "waiting")
            .order_by(Participation.position)
            .limit(1)
        ).scalar_one_or_none()
        if following is None:
            break
        act(activity, following, "offer", SYSTEM)
        following.offered_until = moment + hold
        db.session.flush()
        mails.send(activity, following, "offered")
        offered.append(following)
    return offered


def recount() -> int:
    """Count all places again from the participations; returns how many activities had wrong counters."""
    activities = (
        db.session.execute(
            select(Activity).order_by(Activity.id).with_for_update().execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )  # locked first, so that nobody comes or goes between counting and writing
    counted: dict[int, dict[str, int]] = {}
    rows = db.session.execute(
        select(Participation.activity_id, Participation.status, func.count()).group_by(
            Participation.activity_id, Participation.status
        )
    )
    for activity_id, status, count in rows:
        if name := _COUNTER.get(status):
            entry = counted.setdefault(activity_id, {})
            entry[name] = entry.get(name, 0) + count
    mended = 0
    for activity in activities:
        right = {name: counted.get(activity.id, {}).get(name, 0) for name in set(_COUNTER.values())}
        wrong = {name: value for name, value in right.items() if getattr(activity, name) != value}
        for name, value in wrong.items():
            setattr(activity, name, value)
        mended += bool(wrong)
    return mended
