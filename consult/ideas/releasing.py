"""What becomes of an idea that waits in its organisation: released, returned with a sentence, or taken back.

Whoever decides names the state of the text they have read; where it is another one by now, nothing happens.
"""

from __future__ import annotations

from sqlalchemy import select

from consult.accounts.operations import as_actor
from consult.consultations.models import Consultation
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.states import move
from consult.ideas import mails, operations, rules, signoff
from consult.ideas.drafting import draft_row, locked
from consult.ideas.drafts import Content
from consult.ideas.models import AWAITING_RELEASE, Idea, IdeaDraft
from consult.organisations.rules import may_approve


def releasable(actor: Actor, idea_id: int) -> Idea:
    """The idea, for those who may release in its organisation, also when it has been; NotFound for all others, so that its
    address tells nothing."""
    idea = db.session.get(Idea, idea_id)
    if idea is None or idea.organisation_id is None or not may_approve(actor, idea.organisation_id):
        raise NotFound()
    return idea


def _deciding(actor: Actor, idea_id: int, seen: int) -> tuple[Idea, IdeaDraft]:
    releasable(actor, idea_id)
    idea = locked(idea_id)
    if idea.status != AWAITING_RELEASE:
        raise Conflict(_("This idea does not wait for a release any more: somebody was faster, or it was taken back."))
    if not signoff.may_release(actor, idea):
        raise Refused(_("Somebody else of your organisation releases what you write yourself."))
    draft = draft_row(idea)
    if draft.edit_count != seen:
        raise Conflict(_("The text was changed since you opened this page. Please read it again."))
    return idea, draft


def release(actor: Actor, idea_id: int, seen: int) -> Idea:
    """Send it to the moderation in its author's name: number, case and receipt follow as at any sending.

    It was asked for in time, so the end of the phase does not matter.
    """
    idea, draft = _deciding(actor, idea_id, seen)
    author = mails.author_of(idea)
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    if author is None or consultation.phase not in ("open", "closed"):
        raise Conflict(operations.closed_sentence(consultation))
    content = Content.of_document(draft.content)
    operations.submit(actor, idea, content, consultation, "release", as_actor(author))
    notify("idea.released", [author.id], {"title": idea.title, "idea_id": idea.id})
    return idea


def return_draft(actor: Actor, idea_id: int, seen: int, note: str) -> Idea:
    """Give it back to its author with a sentence, which stands above the draft until it is sent again."""
    idea, draft = _deciding(actor, idea_id, seen)
    if not note:
        raise Invalid({"note": _("Please say in a sentence what should change.")})
    content = Content.of_document(draft.content)
    content.release_note = note
    draft.content, draft.saved_at, draft.reminded_at = content.document(), now(), None
    draft.edit_count += 1
    idea.moved_at = now()
    move(rules.MACHINE, idea, "return_draft", actor, note=content.release_note)
    db.session.flush()
    notify("idea.release_returned", [idea.author_id], {"title": content.title, "idea_id": idea.id})
    mails.tell_returned_draft(idea, content.title, content.release_note)
    return idea


def take_back(actor: Actor, idea_id: int) -> Idea:
    """The author goes on writing; nobody else has sent it yet."""
    idea = locked(idea_id)
    move(rules.MACHINE, idea, "take_back", operations.author_actor(actor, idea))
    idea.moved_at = now()
    draft = draft_row(idea)
    draft.saved_at, draft.reminded_at = now(), None
    db.session.flush()
    return idea


def title_of(idea: Idea) -> str:
    """What it is called: while it waits, its title stands in the draft."""
    if idea.title:
        return idea.title
    content = db.session.execute(select(IdeaDraft.content).where(IdeaDraft.idea_id == idea.id)).scalar_one_or_none()
    return content.get("title", "") if content else ""
