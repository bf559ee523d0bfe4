"""Comments as files: `body` and `parent` as in the form, with the thing commented on, the name shown, and the time.

What goes out is what everyone may read; operators may take everything that is not a stub. A comment whose subject or parent
is not here yet waits as a whole. What comes in without a state goes to moderation.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from consult.accounts.operations import ensure_person
from consult.accounts.queries import people_by_ids
from consult.comments.models import Comment, CommentVersion
from consult.comments.operations import LONGEST
from consult.comments.rules import VISIBLE
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.circles import circles
from consult.core.clock import now
from consult.core.db import db
from consult.core.exchange import (
    EVERYTHING,
    FLAG,
    LINE,
    MOMENT,
    REF,
    TEXT,
    Exchange,
    Fault,
    Faults,
    Field,
    Record,
    find,
    moment_of,
    moment_words,
)
from consult.core.i18n import LANGUAGES, _, _l
from consult.core.imports import keep_record, keep_references, sorted_rows, take_waiting, waiting_records
from consult.core.registry import SubjectInfo, describe, registries, touch
from consult.core.text import render_markdown
from consult.moderation.operations import open_case

KIND, PENDING = "comment", "pending"
SUBJECTS = ("idea", "consultation", "question", "topic", "activity", "project", "cluster", "programme")
audit.declare("comment.imported", "status")
FIELDS = (
    Field("id", LINE, True, longest=80), Field("subject", REF, True, refs=SUBJECTS), Field("parent", longest=80),
    Field("body", TEXT, True, longest=LONGEST), Field("kind", codes="comment_kinds"), Field("language", choices=LANGUAGES),
    Field("author", longest=120), Field("organisation", longest=200), Field("email", longest=320),
    Field("status", choices=(PENDING, VISIBLE, "hidden"), default=PENDING), Field("created", MOMENT),
    Field("published", MOMENT), Field("edited", MOMENT), Field("example", FLAG, default=False),
)  # fmt: skip
_FORM_ONLY = ("csrf_token", "moderation_reason")


# ---- out ------------------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The comments by their ids, with those that wait for what they belong to."""
    kept = [record for _key, record in sorted(waiting_records(KIND, keys).items())]
    if audience != EVERYTHING:
        kept = [_without_address(record) for record in kept if record.get("status") == VISIBLE]
    yield from heapq.merge(_stored(keys, audience), kept, key=lambda one: str(one["id"]))


def _without_address(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "email"}


def _stored(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    everything = audience == EVERYTHING
    where = [Comment.key.is_not(None), Comment.status.in_((PENDING, VISIBLE, "hidden") if everything else (VISIBLE,))]
    batch: list[Comment] = []
    for comment in sorted_rows(Comment, Comment.key, keys, where):
        batch.append(comment)
        if len(batch) == 100:
            yield from _records(batch, everything)
            batch = []
    yield from _records(batch, everything)


def _records(comments: Sequence[Comment], everything: bool) -> Iterator[Record]:
    infos = describe({(one.subject_kind, one.subject_id) for one in comments})
    parents = {one.parent_id for one in comments if one.parent_id is not None}
    names = dict(db.session.execute(select(Comment.id, Comment.key).where(Comment.id.in_(parents))).all())
    people = people_by_ids([one.author_id for one in comments if one.author_id]) if everything else {}
    for one in comments:
        info = infos.get((one.subject_kind, one.subject_id))
        if info is None or not (everything or info.public):
            continue
        record: Record = {
            "id": one.key, "subject": f"{info.kind}/{info.key}", "parent": names.get(one.parent_id or 0), "body": one.body,
            "kind": one.kind, "language": one.language, "author": one.author_name, "organisation": one.organisation_name,
            "status": one.status, "created": moment_words(one.created_at), "published": moment_words(one.published_at),
            "edited": moment_words(one.edited_at), "example": one.is_example,
        }  # fmt: skip
        if everything and one.author_id in people:
            record["email"] = people[one.author_id].email
        yield record


# ---- in -------------------------------------------------------------------------------------------------------------


def translate(given: Record) -> Record:
    """Further spellings: the keys of the shipped examples; an idea by whatever name it is known here."""
    found = {name: value for name, value in given.items() if name not in _FORM_ONLY}
    if "text" in found and "body" not in found:
        found["body"] = found.pop("text")
    if "idea" in found and "subject" not in found:
        found["subject"] = f"idea/{str(found.pop('idea')).removeprefix('idea/')}"
    subject = found.get("subject")
    number = find(subject) if isinstance(subject, str) and subject.isprintable() else None
    if number is not None:
        kind = str(subject).partition("/")[0]
        info = describe([(kind, number)]).get((kind, number))
        found["subject"] = f"{kind}/{info.key}" if info is not None and info.key else subject
    return found


def identify(given: Record) -> str:
    """An id for a row without one, made of its words: the same row again is the same comment."""
    names = ("subject", "parent", "body", "author", "email", "created")
    words = "\x1f".join(f"{name}={given.get(name)}" for name in names)
    return "row-" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]


