"""What the writing pages stand in: a new form or a stored draft, with its consultation, questions and what moderation asks.

The values are plain or detached, since the pages' reading transaction has ended before they write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import consultation_by_slug, current_consultation, with_questions
from consult.core.access import current_actor
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.rows import columns_of, looked_at
from consult.core.text import slugify
from consult.ideas import invitations, rules, sharing, tokens
from consult.ideas.drafting import begins_with
from consult.ideas.drafts import Content
from consult.ideas.merging import fields_of, prints_of
from consult.ideas.models import AWAITING, DRAFT, PUBLISHED, RETURNED, Idea, IdeaDraft, IdeaInvitation
from consult.ideas.versions import returned_version
from consult.moderation.queries import last_decision
from consult.organisations import acting


@dataclass
class Mark:
    """A passage that moderation asks to change, with its remark."""

    text: str
    remark: str


@dataclass
class Frame:
    """What the writing pages stand in. `idea_id` is None for a form that nothing was sent from yet; `waits` tells that it
    waits for a release; `organisation_id` is the organisation whose draft it is, `confirm_until` the moment until which the
    mailed link confirms its sender's address, `invited_until` the last day on which it may be sent by a late invitation,
    `is_served` that another idea was sent by it, `is_returned` that moderation asks for a change of the new version of a
    public idea.

    Questions and consultation are detached: they can be read after the transaction has ended.
    """

    consultation: Consultation
    questions: list[Question]
    content: Content
    draft_key: str
    idea_id: int | None = None
    status: str = "draft"
    number: str = ""
    author_id: int | None = None
    author_email: str = ""
    edit_count: int = 0
    writable: bool = True
    has_draft: bool = False
    waits: bool = False
    organisation_id: int | None = None
    confirm_until: datetime | None = None
    marks: list[Mark] = field(default_factory=list)
    request_note: str = ""
    invited_until: date | None = None
    is_served: bool = False
    is_returned: bool = False

    @property
    def refusal(self) -> str:
        """Why what is written cannot be sent now, in a sentence; empty where it can."""
        if self.is_served:
            return invitations.served_sentence()
        standing = RETURNED if self.is_returned else self.status
        if rules.can_send_in(self.consultation, standing, self.invited_until is not None):
            return ""
        return invitations.closed_sentence(self.consultation)

    def invite(self, invitation: IdeaInvitation | None) -> None:
        """Let it be sent after the end, by an invitation that holds good; an idea for which it has served is told so."""
        if invitation is None or not invitations.lets_send(invitation, self.consultation):
            return
        self.is_served = invitations.has_served(invitation)
        self.invited_until = None if self.is_served else invitations.last_day_of(invitation, self.consultation)

    @property
    def by_position(self) -> dict[int, Question]:
        return {question.position: question for question in self.questions}

    @property
    def acting(self) -> list[str]:
        """The organisations for which the reader may write, by name: what the form offers."""
        return [one.name for one in acting.places(current_actor())]

    @property
    def acting_last(self) -> str:
        """The one for which they acted last; empty for themselves."""
        kept = acting.last(current_actor())
        return next((one.name for one in acting.places(current_actor()) if str(one.organisation_id) == kept), "")

    @property
    def token(self) -> str:
        return tokens.draft_token(self.draft_key)

    @property
    def prints(self) -> str:
        """By which a form that is opened now tells later what it held."""
        return prints_of(fields_of(self.content.document()))

    @property
    def status_token(self) -> str:
        return tokens.status_token(self.draft_key)


def new_frame(slug: str, draft_key: str, language: str) -> Frame | None:
    """The frame of a form that opens: of the consultation named, else of the present one. None where there is none."""
    known = slugify(slug) == slug
    consultation = (consultation_by_slug(slug) if known else None) if slug else current_consultation()
    if consultation is None:
        return None
    consultation, questions = with_questions(consultation.id)
    return Frame(consultation, questions, Content(language=language), draft_key)


def frame_by_draft_token(token: str) -> Frame:
    """The frame of the draft behind its secret link; NotFound for any other. One query for what was never sent."""
    row = _by_hash(_BY_DRAFT, token)
    idea, width = looked_at(Idea, row), len(columns_of(Idea))
    sharing.check_reach(current_actor(), idea)
    return _frame(idea, looked_at(IdeaDraft, row[width:]) if row[width] is not None else None)


def idea_by_status_token(token: str) -> Idea:
    """The idea behind its secret status link; NotFound for any other."""
    return _idea_of(_BY_STATUS, token)


def idea_by_confirm_token(token: str) -> Idea:
    """The idea whose address the mailed link confirms; NotFound for any other, and after the link has served."""
    return _idea_of(_BY_CONFIRMATION, token)


# Put together once: a form that is saved every few seconds asks them each time. The draft comes along with its link.
_BY_STATUS, _BY_CONFIRMATION = (
    select(Idea).where(column == bindparam("hash")) for column in (Idea.status_token_hash, Idea.confirm_token_hash)
)
_BY_DRAFT = (
    select(*columns_of(Idea), *columns_of(IdeaDraft))
    .select_from(Idea)
    .outerjoin(IdeaDraft, IdeaDraft.idea_id == Idea.id)
    .where(Idea.draft_token_hash == bindparam("hash"))
)


def _by_hash(statement: Any, token: str) -> Any:
    if not tokens.TOKEN.match(token):
        raise NotFound()
    found = db.session.execute(statement, {"hash": tokens.token_hash(token)}).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _idea_of(statement: Any, token: str) -> Idea:
    idea: Idea = _by_hash(statement, token)[0]
    sharing.check_reach(current_actor(), idea)
    return idea


def draft_frame(idea: Idea) -> Frame:
    """The frame of an idea's draft: what is stored of it, or what its next version begins with."""
    return _frame(idea, db.session.get(IdeaDraft, idea.id))


def _frame(idea: Idea, draft: IdeaDraft | None) -> Frame:
    consultation, questions = with_questions(idea.consultation_id)
    frame = Frame(
        consultation, questions, Content(language=idea.language), idea.draft_key, idea_id=idea.id, status=idea.status,
        number=idea.number or "", author_id=idea.author_id, author_email=idea.author_email,
        writable=rules.can_edit(current_actor(), idea), has_draft=draft is not None, waits=idea.waits_for_release,
        organisation_id=idea.organisation_id,
        confirm_until=rules.in_time(idea.moved_at + rules.TERMS.confirmation, consultation)
        if idea.status == AWAITING
        else None,
    )  # fmt: skip
    if draft is not None:
        frame.content, frame.edit_count = Content.of_document(draft.content), draft.edit_count
    else:
        frame.content, frame.edit_count = begins_with(idea)
    if idea.status == DRAFT:
        actor = current_actor()
        frame.invite(invitations.for_draft(idea, consultation, actor.email if actor.signed_in else idea.author_email))
    if idea.status in (RETURNED, PUBLISHED):
        _add_marks(frame, idea)
        frame.is_returned = bool(frame.request_note) and returned_version(idea) is not None
    return frame


def frame_by_key(key: str) -> Frame | None:
    """The frame of the draft that was begun by a form with this key, or None while there is none."""
    idea = db.session.execute(select(Idea).where(Idea.draft_key == key)).scalar_one_or_none()
    return draft_frame(idea) if idea is not None else None


def _add_marks(frame: Frame, idea: Idea) -> None:
    decision = last_decision("idea", idea.id)
    if decision is not None and decision.outcome == "return":
        frame.marks = [Mark(text, remark) for text, remark in decision.passages]
        frame.request_note = decision.note
