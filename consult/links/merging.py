"""When a thing is merged into another one of its kind: its links belong to that one, except those it has already."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from consult.core.db import db
from consult.core.registry import MergeHook, touch
from consult.links.models import Link
from consult.links.operations import key_of, refresh_ends, taken_or_itself, touch_ends
from consult.links.rules import FROM, TO


def merge(kind: str, from_id: int, to_id: int) -> list[list[Any]]:
    """Move the links of one thing to another; returns (link, side) of each end that moved."""
    here = or_((Link.from_kind == kind) & (Link.from_id == from_id), (Link.to_kind == kind) & (Link.to_id == from_id))
    moved = []
    for link in db.session.execute(select(Link).where(here).order_by(Link.id)).scalars().all():
        for side in (FROM, TO):
            if (getattr(link, f"{side}_kind"), getattr(link, f"{side}_id")) != (kind, from_id):
                continue
            if taken_or_itself(link, side, to_id, key_of(kind, to_id)):
                continue
            _put(link, side, kind, to_id)
            moved.append([link.id, side])
    _renew(kind, from_id, to_id)
    return moved


def undo(kind: str, from_id: int, to_id: int, moved: list[list[Any]]) -> None:
    """Give each end back that is still where the merger had put it."""
    for link_id, side in moved:
        link = db.session.get(Link, link_id)
        if link is not None and getattr(link, f"{side}_id") == to_id:
            _put(link, side, kind, from_id)
    _renew(kind, from_id, to_id)


def _put(link: Link, side: str, kind: str, end_id: int) -> None:
    setattr(link, f"{side}_id", end_id)
    setattr(link, f"{side}_key", key_of(kind, end_id))
    touch_ends(link)


def _renew(kind: str, from_id: int, to_id: int) -> None:
    db.session.flush()
    for end_id in (from_id, to_id):
        touch(kind, end_id)
    refresh_ends({(kind, from_id), (kind, to_id)})


HOOK = MergeHook("links", merge, undo)
