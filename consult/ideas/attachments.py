"""Attachments: files that belong to an idea. A draft and each version name theirs, so a version can add and drop some.

An attachment is never changed: its file and its title (for pictures the alternative text) stay as they were sent, and for
whom it is can only become fewer (`file_readers`). Nobody reads one that was not scanned where a scanner is set. What no
draft and no version names any more is deleted by a job after a day, and a stored file that no attachment names is swept up
after it.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from consult.core import audit
from consult.core.access import Actor
from consult.core.audiences import AGENCY, AUDIENCES, MINISTRY, PUBLIC
from consult.core.clock import now
from consult.core.db import db, reading
from consult.core.errors import Busy, Invalid, NotFound
from consult.core.i18n import _, format_number
from consult.core.jobs import every
from consult.core.text import clean_line
from consult.core.unit import bump_content
from consult.files import checking, scanner
from consult.files.checking import Checked
from consult.files.storage import Missing, name_of, storage
from consult.ideas import job_mails
from consult.ideas.drafting import attachments_of, change_attachments
from consult.ideas.models import (
    BY_MODERATION,
    CLOSED,
    MERGED,
    REJECTED,
    REMOVED,
    WITHDRAWN,
    Idea,
    IdeaAttachment,
    IdeaDraft,
    IdeaRedaction,
    IdeaVersion,
)
from consult.moderation.blackening import places
from consult.moderation.models import Decision
from consult.moderation.queries import decisions_for

log = logging.getLogger(__name__)

MOST = 8  # attachments of an idea at a time
MOST_EVER = 60  # of an idea, with those that earlier versions name
TITLE_MAX = 300
KEPT = timedelta(days=1)  # what nothing names any more
BATCH = 200
OVER = (REJECTED, WITHDRAWN, REMOVED, CLOSED, MERGED)  # states in which nothing is attached any more
SCANNED_AT_ONCE = 20  # files: the scanner may take its time for each
# An attachment stands beside its idea, so there is none without name.
FOR = tuple(one for one in AUDIENCES if one in (PUBLIC, AGENCY, MINISTRY))

audit.declare("idea.attachment_added", "attachment_id", "media_type", "size")
audit.declare("idea.attachment_dropped", "attachment_id")
audit.declare("idea.attachment_refused", "reason")


@dataclass(frozen=True)
class Received:
    """A file that was looked at, scanned and stored, and may become an attachment."""

    checked: Checked
    digest: str
    scan: str
    title: str
    audience: str


def receive(content: bytes, claimed_name: str, title: str, audience: str) -> Received:
    """Look at a file, have it scanned and store it; before the database is written, since it takes its time.

    Invalid at `attachment_file`, `attachment_title` or `attachment_audience`.
    """
    faults: dict[str, str] = {}
    title = clean_line(title)
    checked: Checked | None = None
    try:
        checked = checking.check(content, claimed_name)
    except Invalid as refusal:
        faults["attachment_file"] = str(refusal.fields["file"])
    if not title:
        faults["attachment_title"] = _(
            "Please say what the file shows or holds. People who cannot see a picture read this sentence instead."
        )
    elif len(title) > TITLE_MAX:
        faults["attachment_title"] = _("Please shorten this to at most %(number)s characters.", number=TITLE_MAX)
    if audience not in FOR:
        faults["attachment_audience"] = _("Please choose one of the entries in the list.")
    if faults or checked is None:
        raise Invalid(faults)
    state = scanner.scan(checked.content)
    if state == scanner.INFECTED:
        raise Invalid({"attachment_file": _("The virus scanner found something in this file. It was not stored.")})
    digest = name_of(checked.content)
    try:
        storage().put(digest, checked.content)
    except OSError as error:  # the rest of the form is stored all the same
        log.error("a file cannot be stored: %s", error)  # noqa: TRY400 - the trace says nothing that the operator needs
        words = _("Files cannot be stored here at present. Your text is saved; please attach the file later.")
        raise Invalid({"attachment_file": words}) from None
    return Received(checked, digest, state, title, audience)


def attach(actor: Actor, idea_id: int, received: Received) -> IdeaAttachment:
    """Make a received file an attachment of what is being written. Invalid where there are too many."""
    named = attachments_of(idea_id, actor)
    ever = db.session.execute(
        select(func.count()).select_from(IdeaAttachment).where(IdeaAttachment.idea_id == idea_id)
    ).scalar_one()
    if len(named) >= MOST or ever >= MOST_EVER:
        raise Invalid({"attachment_file": _("An idea has at most %(number)s attachments.", number=MOST)})
    checked = received.checked
    attachment = IdeaAttachment(
        idea_id=idea_id, key=secrets.token_urlsafe(16), digest=received.digest, file_name=checked.file_name,
        media_type=checked.media_type, size=len(checked.content), width=checked.width, height=checked.height,
        title=received.title, audience=received.audience, scan=received.scan, uploaded_by=actor.person_id,
        created_at=now(),
    )  # fmt: skip
    db.session.add(attachment)
    db.session.flush()
    change_attachments(idea_id, [*named, attachment.id], actor)
    audit.record(
        "idea.attachment_added", actor, ("idea", idea_id), attachment_id=attachment.id,
        media_type=attachment.media_type, size=attachment.size,
    )  # fmt: skip
    return attachment


def drop(actor: Actor, idea_id: int, attachment_id: int) -> None:
    """Take an attachment out of what is being written; versions that name it keep it."""
    named = attachments_of(idea_id, actor)
    if attachment_id not in named:
        return
    change_attachments(idea_id, [one for one in named if one != attachment_id], actor)
    audit.record("idea.attachment_dropped", actor, ("idea", idea_id), attachment_id=attachment_id)


# ---- held back by moderation ----------------------------------------------------------------------------------------

PART = "file-"  # before the number of an attachment, in the name of the part that moderation reads


def _says(one: IdeaAttachment, passage: str) -> bool:
    """Whether everybody would read the passage beside the file: in its title, or in its name, where small letters and signs
    between the words stand for what people write (`erika-beispiel.pdf`)."""
    if not passage.strip():
        return False
    name = one.file_name.rpartition(".")[0].casefold()
    spoken = (name, re.sub(r"[-_.]+", " ", name))
    return bool(places(one.title, passage)) or any(places(words, passage.casefold()) for words in spoken)


def hold_back(
    idea_id: int, names: Collection[str], passages: Sequence[str], *, reason: str, decision_id: int
) -> set[str]:
    """Hold back the attachments that are named, and those whose title or file name says a passage, in all versions.

    Returns the passages that were found there. A title cannot be blacked out by itself, since it says what the file shows.
    """
    query = select(IdeaAttachment).where(IdeaAttachment.idea_id == idea_id)
    found: set[str] = set()
    for one in db.session.execute(query.order_by(IdeaAttachment.id)).scalars():
        said = {passage for passage in passages if _says(one, passage)}
        found |= said
        if (said or f"{PART}{one.id}" in names) and not one.is_held:
            one.held_by, one.held_reason = decision_id, reason
    db.session.flush()
    return found


def carry_over(version: IdeaVersion) -> None:
    """What moderation blacked out in earlier versions is not told by title or name of a file that came since."""
    earlier = select(IdeaRedaction).where(
        IdeaRedaction.version_id.in_(select(IdeaVersion.id).where(IdeaVersion.idea_id == version.idea_id)),
        IdeaRedaction.kind == BY_MODERATION,
        IdeaRedaction.lifted_at.is_(None),
    )
    files = [one for one in attachments(version.attachments) if not one.is_held]
    for row in db.session.execute(earlier.order_by(IdeaRedaction.id)).scalars() if files else ():
        for one in files:
            if not one.is_held and _says(one, row.passage):
                one.held_by, one.held_reason = row.decision_id, row.reason


def release(decision_ids: Collection[int | None]) -> bool:
    """Show again what these decisions hold back, and no other one beside them. False if they hold nothing."""
    gone = {one for one in decision_ids if one is not None}
    rows = db.session.execute(select(IdeaAttachment).where(IdeaAttachment.held_by.in_(gone))).scalars().all()
    for one in rows:
        made = decisions_for("idea", one.idea_id)
        gone |= {found.overturned_id for found in made if found.overturned_id is not None}
        other = next((found for found in made if found.id not in gone and _holds(found, one)), None)
        one.held_by, one.held_reason = (other.id, other.reason) if other is not None else (None, "")
    db.session.flush()
    return bool(rows)


def _holds(decision: Decision, one: IdeaAttachment) -> bool:
    """Whether a decision that stands holds this attachment back: by itself, or by a passage of its title or file name."""
    if decision.outcome != "redact" or decision.reversed_at is not None:
        return False
    named = any(name == f"{PART}{one.id}" for name, _title in decision.held_back)
    return named or any(_says(one, passage) for passage, _remark in decision.passages)


def holding(version: IdeaVersion) -> list[int]:
    """The decisions that hold back attachments of this version."""
    return [one.held_by for one in attachments(version.attachments) if one.held_by is not None]


# ---- reading --------------------------------------------------------------------------------------------------------


def attachments(ids: Sequence[int], audiences: Collection[str] | None = None) -> list[IdeaAttachment]:
    """These attachments in this order, of these audiences; one query, none for no ids."""
    if not ids:
        return []
    query = select(IdeaAttachment).where(IdeaAttachment.id.in_(ids))
    if audiences is not None:
        query = query.where(IdeaAttachment.audience.in_(audiences))
    found = {one.id: one for one in db.session.execute(query).scalars()}
    return [found[one] for one in ids if one in found]


def words_of_size(size: int) -> str:
    """How large a file is, in the reader's language: "240 KB", "1,2 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{format_number(round(size / 1_000_000, 1))} MB"


