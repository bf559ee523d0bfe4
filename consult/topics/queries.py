"""Reading topics: the archive of the topic of the month, the agenda's tags, one topic."""

from __future__ import annotations

from sqlalchemy import select

from consult.core.clock import now
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.topics.models import AGENDA, OF_THE_MONTH, Topic

PAGE_SIZE = 12


def topics_of_the_month(after: str | None) -> Page[Topic]:
    """One page of the published topics of the month, the newest first."""
    statement = select(Topic).where(Topic.kind == OF_THE_MONTH, Topic.published_at <= now())
    return keyset(statement, [(Topic.published_at, "desc"), (Topic.id, "desc")], after, PAGE_SIZE)


def agenda_topics() -> list[Topic]:
    """The tags of the agenda in their order."""
    statement = select(Topic).where(Topic.kind == AGENDA, Topic.published_at <= now()).order_by(Topic.id)
    return list(db.session.execute(statement).scalars())


def newest_topic() -> Topic | None:
    """The topic of the month, or None before the first one."""
    statement = (
        select(Topic)
        .where(Topic.kind == OF_THE_MONTH, Topic.published_at <= now())
        .order_by(Topic.published_at.desc(), Topic.id.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar()


def topic_by_slug(slug: str) -> Topic | None:
    """The published topic of this address."""
    if not slug.isprintable():
        return None
    statement = select(Topic).where(Topic.slug == slug, Topic.published_at <= now())
    return db.session.execute(statement).scalar()
