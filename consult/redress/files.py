"""The file of a case: everything on record about one text, as plain values for a page to print and for JSON.

Versions, reports, decisions, complaints, mails and log entries with their hashes. Secret addresses in mails and statements
are cut, since the file is read by people who are not their owners. Who reported stays out unless somebody who decides
asks for it; answers that are not public stand in it only while a case or complaint is open, for those who may decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import NoResultFound

from consult.core.access import Actor
from consult.core.audit import AuditRow
from consult.core.db import db
from consult.core.errors import DomainError, NotFound
from consult.core.i18n import _
from consult.core.mail import Mail
from consult.core.registry import Review, describe, registries
from consult.moderation import checks
from consult.moderation.models import Case, Decision, Report
from consult.moderation.naming import called
from consult.redress import rules
from consult.redress.complaint_queries import names_of
from consult.redress.models import Complaint

MOST_MAILS = 200
MOST_LOG = 1000
_SECRET = re.compile(r"(https?://[^\s<>\"]*/)[A-Za-z0-9_-]{20,}")

# Log entries whose actor is somebody outside the desk: who it was is no business of the file's readers.
_OUTSIDE = ("report.received", "complaint.received")


def without_secrets(text: str) -> str:
    """The text with the secret end of each address cut."""
    return _SECRET.sub(r"\1…", text)


@dataclass(frozen=True)
class Look:
    """What the reader of a file may see."""

    restricted: bool
    reporters: bool


def readable_case(actor: Actor, case_id: int) -> Case:
    """The case; NotFound for whom its file is closed: outsiders, and everybody with a part in it."""
    case = db.session.get(Case, case_id)
    if case is None or not rules.can_read_file(actor, case.consultation_id, _has_part(actor, case)):
        raise NotFound(_("There is no such case."))
    return case


def _has_part(actor: Actor, case: Case) -> bool:
    return (case.author_id is not None and case.author_id == actor.person_id) or checks.has_part(actor, case)


def look_of(actor: Actor, case: Case, names: bool) -> Look:
    """What this reader may see, where they ask for the names of who reported or do not."""
    subject = (Case.kind == case.kind, Case.subject_id == case.subject_id)
    waits = db.session.execute(select(Case.id).where(*subject, Case.closed_at.is_(None)).limit(1)).first() is not None
    disputed = select(Complaint.id).where(
        Complaint.kind == case.kind, Complaint.subject_id == case.subject_id, Complaint.status != "answered"
    )
    open_now = waits or db.session.execute(disputed.limit(1)).first() is not None
    return Look(
        restricted=open_now and checks.may_decide(actor, case),
        reporters=names and rules.can_see_reporters(actor, case.consultation_id, _has_part(actor, case)),
    )


def case_file(case: Case, look: Look) -> dict[str, Any]:
    """The whole file, in the present language where words are ours."""
    kind, subject_id = case.kind, case.subject_id
    cases = _rows(Case, kind, subject_id)
    decisions = _rows(Decision, kind, subject_id)
    reports = _rows(Report, kind, subject_id)
    complaints = _rows(Complaint, kind, subject_id)
    log = _log(kind, subject_id, cases, reports, complaints)
    info = describe([(kind, subject_id)]).get((kind, subject_id))
    names = names_of(
        {one.moderator_id for one in decisions} | {one.reversed_by for one in decisions}
        | {one.decided_by for one in complaints}
    )  # fmt: skip
    return {
        "case": case.id,
        "kind": kind,
        "number": info.key if info is not None else "",
        "title": info.title if info is not None else called(case.kind, case.title),
        "address": info.url if info is not None and info.public else "",
        "consultation": case.consultation_id,
        "versions": [_version(kind, subject_id, version, at, look) for version, at in _version_ids(cases, log)],
        "cases": [_case(one) for one in cases],
        "reports": [_report(one, look) for one in reports],
        "decisions": [_decision(one, names) for one in decisions],
        "complaints": [_complaint(one, names) for one in complaints],
        "mails": [_mail(one, look) for one in _mails(kind, subject_id, decisions, reports, complaints)],
        "log": [_entry(row, names) for row in log],
        "restricted_shown": look.restricted,
        "reporters_shown": look.reporters,
    }


def _rows(model: Any, kind: str, subject_id: int) -> list[Any]:
    statement = select(model).where(model.kind == kind, model.subject_id == subject_id).order_by(model.id)
    return list(db.session.execute(statement).scalars())


# ---- versions -------------------------------------------------------------------------------------------------------


def _version_ids(cases: Sequence[Case], log: Sequence[AuditRow]) -> list[tuple[int | None, Any]]:
    """The versions that were put before moderation or changed since, in their order, with the time of their log entry."""
    found: dict[int | None, Any] = {}
    for row in log:
        version = row.data.get("version_id")
        if isinstance(version, int):
            found.setdefault(version, row.at)
    for case in cases:
        if case.version_id is not None:
            found.setdefault(case.version_id, case.opened_at)
    if not found and cases:
        found[None] = cases[0].opened_at
    return sorted(found.items(), key=lambda one: (one[1], one[0] or 0))


def _version(kind: str, subject_id: int, version_id: int | None, at: Any, look: Look) -> dict[str, Any]:
    review = _review(kind, subject_id, version_id)
    parts = []
    for part in review.parts if review is not None else []:
        hidden = part.audience in rules.RESTRICTED and not look.restricted
        parts.append(
            {
                "heading": str(part.heading), "audience": part.audience, "withheld": hidden,
                "text": "" if hidden else part.source,
            }
        )  # fmt: skip
    return {
        "version": version_id,
        "since": at.isoformat(),
        "title": review.title if review is not None else "",
        "language": review.language if review is not None else "",
        "parts": parts,
        "gone": review is None,
    }


def _review(kind: str, subject_id: int, version_id: int | None) -> Review | None:
    """The version as moderation read it; None where its room has it no longer, or moderates no such texts."""
    moderated = registries.moderated.get(kind)
    if moderated is None:
        return None
    try:
        return moderated.review(subject_id, version_id)
    except (DomainError, NoResultFound, KeyError, IndexError):
        return None


def has_restricted(file: dict[str, Any]) -> int:
    """How many answers that are not public the file shows."""
    parts = [part for version in file["versions"] for part in version["parts"]]
    return sum(1 for part in parts if part["audience"] in rules.RESTRICTED and part["text"])


# ---- records --------------------------------------------------------------------------------------------------------


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.id, "source": case.source, "status": case.status, "opened_at": _iso(case.opened_at),
        "due_at": _iso(case.due_at), "closed_at": _iso(case.closed_at),
    }  # fmt: skip


def _report(report: Report, look: Look) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": report.number, "reason": report.reason, "explanation": report.explanation, "url": report.url,
        "language": report.language, "good_faith": report.good_faith, "status": report.status,
        "received_at": _iso(report.created_at), "answered_at": _iso(report.answered_at),
        "decision": f"E-{report.decision_id:05d}" if report.decision_id else None,
    }  # fmt: skip
    if look.reporters:
        shown |= {"name": report.name, "email": report.email}
    return shown


def _decision(decision: Decision, names: dict[int, str]) -> dict[str, Any]:
    return {
        "number": decision.number, "case": decision.case_id, "version": decision.version_id, "outcome": decision.outcome,
        "reason": decision.reason, "ground": decision.ground, "legal_basis": decision.legal_basis, "note": decision.note,
        "passages": decision.passages, "held_back": [title for _name, title in decision.held_back],
        "automated": decision.automated, "made_at": _iso(decision.made_at),
        "by": names.get(decision.moderator_id or 0, ""), "taken_back_at": _iso(decision.reversed_at),
        "taken_back_by": names.get(decision.reversed_by or 0, ""),
        "overturns": f"E-{decision.overturned_id:05d}" if decision.overturned_id else None,
        "statement": {language: without_secrets(text) for language, text in decision.statement.items()},
    }  # fmt: skip


def _complaint(one: Complaint, names: dict[int, str]) -> dict[str, Any]:
    return {
        "number": one.number, "party": one.party, "body": one.body, "language": one.language, "status": one.status,
        "against": f"E-{one.decision_id:05d}" if one.decision_id else None, "received_at": _iso(one.created_at),
        "promised_at": _iso(one.due_at), "outcome": one.outcome, "reason": one.reason, "note": one.note,
        "decided_at": _iso(one.decided_at), "by": names.get(one.decided_by or 0, ""), "answer": one.answer,
    }  # fmt: skip


def _mails(
    kind: str,
    subject_id: int,
    decisions: Sequence[Decision],
    reports: Sequence[Report],
    complaints: Sequence[Complaint],
) -> list[Mail]:
    references = [
        f"{kind}:{subject_id}", *(f"decision:{one.id}" for one in decisions), *(f"report:{one.id}" for one in reports),
        *(f"complaint:{one.id}" for one in complaints),
    ]  # fmt: skip
    statement = select(Mail).where(Mail.reference.in_(references)).order_by(Mail.id).limit(MOST_MAILS)
    return list(db.session.execute(statement).scalars())


def _mail(mail: Mail, look: Look) -> dict[str, Any]:
    to_reporter = mail.kind.startswith("report.")
    shown: dict[str, Any] = {
        "kind": mail.kind, "to": "reporter" if to_reporter else "complainant" if mail.kind.startswith("complaint.")
        else "author", "subject": mail.subject, "text": without_secrets(mail.text), "language": mail.language,
        "written_at": _iso(mail.created_at), "sent_at": _iso(mail.sent_at), "taken_back_at": _iso(mail.cancelled_at),
    }  # fmt: skip
    if look.reporters:
        shown["recipient"] = mail.recipient
    return shown


def _log(
    kind: str, subject_id: int, cases: Sequence[Case], reports: Sequence[Report], complaints: Sequence[Complaint]
) -> list[AuditRow]:
    subjects = [(kind, [subject_id])]
    subjects += [("case", [one.id for one in cases]), ("report", [one.id for one in reports])]
    subjects += [("complaint", [one.id for one in complaints])]
    alternatives = [and_(AuditRow.subject_kind == name, AuditRow.subject_id.in_(ids)) for name, ids in subjects if ids]
    statement = select(AuditRow).where(or_(*alternatives)).order_by(AuditRow.seq).limit(MOST_LOG)
    return list(db.session.execute(statement).scalars())


def _entry(row: AuditRow, names: dict[int, str]) -> dict[str, Any]:
    return {
        "seq": row.seq, "at": _iso(row.at), "event": row.event, "by": _who(row, names), "subject": row.subject_kind,
        "data": row.data, "hash": row.hash, "previous": row.previous,
    }  # fmt: skip


def _who(row: AuditRow, names: dict[int, str]) -> str:
    """A moderator by name; everybody else by what they are, so that the log tells nobody who reported."""
    if row.event in _OUTSIDE:
        return ""
    return names.get(row.actor_id or 0, "") or row.actor_kind
