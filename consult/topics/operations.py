"""Writes of topics: create, save, plan, publish, take back; every save that changes something is a version with its date.

They flush and never commit. What is planned appears by its date alone; the job that runs then renews the index and writes
the log row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from consult.core import audit, jobs
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now, today
from consult.core.db import db, sort_key
from consult.core.editing import lock
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.registry import SubjectInfo, touch
from consult.core.states import move
from consult.core.text import render_markdown, slugify
from consult.programmes.related import Target, set_related
from consult.topics import rules
from consult.topics.models import NEVER, OF_THE_MONTH, Topic, TopicVersion
from consult.topics.pictures import Picture
from consult.topics.rules import PLANNED, PUBLISHED, TOPIC

TEXTS = ("title", "teaser", "article", "open_question", "statement", "statement_note", "contact_text", "facts_note")
FIELDS = ("tags", "original_title", "contact_id", "statement_kind", "statement_by_id", "question_id", "text_states")
PICTURE = ("picture", "picture_sizes", "picture_alt", "picture_credit")
RELATED_KINDS = ("cluster", "programme", "project", "activity", "idea")


@dataclass(frozen=True)
class Approval:
    """Who approved a statement, and on which day; both or neither."""

    who: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Draft:
    """All that an editor sends: texts by name in both languages, plain values, the approval, what belongs to it."""

    texts: Mapping[str, dict[str, str]]
    values: Mapping[str, Any]
    approval: Approval = Approval()
    related: tuple[SubjectInfo, ...] = field(default=())


def belongs_to(topic: Topic) -> Target:
    """What links lead to by which things belong to a topic."""
    return Target("topic", topic.id, topic.slug, "about_topic", RELATED_KINDS)


def _check_editor(actor: Actor) -> None:
    if not rules.can_edit(actor):
        raise Refused(_("Only editors write topics."))


def content_of(topic: Topic) -> dict[str, Any]:
    """What a version keeps: all that can be edited, as plain values; who approved stays in the topic alone."""
    kept = {name: getattr(topic, name) for name in (*TEXTS, *FIELDS, *PICTURE)}
    return {**kept, "approved_on": topic.approved_on.isoformat() if topic.approved_on else ""}


def _add_version(topic: Topic, actor: Actor | None, at: datetime, changed: list[str]) -> TopicVersion:
    number = db.session.execute(
        select(func.coalesce(func.max(TopicVersion.number), 0)).where(TopicVersion.topic_id == topic.id)
    ).scalar_one()
    version = TopicVersion(
        topic_id=topic.id, number=number + 1, content=content_of(topic), changed=changed, made_at=at,
        made_by=actor.person_id if actor else None,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    return version


def create_topic(actor: Actor, draft: Draft) -> Topic:
    """A new topic of the month as a draft; nobody but editors sees it."""
    _check_editor(actor)
    title = draft.texts["title"].get("de") or draft.texts["title"].get("en") or ""
    if not title:
        raise Invalid({"title_de": _("Please write a title.")})
    moment = now()
    topic = Topic(
        slug=_free_slug(title), kind=OF_THE_MONTH, title={}, sort_key="", status=TOPIC.initial, published_at=NEVER,
        created_at=moment, updated_at=moment, revision=1,
    )  # fmt: skip
    _fill(topic, draft)
    db.session.add(topic)
    db.session.flush()
    _note_approval(actor, topic, draft.approval, lapsed=False)
    set_related(actor, belongs_to(topic), draft.related)
    version = _add_version(topic, actor, moment, [])
    audit.record("topic.created", actor, ("topic", topic.id), version=version.number)
    return topic


def _free_slug(title: str) -> str:
    base, number = slugify(title), 1
    slug = base
    while db.session.execute(select(Topic.id).where(Topic.slug == slug)).first():
        number += 1
        slug = f"{base[:90]}-{number}"
    return slug


def _fill(topic: Topic, draft: Draft) -> None:
    for name, text in draft.texts.items():
        setattr(topic, name, text)
    for name, value in draft.values.items():
        setattr(topic, name, value)
    topic.sort_key = sort_key(topic.title.get("de") or topic.title.get("en") or "")
    topic.article_html_de = render_markdown(topic.article.get("de"))
    topic.article_html_en = render_markdown(topic.article.get("en"))


def save_topic(actor: Actor, topic_id: int, draft: Draft, seen: int) -> Topic:
    """Store what an editor wrote. Conflict where somebody saved since; Invalid where what is planned or public would lack
    something. A statement whose wording changes loses its approval, and what is public cannot lose it.
    """
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    before = content_of(topic)
    said = (topic.statement, topic.statement_kind, topic.statement_by_id)
    former = Approval(topic.approved_who, topic.approved_on)
    moment = now()
    if not _has_versions(topic):
        _add_version(topic, None, topic.updated_at, [])
    _fill(topic, draft)
    reworded = said != (topic.statement, topic.statement_kind, topic.statement_by_id)
    lapsed = reworded and former.on is not None and draft.approval == former
    _note_approval(actor, topic, Approval() if lapsed else draft.approval, lapsed=lapsed)
    if topic.status in (PLANNED, PUBLISHED) and (faults := rules.lacking(topic)):
        if lapsed and "approved_on" in faults:
            faults["approved_on"] = _("The statement has changed. Please enter when the new wording was approved.")
        raise Invalid(faults)
    set_related(actor, belongs_to(topic), draft.related)
    after = content_of(topic)
    changed = [name for name, value in after.items() if before[name] != value]
    topic.revision += 1
    topic.updated_at = moment
    version = _add_version(topic, actor, moment, changed) if changed else None
    if version is not None:
        audit.record("topic.edited", actor, ("topic", topic.id), version=version.number)
        if lapsed:
            audit.record("topic.approval_lapsed", actor, ("topic", topic.id), version=version.number)
    touch("topic", topic.id)
    db.session.flush()
    return topic


def _has_versions(topic: Topic) -> bool:
    return (
        db.session.execute(select(TopicVersion.id).where(TopicVersion.topic_id == topic.id).limit(1)).first()
        is not None
    )


def _note_approval(actor: Actor, topic: Topic, approval: Approval, *, lapsed: bool) -> None:
    """Keep who approved the statement and when; who noted it and at which moment is ours to know, too."""
    if bool(approval.who) != (approval.on is not None):
        name = "approved_on" if approval.who else "approved_who"
        raise Invalid({name: _("An approval needs both: who gave it, and on which day.")})
    if approval.on is not None and approval.on > today():
        raise Invalid({"approved_on": _("This day has not come yet.")})
    if approval.on is not None and not any(topic.statement.values()):
        raise Invalid({"approved_on": _("There is no statement that could have been approved.")})
    if approval == Approval(topic.approved_who or "", topic.approved_on):
        return
    topic.approved_who, topic.approved_on = approval.who, approval.on
    topic.statement_approved = approval.on is not None
    topic.approval_noted_at = now() if approval.on else None
    topic.approval_noted_by = actor.person_id if approval.on else None
    if approval.on is not None and not lapsed:
        audit.record(
            "topic.statement_approved", actor, ("topic", topic.id), approved_on=approval.on.isoformat(),
            detail={"who": approval.who},
        )  # fmt: skip


def set_picture(
    actor: Actor, topic_id: int, seen: int, picture: Picture | None, alt: dict[str, str], credit: str
) -> Topic:
    """Give a topic a picture, or (None) new words for the one it has. Both descriptions are needed."""
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    faults = {
        f"alt_{language}": _("Please describe the picture for those who do not see it.")
        for language in ("de", "en")
        if not alt.get(language)
    }
    if picture is None and not topic.picture:
        faults["file"] = _("Please choose a file.")
    if faults:
        raise Invalid(faults)
    if picture is not None:
        topic.picture, topic.picture_sizes = picture.name, picture.sizes
    topic.picture_alt, topic.picture_credit = alt, credit
    return _pictured(actor, topic)


def remove_picture(actor: Actor, topic_id: int, seen: int) -> Topic:
    """Take the picture away."""
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    topic.picture, topic.picture_sizes, topic.picture_alt, topic.picture_credit = "", [], {}, ""
    return _pictured(actor, topic)


def _pictured(actor: Actor, topic: Topic) -> Topic:
    topic.revision += 1
    topic.updated_at = now()
    version = _add_version(topic, actor, topic.updated_at, ["picture"])
    audit.record("topic.edited", actor, ("topic", topic.id), version=version.number)
    touch("topic", topic.id)
    db.session.flush()
    return topic


# ---- when it appears ------------------------------------------------------------------------------------------------


def plan_topic(actor: Actor, topic_id: int, moment: datetime, seen: int) -> Topic:
    """Let it appear at a moment to come. Invalid with what lacks; planning again moves the date."""
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    if moment <= now():
        raise Invalid({"day": _("This moment is over already. To publish at once there is a button of its own.")})
    _refuse_incomplete(topic)
    if "plan" not in rules.acts(topic, now()):
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    topic.planned_for = topic.published_at = moment
    topic.revision += 1
    move(TOPIC, topic, "plan", actor)
    jobs.enqueue(
        "topics.publish",
        {"topic_id": topic.id},
        run_at=moment,
        dedupe=f"topics.publish:{topic.id}:{moment.isoformat()}",
    )
    touch("topic", topic.id)
    db.session.flush()
    return topic


def _refuse_incomplete(topic: Topic) -> None:
    if faults := rules.lacking(topic):
        raise Invalid(message=" ".join(faults.values()))


def publish_topic(actor: Actor, topic_id: int, seen: int) -> Topic:
    """Let it appear now."""
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    _refuse_incomplete(topic)
    if "publish" not in rules.acts(topic, now()):
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    topic.published_at, topic.planned_for = now(), None
    topic.revision += 1
    move(TOPIC, topic, "publish", actor)
    touch("topic", topic.id)
    db.session.flush()
    return topic


def take_back(actor: Actor, topic_id: int, act: str, seen: int) -> Topic:
    """Drop the plan ("unplan"), take a public topic away ("withdraw") or make it a draft again ("reopen")."""
    _check_editor(actor)
    topic = lock(Topic, topic_id, seen)
    if act not in ("unplan", "withdraw", "reopen") or act not in rules.acts(topic, now()):
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    if act == "withdraw" and topic.status == PLANNED:  # its date has come before its job
        move(TOPIC, topic, "publish", SYSTEM)
    move(TOPIC, topic, act, actor)
    topic.published_at, topic.planned_for = NEVER, None
    topic.revision += 1
    touch("topic", topic.id)
    db.session.flush()
    return topic


def publish_due(topic_id: int) -> bool:
    """What was planned for now or before is public by its date; note it and renew the index. Twice changes nothing."""
    topic = lock(Topic, topic_id)
    if topic.status != PLANNED or topic.published_at > now():
        return False
    move(TOPIC, topic, "publish", SYSTEM)
    topic.planned_for = None
    touch("topic", topic.id)
    db.session.flush()
    return True