def by_key(key: str) -> tuple[IdeaAttachment, Idea]:
    """An attachment and its idea by the key in its address. NotFound for an unknown one."""
    query = select(IdeaAttachment, Idea).join(Idea, Idea.id == IdeaAttachment.idea_id).where(IdeaAttachment.key == key)
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def gone_words(attachment: IdeaAttachment, mine: bool = False) -> str:
    """What is said where a file would be that is gone; with `mine` to who can attach it once more."""
    if attachment.scan != scanner.LOST:
        return _("This file was deleted: the virus scanner found something in it.")
    said = _("This file could not be checked: it was lost here.")
    asked = _("Please attach it once more.")
    return f"{said} {asked}" if mine else said


def content_of(attachment: IdeaAttachment) -> bytes:
    """The file. NotFound, with the reason, where it is waiting for the scanner or is gone."""
    if attachment.is_gone:
        raise NotFound(gone_words(attachment))
    if attachment.scan != scanner.CLEAN:
        raise NotFound(_("This file is still being checked. Please come back later."))
    try:
        return storage().get(attachment.digest)
    except Missing:
        raise NotFound() from None
    except OSError as error:
        log.error("a file cannot be fetched: %s", error)  # noqa: TRY400 - as above
        raise Busy(_("This file cannot be opened at present. Please come back later.")) from None


