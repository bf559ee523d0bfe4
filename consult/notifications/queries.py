"""Reads of notices, follows and preferences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import func, select

from consult.core.access import Actor
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo, describe, registries
from consult.notifications.marking import said
from consult.notifications.models import Follow, MailPreference, Notice


@dataclass(frozen=True)
class NoticeView:
    """A notice in the reader's words; `html` are the same with the marks of other languages."""

    id: int
    kind: str
    text: str
    html: Markup
    url: str
    created_at: datetime
    is_read: bool


@dataclass(frozen=True)
class FollowView:
    """What somebody follows: the word for its kind, and what everyone may see of it, or None where that is nothing."""

    id: int
    label: str
    info: SubjectInfo | None
    created_at: datetime


def as_view(notice: Notice) -> NoticeView | None:
    """The notice in the present language, or None where its kind is gone or its context is no longer understood."""
    kind = registries.notice_kinds.get(notice.kind)
    if kind is None:
        return None
    try:
        (text, html), url = said(kind, notice.context), kind.url(notice.context)
    except (KeyError, TypeError, LookupError):
        return None
    return NoticeView(notice.id, notice.kind, text, html, url, notice.created_at, notice.read_at is not None)


def notices_of(person_id: int, after: str | None = None, size: int = 30) -> Page[NoticeView]:
    """A person's notices, newest first."""
    statement = select(Notice).where(Notice.person_id == person_id)
    page = keyset(statement, [(Notice.created_at, "desc"), (Notice.id, "desc")], after, size)
    page.items = [view for notice in page.items if (view := as_view(notice)) is not None]
    return page


def unread_of(person_id: int, limit: int = 5) -> list[NoticeView]:
    """The newest notices that the person has not read."""
    statement = (
        select(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None))
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(limit)
    )
    return [view for notice in db.session.execute(statement).scalars() if (view := as_view(notice)) is not None]


def unread_count(person_id: int) -> int:
    """How many notices the person has not read."""
    statement = select(func.count()).select_from(Notice)
    return db.session.execute(statement.where(Notice.person_id == person_id, Notice.read_at.is_(None))).scalar_one()


def notice_of(actor: Actor, notice_id: int) -> Notice | None:
    """One of the actor's own notices, or None."""
    statement = select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.person_id)
    return db.session.execute(statement).scalar_one_or_none()


# ---- follows --------------------------------------------------------------------------------------------------------


def followers(kind: str, subject_id: int) -> list[int]:
    """Ids of the people who follow a thing, ascending: for `notify`."""
    statement = select(Follow.person_id).where(Follow.kind == kind, Follow.subject_id == subject_id)
    return list(db.session.execute(statement.order_by(Follow.person_id)).scalars())


def follower_count(kind: str, subject_id: int) -> int:
    """How many follow a thing."""
    statement = select(func.count()).select_from(Follow).where(Follow.kind == kind, Follow.subject_id == subject_id)
    return db.session.execute(statement).scalar_one()


def is_following(actor: Actor, kind: str, subject_id: int) -> bool:
    """Whether the actor follows a thing; nobody signed out does."""
    if actor.person_id is None:
        return False
    statement = select(Follow.id).where(
        Follow.person_id == actor.person_id, Follow.kind == kind, Follow.subject_id == subject_id
    )
    return db.session.execute(statement).scalar_one_or_none() is not None


def follows_of(person_id: int, after: str | None = None, size: int = 30) -> Page[FollowView]:
    """What a person follows, the newest first. Of what is not public any more stands there what kind of thing it is."""
    statement = select(Follow).where(Follow.person_id == person_id)
    page = keyset(statement, [(Follow.created_at, "desc"), (Follow.id, "desc")], after, size)
    known = describe((one.kind, one.subject_id) for one in page.items)
    page.items = [_follow_view(one, known.get((one.kind, one.subject_id))) for one in page.items]
    return page


def _follow_view(follow: Follow, info: SubjectInfo | None) -> FollowView:
    subject = registries.subjects.get(follow.kind)
    label = str(subject.label) if subject is not None else ""
    return FollowView(follow.id, label, info if info is not None and info.public else None, follow.created_at)


def follow_count(person_id: int) -> int:
    """How much a person follows."""
    statement = select(func.count()).select_from(Follow).where(Follow.person_id == person_id)
    return db.session.execute(statement).scalar_one()


# ---- preferences ----------------------------------------------------------------------------------------------------


def wants_mail(person_id: int, kind: str) -> bool:
    """Whether the person is mailed notices of this kind: yes, unless they said no."""
    statement = select(MailPreference.wanted).where(MailPreference.person_id == person_id, MailPreference.kind == kind)
    wanted = db.session.execute(statement).scalar_one_or_none()
    return wanted is not False


def mail_choices(person_id: int) -> list[tuple[str, Markup, bool]]:
    """(kind, its newest notice in words, whether mail is wanted) of each kind with mail that the person has had so far."""
    newest = select(func.max(Notice.id)).where(Notice.person_id == person_id).group_by(Notice.kind)
    notices = db.session.execute(select(Notice).where(Notice.id.in_(newest)).order_by(Notice.kind)).scalars()
    unwanted = set(
        db.session.execute(
            select(MailPreference.kind).where(MailPreference.person_id == person_id, MailPreference.wanted.is_(False))
        ).scalars()
    )
    choices = []
    for notice in notices:
        view = as_view(notice)
        if view is not None and registries.notice_kinds[notice.kind].mail:
            choices.append((notice.kind, view.html, notice.kind not in unwanted))
    return choices
