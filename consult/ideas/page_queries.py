"""What single pages need: an idea for its readers, a draft for its writer, the private status, the answers to a question.

The reader's audiences decide in the query itself: a text that may not be read never leaves the database. Pages that write
carry plain or detached values, since their reading transaction has ended by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Integer, Select, String, bindparam, case, exists, func, literal, select
from sqlalchemy.orm import contains_eager

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import consultation_by_slug, current_consultation, questions_of
from consult.core.access import Actor
from consult.core.audiences import ANONYMOUS, MINISTRY, PUBLIC
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import current_language
from consult.core.memory import detached, remembered
from consult.core.paging import Page, keyset
from consult.core.text import render_markdown, slugify
from consult.core.web import path
from consult.ideas import redactions, rules, tokens
from consult.ideas.drafts import Content
from consult.ideas.models import (
    CONFIRMED,
    PUBLISHED,
    RETURNED,
    SECRET,
    Answer,
    Idea,
    IdeaCoauthor,
    IdeaDraft,
    IdeaRedaction,
    IdeaVersion,
    Support,
)
from consult.ideas.queries import is_number
from consult.ideas.redactions import Blackened
from consult.ideas.versions import version_with_answers
from consult.links.queries import LinkView, links_of
from consult.moderation.models import Case, Decision
from consult.moderation.queries import decisions_for, last_decision, open_case_for
from consult.notifications.models import Follow

# ---- one idea for its readers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnswerView:
    """An answer on the idea's page; without `html` it is one that the reader may not read."""

    question: Question
    audience: str
    html: Markup
    marks: tuple[Blackened, ...] = ()

    @property
    def readable(self) -> bool:
        return bool(self.html)


@dataclass
class IdeaView:
    """An idea's page. `answers` hold what the reader may read and what is withheld; those without name are only counted."""

    idea: Idea
    version: IdeaVersion
    consultation: Consultation
    question_total: int
    answers: list[AnswerView]
    anonymous: int
    published: list[IdeaVersion]
    supported: bool
    following: bool
    summary: str = ""
    marks: tuple[Blackened, ...] = ()
    links: list[LinkView] = field(default_factory=list)


@dataclass(frozen=True)
class IdeaRow:
    """The idea with what hangs on it alone: the first of the page's queries."""

    idea: Idea
    consultation: Consultation
    question_total: int
    supported: bool
    following: bool
    beside: bool


def idea_row(number: str, person_id: int | None) -> IdeaRow | None:
    """The idea of a number in whatever state, with its consultation and the reader's own marks; one query."""
    if not is_number(number):
        return None
    values: dict[str, Any] = {"number": number}
    if person_id is not None:
        values["reader"] = person_id
    row = db.session.execute(_with_marks(person_id is not None), values).first()
    return IdeaRow(*row[:3], *map(bool, row[3:])) if row is not None else None


@lru_cache(maxsize=2)
def _with_marks(signed_in: bool) -> Select[Any]:
    """The first query of the page, put together once."""
    total = (
        select(func.count()).where(Question.consultation_id == Idea.consultation_id).correlate(Idea).scalar_subquery()
    )
    supported: Any = literal(False)
    following: Any = literal(False)
    beside: Any = literal(False)
    if signed_in:
        reader = bindparam("reader", type_=Integer)
        supported = exists().where(Support.idea_id == Idea.id, Support.person_id == reader)
        following = exists().where(Follow.kind == "idea", Follow.subject_id == Idea.id, Follow.person_id == reader)
        beside = exists().where(
            IdeaCoauthor.idea_id == Idea.id, IdeaCoauthor.person_id == reader, IdeaCoauthor.status == CONFIRMED
        )
    statement: Select[Any] = (
        select(Idea, Consultation, total, supported, following, beside)
        .join(Consultation, Consultation.id == Idea.consultation_id)
        .where(Idea.number == bindparam("number", type_=String))
    )
    return statement


