"""The example comments on the example ideas, with what moderation decided about them. Authors are invented companies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.accounts.queries import person_by_email
from consult.comments.models import Comment, CommentVersion
from consult.comments.rules import VISIBLE
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import Loader, SubjectInfo, describe, registries, touch
from consult.core.text import render_markdown
from consult.core.vocabularies import vocabulary
from consult.moderation.examples import store_example_decision
from consult.moderation.operations import open_case

MODERATOR = "moderator@demo.example"
KIND = "idea"


def load(dataset: Dataset) -> None:
    """Load the example comments that are not there yet; those whose idea is not there are left out."""
    records = dataset.records("ideas", "comments")
    known = dict(
        db.session.execute(
            select(Comment.key, Comment).where(Comment.key.in_([record["id"] for record in records]))
        ).all()
    )
    subject = registries.subjects.get(KIND)
    if subject is None or KIND not in registries.commentable:
        return
    ids = {record["idea"]: subject.find(record["idea"]) for record in records}
    infos = describe((KIND, one) for one in ids.values() if one is not None)
    for number, record in enumerate(records):
        info = infos.get((KIND, ids[record["idea"]] or 0))
        if record["id"] not in known and info is not None:
            known[record["id"]] = _load_one(dataset, record, number, info, known)


def _load_one(
    dataset: Dataset, record: dict[str, Any], number: int, info: SubjectInfo, known: dict[str | None, Comment]
) -> Comment:
    # comments of one day come at different times, in the order of the file
    moment = dataset.when(record["created"], hour=8 + number % 10)
    assert moment is not None
    parent = known.get(record.get("parent"))
    comment = Comment(
        key=record["id"], subject_kind=KIND, subject_id=info.id, parent_id=parent.id if parent else None,
        author_name=record["author"], kind=record["kind"], body=record["text"].strip(),
        html=render_markdown(record["text"]), language=record["language"], status=record["status"], created_at=moment,
        published_at=moment if record["status"] != "pending" else None, is_example=True,
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    version = CommentVersion(comment_id=comment.id, number=1, body=comment.body, html=comment.html, made_at=moment)
    db.session.add(version)
    db.session.flush()
    comment.version_id = version.id
    audit.record(
        "comment.written", SYSTEM, ("comment", comment.id), subject_kind=KIND, subject_id=info.id,
        parent_id=comment.parent_id, status="pending",
    )  # fmt: skip
    _moderate(comment, record, info)
    return comment


def _moderate(comment: Comment, record: dict[str, Any], info: SubjectInfo) -> None:
    due_days = registries.commentable[KIND].due_days(info.id)
    if comment.status == "pending":
        open_case(
            "comment", comment.id, comment.version_id, consultation_id=info.consultation_id, due_days=due_days,
            title=info.title, language=comment.language, author_id=None, opened_at=comment.created_at, is_example=True,
            tell=False,
        )  # fmt: skip
        return
    moderator = person_by_email(MODERATOR)
    reason = record.get("moderation_reason", "")
    term = vocabulary("moderation_reasons").get(reason)
    decision: dict[str, Any] = {"outcome": "publish"}
    if comment.status == "hidden":
        decision = {"outcome": "hide", "reason": reason, "note": term.text("text", comment.language) if term else ""}
    store_example_decision(
        "comment", comment.id, comment.version_id, opened_at=comment.created_at,
        made_at=_decided(comment.created_at), title=info.title, language=comment.language,
        consultation_id=info.consultation_id, due_days=due_days, moderator_id=moderator.id if moderator else None,
        moderator_name=moderator.name if moderator else "", **decision,
    )  # fmt: skip
    if comment.status == VISIBLE:
        registries.commentable[KIND].counted(info.id, 1)
        touch(KIND, info.id)


def _decided(created_at: datetime) -> datetime:
    """Between two and nineteen hours later, the same for each comment on every machine."""
    return created_at + timedelta(hours=2 + created_at.day * 7 % 18, minutes=created_at.day * 13 % 60)


def shift(days: int) -> None:
    """Move the dates of the examples by whole days, when the demonstration is started on a later one."""
    step = timedelta(days=days)
    comments = {one.id: one for one in db.session.execute(select(Comment).where(Comment.is_example)).scalars()}
    for comment in comments.values():
        comment.created_at += step
        if comment.published_at is not None:
            comment.published_at += step
        touch(comment.subject_kind, comment.subject_id)
    versions = select(CommentVersion).where(CommentVersion.comment_id.in_(list(comments)))
    for version in db.session.execute(versions).scalars():
        version.made_at += step


LOADER = Loader(80, "demo", "comments", load, shift)
