"""What became of an idea after it was published: linked, discussed, joined by another, answered, taken up.

Plain values with their moments, for the timeline on its page and on the private status page. Other rooms add theirs
(`registries.milestones`): an answer of the ministry, for one, is known higher up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, null, select, union_all

from consult.comments.models import Comment
from consult.core.db import db
from consult.core.i18n import _
from consult.core.registry import Milestone, registries
from consult.core.web import path
from consult.ideas.models import MERGE, Idea, IdeaTransfer
from consult.links.queries import LinkView

TAKEN_UP_BY = frozenset({"project", "programme", "activity", "topic"})
SHOWN = 8  # links told in a timeline, the newest


def milestones(idea: Idea, links: Sequence[LinkView]) -> list[Milestone]:
    """All of them, in order of time; one query, and those of the other rooms."""
    found = [*_stored(idea), *_linked(links)]
    for ask in registries.milestones:
        found += ask("idea", idea.id)
    return sorted(found, key=lambda one: one.at)


def _stored(idea: Idea) -> list[Milestone]:
    """The first comment, and ideas that were merged into this one; one query."""
    discussed = select(
        literal("comment").label("what"), func.min(Comment.published_at).label("at"), null().label("number")
    ).where(
        Comment.subject_kind == "idea", Comment.subject_id == idea.id, Comment.status == "published",
        Comment.published_at.is_not(None),
    )  # fmt: skip
    merged = (
        select(literal("merge"), IdeaTransfer.made_at, Idea.number)
        .join(Idea, Idea.id == IdeaTransfer.idea_id)
        .where(IdeaTransfer.other_id == idea.id, IdeaTransfer.kind == MERGE, IdeaTransfer.undone_at.is_(None))
    )
    found = []
    rows: Any = db.session.execute(union_all(discussed, merged))
    for what, at, number in rows:
        if at is None:
            continue
        text = _("First comment") if what == "comment" else _("%(number)s on the same matter joined in", number=number)
        found.append(Milestone(at, text))
    return found


def _linked(links: Sequence[LinkView]) -> list[Milestone]:
    found = []
    for view in links:
        moments = (view.link.confirmed_from_at, view.link.confirmed_to_at)
        if not view.confirmed or moments[0] is None or moments[1] is None:
            continue
        taken_up = not view.outgoing and view.other.kind in TAKEN_UP_BY
        text = _("Taken up by") if taken_up else _("Link confirmed by both sides:")
        found.append(Milestone(max(moments[0], moments[1]), text, view.other.url, view.other.title))
    return sorted(found, key=lambda one: one.at)[-SHOWN:]


def version_url(idea: Idea, number: int) -> str:
    """Where a version is read with its changes."""
    return path("ideas.version", number=idea.number, version=number)