def restricted_audiences(idea: Idea) -> frozenset[str]:
    """The audiences of the public version's texts beyond "everyone"; one query, for readers with rights only.

    A business secret in an answer counts as a text for the ministry.
    """
    answers = select(Answer.audience).where(
        Answer.version_id == idea.public_version_id, Answer.audience.in_(rules.RESTRICTED)
    )
    secret = exists().where(
        IdeaRedaction.version_id == idea.public_version_id, IdeaRedaction.kind == SECRET,
        IdeaRedaction.lifted_at.is_(None),
    )  # fmt: skip
    return frozenset(db.session.execute(answers.union(select(literal(MINISTRY)).where(secret))).scalars())


@dataclass(frozen=True)
class _Content:
    """What everybody with the same rights reads on an idea's page."""

    versions: list[IdeaVersion]
    answers: list[AnswerView]
    anonymous: int
    links: list[LinkView]
    summary: str
    marks: tuple[Blackened, ...]


def idea_view(row: IdeaRow, allowed: frozenset[str], own: bool = False) -> IdeaView:
    """The page of a published idea for a reader who may read the audiences `allowed` beyond the public.

    With `own` the reader is one of its authors and reads what is blacked out, too. Four queries after a change, none until
    the next one; two more where something is blacked out.
    """
    idea = row.idea
    readable = (PUBLIC, *sorted(rules.RESTRICTED if own else allowed & rules.RESTRICTED))
    key = ("ideas.page", idea.id, idea.public_version_id, readable, own, current_language())
    content = remembered(key, lambda: _content(idea.id, idea.public_version_id, readable, own))
    return IdeaView(
        idea=idea,
        version=next(one for one in content.versions if one.id == idea.public_version_id),
        consultation=row.consultation,
        question_total=row.question_total,
        answers=content.answers,
        anonymous=content.anonymous,
        published=content.versions,
        supported=row.supported,
        following=row.following,
        summary=content.summary,
        marks=content.marks,
        links=content.links,
    )


def _full_texts(version: IdeaVersion, readable: tuple[str, ...], own: bool) -> dict[str, str]:
    """The parts that this reader reads otherwise than everybody, by their name; two queries, or none."""
    if not version.is_redacted:
        return {}
    if own:
        return redactions.originals_of(version.id)
    return redactions.ministry_texts(version.id, version.language) if MINISTRY in readable else {}


def _content(idea_id: int, version_id: int | None, readable: tuple[str, ...], own: bool) -> _Content:
    versions = list(
        db.session.execute(
            select(IdeaVersion)
            .where(IdeaVersion.idea_id == idea_id, IdeaVersion.published_at.is_not(None))
            .order_by(IdeaVersion.number)
        ).scalars()
    )
    html: Any = case((Answer.audience.in_(readable), Answer.html), else_=None)
    rows = db.session.execute(
        select(Question, Answer.audience, html)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.version_id == version_id)
        .order_by(Question.position, Answer.id)
    ).all()
    links = [view for view in links_of("idea", idea_id) if view.outgoing or view.confirmed]
    version = next(one for one in versions if one.id == version_id)
    full = _full_texts(version, readable, own)
    marks = redactions.blackened(version.id) if version.is_redacted else []

    def answer(question: Question, audience: str, text: str | None) -> AnswerView:
        part = redactions.part_of(question.id)
        stored = Markup(text or "")  # noqa: S704 - stored by RenderedHTML
        shown = render_markdown(full[part]) if text and part in full else stored
        return AnswerView(question, audience, shown, tuple(one for one in marks if text and one.part == part))

    detached({*versions, *(question for question, _audience, _text in rows), *(view.link for view in links)})
    return _Content(
        versions=versions,
        answers=[answer(*row) for row in rows if row[1] != ANONYMOUS],
        anonymous=sum(1 for row in rows if row[1] == ANONYMOUS),
        links=links,
        summary=full.get(redactions.SUMMARY, version.summary),
        marks=tuple(one for one in marks if one.part in (redactions.TITLE, redactions.SUMMARY)),
    )


# ---- answers to a question ------------------------------------------------------------------------------------------


def answers_to(question_id: int, after: str | None, size: int = 10) -> Page[Answer]:
    """Answers with name, newest first, each with its version and idea; one query."""
    statement = (
        select(Answer)
        .join(Answer.version)
        .join(IdeaVersion.idea)
        .where(Answer.question_id == question_id, Answer.audience == PUBLIC, Answer.shown_at.is_not(None))
        .options(contains_eager(Answer.version).contains_eager(IdeaVersion.idea))
    )
    return keyset(statement, [(Answer.shown_at, "desc"), (Answer.id, "desc")], after, size)


