"""When a thing is merged into another one of its kind: who followed it follows that one, and no longer if it comes back."""

from __future__ import annotations

from sqlalchemy import delete

from consult.core.db import db
from consult.core.registry import MergeHook
from consult.notifications.models import Follow
from consult.notifications.queries import followers


def merge(kind: str, from_id: int, to_id: int) -> list[int]:
    """Let its followers follow the other one; returns those who did not before."""
    known = set(followers(kind, to_id))
    added = [person_id for person_id in followers(kind, from_id) if person_id not in known]
    db.session.add_all(Follow(person_id=person_id, kind=kind, subject_id=to_id) for person_id in added)
    db.session.flush()
    return added


def undo(kind: str, _from_id: int, to_id: int, added: list[int]) -> None:
    """Those who only came to follow the other one by the merger follow the first one alone again."""
    db.session.execute(
        delete(Follow).where(Follow.kind == kind, Follow.subject_id == to_id, Follow.person_id.in_(added))
    )


HOOK = MergeHook("notifications", merge, undo)
