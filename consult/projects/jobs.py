"""What happens to activities by the clock: held places go on, and who has a place is reminded the day before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from consult.core import jobs
from consult.core.clock import LOCAL, end_of_day, now, start_of_day, today
from consult.core.db import db
from consult.projects import activity_operations, mails, messages, places
from consult.projects.models import OVER, Activity, Participation

# Reminders leave from eight in the morning on, a few at a time, so that no transaction is held for long.
REMIND_FROM_HOUR = 8
BATCH = 25


@jobs.every("activities.offers", minutes=5)
def look_for_late_offers(_payload: dict[str, Any]) -> None:
    """Write a job for every activity in which a held place was not taken in time, or a place is free while people wait."""
    late = set(activity_operations.activities_with_late_offers()) | set(_activities_to_fill())
    for activity_id in sorted(late):
        jobs.enqueue("activities.lapse", {"activity_id": activity_id})


def _activities_to_fill() -> list[int]:
    """Activities with free places and people waiting: after more places were made, or after a mended counter."""
    moment = now()
    free = Activity.capacity - Activity.held_back - Activity.confirmed_count - Activity.offered_count
    statement = select(Activity.id).where(
        Activity.waiting_count > 0,
        Activity.over_at > moment,
        Activity.starts_at > moment + timedelta(hours=1),
        Activity.status.not_in(OVER),
        (free > 0) | Activity.capacity.is_(None),
    )
    return list(db.session.execute(statement).scalars())


@jobs.handler("activities.lapse")
def lapse(payload: dict[str, Any]) -> None:
    """Let one activity's late places go on to the next. Doing it twice changes nothing."""
    activity_operations.lapse_offers(payload["activity_id"])


@jobs.every("activities.reminders", minutes=30)
def look_for_reminders(_payload: dict[str, Any]) -> None:
    """On the day before an activity, write the job that reminds those with a place."""
    if now().astimezone(LOCAL).hour < REMIND_FROM_HOUR:
        return
    tomorrow = today() + timedelta(days=1)
    statement = select(Activity.id).where(
        Activity.starts_at >= start_of_day(tomorrow),
        Activity.starts_at < end_of_day(tomorrow),
        Activity.precision.in_(("time", "day")),
        Activity.status.not_in(OVER),
        Activity.confirmed_count > 0,
    )
    for activity_id in db.session.execute(statement).scalars():
        jobs.enqueue("activities.remind", {"activity_id": activity_id}, dedupe=f"remind:{activity_id}:{tomorrow}")


@jobs.handler("activities.remind")
def remind(payload: dict[str, Any]) -> None:
    """Remind some of those with a place and go on with the rest in a further job.

    Who joined within the last day has just been written to and is left out. The mark is set in the transaction of the
    letter, so nobody is reminded twice.
    """
    activity = places.lock_activity(payload["activity_id"])
    rows = db.session.execute(
        select(Participation)
        .join(Participation.activity)
        .where(
            Participation.activity_id == activity.id,
            Participation.status == "confirmed",
            Participation.reminded_at.is_(None),
            Participation.created_at < now() - timedelta(days=1),
        )
        .options(contains_eager(Participation.activity))
        .order_by(Participation.position)
        .limit(BATCH)
    ).scalars().all()  # fmt: skip
    for participation in rows:
        participation.reminded_at = now()
        mails.send(activity, participation, "reminder")
    if len(rows) == BATCH:
        jobs.enqueue("activities.remind", payload)


@jobs.handler("activities.message")
def mail_message(payload: dict[str, Any]) -> None:
    """Have those who take part written to, once the time in which a decision can be taken back is over."""
    messages.mail_message(payload["message_id"])