def near_answers(question_id: int | None, but: int | None, limit: int = 3) -> list[dict[str, Any]]:
    """What others wrote on a question, for those who are writing themselves: title, address, beginning; one query."""
    if question_id is None:
        return []
    found = [one for one in answers_to(question_id, None, limit + 1).items if one.version.idea_id != but]
    return [
        {
            "title": one.version.idea.title,
            "url": path("ideas.show", number=one.version.idea.number),
            "why": one.excerpt[:140].rsplit(" ", 1)[0] + "…" if len(one.excerpt) > 140 else one.excerpt,
            "lang": one.version.language if one.version.language != current_language() else None,
        }
        for one in found[:limit]
    ]


@dataclass(frozen=True)
class NamelessAnswer:
    """An answer without name: text, language and month. Nothing else of its idea leaves the database."""

    html: Markup
    excerpt: str
    language: str
    shown_at: Any


def nameless_answers_to(question_id: int, after: str | None, size: int = 10) -> Page[NamelessAnswer]:
    """Answers without name, newest month first and in random order within it; one query."""
    statement: Any = (
        select(Answer.html, Answer.excerpt, IdeaVersion.language, Answer.shown_at, Answer.shuffle)
        .join(IdeaVersion, IdeaVersion.id == Answer.version_id)
        .where(Answer.question_id == question_id, Answer.audience == ANONYMOUS, Answer.shown_at.is_not(None))
    )
    page = keyset(
        statement, [(Answer.shown_at, "desc"), (Answer.shuffle, "asc")], after, size, scalars=False,
        key=lambda row: (row.shown_at, row.shuffle),
    )  # fmt: skip
    page.items = [NamelessAnswer(row.html, row.excerpt, row.language, row.shown_at) for row in page.items]
    return page


def withheld_count(question_id: int) -> int:
    """How many answers to a question are for agency or ministry only, at most 1,000; one query."""
    some = (
        select(Answer.id)
        .where(Answer.question_id == question_id, Answer.audience.in_(rules.RESTRICTED), Answer.shown_at.is_not(None))
        .limit(1000)
        .subquery()
    )
    return db.session.execute(select(func.count()).select_from(some)).scalar_one()


# ---- writing --------------------------------------------------------------------------------------------------------


@dataclass
class Mark:
    """A passage that moderation asks to change, with its remark."""

    text: str
    remark: str


@dataclass
class Frame:
    """What the writing pages stand in. `idea_id` is None for a form that nothing was sent from yet.

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
    marks: list[Mark] = field(default_factory=list)
    request_note: str = ""

    @property
    def by_position(self) -> dict[int, Question]:
        return {question.position: question for question in self.questions}

    @property
    def token(self) -> str:
        return tokens.draft_token(self.draft_key)

    @property
    def status_token(self) -> str:
        return tokens.status_token(self.draft_key)


def _detached(consultation: Consultation, questions: Sequence[Question]) -> None:
    for one in (*questions, consultation):
        if one in db.session:  # the present consultation is remembered, and detached already
            db.session.expunge(one)


def new_frame(slug: str, draft_key: str, language: str) -> Frame | None:
    """The frame of a form that opens: of the consultation named, else of the present one. None where there is none."""
    known = slugify(slug) == slug
    consultation = (consultation_by_slug(slug) if known else None) if slug else current_consultation()
    if consultation is None:
        return None
    questions = questions_of(consultation.id)
    _detached(consultation, questions)
    return Frame(consultation, questions, Content(language=language), draft_key)


def idea_by_draft_token(token: str) -> Idea:
    """The idea behind the secret link of its draft; NotFound for any other."""
    return _by_hash(Idea.draft_token_hash, token)


def idea_by_status_token(token: str) -> Idea:
    """The idea behind its secret status link; NotFound for any other."""
    return _by_hash(Idea.status_token_hash, token)


def idea_by_confirm_token(token: str) -> Idea:
    """The idea whose address the mailed link confirms; NotFound for any other, and after the link has served."""
    return _by_hash(Idea.confirm_token_hash, token)


def _by_hash(column: Any, token: str) -> Idea:
    if not tokens.TOKEN.match(token):
        raise NotFound()
    found: Idea | None = db.session.execute(select(Idea).where(column == tokens.token_hash(token))).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def draft_frame(idea: Idea) -> Frame:
    """The frame of an idea's draft: what is stored of it, or what its next version begins with."""
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    questions = questions_of(consultation.id)
    draft = db.session.get(IdeaDraft, idea.id)
    frame = Frame(
        consultation, questions, Content(language=idea.language), idea.draft_key, idea_id=idea.id, status=idea.status,
        number=idea.number or "", author_id=idea.author_id, author_email=idea.author_email,
        writable=rules.can_write(idea), has_draft=draft is not None,
    )  # fmt: skip
    if draft is not None:
        frame.content, frame.edit_count = Content.of_document(draft.content), draft.edit_count
    else:
        version_id = idea.public_version_id or _newest_version_id(idea.id)
        if version_id is not None:
            frame.content = redactions.sent_content(version_with_answers(version_id))
    if idea.status in (RETURNED, PUBLISHED):
        _add_marks(frame, idea)
    _detached(consultation, questions)
    return frame


