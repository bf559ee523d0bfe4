"""What ideas say of their responses, made anew from the responses."""

from __future__ import annotations

from sqlalchemy import or_, select

from consult.core.db import db
from consult.evaluation import queries
from consult.evaluation.models import ResponseIdea
from consult.ideas.answering import note_responses
from consult.ideas.models import Idea

PART = 500


def recount() -> int:
    """Compare what answered ideas say with their public responses and mend it; returns how many were wrong."""
    concerned = or_(Idea.responded_at.is_not(None), Idea.response != "", Idea.id.in_(select(ResponseIdea.idea_id)))
    wrong, last = 0, 0
    while True:
        statement = select(Idea.id, Idea.response, Idea.responded_at).where(concerned, Idea.id > last)
        rows = db.session.execute(statement.order_by(Idea.id).limit(PART)).all()
        if not rows:
            return wrong
        said = queries.said_of([row.id for row in rows])
        differing = {
            row.id: said[row.id]
            for row in rows
            if (said[row.id] or ("", None)) != (row.response, row.responded_at)
        }  # fmt: skip
        note_responses(differing)
        wrong, last = wrong + len(differing), rows[-1].id
