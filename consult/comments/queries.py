"""Reads of comments: a subject's thread in one query, and what other rooms may know of comments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    String,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from consult.comments import rules
from consult.comments.models import Comment, CommentVersion
from consult.core.access import Actor
from consult.core.db import UTCDateTime, db
from consult.core.errors import NotFound
from consult.core.i18n import _, current_language
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo, describe, registries
from consult.core.rows import rows_of
from consult.core.text import excerpt
from consult.core.web import path
from consult.organisations import acting

OWN = ("pending", "hidden", "taken_down")  # what only its author sees of it
ROOTS = 50  # comments a page
_TABLE: Any = Comment.__table__


class Shown(NamedTuple):
    """What a page shows of a comment: neither its source nor what only moderation needs. `redactions` tells whether there
    are any, `number` with an answer how many stand below the same comment.
    """

    id: int
    parent_id: int | None
    author_id: int | None
    author_name: str
    organisation_name: str
    kind: str
    html: Markup
    language: str
    status: str
    created_at: datetime
    edited_at: datetime | None
    redactions: bool
    number: int


SHOWN = (
    *(_TABLE.c[name] for name in Shown._fields[:-2]),
    (cast(_TABLE.c.redactions, Text) != "[]").label("redactions"),
)
_IN_TIME = (_TABLE.c.created_at, _TABLE.c.id)
ANSWERS = 20  # answers shown below a comment; all of them stand on the comment's own page


@dataclass
class Node:
    """A comment as the reader sees it. `stub` names why its text is not shown; `more` counts answers not shown here.

    `comment` is a Comment, or in a thread what a page shows of one.
    """

    comment: Any
    stub: str
    mine: bool
    by_subject_author: bool
    may_edit: bool = False
    may_remove: bool = False
    answers: list[Node] = field(default_factory=list)
    more: int = 0


@dataclass
class Thread:
    """The comments of a subject as a page shows them. `key` is the subject's public key, for the form's address; `html` the
    comments where they are put together already, instead of `nodes`; `began_at`, where there are any, when the first that
    can be read came."""

    kind: str
    subject_id: int
    key: str
    nodes: list[Node]
    page: Page[Any]
    mode: str
    may_write: bool
    organisations: list[tuple[str, str]]
    chosen: str = ""
    html: Markup = Markup("")
    began_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.mode == "closed"


def _published(model: Any) -> ColumnElement[bool]:
    return model.status == rules.VISIBLE


def _visible_to(actor: Actor, model: Any) -> ColumnElement[bool]:
    """Published, or the reader's own that waits or was hidden."""
    if not actor.signed_in:
        return _published(model)
    own = and_(model.author_id == actor.person_id, model.status.in_(OWN))
    return or_(_published(model), own)


def _node(actor: Actor, comment: Any, authors: Collection[int]) -> Node:
    mine = rules.is_author(actor, comment) and comment.status != "removed"
    return Node(
        comment=comment,
        stub="" if comment.status == rules.VISIBLE or mine else comment.status,
        mine=mine,
        by_subject_author=comment.author_id is not None and comment.author_id in authors,
        may_edit=mine and rules.can_edit(actor, comment),
        may_remove=mine and rules.can_remove(actor, comment),
    )


@lru_cache(maxsize=16)
def _with_answers(roots: Select[Any], signed_in: bool) -> CompoundSelect[Any]:
    """A page of comments together with the first answers below them, in order of time; put together once.

    Each answer comes with the number of all below its comment. One more row has no id, only the moment of the thread's
    first comment.
    """
    page = roots.cte("page")
    unknown: Any = cast(null(), UTCDateTime)
    first = _TABLE.alias()
    began = select(func.min(first.c.published_at)).where(
        first.c.subject_kind == bindparam("kind", type_=String),
        first.c.subject_id == bindparam("subject", type_=Integer),
        first.c.status == rules.VISIBLE,
    )
    ranked = (
        select(
            _TABLE.c.id,
            func.row_number().over(partition_by=_TABLE.c.parent_id, order_by=_IN_TIME).label("place"),
            func.count().over(partition_by=_TABLE.c.parent_id).label("number"),
        )
        .where(_TABLE.c.parent_id.in_(select(page.c.id)), _visible(signed_in))
        .subquery()
    )
    answers = (
        select(*SHOWN, ranked.c.number, unknown)
        .join(ranked, ranked.c.id == _TABLE.c.id)
        .where(ranked.c.place <= bindparam("most", type_=Integer))
    )
    shown = select(*page.c, literal(0).label("number"), unknown.label("began_at"))
    first_moment = select(*(null() for _column in SHOWN), literal(0), began.scalar_subquery())
    every = union_all(shown, answers, first_moment)
    return every.order_by(every.selected_columns.created_at, every.selected_columns.id)


def mode_of(kind: str, subject_id: int) -> str:
    """How comments on the subject are moderated; "closed" where there is no commenting."""
    commentable = registries.commentable.get(kind)
    return commentable.mode(subject_id) if commentable is not None else "closed"