def frame_by_key(key: str) -> Frame | None:
    """The frame of the draft that was begun by a form with this key, or None while there is none."""
    idea = db.session.execute(select(Idea).where(Idea.draft_key == key)).scalar_one_or_none()
    return draft_frame(idea) if idea is not None else None


def _newest_version_id(idea_id: int) -> int | None:
    statement = select(IdeaVersion.id).where(IdeaVersion.idea_id == idea_id).order_by(IdeaVersion.number.desc())
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _add_marks(frame: Frame, idea: Idea) -> None:
    decision = last_decision("idea", idea.id)
    if decision is not None and decision.outcome == "return":
        frame.marks = [Mark(text, remark) for text, remark in decision.passages]
        frame.request_note = decision.note


# ---- the private status ---------------------------------------------------------------------------------------------


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

    @property
    def current(self) -> IdeaVersion | None:
        """The version that the page shows: the one that waits, else the public one, else the last."""
        wanted = self.idea.waiting_version_id or self.idea.public_version_id
        return next((one for one in self.versions if one.id == wanted), self.versions[-1] if self.versions else None)

    @property
    def public(self) -> IdeaVersion | None:
        return next((one for one in self.versions if one.id == self.idea.public_version_id), None)


def status_view(idea: Idea) -> StatusView:
    """Everything about an idea for its author; seven queries."""
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
    return StatusView(
        idea=idea,
        consultation=db.session.get_one(Consultation, idea.consultation_id),
        questions={one.id: one for one in questions_of(idea.consultation_id)},
        versions=list(versions),
        decisions=[one for one in decisions_for("idea", idea.id) if one.reversed_at is None],
        case=open_case_for("idea", idea.id),
        has_draft=db.session.get(IdeaDraft, idea.id) is not None,
    )


# ---- my page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """An own idea in the list: what to call it and where it leads."""

    idea: Idea
    title: str
    saved_at: Any


def my_ideas(actor: Actor, limit: int = 50) -> list[Mine]:
    """The actor's ideas and drafts, those touched last first; one query."""
    if actor.person_id is None:
        return []
    statement = (
        select(Idea, IdeaDraft)
        .outerjoin(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(Idea.author_id == actor.person_id)
        .order_by(Idea.moved_at.desc(), Idea.id.desc())
        .limit(limit)
    )
    return [
        Mine(idea, idea.title or (draft.content.get("title", "") if draft else ""), draft.saved_at if draft else None)
        for idea, draft in db.session.execute(statement)
    ]


def promised(cases: Sequence[int]) -> dict[int, Any]:
    """When a decision is promised about these ideas: idea id -> moment; one query."""
    statement = select(Case.subject_id, Case.due_at).where(
        Case.kind == "idea", Case.subject_id.in_(cases), Case.closed_at.is_(None)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
