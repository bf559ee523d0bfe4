"""Mails and notices about complaints: the receipt, the answer, and what moderators and the office are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from consult.accounts.queries import ids_with_permission
from consult.core.clock import now
from consult.core.i18n import _, format_moment, in_language, pick
from consult.core.mail import queue_template
from consult.core.notices import notify
from consult.core.registry import NoticeKind
from consult.core.web import path
from consult.moderation.naming import called
from consult.moderation.objecting import complaint_address, complaint_path
from consult.redress.complaint_queries import Target, earlier_deciders
from consult.redress.models import Complaint


def about(complaint: Complaint) -> tuple[str, int]:
    """(party, number) of what a complaint is about, as its address carries it."""
    number = complaint.report_id or complaint.measure_id or complaint.decision_id or 0
    return complaint.party, number


def send_receipt(complaint: Complaint, target: Target) -> None:
    """Confirm a complaint: number, promised day, and the address at which the answer will stand."""
    if not complaint.email:
        return
    with in_language(complaint.language):
        url = complaint_address(target.party, target.number)
    queue_template(
        complaint.email, "redress/mail_complaint_receipt", complaint.language, kind="complaint.receipt",
        context={"complaint": complaint, "url": url}, person_id=complaint.person_id,
        reference=f"complaint:{complaint.id}",
    )  # fmt: skip


def send_answer(complaint: Complaint) -> None:
    """Send the answer as it is stored, and put it on the page of who has an account."""
    party, number = about(complaint)
    if complaint.person_id is not None:
        notify("complaint.answered", [complaint.person_id], {
            "number": complaint.number, "of_kind": complaint.kind, "title": complaint.title, "party": party,
            "about": number,
        })  # fmt: skip
    if not complaint.email:
        return
    with in_language(complaint.language):
        url = complaint_address(party, number)
        paragraphs = pick(complaint.answer).split("\n\n")
    queue_template(
        complaint.email, "redress/mail_complaint_answer", complaint.language, kind="complaint.answer",
        context={"complaint": complaint, "url": url, "paragraphs": paragraphs}, person_id=complaint.person_id,
        reference=f"complaint:{complaint.id}",
    )  # fmt: skip


def _deciders(complaint: Complaint, but: Iterable[int]) -> list[int]:
    """Those who may decide about it, as far as their role says; ties of other kinds show when they open it."""
    left_out = {*but, complaint.person_id}
    people = ids_with_permission("moderation.decide", complaint.consultation_id)
    return [person_id for person_id in people if person_id not in left_out]


def tell_waiting(complaint: Complaint, but: Iterable[int]) -> None:
    """Tell those who may decide that a complaint is here; where nobody is left, tell the office."""
    people = _deciders(complaint, but)
    context = {"complaint_id": complaint.id, "number": complaint.number, "due_at": complaint.due_at.isoformat()}
    if people:
        notify("complaint.waiting", people, context)
        return
    office = ids_with_permission("admin.people", None)
    notify("complaint.nobody", office, context)


def remind(complaint: Complaint) -> None:
    """The promised time runs out: once a day before to those who may decide, and once overdue to the office as well."""
    late = now() >= complaint.due_at
    people = _deciders(complaint, earlier_deciders(complaint))
    if late or not people:
        people += ids_with_permission("admin.people", None)
    notify(
        "complaint.due", people,
        {"complaint_id": complaint.id, "number": complaint.number, "due_at": complaint.due_at.isoformat(), "late": late},
        dedupe=f"complaint.due:{complaint.id}:{int(late)}",
    )  # fmt: skip


def _due_text(context: Mapping[str, Any]) -> str:
    when = format_moment(datetime.fromisoformat(context["due_at"]))
    if context.get("late"):
        return _("Complaint %(number)s is overdue: promised by %(when)s", number=context["number"], when=when)
    return _("Complaint %(number)s is promised to be answered by %(when)s", number=context["number"], when=when)


def _waiting_text(context: Mapping[str, Any]) -> str:
    return _("A complaint waits for you: %(number)s", number=context["number"])


def _nobody_text(context: Mapping[str, Any]) -> str:
    return _("Nobody is left who may decide complaint %(number)s: please add a moderator", number=context["number"])


def _answered_text(context: Mapping[str, Any]) -> str:
    title = called(context.get("of_kind", ""), context["title"])
    return _("Your complaint %(number)s is answered: “%(title)s”", number=context["number"], title=title)


def _page(context: Mapping[str, Any]) -> str:
    return path("redress.complaint_case", complaint_id=context["complaint_id"])


NOTICE_KINDS = (
    NoticeKind("complaint.waiting", _waiting_text, _page, "redress/mail_complaint_waiting"),
    NoticeKind(
        "complaint.nobody", _nobody_text, lambda _context: path("admin.people"), "redress/mail_complaint_nobody"
    ),
    NoticeKind("complaint.due", _due_text, _page, "redress/mail_complaint_due"),
    NoticeKind(
        "complaint.answered", _answered_text, lambda context: complaint_path(context["party"], context["about"])
    ),
)
