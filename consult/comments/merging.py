"""When a thing is merged into another one of its kind: its comments stand below that one, and can be moved back."""

from __future__ import annotations

from sqlalchemy import func, select, update

from consult.comments import rules
from consult.comments.models import Comment
from consult.core.db import db
from consult.core.registry import MergeHook, registries, touch


def _move(kind: str, from_id: int, to_id: int, ids: list[int]) -> None:
    moved = (Comment.subject_kind == kind, Comment.subject_id == from_id, Comment.id.in_(ids))
    shown = db.session.execute(
        select(func.count()).select_from(Comment).where(*moved, Comment.status == rules.VISIBLE)
    ).scalar_one()
    db.session.execute(
        update(Comment).where(*moved).values(subject_id=to_id).execution_options(synchronize_session="fetch")
    )
    counted = registries.commentable[kind].counted
    counted(from_id, -shown)
    counted(to_id, shown)
    for comment_id in ids:
        touch("comment", comment_id)


def merge(kind: str, from_id: int, to_id: int) -> list[int]:
    """Move all comments, whatever their state; returns their ids."""
    statement = select(Comment.id).where(Comment.subject_kind == kind, Comment.subject_id == from_id)
    ids = list(db.session.execute(statement.order_by(Comment.id)).scalars())
    if ids:
        _move(kind, from_id, to_id, ids)
    return ids


def undo(kind: str, from_id: int, to_id: int, ids: list[int]) -> None:
    """Move these comments back, with what was answered to them since."""
    if not ids:
        return
    answers = select(Comment.id).where(
        Comment.subject_kind == kind, Comment.subject_id == to_id, Comment.parent_id.in_(ids)
    )
    _move(kind, to_id, from_id, [*ids, *db.session.execute(answers).scalars()])


HOOK = MergeHook("comments", merge, undo)
