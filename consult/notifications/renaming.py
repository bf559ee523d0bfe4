"""What notices say of a person by name follows when the person takes another name, or leaves and has none any more.

The name stands in the list of whoever was told, and in what waits to be told.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from consult.core.db import db
from consult.core.jobs import Job
from consult.core.registry import registries
from consult.notifications.forgetting import Mentions, is_one
from consult.notifications.models import Notice


def say_instead(kinds: Collection[str], mentions: Mentions, **words: Any) -> None:
    """Put other words into the contexts of notices of these kinds, told or waiting. `mentions` is how they name what they
    are about: entries, and the values that each may have."""
    if not all(mentions.values()):
        return
    told = select(Notice).where(Notice.kind.in_(kinds), _names(Notice.context, mentions))
    for notice in db.session.execute(told).scalars():
        notice.context = {**notice.context, **words}
    waiting = select(Job).where(
        Job.kind == "notice.deliver", Job.done_at.is_(None), Job.payload["kind"].as_string().in_(kinds),
        _names(Job.payload["context"], mentions),
    )  # fmt: skip
    for job in db.session.execute(waiting).scalars():
        job.payload = {**job.payload, "context": {**job.payload["context"], **words}}
    db.session.flush()


def rename(person_id: int, _old: str, new: str) -> None:
    """Others were told of the person by name: those notices say the new one."""
    for kind in registries.notice_kinds.values():
        if kind.who:
            say_instead((kind.kind,), {"person_id": [person_id]}, **{kind.who: new})


def _names(context: Any, mentions: Mentions) -> ColumnElement[bool]:
    return and_(*(is_one(context[name], values) for name, values in mentions.items()))