@lru_cache(maxsize=2)
def _roots(signed_in: bool) -> Select[Any]:
    """The comments of a thread that answer no other, and stubs of those that were answered; put together once."""
    answer = _TABLE.alias()
    answered = exists().where(answer.c.parent_id == _TABLE.c.id, answer.c.status == rules.VISIBLE)
    return select(*SHOWN).where(
        _TABLE.c.subject_kind == bindparam("kind", type_=String),
        _TABLE.c.subject_id == bindparam("subject", type_=Integer),
        _TABLE.c.parent_id.is_(None),
        or_(_visible(signed_in), and_(_TABLE.c.status.in_(rules.STUBS), answered)),
    )


def _visible(signed_in: bool) -> ColumnElement[bool]:
    """As `_visible_to`, with the reader as the parameter "reader"."""
    published: ColumnElement[bool] = _TABLE.c.status == rules.VISIBLE
    if not signed_in:
        return published
    mine = and_(_TABLE.c.author_id == bindparam("reader", type_=Integer), _TABLE.c.status.in_(OWN))
    return or_(published, mine)


class ThreadRows(NamedTuple):
    """A page of comments that answer no other, the first answers below them, and when the thread's first comment came."""

    page: Page[Shown]
    answers: list[Shown]
    began_at: datetime | None


def thread_rows(kind: str, subject_id: int, actor: Actor, after: str | None = None) -> ThreadRows:
    """One page of the comments that answer no other, oldest first, and the first answers below them; one query."""
    values: dict[str, Any] = {"kind": kind, "subject": subject_id}
    if actor.signed_in:
        values["reader"] = actor.person_id
    answers: list[Shown] = []
    began: list[datetime | None] = []

    def fetch(statement: Select[Any], parameters: dict[str, Any], backwards: bool) -> list[Any]:
        rows = rows_of(_with_answers(statement, actor.signed_in), {**parameters, "most": ANSWERS}).all()
        began.extend(row.began_at for row in rows if row[0] is None)
        shown = [Shown._make(row[:-1]) for row in rows if row[0] is not None]
        answers.extend(one for one in shown if one.parent_id is not None)
        roots = [one for one in shown if one.parent_id is None]
        return roots[::-1] if backwards else roots

    page = keyset(
        _roots(actor.signed_in), [(column, "asc") for column in _IN_TIME], after, ROOTS, scalars=False,
        key=lambda row: (row.created_at, row.id), parameters=values, fetch=fetch,
    )  # fmt: skip
    return ThreadRows(page, answers, began[0])


def nodes_of(actor: Actor, comments: Sequence[Any], answers: Sequence[Any], authors: Collection[int]) -> list[Node]:
    """The rows of a thread as its reader sees them, the answers below their comments."""
    nodes = [_node(actor, comment, authors) for comment in comments]
    by_id = {node.comment.id: node for node in nodes}
    for answer in answers:
        node = by_id.get(answer.parent_id)
        if node is not None:
            node.answers.append(_node(actor, answer, authors))
            node.more = max(0, answer.number - ANSWERS)
    return nodes


def thread_for(
    kind: str,
    subject_id: int,
    actor: Actor,
    after: str | None = None,
    *,
    key: str = "",
    authors: Collection[int] = (),
) -> Thread:
    """One page of the thread, oldest first: one query, and one for the mode where the reader is signed in.

    `key` is the subject's public key (number, slug), `authors` the people whose comments are marked as the author's.
    """
    rows = thread_rows(kind, subject_id, actor, after)
    thread = thread_of(kind, subject_id, actor, rows, key)
    thread.nodes = nodes_of(actor, rows.page.items, rows.answers, authors)
    return thread


def thread_of(kind: str, subject_id: int, actor: Actor, rows: ThreadRows, key: str) -> Thread:
    """A page of a thread with all but the comments themselves, which are still to be made of its rows."""
    mode = mode_of(kind, subject_id) if actor.signed_in else ""
    return Thread(
        kind=kind,
        subject_id=subject_id,
        key=key,
        nodes=[],
        page=rows.page,
        mode=mode,
        may_write=mode != "closed" and rules.can_write(actor),
        organisations=acting.choices(actor) if acting.places(actor) else [],
        chosen=acting.last(actor),
        began_at=rows.began_at,
    )


def single_thread(comment_id: int, actor: Actor, after: str | None = None) -> tuple[Node, SubjectInfo, Page[Comment]]:
    """A comment with all its answers, page by page, and its subject; an answer is shown by itself.

    NotFound where the reader may not see it.
    """
    comment = db.session.get(Comment, comment_id)
    info = subject_of(comment) if comment is not None else None
    if comment is None or info is None or not info.public:
        raise NotFound(_("We do not have this comment."))
    node = _node(actor, comment, ())
    statement = select(Comment).where(Comment.parent_id == comment.id, _visible_to(actor, Comment))
    page = keyset(statement, [(Comment.created_at, "asc"), (Comment.id, "asc")], after, ROOTS)
    node.answers = [_node(actor, answer, ()) for answer in page.items]
    if node.stub and not node.answers:
        raise NotFound(_("We do not have this comment."))
    return node, info, page


