"""The same text twice: who goes back after sending finds the words in the form again, under a new key, and sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from consult.core.clock import now
from consult.core.db import db
from consult.ideas.drafting import newest_version_id
from consult.ideas.drafts import Content
from consult.ideas.models import AWAITING_RELEASE, WITHDRAWN, Idea, IdeaDraft
from consult.ideas.versions import version_with_answers

LATELY = timedelta(hours=1)  # later it is meant
LAST = 20  # of a person's ideas are looked at: some send hundreds

_SAYS = (Idea.id, Idea.number, Idea.title, Idea.draft_key, Idea.consultation_id, Idea.submitted_at, Idea.status)
_LATEST = select(*_SAYS).where(Idea.author_id == bindparam("author")).order_by(Idea.id.desc()).limit(LAST).subquery()
_SENT = (
    select(_LATEST.c.id, _LATEST.c.number, _LATEST.c.draft_key)
    .where(
        _LATEST.c.consultation_id == bindparam("consultation"), _LATEST.c.title == bindparam("title"),
        _LATEST.c.submitted_at > bindparam("since"), _LATEST.c.status != WITHDRAWN,
    )
    .order_by(_LATEST.c.id.desc())
)  # fmt: skip
_PUT_UP = (
    select(IdeaDraft.content)
    .join(Idea, Idea.id == IdeaDraft.idea_id)
    .where(
        Idea.author_id == bindparam("author"), Idea.consultation_id == bindparam("consultation"),
        Idea.release_asked_at > bindparam("since"), Idea.status == AWAITING_RELEASE,
    )
    .order_by(Idea.id.desc())
    .limit(LAST)
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """An idea that was sent: its number, and the key of its secret pages."""

    number: str
    draft_key: str


def sent_already(person_id: int | None, idea: Idea, content: Content, within: timedelta = LATELY) -> Sent | None:
    """What the person sent lately with this title and these very answers. One query, and one more for each where the title
    is the same.
    """
    wanted = {**_of(person_id, idea, within), "title": content.title.strip()}
    # past the session, which would write the draft first only for it to be used up
    for idea_id, number, key in db.session.connection().execute(_SENT, wanted).all():
        if _answers(idea_id) == _given(content):
            return Sent(number or "", key)
    return None


def waits_already(person_id: int | None, idea: Idea, content: Content) -> bool:
    """Whether the person put this very text before those who release it for their organisation, lately. One query."""
    documents = db.session.execute(_PUT_UP, _of(person_id, idea, LATELY)).scalars()
    put_up = [Content.of_document(one) for one in documents]
    return any(one.title.strip() == content.title.strip() and _given(one) == _given(content) for one in put_up)


def _of(person_id: int | None, idea: Idea, within: timedelta) -> dict[str, Any]:
    return {"author": person_id, "consultation": idea.consultation_id, "since": now() - within}


def _given(content: Content) -> dict[int, str]:
    return {question: written.body.strip() for question, written in content.given.items()}


def _answers(idea_id: int) -> dict[int, str]:
    """The answers of the idea's last version, by question id."""
    version_id = newest_version_id(idea_id)
    answers = version_with_answers(version_id).answers if version_id is not None else []
    return {one.question_id: one.body.strip() for one in answers}
