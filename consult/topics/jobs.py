"""What happens to topics by the clock: on its date a planned topic enters index, sitemap and log.

That it can be read from that moment on needs no job: every query asks for the date.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core import jobs
from consult.core.clock import now
from consult.core.db import db
from consult.topics import operations
from consult.topics.models import Topic
from consult.topics.rules import PLANNED


@jobs.handler("topics.publish")
def publish(payload: dict[str, Any]) -> None:
    """Note that a planned topic has appeared; a plan that was dropped or moved is left alone."""
    operations.publish_due(payload["topic_id"])


@jobs.every("topics.due", minutes=15)
def look_for_due(_payload: dict[str, Any]) -> None:
    """Find what its own job missed, for example after a restart with a wrong clock."""
    statement = select(Topic.id).where(Topic.status == PLANNED, Topic.published_at <= now())
    for topic_id in list(db.session.execute(statement).scalars()):
        operations.publish_due(topic_id)
