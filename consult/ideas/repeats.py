"""The same text twice: who goes back after sending finds the words in the form again, under a new key, and sends them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.ideas.drafts import Content
from consult.ideas.models import WITHDRAWN, Answer, Idea, IdeaVersion

LATELY = timedelta(hours=1)  # later it is meant


def sent_already(actor: Actor, idea: Idea, content: Content) -> str:
    """The number of an idea that the actor sent lately, with this title and these very answers; empty where there is none.
    One query, and one more where the title is the same.
    """
    statement = (
        select(Idea.number, IdeaVersion.id)
        .join(IdeaVersion, IdeaVersion.idea_id == Idea.id)
        .where(
            Idea.author_id == actor.person_id,
            Idea.consultation_id == idea.consultation_id,
            Idea.submitted_at > now() - LATELY,
            Idea.status != WITHDRAWN,
            IdeaVersion.title == content.title.strip(),
        )
        .order_by(IdeaVersion.id.desc())
        .limit(1)
    )
    found = db.session.execute(statement).one_or_none()
    if found is None:
        return ""
    answers = select(Answer.question_id, Answer.body).where(Answer.version_id == found.id)
    said = {question: body.strip() for question, body in db.session.execute(answers)}
    same = said == {question: written.body.strip() for question, written in content.given.items()}
    return found.number or "" if same else ""
