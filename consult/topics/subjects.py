"""What other rooms see of a topic: its line, its number behind an address, its entry in the search index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.i18n import _l, pick, picked_language
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind
from consult.core.text import plain
from consult.core.web import path
from consult.topics.models import Topic

KIND = "topic"


def info(topic: Topic) -> SubjectInfo:
    """The line that others show."""
    return SubjectInfo(
        kind=KIND, id=topic.id, title=pick(topic.title), url=path("topics.show", slug=topic.slug),
        language=picked_language(topic.title), public=topic.published_at <= now(),
        excerpt=pick(topic.teaser) or pick(topic.description), key=topic.slug,
    )  # fmt: skip


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    rows = db.session.execute(select(Topic).where(Topic.id.in_(ids))).scalars()
    return {topic.id: info(topic) for topic in rows}


def find(key: str) -> int | None:
    """The number behind a public key; what no key can be is not asked of the database, which refuses NUL."""
    if not key.isprintable():
        return None
    return db.session.execute(select(Topic.id).where(Topic.slug == key)).scalar()


def resolve(values: dict[str, Any]) -> tuple[str, int] | None:
    """The subject behind the values of its address."""
    found = find(str(values.get("slug", "")))
    return (KIND, found) if found is not None else None


def pick_by_name(words: str, limit: int) -> list[SubjectInfo]:
    """Published topics whose German title contains the words, in order of title."""
    wanted = sort_key(words.strip())
    query = select(Topic).where(Topic.published_at <= now()).order_by(Topic.sort_key, Topic.id).limit(limit)
    if wanted:
        query = query.where(Topic.sort_key.contains(wanted, autoescape=True))
    return [info(topic) for topic in db.session.execute(query).scalars()]


def documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these topics, or of all."""
    query = select(Topic).where(Topic.published_at <= now()).order_by(Topic.id)
    if ids is not None:
        query = query.where(Topic.id.in_(ids))
    for topic in db.session.execute(query).scalars():
        yield SearchDocument(
            kind=KIND, id=topic.id, title=pick(topic.title, "de"), body=_words(topic, "de"), language="de",
            at=topic.published_at, title_en=pick(topic.title, "en"), body_en=_words(topic, "en"),
        )  # fmt: skip


def _words(topic: Topic, language: str) -> str:
    """What an article says, in one language: for the index."""
    texts = (topic.description, topic.teaser, topic.statement, topic.open_question, topic.picture_alt)
    return "\n".join(filter(None, [*(pick(one, language) for one in texts), plain(pick(topic.article, language))]))


SUBJECT = SubjectKind(kind=KIND, label=_l("Topic"), describe=describe, find=find, picker=pick_by_name)
SEARCHABLE = Searchable(kind=KIND, documents=documents, label=_l("Topics"))
