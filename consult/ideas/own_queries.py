"""What authors see of their own: the private status of an idea, and the list on their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import questions_of
from consult.core.access import Actor
from consult.core.audit import AuditRow
from consult.core.db import db
from consult.core.registry import Milestone
from consult.core.text import render_markdown
from consult.ideas import rules, signoff, transfers
from consult.ideas.attachments import attachments
from consult.ideas.coauthors import coauthors_of
from consult.ideas.drafts import title_in
from consult.ideas.file_readers import narrowable as narrowable_files
from consult.ideas.milestones import milestones
from consult.ideas.models import (
    CONFIRMED,
    MERGED,
    PUBLISHED,
    RETURNED,
    WITHDRAWN,
    Answer,
    Idea,
    IdeaAttachment,
    IdeaCoauthor,
    IdeaDraft,
    IdeaVersion,
)
from consult.ideas.redactions import originals_of, part_of
from consult.ideas.rules import narrowable, reaches
from consult.ideas.versions import asked_to_change
from consult.links.models import PROPOSED
from consult.links.proposing import all_links
from consult.links.queries import LinkView
from consult.moderation.models import Case, Decision
from consult.moderation.queries import decisions_for, open_case_for, read_at


@dataclass
class StatusView:
    """How an idea stands, for its author: all texts, decisions with their statements, what happens next."""

    idea: Idea
    consultation: Consultation
    questions: Mapping[int, Question]
    versions: list[IdeaVersion]
    decisions: list[Decision]
    case: Case | None
    has_draft: bool
    coauthors: list[IdeaCoauthor]
    milestones: list[Milestone]
    proposals: list[LinkView]
    originals: dict[str, str]
    files: list[IdeaAttachment] = field(default_factory=list)
    narrowable_files: list[IdeaAttachment] = field(default_factory=list)
    read_at: list[datetime] = field(default_factory=list)
    releases: list[signoff.Release] = field(default_factory=list)
    draft_title: str = ""
    draft_saved_at: datetime | None = None
    heir: Idea | None = None  # what it was joined with
    parts: list[transfers.OtherPart] = field(default_factory=list)  # of a split idea
    name: str = ""  # under which its author stands there
    taken_back: bool = False  # it was typed by mistake, and who typed it took it back
    rejoined: str = ""  # number of the idea from which it was split, and with which it is one again

    def text_of(self, answer: Answer) -> Markup:
        """An answer as it was sent, also where passages of it are blacked out for others."""
        part = part_of(answer.question_id)
        return render_markdown(self.originals[part]) if part in self.originals else answer.html

    def hides(self, answer: Answer) -> bool:
        """Whether passages of an answer are blacked out for others."""
        return part_of(answer.question_id) in self.originals

    @property
    def returned(self) -> IdeaVersion | None:
        """The new version of a public idea for which moderation asks a change."""
        return asked_to_change(self.idea, self.versions)

    @property
    def standing(self) -> str:
        """As what the next text is sent: as an answer to a request, or as the idea's state says."""
        return RETURNED if self.returned is not None else self.idea.status

    @property
    def asked(self) -> bool:
        """Whether moderation asks for a change that can still be sent, and nobody of its organisation has it before them."""
        taken = rules.can_send_in(self.consultation, self.standing)
        return self.standing == RETURNED and taken and not self.idea.waits_for_release

    @property
    def mended_until(self) -> datetime | None:
        """Until when that change is taken, where an end is set."""
        return rules.mended_until(self.idea.status, self.idea.moved_at, self.consultation)

    @property
    def badge(self) -> str:
        """How it stands, in the word of its badge."""
        return state_of(self.idea, self.returned is not None)

    @property
    def current(self) -> IdeaVersion | None:
        """The version that the page shows: the one that waits or was returned, else the public one, else the last."""
        return _shown(self.idea, self.versions)

    @property
    def to_answer(self) -> list[LinkView]:
        """Proposed links that wait for the word of the idea's side."""
        return [one for one in self.proposals if not one.stands_here]

    @property
    def answered_elsewhere(self) -> list[LinkView]:
        """Proposed links that the idea's side stands by and whose other side has said nothing yet."""
        return [one for one in self.proposals if one.stands_here]

    @property
    def public(self) -> IdeaVersion | None:
        return self._version(self.idea.public_version_id)

    @property
    def narrowable(self) -> list[Answer]:
        """The answers that fewer people can be let read: of what is public, or may come back, and of what waits."""
        if self.idea.status not in rules.NARROWABLE:
            return []
        public, waiting = self.public, self._version(self.idea.waiting_version_id)
        return list(narrowable(public.answers if public else [], waiting.answers if waiting else []).values())

    def _version(self, version_id: int | None) -> IdeaVersion | None:
        return next((one for one in self.versions if one.id == version_id), None)


def _shown(idea: Idea, versions: Sequence[IdeaVersion]) -> IdeaVersion | None:
    """The version that its author looks at: the one that waits or was returned, else the public one, else the last."""
    returned = asked_to_change(idea, versions)
    wanted = returned.id if returned is not None else idea.waiting_version_id or idea.public_version_id
    return next((one for one in versions if one.id == wanted), versions[-1] if versions else None)


