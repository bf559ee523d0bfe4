"""Mails about measures: the statement of reasons, and the word that a suspension is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.core.i18n import _, in_language, pick
from consult.core.mail import queue_template
from consult.core.notices import notify
from consult.core.registry import NoticeKind
from consult.moderation.objecting import complaint_address, complaint_path
from consult.redress.models import CONCERNED, Measure
from consult.redress.words import step_word


def send_statement(measure: Measure) -> None:
    """Send the statement as it is stored, and put it on the page of who has an account."""
    if measure.person_id is not None:
        notify("measure.decided", [measure.person_id], {"measure_id": measure.id, "step": measure.step})
    if not measure.email:
        return
    with in_language(measure.language):
        url = complaint_address(CONCERNED, measure.id)
        paragraphs = pick(measure.statement).split("\n\n")
    queue_template(
        measure.email, "redress/mail_measure", measure.language, kind="measure.decided",
        context={"measure": measure, "url": url, "paragraphs": paragraphs}, person_id=measure.person_id,
        reference=f"measure:{measure.id}",
    )  # fmt: skip


def send_end(measure: Measure) -> None:
    """The suspension is over."""
    if measure.email:
        queue_template(
            measure.email, "redress/mail_measure_end", measure.language, kind="measure.ended",
            context={"measure": measure}, person_id=measure.person_id, reference=f"measure:{measure.id}",
        )  # fmt: skip


def _decided_text(context: Mapping[str, Any]) -> str:
    return _("%(step)s: please read the reasons", step=step_word(context["step"]))


NOTICE_KINDS = (
    NoticeKind("measure.decided", _decided_text, lambda context: complaint_path(CONCERNED, context["measure_id"])),
)
