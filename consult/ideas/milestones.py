"""What became of an idea: read and returned by the moderation, linked, discussed, joined by another, answered, taken up.

Plain values with their moments, for the timeline on its page and on the private status page. Other rooms add theirs
(`registries.milestones`): an answer of the ministry, for one, is known higher up. Everyone reads of the moderation only
what came before the first publication: what waits later is its author's own business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, bindparam, func, literal, select, union_all

from consult.comments.models import Comment
from consult.core.db import UTCDateTime
from consult.core.i18n import _
from consult.core.memory import remembered
from consult.core.registry import Milestone, registries
from consult.core.rows import rows_of
from consult.core.web import path
from consult.ideas.models import MERGE, Idea, IdeaTransfer
from consult.links.queries import LinkView
from consult.moderation.queries import READ, RETURNED, steps_until

TAKEN_UP_BY = frozenset({"project", "programme", "activity", "topic"})
SHOWN = 8  # links told in a timeline, the newest


def milestones(
    idea: Idea, links: Sequence[LinkView], with_moderation: bool = False, with_comments: bool = True
) -> list[Milestone]:
    """All of them, in order of time; one query, and those of the other rooms; one more for `with_comments`.

    `with_moderation` adds its way to the public.
    """
    discussed = first_comment(first_comment_at(idea.id)) if with_comments else []
    found = [*discussed, *_stored(idea, with_moderation), *_linked(links)]
    for ask in registries.milestones:
        found += ask("idea", idea.id)
    return sorted(found, key=lambda one: one.at)


@lru_cache(maxsize=2)
def _marks(with_moderation: bool) -> CompoundSelect[Any]:
    """The query of `_stored`, put together once."""
    subject: Any = bindparam("idea", type_=Integer)
    transfer, idea = IdeaTransfer.__table__.c, Idea.__table__.c
    merged = (
        select(literal("merge").label("what"), transfer.made_at.label("at"), idea.number.label("number"))
        .join_from(IdeaTransfer.__table__, Idea.__table__, idea.id == transfer.idea_id)
        .where(transfer.other_id == subject, transfer.kind == MERGE, transfer.undone_at.is_(None))
    )
    moment: Any = bindparam("moment", type_=UTCDateTime)
    return union_all(merged, *(steps_until("idea", subject, moment) if with_moderation else ()))


def first_comment(began_at: datetime | None) -> list[Milestone]:
    """That people began to comment, if they did."""
    return [Milestone(began_at, _("First comment"))] if began_at is not None else []


def first_comment_at(idea_id: int) -> datetime | None:
    """When the first comment of those that can be read was published; one query after a change."""

    def ask() -> datetime | None:
        found: datetime | None = rows_of(_discussed(), {"idea": idea_id}).scalar()
        return found

    return remembered(("ideas.discussed", idea_id), ask)


@lru_cache(maxsize=1)
def _discussed() -> Select[Any]:
    """The query of `first_comment_at`, put together once."""
    comment = Comment.__table__.c
    statement: Select[Any] = select(func.min(comment.published_at)).where(
        comment.subject_kind == "idea", comment.subject_id == bindparam("idea", type_=Integer),
        comment.status == "published", comment.published_at.is_not(None),
    )  # fmt: skip
    return statement


def _stored(idea: Idea, with_moderation: bool) -> list[Milestone]:
    """Ideas that were merged into this one, the steps of moderation; one query."""
    values: dict[str, Any] = {"idea": idea.id}
    if with_moderation and idea.published_at is not None:
        values["moment"] = idea.published_at
    found = []
    rows: Any = rows_of(_marks("moment" in values), values)
    for what, at, number in rows:
        if at is not None:
            found.append(Milestone(at, _said(what, number)))
    return found


def _said(what: str, number: str | None) -> str:
    words = {
        READ: _("Read by the moderation"),
        RETURNED: _("Returned with a request"),
    }
    return words.get(what) or _("%(number)s on the same matter joined in", number=number)


def _linked(links: Sequence[LinkView]) -> list[Milestone]:
    found = []
    for view in links:
        moments = (view.link.confirmed_from_at, view.link.confirmed_to_at)
        if not view.confirmed or moments[0] is None or moments[1] is None:
            continue
        taken_up = not view.outgoing and view.other.kind in TAKEN_UP_BY
        text = _("Taken up by") if taken_up else _("Link confirmed by both sides:")
        found.append(
            Milestone(max(moments[0], moments[1]), text, view.other.url, view.other.title, lang=view.other.language)
        )
    return sorted(found, key=lambda one: one.at)[-SHOWN:]


def version_url(idea: Idea, number: int) -> str:
    """Where a version is read with its changes."""
    return path("ideas.version", number=idea.number, version=number)
