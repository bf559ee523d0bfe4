"""Reads of hosts' messages; each returns what one page needs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.projects.message_rules import PUBLIC
from consult.projects.models import GIVEN_UP, Activity, ActivityMessage, ActivityMessageVersion, Participation

SHOWN = 20


def messages_for(activity_id: int, person_id: int | None) -> list[ActivityMessage]:
    """Published messages of an activity that a person may read, the newest first; one query."""
    readable = [ActivityMessage.audience == PUBLIC]
    if person_id is not None:
        readable.append(
            exists().where(
                Participation.activity_id == activity_id,
                Participation.person_id == person_id,
                Participation.status.not_in(GIVEN_UP),
            )
        )
    statement = (
        select(ActivityMessage)
        .where(ActivityMessage.activity_id == activity_id, ActivityMessage.status == "published", or_(*readable))
        .order_by(ActivityMessage.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.execute(statement).scalars())


def messages_page(activity_id: int, after: str | None) -> Page[ActivityMessage]:
    """All messages of an activity, for its host."""
    statement = select(ActivityMessage).where(ActivityMessage.activity_id == activity_id)
    return keyset(statement, [(ActivityMessage.id, "desc")], after, 30)


def message_of(slug: str, message_id: int) -> ActivityMessage | None:
    """A message of this activity, with the activity and its project."""
    return db.session.execute(
        select(ActivityMessage)
        .join(ActivityMessage.activity)
        .where(ActivityMessage.id == message_id, Activity.slug == slug)
        .options(contains_eager(ActivityMessage.activity).joinedload(Activity.project))
    ).scalar_one_or_none()


def messages_by_ids(ids: Sequence[int]) -> list[ActivityMessage]:
    """Messages with their activities; one query."""
    statement = select(ActivityMessage).where(ActivityMessage.id.in_(ids)).options(joinedload(ActivityMessage.activity))
    return list(db.session.execute(statement).scalars())


def versions_of(message_id: int) -> list[ActivityMessageVersion]:
    """All words that a message had, the first ones first."""
    statement = select(ActivityMessageVersion).where(ActivityMessageVersion.message_id == message_id)
    return list(db.session.execute(statement.order_by(ActivityMessageVersion.number)).scalars())
