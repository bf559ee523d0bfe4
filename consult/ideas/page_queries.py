"""What single pages need: an idea for its readers, and the answers to a question.

The reader's audiences decide in the query itself: a text that may not be read never leaves the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Integer, Select, String, and_, bindparam, case, exists, func, literal, select
from sqlalchemy.orm import contains_eager

from consult.comments.models import Comment
from consult.comments.queries import Thread
from consult.consultations.models import Consultation, Question
from consult.consultations.queries import with_total
from consult.core.audiences import AGENCY, ANONYMOUS, MINISTRY, PUBLIC
from consult.core.db import db
from consult.core.i18n import current_language, pick
from consult.core.memory import detached, note_read, remembered
from consult.core.paging import Page, keyset
from consult.core.registry import Milestone
from consult.core.rows import columns_of, looked_at, rows_of
from consult.core.text import render_markdown
from consult.core.web import path
from consult.ideas import redactions, rules
from consult.ideas.attachments import attachments
from consult.ideas.milestones import first_comment, first_comment_at, milestones
from consult.ideas.models import (
    CONFIRMED,
    SECRET,
    Answer,
    Idea,
    IdeaAttachment,
    IdeaCoauthor,
    IdeaRedaction,
    IdeaVersion,
    Support,
)
from consult.ideas.publishing import author_name, joined, other_names
from consult.ideas.queries import is_number
from consult.ideas.redactions import Blackened
from consult.links.models import VISIBLE
from consult.links.proposing import all_links
from consult.links.queries import LinkView
from consult.notifications.models import Follow
from consult.organisations.models import Organisation

# ---- one idea for its readers ---------------------------------------------------------------------------------------


class QuestionName(NamedTuple):
    """What the page says of a question."""

    id: int
    position: int
    short_title: dict[str, str] | str


@dataclass(frozen=True)
class AnswerView:
    """An answer on the idea's page; without `html` it is one that the reader may not read."""

    question: QuestionName
    audience: str
    html: Markup
    marks: tuple[Blackened, ...] = ()

    @property
    def readable(self) -> bool:
        return bool(self.html)


@dataclass
class IdeaView:
    """An idea's page. `answers` hold what the reader may read and what is withheld; those without name are only counted.
    `name` is under which name it stands for those who read an answer for `name_for`, where nobody else reads a name.
    """

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
    milestones: list[Milestone] = field(default_factory=list)
    backers: list[tuple[str, str]] = field(default_factory=list)
    files: list[IdeaAttachment] = field(default_factory=list)
    held_back: tuple[str, ...] = ()
    name: str = ""
    name_for: str = ""


@dataclass(frozen=True)
class IdeaRow:
    """The idea with what hangs on it alone: the first of the page's queries. Both it and its consultation are only looked
    at.
    """

    idea: Idea
    consultation: Consultation
    question_total: int
    supported: bool
    following: bool
    beside: bool
    wrote: bool
    backed: bool


def idea_row(number: str, person_id: int | None) -> IdeaRow | None:
    """The idea of a number in whatever state, with its consultation and the reader's own marks; one query, and one for the
    consultation after a change of more than comments and support.
    """
    if not is_number(number):
        return None
    values: dict[str, Any] = {"number": number}
    if person_id is not None:
        values["reader"] = person_id
    row = rows_of(_with_marks(person_id is not None), values).first()
    if row is None:
        return None
    idea = looked_at(Idea, row)
    note_read("idea", idea.id, idea)
    return IdeaRow(idea, *with_total(idea.consultation_id), *map(bool, row[-5:]))


@lru_cache(maxsize=2)
def _with_marks(signed_in: bool) -> Select[Any]:
    """The first query of the page, put together once."""
    supported: Any = literal(False)
    following: Any = literal(False)
    beside: Any = literal(False)
    wrote: Any = literal(False)
    if signed_in:
        reader = bindparam("reader", type_=Integer)
        supported = exists().where(Support.idea_id == Idea.id, Support.person_id == reader)
        following = exists().where(Follow.kind == "idea", Follow.subject_id == Idea.id, Follow.person_id == reader)
        beside = exists().where(
            IdeaCoauthor.idea_id == Idea.id, IdeaCoauthor.person_id == reader, IdeaCoauthor.status == CONFIRMED
        )
        wrote = exists().where(
            Comment.author_id == reader, Comment.subject_kind == "idea", Comment.subject_id == Idea.id
        )
    backed = exists().where(Support.idea_id == Idea.id, Support.organisation_id.is_not(None))
    statement: Select[Any] = select(*columns_of(Idea), supported, following, beside, wrote, backed)
    return statement.where(Idea.number == bindparam("number", type_=String))


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
    """What everybody with the same rights reads on an idea's page, comments and support apart."""

    versions: list[IdeaVersion]
    answers: list[AnswerView]
    anonymous: int
    links: list[LinkView]
    summary: str
    marks: tuple[Blackened, ...]
    milestones: list[Milestone]
    files: list[IdeaAttachment]
    held_back: tuple[str, ...]
    name: tuple[str, str]


