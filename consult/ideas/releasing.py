"""What becomes of an idea that waits in its organisation: released, returned with a sentence, or taken back.

Whoever decides names the state of the text they have read; where it is another one by now, nothing happens.
"""

from __future__ import annotations

from sqlalchemy import select

from consult.consultations.models import Consultation
from consult.consultations.queries import questions_of
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Over, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.states import move
from consult.ideas import invitations, mails, operations, revisions, rules, sharing, signoff
from consult.ideas.drafting import draft_row, locked
from consult.ideas.drafts import Content, title_in
from consult.ideas.models import AWAITING_RELEASE, DRAFT, RETURNED, Idea, IdeaDraft
from consult.moderation.operations import hold_case
from consult.organisations.rules import may_write_for


def inside(actor: Actor, idea_id: int) -> Idea:
    """The idea, for those who write or release in its organisation; NotFound for all others, so that its address tells
    nothing."""
    idea = db.session.get(Idea, idea_id)
    if idea is None or idea.organisation_id is None or not may_write_for(actor, idea.organisation_id):
        raise NotFound()
    return idea


def _deciding(actor: Actor, idea_id: int, seen: int) -> tuple[Idea, IdeaDraft]:
    inside(actor, idea_id)
    hold_case("idea", idea_id)
    idea = locked(idea_id)
    if not idea.waits_for_release or idea.status not in signoff.RELEASABLE:
        raise Conflict(_("This idea does not wait for a release any more: somebody was faster, or it was taken back."))
    if not signoff.may_release(actor, idea):
        raise Refused(_("Somebody else of your organisation releases this."))
    draft = draft_row(idea)
    if draft.edit_count != seen:
        raise Conflict(_("The text was changed since you opened this page. Please read it again."))
    return idea, draft


def release(actor: Actor, idea_id: int, seen: int) -> Idea:
    """Send it to the moderation in its author's name: number, case and receipt follow as at any sending.

    It was asked for in time, so the end of the phase does not matter.
    """
    idea, draft = _deciding(actor, idea_id, seen)
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    if consultation.phase not in ("open", "closed"):
        raise Over(invitations.closed_sentence(consultation))
    content = Content.of_document(draft.content)
    content.release_note = ""
    content.keep_to({one.id for one in questions_of(consultation.id)})
    operations.check_complete(consultation, content)  # who releases may have changed it
    by = sharing.author_for(actor, idea)
    if idea.status == AWAITING_RELEASE:
        operations.submit(actor, idea, content, consultation, "release", by)
    else:
        operations.submit_next(actor, idea, content, consultation, "release", by)
    notify("idea.released", [by.person_id], {"title": content.title, "title_in": idea.language, "idea_id": idea.id})
    return idea


def return_draft(actor: Actor, idea_id: int, seen: int, note: str) -> Idea:
    """Give it back to its author with a sentence, which stands above the draft until it is sent again."""
    idea, draft = _deciding(actor, idea_id, seen)
    if not note:
        raise Invalid({"note": _("Please say in a sentence what should change.")})
    content, before = Content.of_document(draft.content), draft.content
    content.release_note = note
    draft.content, draft.saved_at, draft.reminded_at = content.document(), now(), None
    draft.edit_count += 1
    revisions.record(idea, draft, before, actor)
    if idea.status in (AWAITING_RELEASE, RETURNED):
        idea.moved_at = now()  # the author has the whole time again
    idea.release_asked_at = None
    move(rules.MACHINE, idea, "return_draft", actor, note=content.release_note)
    db.session.flush()
    notify(
        "idea.release_returned",
        [idea.author_id],
        {"title": content.title, "title_in": idea.language, "idea_id": idea.id},
    )
    mails.tell_returned_draft(idea, content.title, content.release_note)
    return idea


def take_back(actor: Actor, idea_id: int) -> Idea:
    """The author goes on writing; nobody else has sent it yet."""
    idea = locked(idea_id)
    sharing.check_reach(actor, idea)
    if not idea.waits_for_release:
        raise Conflict(_("This idea does not wait for a release any more: somebody was faster, or it was taken back."))
    move(rules.MACHINE, idea, "take_back", operations.author_actor(actor, idea))
    idea.release_asked_at = None
    if idea.status == DRAFT:
        idea.moved_at = now()
    draft = draft_row(idea)
    draft.saved_at, draft.reminded_at = now(), None
    db.session.flush()
    return idea


def title_of(idea: Idea) -> str:
    """What it is called: while it waits, its title stands in the draft."""
    if idea.title and not idea.waits_for_release:
        return idea.title
    content = db.session.execute(select(IdeaDraft.content).where(IdeaDraft.idea_id == idea.id)).scalar_one_or_none()
    return (title_in(content) if content else "") or idea.title
