"""What an office has said to ideas, as far as lists and cards tell of it: the room of responses knows the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update

from consult.core.db import db
from consult.core.registry import touch
from consult.ideas.models import Idea

Said = tuple[str, datetime]


def lock_ideas(ids: Sequence[int]) -> list[Idea]:
    """These ideas as they are now, kept from others until the transaction ends; always in one order."""
    statement = select(Idea).where(Idea.id.in_(ids)).order_by(Idea.id).with_for_update()
    return list(db.session.execute(statement.execution_options(populate_existing=True)).scalars())


def note_responses(said: Mapping[int, Said | None]) -> None:
    """Store for each idea what became of it by the newest response, and since when it is answered; None for not at all.

    Badge, facet and timeline follow with the commit.
    """
    for idea_id, one in sorted(said.items()):
        code, at = one or ("", None)
        db.session.execute(update(Idea).where(Idea.id == idea_id).values(response=code, responded_at=at))
        touch("idea", idea_id)
