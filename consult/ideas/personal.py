"""A person's share in ideas: taken out on request, and erased so that what was published stays without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import selectinload

from consult.accounts.queries import person_by_id
from consult.core.db import db
from consult.core.registry import PersonalData, touch
from consult.files.storage import Missing, storage
from consult.ideas import origins, transfers
from consult.ideas.drafting import locked
from consult.ideas.models import (
    AWAITING_RELEASE,
    DRAFT,
    DraftRevision,
    Idea,
    IdeaAttachment,
    IdeaCoauthor,
    IdeaDraft,
    IdeaInvitation,
    IdeaNote,
    IdeaOriginal,
    IdeaVersion,
    Support,
)
from consult.ideas.publishing import refresh_public


def export(person_id: int) -> dict[str, Any]:
    """The person's ideas with all versions and answers as they were sent, their drafts, what they stand for beside others
    or are asked to, what they support, and whom they invited to send something late."""
    person = person_by_id(person_id)
    key = person.email_key if person is not None else "-"
    ideas = db.session.execute(select(Idea).where(Idea.author_id == person_id).order_by(Idea.id)).scalars().all()
    supported = db.session.execute(
        select(Idea.number, Support.created_at, Support.organisation_id)
        .join(Support, Support.idea_id == Idea.id)
        .where(Support.person_id == person_id)
        .order_by(Support.created_at)
    )
    beside = db.session.execute(
        select(Idea.number, IdeaCoauthor)
        .join(Idea, Idea.id == IdeaCoauthor.idea_id)
        .where(or_(IdeaCoauthor.person_id == person_id, IdeaCoauthor.email_key == key))
        .order_by(IdeaCoauthor.id)
    )
    invited = db.session.execute(
        select(IdeaInvitation).where(IdeaInvitation.created_by == person_id).order_by(IdeaInvitation.id)
    ).scalars()
    return {
        "ideas": [_idea(one) for one in ideas],
        "co_author": [
            {"idea": number, "name": one.shown_name, "status": one.status, "invited": one.invited_at.isoformat()}
            for number, one in beside
        ],
        "remarks": [
            {"idea": number, "at": note.written_at.isoformat(), "text": note.body} for number, note in _notes(person_id)
        ],
        "invitations": [{"valid_until": one.valid_until.isoformat(), "note": one.note} for one in invited],
        "entered_for_others": [
            {"idea": number, "channel": one.channel, "received": one.received_on.isoformat()}
            for number, one in origins.entered_by(person_id)
        ],
        "supported": [
            {"idea": number, "since": since.isoformat(), "organisation": place} for number, since, place in supported
        ],
    }


def _notes(person_id: int) -> list[tuple[str | None, IdeaNote]]:
    """What the person said about texts inside their organisations."""
    rows = db.session.execute(
        select(Idea.number, IdeaNote)
        .join(Idea, Idea.id == IdeaNote.idea_id)
        .where(IdeaNote.person_id == person_id)
        .order_by(IdeaNote.id)
    )
    return [(number, note) for number, note in rows]


def _idea(idea: Idea) -> dict[str, Any]:
    draft = db.session.get(IdeaDraft, idea.id)
    versions = (
        db.session.execute(
            select(IdeaVersion)
            .where(IdeaVersion.idea_id == idea.id)
            .options(selectinload(IdeaVersion.answers))
            .order_by(IdeaVersion.number)
        )
        .scalars()
        .all()
    )
    sent = _originals([one.id for one in versions])
    origin = origins.origin_of(idea.id)
    return {
        "number": idea.number,
        "status": idea.status,
        "came_by": {
            "channel": origin.channel,
            "received": origin.received_on.isoformat(),
            "place": origin.place,
            "reference": origin.reference,
            "consent": origin.consent,
            "name": origin.author_name,
        }
        if origin is not None
        else None,
        "draft": draft.content if draft is not None else None,
        "attachments": [
            {"file": one.file_name, "title": one.title, "audience": one.audience, "name": _file_path(idea, one)}
            for one in _attachments_of(idea.id)
        ],
        "versions": [
            {
                "number": one.number,
                "sent": one.sent_at.isoformat(),
                "title": sent.get((one.id, "title"), one.title),
                "summary": sent.get((one.id, "summary"), one.summary),
                "organisation": one.organisation_name,
                "answers": [
                    {
                        "question": answer.question_id,
                        "audience": answer.audience,
                        "text": sent.get((one.id, f"answer-{answer.question_id}"), answer.body),
                    }
                    for answer in one.answers
                ],
            }
            for one in versions
        ],
    }


def _attachments_of(idea_id: int) -> list[IdeaAttachment]:
    query = select(IdeaAttachment).where(IdeaAttachment.idea_id == idea_id).order_by(IdeaAttachment.id)
    return list(db.session.execute(query).scalars())


def _file_path(idea: Idea, one: IdeaAttachment) -> str:
    """Where the file lies in the package that a person takes out."""
    return f"ideas/{idea.number or f'draft-{idea.id}'}/{one.id}-{one.file_name}"


def files(person_id: int) -> Iterator[tuple[str, bytes]]:
    """The attachments of the person's ideas: (path in the package, content)."""
    for idea in db.session.execute(select(Idea).where(Idea.author_id == person_id).order_by(Idea.id)).scalars().all():
        for one in _attachments_of(idea.id):
            try:
                yield _file_path(idea, one), storage().get(one.digest)
            except Missing:
                continue


