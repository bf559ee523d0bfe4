"""The same text twice: who goes back after sending finds the words in the form again, under a new key, and sends them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.ideas.drafting import newest_version_id
from consult.ideas.drafts import Content
from consult.ideas.models import WITHDRAWN, Idea
from consult.ideas.versions import version_with_answers

LATELY = timedelta(hours=1)  # later it is meant
LAST = 20  # of the actor's ideas are looked at: some send hundreds

_SAYS = (Idea.id, Idea.number, Idea.title, Idea.consultation_id, Idea.submitted_at, Idea.status)
_LAST = select(*_SAYS).where(Idea.author_id == bindparam("author")).order_by(Idea.id.desc()).limit(LAST)


def sent_already(actor: Actor, idea: Idea, content: Content) -> str:
    """The number of an idea that the actor sent lately, with this title and these very answers; empty where there is none.
    One query, and one more for each where the title is the same.
    """
    given = {question: written.body.strip() for question, written in content.given.items()}
    for found in db.session.execute(_LAST, {"author": actor.person_id}).all():
        is_late = found.submitted_at is not None and found.submitted_at > now() - LATELY
        same_place = found.consultation_id == idea.consultation_id and found.title == content.title.strip()
        if is_late and same_place and found.status != WITHDRAWN and _answers(found.id) == given:
            return found.number or ""
    return ""


def _answers(idea_id: int) -> dict[int, str]:
    """The answers of the idea's last version, by question id."""
    version_id = newest_version_id(idea_id)
    answers = version_with_answers(version_id).answers if version_id is not None else []
    return {one.question_id: one.body.strip() for one in answers}