def status_view(idea: Idea) -> StatusView:
    """Everything about an idea for its author; nine queries, one more for an organisation's and for files, three more once
    public, some more once merged."""
    versions = (
        db.session.execute(
            select(IdeaVersion)
            .outerjoin(IdeaVersion.answers)
            .where(IdeaVersion.idea_id == idea.id)
            .options(contains_eager(IdeaVersion.answers))
            .order_by(IdeaVersion.number, Answer.id)
        )
        .unique()
        .scalars()
        .all()
    )
    links = all_links("idea", idea.id, [CONFIRMED, PROPOSED]) if idea.is_public else []
    shown = _shown(idea, versions)
    every = attachments(list(dict.fromkeys(one_id for one in reversed(versions) for one_id in one.attachments)))
    draft = db.session.get(IdeaDraft, idea.id)
    merged, ended = idea.status == MERGED, _ended_by_others(idea) if idea.status == WITHDRAWN else ""
    return StatusView(
        idea=idea,
        heir=transfers.heir_of(idea) if merged else None,
        parts=transfers.other_parts(idea) if versions else [],
        name=transfers.own_name(idea) if merged else "",
        taken_back=ended == TAKEN_BACK,
        rejoined=transfers.split_from(idea) if ended == REJOINED else "",
        consultation=db.session.get_one(Consultation, idea.consultation_id),
        questions={one.id: one for one in questions_of(idea.consultation_id)},
        versions=list(versions),
        decisions=[one for one in decisions_for("idea", idea.id) if one.reversed_at is None],
        case=open_case_for("idea", idea.id),
        has_draft=draft is not None,
        read_at=read_at("idea", idea.id) if versions else [],
        draft_title=title_in(draft.content) if draft is not None else "",
        draft_saved_at=draft.saved_at if draft is not None else None,
        coauthors=coauthors_of(idea.id),
        milestones=milestones(idea, [one for one in links if one.confirmed]) if idea.was_public else [],
        proposals=[one for one in links if not one.confirmed],
        originals=originals_of(shown.id) if shown is not None and shown.is_redacted else {},
        files=_in_order(every, shown.attachments) if shown is not None else [],
        narrowable_files=narrowable_files(idea, versions, every),
        releases=signoff.history(idea.id) if idea.organisation_id is not None else [],
    )


def _in_order(files: Sequence[IdeaAttachment], ids: Sequence[int]) -> list[IdeaAttachment]:
    found = {one.id: one for one in files}
    return [found[one_id] for one_id in ids if one_id in found]


TAKEN_BACK, REJOINED = "idea.entry_taken_back", rules.MACHINE.events["rejoin"]


def _ended_by_others(idea: Idea) -> str:
    """What ended a withdrawn idea, where it was not its author; one query."""
    statement = select(AuditRow.event).where(
        AuditRow.subject_kind == "idea", AuditRow.subject_id == idea.id, AuditRow.event.in_((TAKEN_BACK, REJOINED))
    )
    return db.session.execute(statement.order_by(AuditRow.seq.desc()).limit(1)).scalar_one_or_none() or ""


# ---- my page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """An own idea in the list: what to call it and where it leads. `is_returned` where moderation asks for a change of its
    first text or of a new version, `is_asked` while that can be sent, `mended_until` at the latest."""

    idea: Idea
    title: str
    saved_at: Any
    is_author: bool
    is_returned: bool = False
    is_asked: bool = False
    mended_until: datetime | None = None

    @property
    def badge(self) -> str:
        """How it stands, in the word of its badge; a new version is its authors' own business."""
        return state_of(self.idea, self.is_returned and self.is_author)


def state_of(idea: Idea, returned: bool = False) -> str:
    """How an idea stands, in the word of its badge; `returned` where moderation asks for a change of its new version."""
    if idea.has_waiting_version:
        return "version_waiting"
    if idea.waits_for_release:
        return "awaiting_release"
    return "version_returned" if returned and idea.status == PUBLISHED else idea.status


def my_ideas(actor: Actor, limit: int = 50) -> list[Mine]:
    """The actor's ideas and drafts, also those for which they stand beside the author, those touched last first; of an
    organisation that they have left only what everybody reads. One query."""
    if actor.person_id is None:
        return []
    beside = select(IdeaCoauthor.idea_id).where(
        IdeaCoauthor.person_id == actor.person_id, IdeaCoauthor.status == CONFIRMED
    )
    statement = (
        select(Idea, IdeaDraft, Consultation, _LAST_SENT)
        .join(Consultation, Consultation.id == Idea.consultation_id)
        .outerjoin(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(or_(Idea.author_id == actor.person_id, Idea.id.in_(beside)))
        .order_by(Idea.moved_at.desc(), Idea.id.desc())
        .limit(limit)
    )
    return [
        _mine(actor, *row)
        for row in db.session.execute(statement)
        if row[0].is_public or reaches(actor, row[0]) or row[0].author_id != actor.person_id
    ]


# The state of the version that was sent last, apart from those that were taken back (`versions.asked_to_change`).
_LAST_SENT = (
    select(IdeaVersion.state)
    .where(IdeaVersion.idea_id == Idea.id, IdeaVersion.state != WITHDRAWN)
    .order_by(IdeaVersion.number.desc())
    .limit(1)
    .correlate(Idea)
    .scalar_subquery()
)


def _mine(actor: Actor, idea: Idea, draft: IdeaDraft | None, consultation: Consultation, last_sent: str | None) -> Mine:
    returned = RETURNED in (idea.status, last_sent if idea.status == PUBLISHED else None)
    is_author = idea.author_id == actor.person_id and reaches(actor, idea)
    asked = returned and is_author and not idea.waits_for_release and rules.can_send_in(consultation, RETURNED)
    return Mine(
        idea,
        idea.title or (title_in(draft.content) if draft else ""),
        draft.saved_at if draft else None,
        is_author,
        returned,
        asked,
        rules.mended_until(idea.status, idea.moved_at, consultation) if asked else None,
    )


def promised(cases: Sequence[int]) -> dict[int, Any]:
    """When a decision is promised about these ideas: idea id -> moment; one query."""
    statement = select(Case.subject_id, Case.due_at).where(
        Case.kind == "idea", Case.subject_id.in_(cases), Case.closed_at.is_(None)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
