"""Reading topics: the archive by month and theme, the agenda's tags, one topic; and what editors see of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, func, select

from consult.accounts.models import Person
from consult.core.clock import local, now, start_of_day
from consult.core.db import UTCDateTime, db
from consult.core.paging import Page, keyset
from consult.core.text import clean_line
from consult.search.queries import matching
from consult.topics.models import AGENDA, OF_THE_MONTH, Topic, TopicVersion
from consult.topics.rules import DRAFT, PLANNED, PUBLISHED

PAGE_SIZE = 12
LONGEST = 200  # characters of the words sought
COUNTED = 600  # topics that the archive's filters look at: fifty years of months


@dataclass(frozen=True)
class Archive:
    """What the archive is restricted to: a month (its first day), a theme (slug of an agenda topic) and words."""

    month: date | None = None
    theme: str = ""
    q: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """What says so in the address of the list."""
        asked = {"q": self.q, "theme": self.theme, "month": f"{self.month:%Y-%m}" if self.month else ""}
        return {name: value for name, value in asked.items() if value}


EVERYTHING = Archive()


@dataclass(frozen=True)
class ArchiveCounts:
    """Number of topics with the words by theme and by month, each as if nothing were chosen in it; months newest first."""

    themes: Counter[str] = field(default_factory=Counter)
    months: dict[date, int] = field(default_factory=dict)


def _published(kind: str) -> Select[Any]:
    return select(Topic).where(Topic.kind == kind, Topic.published_at <= now())


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def archive_of(given: Mapping[str, str], themes: Container[str]) -> Archive:
    """What an address asks for; what is no month or none of the `themes` counts as not asked for."""
    theme = given.get("theme", "")
    words = clean_line(given.get("q", ""))[:LONGEST]
    return Archive(month_of(given.get("month", "")), theme if theme in themes else "", words)


def _words(archive: Archive) -> list[ColumnElement[bool]]:
    return [Topic.id.in_(select(matching("topic", archive.q).c.id))] if archive.q else []


def topics_of_the_month(after: str | None, archive: Archive = EVERYTHING, size: int = PAGE_SIZE) -> Page[Topic]:
    """One page of the published topics of the month, the newest first."""
    statement = _published(OF_THE_MONTH).where(*_words(archive))
    if archive.month is not None:
        statement = statement.where(
            Topic.published_at >= start_of_day(archive.month),
            Topic.published_at < start_of_day(_following(archive.month)),
        )
    if archive.theme:
        statement = statement.where(cast(Topic.tags, Text).contains(f'"{archive.theme}"', autoescape=True))
    return keyset(statement, [(Topic.published_at, "desc"), (Topic.id, "desc")], after, size)


def published_between(archive: Archive, since: datetime, until: datetime, limit: int) -> list[Topic]:
    """Topics of the month that fit and were published in this span, the latest first."""
    page = topics_of_the_month(None, archive, limit)
    return [one for one in page.items if since < one.published_at <= until]


def archive_counts(archive: Archive) -> ArchiveCounts:
    """Numbers beside the archive's filters; one query."""
    rows = db.session.execute(
        select(Topic.published_at, Topic.tags)
        .where(Topic.kind == OF_THE_MONTH, Topic.published_at <= now(), *_words(archive))
        .order_by(Topic.published_at.desc(), Topic.id.desc())
        .limit(COUNTED)
    )
    themes: Counter[str] = Counter()
    months: dict[date, int] = {}
    for published_at, tags in rows:
        month = local(published_at).date().replace(day=1)
        if archive.month in (None, month):
            themes.update(set(tags))
        if not archive.theme or archive.theme in tags:
            months[month] = months.get(month, 0) + 1
    return ArchiveCounts(themes, months)


def agenda_topics() -> list[Topic]:
    """The tags of the agenda in their order."""
    return list(db.session.execute(_published(AGENDA).order_by(Topic.id)).scalars())


def newest_topic() -> Topic | None:
    """The topic of the month, or None before the first one."""
    return db.session.execute(_newest(), {"moment": now()}).scalar()


@lru_cache(maxsize=1)
def _newest() -> Select[Any]:
    """The query of `newest_topic`, put together once, as the home page asks it."""
    published = Topic.published_at <= bindparam("moment", type_=UTCDateTime)
    statement: Select[Any] = (
        select(Topic)
        .where(Topic.kind == OF_THE_MONTH, published)
        .order_by(Topic.published_at.desc(), Topic.id.desc())
        .limit(1)
    )
    return statement


def topic_by_slug(slug: str) -> Topic | None:
    """The published topic of this address."""
    if not slug.isprintable():
        return None
    statement = select(Topic).where(Topic.slug == slug, Topic.published_at <= now())
    return db.session.execute(statement).scalar()


def next_change() -> datetime | None:
    """The next moment at which a planned topic appears."""
    statement = select(func.min(Topic.published_at)).where(Topic.status == PLANNED, Topic.published_at > now())
    return db.session.execute(statement).scalar()


def shows_picture(name: str) -> bool | None:
    """Whether a public topic shows the picture; None where no topic has it."""
    public = func.max(case(((Topic.published_at <= now()), 1), else_=0))
    found = db.session.execute(select(public).where(Topic.picture == name)).scalar()
    return None if found is None else bool(found)


# ---- for editors ----------------------------------------------------------------------------------------------------


def any_topic_by_slug(slug: str) -> Topic | None:
    """The topic of this address, whatever its state."""
    if not slug.isprintable():
        return None
    return db.session.execute(select(Topic).where(Topic.slug == slug)).scalar()


def editorial_page(after: str | None) -> Page[Topic]:
    """All topics of the month, the latest edited first."""
    statement = select(Topic).where(Topic.kind == OF_THE_MONTH)
    return keyset(statement, [(Topic.updated_at, "desc"), (Topic.id, "desc")], after, 20)


def editorial_counts() -> dict[str, int]:
    """How many topics of the month there are in each state."""
    statement = select(Topic.status, func.count()).where(Topic.kind == OF_THE_MONTH).group_by(Topic.status)
    counts = dict.fromkeys((DRAFT, PLANNED, PUBLISHED), 0)
    return {**counts, **{row.status: row[1] for row in db.session.execute(statement)}}


def versions_page(topic_id: int, after: str | None) -> Page[tuple[TopicVersion, str]]:
    """Versions of a topic with the names of those who made them, the newest first."""
    statement: Any = (
        select(TopicVersion, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == TopicVersion.made_by)
        .where(TopicVersion.topic_id == topic_id)
    )
    return keyset(
        statement, [(TopicVersion.number, "desc")], after, 30, scalars=False, key=lambda row: (row[0].number,)
    )  # fmt: skip


def version_of(topic_id: int, number: int) -> TopicVersion | None:
    """One version."""
    statement = select(TopicVersion).where(TopicVersion.topic_id == topic_id, TopicVersion.number == number)
    return db.session.execute(statement).scalar()


def month_of(text: str) -> date | None:
    """The first day of a month written as 2026-11, between 2000 and 2200, or None."""
    found = re.fullmatch(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else None