def subject_of(comment: Comment) -> SubjectInfo | None:
    """What the comment stands below."""
    end = (comment.subject_kind, comment.subject_id)
    return describe([end]).get(end)


def subject_by_key(kind: str, key: str) -> SubjectInfo:
    """The public subject that may be commented on; NotFound otherwise."""
    found = (
        registries.subjects[kind].find(key) if kind in registries.subjects and kind in registries.commentable else None
    )
    info = describe([(kind, found)]).get((kind, found)) if found is not None else None
    if info is None or not info.public:
        raise NotFound(_("There is nothing here to comment on."))
    return info


def comment_by_id(comment_id: int) -> Comment:
    """The comment; NotFound where there is none."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        raise NotFound(_("We do not have this comment."))
    return comment


def fits_one_page(kind: str, subject_id: int) -> bool:
    """Whether all comments of the subject stand on its first page, so that an anchor there finds a new one."""
    roots = select(Comment.id).where(
        Comment.subject_kind == kind, Comment.subject_id == subject_id, Comment.parent_id.is_(None)
    )
    return len(db.session.execute(roots.limit(ROOTS + 1)).all()) <= ROOTS


def versions_of(comment_id: int) -> list[CommentVersion]:
    """All texts the comment has had, oldest first."""
    statement = select(CommentVersion).where(CommentVersion.comment_id == comment_id).order_by(CommentVersion.number)
    return list(db.session.execute(statement).scalars())


def published_counts(kind: str, ids: Sequence[int] | None = None) -> dict[int, int]:
    """Published comments of each subject of a kind: for rebuilding stored counters."""
    statement = select(Comment.subject_id, func.count()).where(Comment.subject_kind == kind, _published(Comment))
    if ids is not None:
        statement = statement.where(Comment.subject_id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(statement.group_by(Comment.subject_id))}


def latest_by(person_id: int, limit: int = 10) -> list[tuple[Comment, SubjectInfo | None]]:
    """A person's newest comments with what they stand below, for their own page."""
    statement = (
        select(Comment)
        .where(Comment.author_id == person_id, Comment.status != "removed")
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(limit)
    )
    comments = list(db.session.execute(statement).scalars())
    infos = describe((comment.subject_kind, comment.subject_id) for comment in comments)
    return [(comment, infos.get((comment.subject_kind, comment.subject_id))) for comment in comments]


@dataclass(frozen=True)
class Places:
    """Where comments of a subject lead; the number of the comment stands behind each."""

    show: str
    reply: str
    report: str


def places(kind: str, key: str) -> Places:
    """The addresses that the comments of a subject have in common; without a key nobody can answer."""
    show = path("comments.show", comment_id=0)[:-1]
    return Places(
        show=show,
        reply=path("comments.new", kind=kind, key=key, parent="") if key else "",
        report=path("redress.report", url=show),
    )


def shown_name(comment: Comment | Shown | Row[Any]) -> str:
    """Under which name a comment stands."""
    return own_name(comment.author_name, comment.organisation_name) or _("Former participant")


def own_name(name: str, house: str) -> str:
    """The name with that of the organisation; empty where both are gone."""
    return f"{name}, {house}" if name and house and name != house else name or house


_SAID = select(
    *(
        Comment.__table__.c[name]
        for name in (
            "id", "subject_kind", "subject_id", "author_id", "author_name", "organisation_id", "organisation_name",
            "body", "status",
        )
    )
).where(Comment.__table__.c.id.in_(bindparam("ids", expanding=True)))  # fmt: skip


def describe_comments(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    """What others may know of comments: one query, and one for each kind of subject they stand below."""
    comments = {row.id: row for row in db.session.execute(_SAID, {"ids": list(ids)})}
    infos = describe((comment.subject_kind, comment.subject_id) for comment in comments.values())
    return {
        comment.id: _info(comment, infos.get((comment.subject_kind, comment.subject_id)))
        for comment in comments.values()
    }


def _info(comment: Row[Any], subject: SubjectInfo | None) -> SubjectInfo:
    return SubjectInfo(
        kind="comment",
        id=comment.id,
        title=title_for(subject),
        about=subject.title if subject is not None else "",
        url=path("comments.show", comment_id=comment.id),
        language=current_language(),  # the title is in our words
        public=comment.status == rules.VISIBLE and subject is not None and subject.public,
        author_id=comment.author_id,
        organisation_id=comment.organisation_id,
        author_name=shown_name(comment),
        excerpt=excerpt(comment.body, 200),
        consultation_id=subject.consultation_id if subject is not None else None,
        key=f"K-{comment.id}",
    )


def title_for(subject: SubjectInfo | None) -> str:
    """How a comment is called in lists, in the present language."""
    return titled(subject.title if subject is not None else "")


def titled(about: str) -> str:
    """The same of the title of what the comment stands below, which is what is stored; empty where that was not known."""
    return _("Comment on “%(title)s”", title=about) if about else _("Comment")


def find_comment(key: str) -> int | None:
    """The id behind K-12, or None."""
    number = key.removeprefix("K-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return db.session.execute(select(Comment.id).where(Comment.id == int(number))).scalar_one_or_none()
