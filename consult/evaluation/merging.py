"""When an idea is merged into another one, its responses speak to that one, too, and no longer if it comes back."""

from __future__ import annotations

from sqlalchemy import delete, select

from consult.core.db import db
from consult.core.registry import MergeHook
from consult.evaluation.models import ResponseIdea
from consult.evaluation.operations import renew_ideas

KIND = "idea"


def _rows(idea_id: int) -> dict[int, int]:
    rows = db.session.execute(select(ResponseIdea).where(ResponseIdea.idea_id == idea_id)).scalars()
    return {one.response_id: one.told_version for one in rows}


def merge(kind: str, from_id: int, to_id: int) -> list[int]:
    """Let the responses speak to the other idea, too; returns those that did not before."""
    if kind != KIND:
        return []
    own, known = _rows(from_id), _rows(to_id)
    added = sorted(own.keys() - known.keys())
    db.session.add_all(
        ResponseIdea(response_id=one, idea_id=to_id, told_version=own[one]) for one in added
    )  # fmt: skip
    db.session.flush()
    if added:
        renew_ideas([to_id])
    return added


def undo(kind: str, _from_id: int, to_id: int, added: list[int]) -> None:
    """Those that only came by the merger speak to the first idea alone again."""
    if kind != KIND or not added:
        return
    db.session.execute(
        delete(ResponseIdea).where(ResponseIdea.idea_id == to_id, ResponseIdea.response_id.in_(added))
    )  # fmt: skip
    renew_ideas([to_id])


HOOK = MergeHook("evaluation", merge, undo)
