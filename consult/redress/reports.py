"""Reports by readers: taken in with a receipt, put before the moderators as a case, answered with its decision.

Anybody may report, signed in or not (Regulation (EU) 2022/2065, Art. 16). A report opens a case of its subject or joins the
one that is open. Who reported is told to nobody but those who have to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from consult.accounts.tokens import new_token, token_hash
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Invalid, Refused
from consult.core.i18n import _, format_day
from consult.core.registry import SubjectInfo, registries
from consult.core.states import move
from consult.core.text import excerpt
from consult.moderation import deadlines, queries, rules
from consult.moderation.cases import put_up
from consult.moderation.mails import tell_waiting
from consult.moderation.models import REPORT, Case, Decision, Report
from consult.moderation.operations import operator_land
from consult.redress import mails
from consult.redress.measure_queries import running_measure
from consult.redress.models import NOTICES

audit.declare("report.received", "report_id", "case_id", "reason")

REPORT_DAYS = 2  # promised working days until a report is answered


@dataclass(frozen=True)
class Notice:
    """What somebody reports: address of the text, reason code, explanation, and who they are if they say so."""

    url: str
    reason: str
    explanation: str
    name: str = ""
    email: str = ""
    good_faith: bool = True
    language: str = "de"


def file_report(actor: Actor, notice: Notice) -> tuple[Report, str]:
    """Take a report in; returns it with the secret of its receipt's address.

    Invalid where `url` is no text of ours; Refused while reports of this person are not processed (Art. 23 (2)).
    """
    info = queries.subject_at(notice.url)
    if info is None:
        raise Invalid(
            {"url": _("We find no text of this site at this address. Please copy it from the page that you mean.")}
        )
    _refuse_suspended(actor, notice)
    case = _case_for(actor, info)
    receipt = new_token()
    report = Report(
        number=f"tmp-{receipt[:12]}", receipt_hash=token_hash(receipt), kind=info.kind, subject_id=info.id,
        url=notice.url, title=info.kept_title, reason=notice.reason, explanation=notice.explanation, name=notice.name,
        email=notice.email, reporter_id=actor.person_id, good_faith=notice.good_faith, language=notice.language,
        status=rules.REPORT_MACHINE.initial, case_id=case.id,
    )  # fmt: skip
    db.session.add(report)
    db.session.flush()
    report.number = f"M-{report.created_at.year}-{report.id:05d}"
    case.report_count += 1
    case.report_hint = excerpt(notice.explanation, 90)
    db.session.flush()
    audit.record(
        "report.received", actor, (info.kind, info.id), report_id=report.id, case_id=case.id, reason=notice.reason,
        detail={"explanation": notice.explanation},
    )  # fmt: skip
    mails.send_receipt(report, receipt)
    tell_waiting(case)
    return report, receipt


def _refuse_suspended(actor: Actor, notice: Notice) -> None:
    """Reports of somebody who is suspended are not processed, and that is said (Art. 23 (2))."""
    measure = running_measure(NOTICES, actor.person_id, notice.email)
    if measure is None:
        return
    raise Refused(
        _(
            "Until %(day)s we do not process reports from you: %(number)s. You have the reasons by e-mail; there you can "
            "also complain about it. In an emergency call the police.",
            day=format_day(measure.ends_at),
            number=measure.number,
        )
    )


def _case_for(actor: Actor, info: SubjectInfo) -> Case:
    """The open case of the subject, or a new one; its promised time is not later than that of a report."""
    due_at = deadlines.due(now(), REPORT_DAYS, land=operator_land())
    case = queries.waiting_case(info.kind, info.id, lock=True)
    if case is not None:
        case.due_at = min(case.due_at, due_at)
        return case
    moderated = registries.moderated.get(info.kind)
    review = moderated.review(info.id, None) if moderated else None  # knows the author where the page names none
    fresh = Case(
        kind=info.kind, subject_id=info.id, version_id=review.version_id if review else None, source=REPORT,
        consultation_id=info.consultation_id, title=info.kept_title,
        language=review.language if review else info.language or "de",
        author_id=review.author_id if review else info.author_id, status=rules.CASE.initial, opened_at=now(),
        due_at=due_at, report_count=0,
    )  # fmt: skip
    case = put_up(fresh)
    if case is fresh:
        audit.record(
            "case.opened", actor, (info.kind, info.id), case_id=case.id, version_id=case.version_id, source=REPORT
        )
    return case


# ---- what becomes of it ---------------------------------------------------------------------------------------------


def _of_case(case: Case, *statuses: str) -> list[Report]:
    statement = select(Report).where(Report.case_id == case.id, Report.status.in_(statuses)).order_by(Report.id)
    return list(db.session.execute(statement).scalars())


def take(actor: Actor, case: Case) -> None:
    """Somebody looks at the case: its reports are in work."""
    for report in _of_case(case, "received") if case.report_count else []:
        move(rules.REPORT_MACHINE, report, "take", actor)


def answer(actor: Actor, case: Case, decision: Decision | None) -> None:
    """The case is closed: who reported is told what came of it, after the ten minutes in which it can be taken back."""
    for report in _of_case(case, "received", "in_work") if case.report_count else []:
        move(rules.REPORT_MACHINE, report, "answer", actor)
        report.answered_at = now()
        report.waited_seconds = round((report.answered_at - report.created_at).total_seconds())
        report.decision_id = decision.id if decision is not None else None
        mails.send_answer(report, decision, delay=rules.UNDO if decision is not None else None)


def reopen(actor: Actor, decision: Decision) -> None:
    """Its maker has taken the decision back: its reports wait for another answer."""
    for report in _answered_by(decision):
        move(rules.REPORT_MACHINE, report, "reopen", actor)
        report.answered_at = report.decision_id = report.waited_seconds = None


def correct(_actor: Actor, old: Decision, new: Decision) -> None:
    """Somebody else has taken the decision back, long after: who reported is told; the first answer stays on record."""
    for report in _answered_by(old):
        mails.send_correction(report, new)


def _answered_by(decision: Decision) -> list[Report]:
    statement = select(Report).where(Report.decision_id == decision.id).order_by(Report.id)
    return list(db.session.execute(statement).scalars())