def idea_view(row: IdeaRow, allowed: frozenset[str], own: bool = False, thread: Thread | None = None) -> IdeaView:
    """The page of a published idea for a reader who may read the audiences `allowed` beyond the public.

    With `own` the reader is one of its authors and reads what is blacked out, too; `thread` is the page of its comments
    that is shown, if one is. Three queries after a change of more than comments and support, none until the next one;
    two more where something is blacked out. After any change one more where organisations support it.
    """
    idea = row.idea
    readable = (PUBLIC, *sorted(rules.RESTRICTED if own else allowed & rules.RESTRICTED))
    key = ("ideas.page", idea.id, idea.public_version_id, readable, own, current_language())
    content = remembered(key, lambda: _content(idea, readable, own), lasting=True)
    if thread is not None and (thread.page.items or thread.page.at_start):
        began_at = thread.began_at
    else:
        began_at = first_comment_at(idea.id) if idea.comment_count else None
    discussed = first_comment(began_at)
    backed = row.backed and remembered(("ideas.backers", idea.id, current_language()), lambda: _backers(idea.id))
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
        milestones=sorted([*discussed, *content.milestones], key=lambda one: one.at),
        backers=backed or [],
        files=content.files,
        held_back=content.held_back,
        name=content.name[0],
        name_for=content.name[1],
    )


def _backers(idea_id: int) -> list[tuple[str, str]]:
    """The organisations in whose name members of theirs support an idea: (name, address), each once, by name."""
    ids = select(Support.organisation_id).where(Support.idea_id == idea_id, Support.organisation_id.is_not(None))
    statement = select(Organisation.name, Organisation.slug).where(Organisation.id.in_(ids))
    rows = db.session.execute(statement.order_by(Organisation.name_key, Organisation.id).limit(20))
    return [(pick(name), path("organisations.show", slug=slug)) for name, slug in rows]


def _full_texts(version: IdeaVersion, readable: tuple[str, ...], own: bool) -> dict[str, str]:
    """The parts that this reader reads otherwise than everybody, by their name; two queries, or none."""
    if not version.is_redacted:
        return {}
    if own:
        return redactions.originals_of(version.id)
    return redactions.ministry_texts(version.id, version.language) if MINISTRY in readable else {}


@lru_cache(maxsize=1)
def _versions() -> Select[Any]:
    """The published versions of an idea; put together once.

    With the public one, once for each answer: question, audience and, where the reader may read it, the text.
    """
    question, answer = Question.__table__.c, Answer.__table__.c
    readable = answer.audience.in_(bindparam("readable", expanding=True))
    html: Any = case((readable, answer.html), else_=None)
    is_read = IdeaVersion.id == bindparam("version", type_=Integer)
    statement: Select[Any] = (
        select(
            question.id.label("question"), question.position, question.short_title, answer.audience, html.label("html"),
            *columns_of(IdeaVersion),
        )
        .outerjoin(Answer.__table__, and_(is_read, answer.version_id == IdeaVersion.id))
        .outerjoin(Question.__table__, question.id == answer.question_id)
        .where(IdeaVersion.idea_id == bindparam("idea", type_=Integer), IdeaVersion.published_at.is_not(None))
        .order_by(IdeaVersion.number, question.position, answer.id)
    )  # fmt: skip
    return statement


def _content(idea: Idea, readable: tuple[str, ...], own: bool) -> _Content:
    idea_id, version_id = idea.id, idea.public_version_id
    asked = {"idea": idea_id, "version": version_id, "readable": list(readable)}
    every_row = rows_of(_versions(), asked).all()
    versions = list({row[5]: looked_at(IdeaVersion, row[5:]) for row in every_row}.values())
    rows = [row for row in every_row if row.question is not None]
    views = sorted(all_links("idea", idea_id, VISIBLE), key=lambda one: not one.outgoing)
    # what others say of the idea stands here once it is confirmed; what it says itself at once, whichever way it leads
    links = [view for view in views if view.outgoing or view.stands_here or view.confirmed]
    version = next(one for one in versions if one.id == version_id)
    full = _full_texts(version, readable, own)
    marks = redactions.blackened(version.id) if version.is_redacted else []
    every = attachments(version.attachments, readable)
    files = [one for one in every if own or not one.is_held]

    def answer(row: Any) -> AnswerView:
        part, text = redactions.part_of(row.question), row.html
        stored = Markup(text or "")  # noqa: S704 - stored by RenderedHTML
        shown = render_markdown(full[part]) if text and part in full else stored
        question = QuestionName(row.question, row.position, row.short_title)
        return AnswerView(question, row.audience, shown, tuple(one for one in marks if text and one.part == part))

    detached(files)
    answers = [answer(row) for row in rows if row.audience != ANONYMOUS]
    return _Content(
        versions=versions,
        answers=answers,
        anonymous=sum(1 for row in rows if row.audience == ANONYMOUS),
        links=links,
        summary=full.get(redactions.SUMMARY, version.summary),
        marks=tuple(one for one in marks if one.part in (redactions.TITLE, redactions.SUMMARY)),
        milestones=milestones(idea, links, with_moderation=True, with_comments=False),
        files=files,
        held_back=tuple(dict.fromkeys(one.held_reason for one in every if one.is_held)),
        name=_name_for_few(idea, version, answers),
    )


def _name_for_few(idea: Idea, version: IdeaVersion, answers: Sequence[AnswerView]) -> tuple[str, str]:
    """Whoever may read an answer for agency or ministry may read whose it is: the name, and for whom it is. Nothing where
    everybody reads the name, or this reader none of these answers."""
    read = {one.audience for one in answers if one.audience in rules.RESTRICTED and one.readable}
    if idea.byline or not read:
        return "", ""
    return joined([author_name(idea, version), *other_names(idea.id)]), AGENCY if AGENCY in read else MINISTRY


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
    spoken = current_language()
    found = [one for one in answers_to(question_id, None, limit + 1).items if one.version.idea_id != but]
    return [
        {
            "title": one.version.idea.title,
            "url": path("ideas.show", number=one.version.idea.number),
            "why": one.excerpt[:140].rsplit(" ", 1)[0] + "…" if len(one.excerpt) > 140 else one.excerpt,
            **dict.fromkeys(("lang", "why_lang"), one.version.language if one.version.language != spoken else None),
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
