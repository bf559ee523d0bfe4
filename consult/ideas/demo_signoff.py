"""The example of sign-off: a text that waits for its release in the demo's organisation, with a remark, and a draft that its
members share.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.accounts.models import Person
from consult.accounts.operations import as_actor
from consult.accounts.queries import person_by_email
from consult.consultations.queries import consultation_by_slug, questions_of
from consult.core import audit
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.ideas import tokens
from consult.ideas.drafts import Content, Written
from consult.ideas.models import AWAITING_RELEASE, DRAFT, Idea, IdeaDraft, IdeaNote
from consult.organisations.models import Organisation
from consult.organisations.queries import organisation_by_slug

PLACE, AUTHOR, APPROVER = "beispiel-feinmechanik-gmbh", "author@demo.example", "approver@demo.example"
WAITING, SHARED = "example-signoff-waiting", "example-signoff-draft"
TEXTS = {
    WAITING: (
        "Messraum an zwei Nachmittagen teilen",
        "Unser klimatisierter Messraum steht dienstags und donnerstags ab 14 Uhr leer. Betriebe der Region könnten dort "
        "prüfen, wenn jemand die Termine führt und die Haftung geklärt ist.",
    ),
    SHARED: (
        "Ausbildung im Verbund für Feinmechanik",
        "Noch im Entstehen: Drei Betriebe bilden zusammen aus, jeder in dem, was er am besten kann.",
    ),
}
REMARK = "Bitte ergänzen, wer die Termine führt. Die Zahlen zum Raum stimmen."


def load(dataset: Dataset) -> None:
    """Add both texts where they are missing and the demo's organisation and accounts are there."""
    place, consultation = organisation_by_slug(PLACE), consultation_by_slug("open-region")
    author, approver = person_by_email(AUTHOR), person_by_email(APPROVER)
    if place is None or consultation is None or author is None or approver is None:
        return
    moment = dataset.when("-1d", hour=9)
    assert moment is not None
    known = set(db.session.execute(select(Idea.draft_key).where(Idea.draft_key.in_(TEXTS))).scalars())
    question = questions_of(consultation.id)[0]
    for key, (title, text) in TEXTS.items():
        if key in known:
            continue
        content = Content(
            title=title, language="de", sector="C", region="DE11", organisation=place.name["de"],
            answers={question.id: Written(text)},
        )  # fmt: skip
        idea = _idea(consultation.id, key, content, author, place, moment)
        if key == WAITING:
            _put_up(idea, author, approver, moment)
    db.session.flush()


def _idea(
    consultation_id: int, key: str, content: Content, author: Person, place: Organisation, moment: datetime
) -> Idea:
    idea = Idea(
        consultation_id=consultation_id, status=DRAFT, language="de", draft_key=key, author_id=author.id,
        organisation_id=place.id, draft_token_hash=tokens.token_hash(tokens.draft_token(key)),
        status_token_hash=tokens.token_hash(tokens.status_token(key)), created_at=moment, moved_at=moment,
    )  # fmt: skip
    db.session.add(idea)
    db.session.flush()
    db.session.add(IdeaDraft(idea_id=idea.id, content=content.document(), edit_count=1, saved_at=moment))
    return idea


def _put_up(idea: Idea, author: Person, approver: Person, moment: datetime) -> None:
    idea.status, idea.release_asked_at = AWAITING_RELEASE, moment + timedelta(hours=1)
    data: dict[str, Any] = {"from": DRAFT, "to": AWAITING_RELEASE}
    audit.record("idea.release_asked", as_actor(author), ("idea", idea.id), **data)
    db.session.add(
        IdeaNote(
            idea_id=idea.id, organisation_id=idea.organisation_id, person_id=approver.id, body=REMARK,
            written_at=moment + timedelta(hours=3),
        )
    )  # fmt: skip


def shift(days: int) -> None:
    """Move both texts by whole days, when the demonstration is started on a later one."""
    step = timedelta(days=days)
    ideas = db.session.execute(select(Idea).where(Idea.draft_key.in_(TEXTS))).scalars().all()
    for idea in ideas:
        idea.created_at, idea.moved_at = idea.created_at + step, idea.moved_at + step
        if idea.release_asked_at is not None:
            idea.release_asked_at += step
        draft = db.session.get(IdeaDraft, idea.id)
        if draft is not None:
            draft.saved_at += step
    notes = select(IdeaNote).where(IdeaNote.idea_id.in_([idea.id for idea in ideas]))
    for note in db.session.execute(notes).scalars():
        note.written_at += step
