"""When a host is merged into another one of its kind: the activities that it organises are that one's, and back."""

from __future__ import annotations

from sqlalchemy import select, update

from consult.core.db import db
from consult.core.registry import MergeHook, touch
from consult.projects.models import Activity


def merge(kind: str, from_id: int, to_id: int) -> list[int]:
    """Give the activities of one host to the other; returns their numbers."""
    hosted = select(Activity.id).where(Activity.organiser_kind == kind, Activity.organiser_id == from_id)
    moved = list(db.session.execute(hosted.order_by(Activity.id)).scalars())
    _give(moved, to_id)
    return moved


def undo(kind: str, from_id: int, to_id: int, moved: list[int]) -> None:
    """Those that are still the other one's belong to the first one again."""
    kept = select(Activity.id).where(
        Activity.id.in_(moved), Activity.organiser_kind == kind, Activity.organiser_id == to_id
    )
    _give(list(db.session.execute(kept).scalars()), from_id)


def _give(activities: list[int], host_id: int) -> None:
    if activities:
        db.session.execute(update(Activity).where(Activity.id.in_(activities)).values(organiser_id=host_id))
    for activity_id in activities:
        touch("activity", activity_id)


HOOK = MergeHook("projects", merge, undo)
