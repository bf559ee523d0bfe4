"""Changing the catalogue of reasons: a change is a new version, so what was decided keeps the words it was decided with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _
from consult.core.settings_store import recall, remember
from consult.moderation import catalogue
from consult.moderation.models import Reason

audit.declare("reason.changed", "reason_id", "code", "version")
audit.declare("moderation.share_changed", "per_mille")

LONGEST_TITLE, LONGEST_TEXT, LONGEST_BASIS = 120, 1000, 500
SHARE = "moderation.second_look_share"
DEFAULT_SHARE = 0.05
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Draft:
    """An entry as an administrator writes it. `seen` is the version that was open in the form, 0 for a new entry."""

    code: str
    title: dict[str, str]
    text: dict[str, str]
    ground: str
    legal_basis: str
    is_offered: bool
    position: int
    seen: int = 0


def save_reason(actor: Actor, draft: Draft) -> Reason:
    """Store an entry as its next version; Conflict where somebody else changed it meanwhile, Invalid with the field."""
    _check(draft)
    present = catalogue.catalogue().get(draft.code)
    if draft.seen == 0 and present is not None:
        raise Invalid({"code": _("There is an entry with this code already.")})
    if draft.seen and present is None:
        raise NotFound(_("There is no such entry."))
    if present is not None and present.version != draft.seen:
        raise Conflict(_("Somebody else has changed this entry meanwhile. Please look at its present words."))
    moment = now()
    before = db.session.execute(
        select(Reason).where(Reason.code == draft.code, Reason.replaced_at.is_(None)).with_for_update()
    ).scalar_one_or_none()
    if before is not None:
        before.replaced_at = moment
    row = Reason(
        code=draft.code, version=(present.version if present else 0) + 1, position=draft.position, title=draft.title,
        text=draft.text, ground=draft.ground, legal_basis=draft.legal_basis, is_offered=draft.is_offered, made_at=moment,
        made_by=actor.person_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else has changed this entry meanwhile. Please look at its present words.")
        ) from error
    catalogue.forget()
    audit.record("reason.changed", actor, reason_id=row.id, code=row.code, version=row.version)
    return row


def _check(draft: Draft) -> None:
    faults: dict[str, str] = {}
    if not _CODE.fullmatch(draft.code) or len(draft.code) > 40:
        faults["code"] = _("Please use small letters, digits and hyphens, such as off-topic.")
    for language in ("de", "en"):
        if not draft.title.get(language):
            faults[f"title_{language}"] = _("Please give the entry a title in both languages.")
        elif len(draft.title[language]) > LONGEST_TITLE:
            faults[f"title_{language}"] = _(
                "Please shorten this to at most %(number)s characters.", number=LONGEST_TITLE
            )
        if not draft.text.get(language):
            faults[f"text_{language}"] = _("Please write the sentence in both languages; authors read it.")
        elif len(draft.text[language]) > LONGEST_TEXT:
            faults[f"text_{language}"] = _("Please shorten this to at most %(number)s characters.", number=LONGEST_TEXT)
    if draft.ground not in catalogue.GROUNDS:
        faults["ground"] = _("Please choose one of the entries in the list.")
    if not draft.legal_basis:
        faults["legal_basis"] = _("Please name the rule or the provision; without it nobody may be restricted.")
    elif len(draft.legal_basis) > LONGEST_BASIS:
        faults["legal_basis"] = _("Please shorten this to at most %(number)s characters.", number=LONGEST_BASIS)
    if draft.code == catalogue.DEFAULT_REASON and not draft.is_offered:
        faults["is_offered"] = _("This entry stands for a text that is in order and is always offered.")
    if faults:
        raise Invalid(faults)


def versions_of(code: str) -> list[Reason]:
    """All stored versions of an entry, newest first; the shipped one is not among them."""
    statement = select(Reason).where(Reason.code == code).order_by(Reason.version.desc())
    return list(db.session.execute(statement).scalars())


def second_look_share() -> float:
    """The share of decisions that are made once more by somebody else: 0 to 1."""
    return min(1.0, max(0.0, float(recall(SHARE, DEFAULT_SHARE))))


def set_second_look_share(actor: Actor, share: float) -> None:
    """Change the share; Invalid outside of 0 to 1."""
    if not 0 <= share <= 1:
        raise Invalid({"share": _("Please enter a number from 0 to 100.")})
    remember(SHARE, share)
    audit.record("moderation.share_changed", actor, per_mille=round(1000 * share))
