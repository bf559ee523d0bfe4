"""Who reads a file of an idea: everybody, officials, fewer people than before.

A public version stays readable after the next one, and so do its files: who takes a file out of the next version leaves
it in those that were public. That one is not for everyone any more its author says, of the file itself or by attaching
it anew for fewer people, the moderation, which holds it back everywhere, or the scanner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select

from consult.core import audit
from consult.core.access import Actor
from consult.core.audiences import PUBLIC, readable_by
from consult.core.db import db
from consult.core.errors import Invalid
from consult.core.i18n import _
from consult.core.unit import bump_content
from consult.files import scanner
from consult.ideas import rules
from consult.ideas.attachments import FOR
from consult.ideas.drafting import locked
from consult.ideas.models import PUBLISHED, WITHDRAWN, Answer, Idea, IdeaAttachment, IdeaVersion
from consult.ideas.rules import OPEN_TO_ALL, is_narrower

audit.declare("idea.attachment_narrowed", "attachment_id", "from", "to")


def is_for_everyone(attachment: IdeaAttachment, idea: Idea) -> bool:
    """Whether anybody may read it: public, of a version that everyone reads."""
    if attachment.audience != PUBLIC or attachment.is_held or not idea.is_public:
        return False
    return _is_named(attachment, idea.public_version_id) or attachment.id in open_to_all(idea)


def is_for_officials(actor: Actor, attachment: IdeaAttachment, idea: Idea) -> bool:
    """Whether the actor reads it by a right of agency or ministry: of a published idea, whose page they may open, and the
    look is noted."""
    return (
        idea.status == PUBLISHED
        and not attachment.is_held
        and attachment.audience in readable_by(actor, idea.consultation_id)
        and _is_named(attachment, idea.public_version_id)
    )


def _is_named(attachment: IdeaAttachment, version_id: int | None) -> bool:
    if version_id is None:
        return False
    named = db.session.execute(select(IdeaVersion.attachments).where(IdeaVersion.id == version_id)).scalar_one()
    return attachment.id in (named or [])


def open_to_all(idea: Idea) -> set[int]:
    """Of a public idea the attachments that everyone reads beside one of its versions, apart from what the moderation holds
    back; two queries.

    A version is read by everyone if it was published and says something to everyone. The same file attached anew for
    fewer people, in a version that was sent later, narrows the earlier one: as with answers that reaches back.
    """
    speaks = exists().where(Answer.version_id == IdeaVersion.id, Answer.audience.in_(OPEN_TO_ALL))
    columns = (IdeaVersion.id, IdeaVersion.attachments, IdeaVersion.published_at, speaks.label("speaks"))
    sent = select(*columns).where(IdeaVersion.idea_id == idea.id, IdeaVersion.state != WITHDRAWN)
    versions = db.session.execute(sent.order_by(IdeaVersion.number)).all()
    of_idea = select(IdeaAttachment.id, IdeaAttachment.digest, IdeaAttachment.audience)
    files = {row.id: row for row in db.session.execute(of_idea.where(IdeaAttachment.idea_id == idea.id))}
    found: set[int] = set()
    for version in versions:
        named = [files[one] for one in version.attachments or () if one in files]
        narrowed = {one.digest for one in named if one.audience != PUBLIC}
        found = {one for one in found if files[one].digest not in narrowed}
        if version.published_at is not None and version.speaks:
            found |= {one.id for one in named if one.audience == PUBLIC}
        if version.id == idea.public_version_id:
            break
    return found


def narrowable(idea: Idea, versions: Sequence[IdeaVersion], files: Sequence[IdeaAttachment]) -> list[IdeaAttachment]:
    """The files that fewer people can be let read: those that others read, or may read soon, as with answers."""
    if idea.status not in rules.NARROWABLE:
        return []
    read = [one for one in versions if one.published_at is not None or one.id == idea.waiting_version_id]
    named = {one for version in read for one in version.attachments}
    return [one for one in files if one.id in named and one.scan != scanner.INFECTED and narrower(one)]


def narrower(one: IdeaAttachment) -> list[str]:
    """For whom it can be at once: fewer people than now."""
    return [code for code in FOR if is_narrower(code, one.audience)]


def narrow(actor: Actor, idea_id: int, wanted: Mapping[int, str]) -> list[int]:
    """Let fewer people read files: at once and everywhere, in every version and in what is being written. Returns those that
    changed. Invalid where more people would read one: that is a new version, and moderation reads it."""
    idea = locked(idea_id)
    changed = []
    query = select(IdeaAttachment).where(IdeaAttachment.idea_id == idea.id, IdeaAttachment.id.in_(list(wanted)))
    for one in db.session.execute(query.order_by(IdeaAttachment.id)).scalars():
        new = wanted[one.id]
        if new == one.audience:
            continue
        if new not in narrower(one):
            raise Invalid(message=_("More readers for a file need a new version, which moderation reads first."))
        keys: dict[str, Any] = {"attachment_id": one.id, "from": one.audience, "to": new}
        audit.record("idea.attachment_narrowed", actor, ("idea", idea.id), **keys)
        one.audience = new
        changed.append(one.id)
    if changed:
        db.session.flush()
        bump_content()
    return changed
