"""Mails and notices of moderation: the decision to the author, notices to moderators.

The author's mail is sent by the subject's room, which knows whom to write to; the words are ours, so that every room says
the same things in the same order.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from consult.accounts.queries import ids_with_permission
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _, in_language
from consult.core.mail import Mail, cancel, queue_template
from consult.core.notices import notify
from consult.core.registry import Verdict
from consult.moderation.models import Case, Decision
from consult.moderation.naming import called, language_of
from consult.moderation.rules import AT_ONCE, UNDO
from consult.moderation.statements import spoken_outcome, statement_for_parts, statement_of


def reference_of(decision_id: int) -> str:
    return f"decision:{decision_id}"


def _button(outcome: str) -> str:
    if outcome in ("publish", "restore", "redact", "reinstate"):
        return _("Read the text")
    if outcome == "return":
        return _("Change the text")
    return _("See the decision")


def send_decision(
    recipient: str,
    language: str,
    verdict: Verdict,
    *,
    title: str,
    number: str = "",
    url: str = "",
    action: str = "",
    until: datetime | None = None,
    person_id: int | None = None,
    part: str = "",
) -> None:
    """Tell an author what was decided; called by the subject's room while it carries the verdict out.

    With `part` it goes to the author of a text of that number which is a part of this one by now: they are told neither the
    passages of others nor the way to complain in the name of who sent this one.

    `url` is a full address with the button `action` (a fitting word by default), `until` the last day for a change. Mail
    about publishing, returning and rejecting leaves after ten minutes and is taken back by a reversal; mail about what was
    public leaves at once.
    """
    decision = db.session.get_one(Decision, verdict.decision_id)
    with in_language(language):
        button = action or _button(decision.outcome)
    queue_template(
        recipient,
        "moderation/mail_decision",
        language,
        kind="moderation.decision",
        context={
            "outcome": spoken_outcome(decision),
            "statement": statement_for_parts(decision, language) if part else statement_of(decision, language),
            "part": part,
            "decision": decision,
            "title": title,
            "number": number,
            "url": url,
            "button": button,
            "until": until,
        },
        person_id=person_id,
        delay=None if decision.outcome in AT_ONCE else UNDO,
        reference=reference_of(decision.id),
    )


def take_back(decision: Decision, title: str) -> None:
    """After a reversal: stop what has not left, and tell those whom a mail has reached already."""
    reference = reference_of(decision.id)
    left = (
        db.session.execute(select(Mail).where(Mail.reference == reference, Mail.sent_at.is_not(None))).scalars().all()
    )
    cancel(reference)
    for mail in left:
        with in_language(mail.language):
            said = called(decision.kind, title)
        queue_template(
            mail.recipient,
            "moderation/mail_reversal",
            mail.language,
            kind="moderation.reversal",
            context={"decision": decision, "title": said},
            person_id=mail.person_id,
            reference=reference,
        )


def _names(case: Case) -> dict[str, str]:
    """What a notice needs to call a case in the reader's words, and to mark where these are in another language."""
    return {"of_kind": case.kind, "title": case.title, "title_in": language_of(case.kind, case.language)}


def tell_waiting(case: Case) -> None:
    """Tell the moderators that something waits: each of them once an hour, however much comes in."""
    slot = int(now().timestamp() // 3600)
    people = ids_with_permission("moderation.decide", case.consultation_id)
    notify(
        "moderation.waiting",
        [person_id for person_id in people if person_id != case.author_id],
        {"case_id": case.id, **_names(case)},
        dedupe=f"moderation.waiting:{slot}",
    )


def tell_due(case: Case, moderators: list[int]) -> None:
    """Tell the moderators that a promised time runs out; once for each case and promised time."""
    notify(
        "moderation.due",
        [person_id for person_id in moderators if person_id != case.author_id],
        {"case_id": case.id, **_names(case), "due_at": case.due_at.isoformat()},
        dedupe=f"moderation.due:{case.id}:{int(case.due_at.timestamp())}",
    )