# ---- what time does -------------------------------------------------------------------------------------------------


@every("ideas.scan_attachments", minutes=5)
def scan_waiting(_payload: dict[str, Any]) -> None:
    """Ask the scanner once more about what it could not look at; what it finds something in is deleted, and its author told.

    All are looked at before anything is written: it takes its time, and others want to write. Which ones is chance, so that
    such as it never answers for do not keep the others waiting for ever.
    """
    columns = select(IdeaAttachment.id, IdeaAttachment.digest, IdeaAttachment.created_at)
    unseen = columns.where(IdeaAttachment.scan.in_((scanner.WAITING, scanner.LOST)))  # a storage may come back
    with reading():
        some = db.session.execute(unseen.order_by(func.random()).limit(SCANNED_AT_ONCE))
        waiting = list(some)
    states: dict[int, str] = {}
    for attachment_id, digest, created_at in waiting:
        try:
            states[attachment_id] = scanner.scan(storage().get(digest))
        except Missing:  # no finding: nobody is told of a virus. A folder may be away for a while
            log.warning("the file of attachment %s is not in the storage", attachment_id)
            if created_at < now() - KEPT:
                states[attachment_id] = scanner.LOST
    for attachment_id, state in states.items():
        if state != scanner.WAITING:
            _keep_verdict(attachment_id, state)


def _keep_verdict(attachment_id: int, state: str) -> None:
    one = db.session.get(IdeaAttachment, attachment_id)
    if one is None or one.scan == state:  # deleted meanwhile, or nothing new
        return
    alike = [one]
    if state == scanner.INFECTED:  # the same content is stored once
        same = select(IdeaAttachment).where(IdeaAttachment.digest == one.digest, IdeaAttachment.scan != state)
        alike = list(db.session.execute(same.order_by(IdeaAttachment.id)).scalars())
        storage().delete(one.digest)
    for each in alike:
        each.scan = state
        idea = db.session.get_one(Idea, each.idea_id)
        if idea.is_public:
            bump_content()  # its page says that the file is being checked
        if state == scanner.INFECTED:
            job_mails.tell_file_deleted(idea, each.title, each.file_name)
        elif state == scanner.LOST and idea.status not in OVER:
            job_mails.tell_file_lost(idea, each.title, each.file_name)


@every("ideas.sweep_attachments", minutes=360)
def sweep(_payload: dict[str, Any]) -> None:
    """Delete attachments that nothing names, a day after they came."""
    forgotten = _forgotten()
    for start in range(0, len(forgotten), BATCH):
        db.session.execute(delete(IdeaAttachment).where(IdeaAttachment.id.in_(forgotten[start : start + BATCH])))


@every("ideas.sweep_files", minutes=360)
def sweep_files(_payload: dict[str, Any]) -> None:
    """Delete stored files that no attachment names; what came within a day may still become one."""
    with reading():
        known = set(db.session.execute(select(IdeaAttachment.digest)).scalars())
    for name, kept_at in storage().names():
        if name not in known and kept_at < now() - KEPT:
            storage().delete(name)


def _forgotten() -> list[int]:
    with reading():
        old = select(IdeaAttachment.id, IdeaAttachment.idea_id).where(IdeaAttachment.created_at < now() - KEPT)
        rows = db.session.execute(old).all()
        ideas = {row.idea_id for row in rows}
        named: set[int] = set()
        for ids in db.session.execute(select(IdeaVersion.attachments).where(IdeaVersion.idea_id.in_(ideas))).scalars():
            named |= set(ids or [])
        for content in db.session.execute(select(IdeaDraft.content).where(IdeaDraft.idea_id.in_(ideas))).scalars():
            named |= set(content.get("attachments", []))
        return [row.id for row in rows if row.id not in named]
