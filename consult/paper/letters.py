"""The letter to an author without an e-mail address: that the idea was entered, its number, what follows, and the private
address to type in. It holds the whole receipt, so that the author can compare it with what they wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from consult.core import audit
from consult.core.access import Actor
from consult.core.audit import AuditRow
from consult.core.db import db
from consult.core.errors import Refused
from consult.core.i18n import _, in_language
from consult.core.late import late
from consult.ideas import origins, receipts, tokens
from consult.ideas.models import Idea, IdeaOrigin
from consult.ideas.receipts import Receipt
from consult.paper import rules

if TYPE_CHECKING:
    import segno
else:
    segno = late("segno")

audit.declare("idea.letter_printed")


def can_print(actor: Actor, idea: Idea, origin: IdeaOrigin) -> bool:
    """Whether the actor prints the letter now: as long as the text is the one that they typed. What its author has written
    since at the private address is not theirs to read."""
    if not rules.can_print_letter(actor, idea, origin):
        return False
    sent = AuditRow.event.in_(("idea.sent_again", "idea.version_sent"))
    theirs = select(AuditRow.seq).where(AuditRow.subject_kind == "idea", AuditRow.subject_id == idea.id, sent)
    return db.session.execute(theirs.limit(1)).first() is None


def letter_for(actor: Actor, idea: Idea) -> Receipt:
    """The letter in the language in which the author wrote. Noted in the log, since it shows their private address."""
    origin = origins.origin_of(idea.id)
    if origin is None or not can_print(actor, idea, origin):
        raise Refused(
            _(
                "Only who entered the idea prints the letter, where no mail was sent, and until its author changes the text."
            )
        )
    audit.record("idea.letter_printed", actor, ("idea", idea.id))
    with in_language(idea.language):
        return _letter(idea, origin)


def _letter(idea: Idea, origin: IdeaOrigin) -> Receipt:
    found = receipts.receipt_of(idea, tokens.status_token(idea.draft_key))
    data: dict[str, Any] = {
        **found.data,
        "code": _code(found.data["address"]["url"]),
        "scan": _("The private address to scan with a telephone"),
        "to": origin.author_name,
        "title": _("Your idea is entered: %(number)s", number=found.number),
        "lede": _(
            "Thank you for your idea. We have entered it for you as you gave it to us; please compare the text below. "
            "If something is wrong, please write to us, or withdraw it yourself at the private address."
        ),
    }
    return Receipt(found.number, data, found.moment)


def _code(url: str) -> str:
    """The address as a picture to scan."""
    return str(segno.make(url, error="m").svg_inline(scale=3, border=2, dark="#000", light="#fff"))
