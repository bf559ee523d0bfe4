"""Hosts' messages as moderation and other rooms see them: what is read to decide, what is possible, who is involved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _, _l, format_moment, pick
from consult.core.registry import ModeratedKind, Review, ReviewPart, SubjectInfo, SubjectKind
from consult.core.text import excerpt
from consult.core.web import path
from consult.projects import message_queries as queries
from consult.projects import message_rules as rules
from consult.projects import messages
from consult.projects.activity_operations import ends_of
from consult.projects.message_rules import KIND, PUBLIC
from consult.projects.models import Activity, ActivityMessage
from consult.projects.subjects import activity_info

AUDIENCE_WORDS = {PUBLIC: _l("Everyone"), rules.PARTICIPANTS: _l("Those who take part")}


def _both(message_id: int) -> tuple[ActivityMessage, Activity]:
    found = queries.messages_by_ids([message_id])
    if not found:
        raise NotFound()
    return found[0], found[0].activity


def info(message: ActivityMessage) -> SubjectInfo:
    """The line that others show; public is only what everyone may read."""
    return SubjectInfo(
        kind=KIND, id=message.id, title=message.title or _("Message withdrawn"),
        url=path("activities.message", slug=message.activity.slug, message_id=message.id), language=message.language,
        public=message.status == "published" and message.audience == PUBLIC, author_id=message.author_id,
        author_name=message.host_name, excerpt=excerpt(message.body), key=str(message.id),
        organisation_id=message.activity.organiser_id if message.activity.organiser_kind == "organisation" else None,
    )  # fmt: skip


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    return {message.id: info(message) for message in queries.messages_by_ids(ids)}


def find(key: str) -> int | None:
    """The number behind a message's key, which is the number itself."""
    return int(key) if key.isascii() and key.isdigit() and len(key) < 10 and describe([int(key)]) else None


def resolve(values: dict[str, Any]) -> tuple[str, int] | None:
    """The message behind the values of its address: for reports."""
    found = queries.message_of(str(values.get("slug", "")), int(values.get("message_id", 0)))
    return (KIND, found.id) if found is not None else None


def review(message_id: int, version_id: int | None) -> Review:
    """The words of a version (the present one by default), the former ones, and the activity it is about."""
    message, activity = _both(message_id)
    versions = queries.versions_of(message_id)
    index = next(
        (i for i, one in enumerate(versions) if one.id == (version_id or message.version_id)), len(versions) - 1
    )
    shown, former = versions[index], versions[:index]
    return Review(
        title=shown.title,
        language=message.language,
        parts=[ReviewPart("", shown.body, shown.html, name="body")],
        version_id=shown.id,
        author=message.host_name,
        author_id=message.author_id,
        previous=[ReviewPart("", former[-1].body, former[-1].html)] if former else [],
        links=[activity_info(activity)],
        history=[f"{format_moment(one.made_at)}: {excerpt(one.body, 120)}" for one in former],
        outcomes=rules.OUTCOMES[message.status],
        public_url=path("activities.message", slug=activity.slug, message_id=message.id),
        facts=[(_("Activity"), pick(activity.title)), (_("Read by"), str(AUDIENCE_WORDS[message.audience]))],
    )


def involved(actor: Actor, message_id: int) -> bool:
    """Whether the actor wrote it or speaks for its host."""
    message, activity = _both(message_id)
    return rules.is_involved(actor, message, ends_of(activity))


def outcomes(message_id: int, _version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible in the message's state."""
    message = db.session.get(ActivityMessage, message_id)
    return rules.OUTCOMES[message.status] if message is not None else ()


def preview(message_id: int, version_id: int | None, reader: str) -> list[ReviewPart]:
    """The message as a reader sees it now, or, with a version, once that one is published."""
    message, _activity = _both(message_id)
    if version_id is None:
        seen = message.status == "published" and message.audience == PUBLIC
        shown = message.status != "withdrawn" if reader == "author" else seen
        return [ReviewPart(message.title, message.body, message.html)] if shown else []
    if reader != "author" and message.audience != PUBLIC:
        return []
    return [
        ReviewPart(one.title, one.body, one.html) for one in queries.versions_of(message_id) if one.id == version_id
    ]


MODERATED = ModeratedKind(
    KIND, review, messages.apply_verdict, involved, outcomes, reverse=messages.reverse_verdict,
    interim=frozenset({"hide"}), preview=preview, due_days=lambda _message_id: messages.DUE_DAYS,
)  # fmt: skip
SUBJECT = SubjectKind(KIND, _l("Message about an activity"), describe, find)
