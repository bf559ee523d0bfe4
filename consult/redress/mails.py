"""Mails of redress: receipts, answers and corrections to those who reported or complained, measures, and reminders.

Receipts go to addresses that nobody has confirmed, so each gets only so many a day.
"""

from __future__ import annotations

from datetime import timedelta

from consult.core.i18n import in_language
from consult.core.limits import limits
from consult.core.mail import queue_template
from consult.core.web import address
from consult.moderation.models import Decision, Report
from consult.moderation.objecting import complaint_address
from consult.moderation.rules import UNDO
from consult.redress.words import was_refused


def send_receipt(report: Report, receipt: str) -> None:
    """Confirm a report to the address it was sent from, at most so many times a day: the address may be another's."""
    if not report.email or not limits().hit("confirmations.recipient", report.email.casefold()):
        return
    with in_language(report.language):
        url = address("redress.receipt", receipt=receipt)
    queue_template(
        report.email,
        "redress/mail_receipt",
        report.language,
        kind="report.receipt",
        context={"report": report, "url": url},
        person_id=report.reporter_id,
        reference=f"report:{report.id}",
    )


def send_answer(report: Report, decision: Decision | None, delay: timedelta | None = UNDO) -> None:
    """Tell who reported what came of it; without a decision the text was withdrawn by its author."""
    if not report.email:
        return
    with in_language(report.language):
        complain = complaint_address("reporter", report.id) if decision is not None and was_refused(decision) else ""
    queue_template(
        report.email,
        "redress/mail_answer",
        report.language,
        kind="report.answer",
        context={"report": report, "decision": decision, "complain_url": complain},
        person_id=report.reporter_id,
        delay=delay,
        reference=f"decision:{decision.id}" if decision is not None else f"report:{report.id}",
    )


def send_correction(report: Report, decision: Decision) -> None:
    """Tell who reported that the decision they were told of was taken back by somebody else."""
    if not report.email:
        return
    queue_template(
        report.email,
        "redress/mail_correction",
        report.language,
        kind="report.correction",
        context={"report": report, "decision": decision},
        person_id=report.reporter_id,
        reference=f"decision:{decision.id}",
    )