def write(record: Record, before: Record | None) -> None:
    """Bring the comment in, or give it other words; it waits where its subject or its parent is not here."""
    number = find(record["subject"])
    kind = record["subject"].partition("/")[0]
    info = describe([(kind, number)]).get((kind, number)) if number is not None else None
    if info is None or kind not in registries.commentable:
        keep_record(KIND, record["id"], "subject", record["subject"], record)
        return
    parent: Comment | None = None
    if record.get("parent"):
        parent = db.session.execute(select(Comment).where(Comment.key == record["parent"])).scalar()
        if parent is None:
            keep_record(KIND, record["id"], "parent", f"{KIND}/{record['parent']}", record)
            return
    keep_references(KIND, record["id"], [])
    comment = db.session.execute(select(Comment).where(Comment.key == record["id"])).scalar()
    if comment is None:
        _new(record, info, parent)
    else:
        _renew(comment, record)
        touch(info.kind, info.id)


def _new(record: Record, info: SubjectInfo, parent: Comment | None) -> None:
    status, created = record.get("status", PENDING), moment_of(record.get("created")) or now()
    email = record.get("email", "")
    language = record.get("language", "de")
    person = ensure_person(email, language) if email else None
    comment = Comment(
        key=record["id"], subject_kind=info.kind, subject_id=info.id, parent_id=parent.id if parent else None,
        author_id=person.id if person else None, author_name=record.get("author", ""),
        organisation_name=record.get("organisation", ""), kind=record.get("kind", ""), body=record["body"],
        html=render_markdown(record["body"]), language=language, status=status, created_at=created,
        published_at=moment_of(record.get("published")) or (created if status == VISIBLE else None),
        edited_at=moment_of(record.get("edited")), is_example=record.get("example", False),
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    _add_version(comment, 1)
    audit.record("comment.imported", SYSTEM, (KIND, comment.id), status=status)
    offered = registries.commentable[info.kind]
    if status == VISIBLE:
        offered.counted(info.id, 1)
    if status == PENDING:
        open_case(
            KIND, comment.id, comment.version_id, consultation_id=offered.consultation_id(info.id),
            due_days=offered.due_days(info.id), title=info.title, language=language, author_id=comment.author_id,
            is_example=comment.is_example, tell=False,
        )  # fmt: skip
    touch(info.kind, info.id)
    touch(KIND, comment.id)
    for answer in take_waiting(KIND, f"{KIND}/{comment.key}"):
        write(answer, None)


def _add_version(comment: Comment, number: int) -> None:
    version = CommentVersion(comment_id=comment.id, number=number, body=comment.body, html=comment.html, made_at=now())
    db.session.add(version)
    db.session.flush()
    comment.version_id = version.id


def _renew(comment: Comment, record: Record) -> None:
    comment.author_name, comment.organisation_name = record.get("author", ""), record.get("organisation", "")
    comment.kind, comment.language = record.get("kind", ""), record.get("language", "de")
    comment.edited_at = moment_of(record.get("edited"))
    if comment.body != record["body"]:
        last = db.session.execute(
            select(func.max(CommentVersion.number)).where(CommentVersion.comment_id == comment.id)
        ).scalar()
        comment.body, comment.html = record["body"], render_markdown(record["body"])
        _add_version(comment, (last or 0) + 1)
        audit.record("comment.imported", SYSTEM, (KIND, comment.id), status=comment.status)
    db.session.flush()


def check(record: Record, faults: Faults) -> None:
    """Threads have two levels, and what is decided stays decided."""
    if record.get("parent") == record["id"]:
        faults.add("parent", _("A comment does not answer itself."))
    if record.get("email") and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", record["email"]):
        faults.add("email", _("This is no e-mail address."))
    if record.get("parent"):
        row = db.session.execute(
            select(Comment.parent_id, Comment.subject_kind, Comment.subject_id).where(Comment.key == record["parent"])
        ).first()
        if row is not None and row.parent_id is not None:
            faults.add("parent", _("An answer to an answer belongs to the comment above."))
        elif row is not None and (row.subject_kind, row.subject_id) != _subject(record):
            faults.add("parent", _("The comment above stands below something else."))
    there = db.session.execute(select(Comment.status).where(Comment.key == record["id"])).scalar()
    if there is not None and there != record.get("status", PENDING):
        faults.add("status", _("It is here in the state %(status)s, which moderation alone changes.", status=there))


def _subject(record: Record) -> tuple[str, Any]:
    return record["subject"].partition("/")[0], find(record["subject"])


def check_all(rows: Sequence[tuple[int, Record]]) -> list[Fault]:
    """Answers in a circle, and answers to answers, within the file."""
    parents = {record["id"]: record["parent"] for _row, record in rows if record.get("parent")}
    around = circles(parents.items())
    faults = []
    for row, record in rows:
        parent = record.get("parent", "")
        if record["id"] in around and parent in around:
            faults.append(Fault(row, "parent", _("These comments answer each other in a circle.")))
        elif parent in parents:
            faults.append(Fault(row, "parent", _("An answer to an answer belongs to the comment above.")))
    return faults


EXCHANGE = Exchange(
    name="comments", kind=KIND, order=80, label=_l("Comments"), fields=FIELDS, read=read, write=write, check=check,
    check_all=check_all, translate=translate, identify=identify, permission="moderation.decide", personal=True,
)  # fmt: skip