def _originals(version_ids: list[int]) -> dict[tuple[int, str], str]:
    rows = db.session.execute(select(IdeaOriginal).where(IdeaOriginal.version_id.in_(version_ids))).scalars()
    return {(row.version_id, row.part): row.text for row in rows}


def _leave_others(person_id: int) -> None:
    """Their name beside others' ideas goes, and who invited whom."""
    rows = db.session.execute(select(IdeaCoauthor).where(IdeaCoauthor.person_id == person_id)).scalars().all()
    for row in rows:
        db.session.delete(row)
    db.session.execute(update(IdeaCoauthor).where(IdeaCoauthor.invited_by == person_id).values(invited_by=None))
    db.session.execute(update(IdeaInvitation).where(IdeaInvitation.created_by == person_id).values(created_by=None))
    db.session.flush()
    for idea_id in {row.idea_id for row in rows}:
        idea = db.session.get_one(Idea, idea_id)
        refresh_public(idea)
        transfers.renew_names(idea)


def _forget_address(person_id: int) -> None:
    """Invitations to the person's address that nobody has answered go, and the address goes from what waits for it."""
    person = person_by_id(person_id)
    if person is None:
        return
    db.session.execute(delete(IdeaCoauthor).where(IdeaCoauthor.email_key == person.email_key))
    db.session.execute(delete(IdeaInvitation).where(func.lower(IdeaInvitation.email) == person.email_key))
    waiting = func.lower(Idea.author_email) == person.email_key
    db.session.execute(update(Idea).where(waiting).values(author_email="", confirm_token_hash=None))


def _is_others_too(idea: Idea, person_id: int) -> bool:
    """Whether what is being written is the organisation's text by now, because colleagues wrote at it, too."""
    if idea.organisation_id is None or idea.status not in (DRAFT, AWAITING_RELEASE):
        return False
    statement = select(DraftRevision.id).where(
        DraftRevision.idea_id == idea.id, DraftRevision.person_id.is_not(None), DraftRevision.person_id != person_id
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none() is not None


def erase(person_id: int) -> None:
    """Drafts and support go, except what colleagues wrote at, too; sent ideas stay without the person, published ones
    without their name."""
    _leave_others(person_id)
    _forget_address(person_id)
    db.session.execute(delete(IdeaNote).where(IdeaNote.person_id == person_id))
    db.session.execute(update(DraftRevision).where(DraftRevision.person_id == person_id).values(person_id=None))
    ideas = db.session.execute(select(Idea).where(Idea.author_id == person_id)).scalars().all()
    origins.forget_names([idea.id for idea in ideas])
    db.session.execute(update(Idea).where(Idea.entered_by == person_id).values(entered_by=None))
    for idea in ideas:
        if _is_others_too(idea, person_id):
            idea.author_id = None
            continue
        db.session.execute(delete(IdeaDraft).where(IdeaDraft.idea_id == idea.id))
        if idea.status in (DRAFT, AWAITING_RELEASE):  # what is written of it stood in the draft
            db.session.delete(idea)
            continue
        idea.author_id, idea.author_email = None, ""
        refresh_public(idea)
        transfers.renew_names(idea)
    db.session.flush()
    ids = list(db.session.execute(select(Support.idea_id).where(Support.person_id == person_id)).scalars())
    db.session.execute(delete(Support).where(Support.person_id == person_id))
    db.session.execute(
        update(Idea)
        .where(Idea.id.in_(ids))
        .values(support_count=Idea.support_count - 1)
        .execution_options(synchronize_session=False)
    )
    for idea_id in ids:
        touch("idea", idea_id)


def rename(person_id: int, _old: str, new: str) -> None:
    """Under a new name stand the ideas of which the person is author or co-author, and those they were merged into; where an
    organisation's name stands instead, it stays."""
    beside = db.session.execute(select(IdeaCoauthor).where(IdeaCoauthor.person_id == person_id)).scalars().all()
    for row in beside:
        row.name = new
    db.session.flush()
    own = db.session.execute(
        select(Idea.id).where(Idea.author_id == person_id, Idea.status.not_in((DRAFT, AWAITING_RELEASE)))
    ).scalars()
    for idea_id in sorted({*own, *(row.idea_id for row in beside)}):
        idea = locked(idea_id)
        refresh_public(idea)
        transfers.renew_names(idea)


PERSONAL_DATA = PersonalData(
    "ideas",
    (
        "idea", "idea_version", "answer", "idea_draft", "support", "idea_original", "idea_redaction", "idea_transfer",
        "idea_coauthor", "idea_invitation", "idea_note", "idea_draft_revision",
        "idea_origin",
        "idea_coauthor", "idea_invitation", "idea_attachment",
    ),
    export,
    erase,
    files,
    rename,
)  # fmt: skip
