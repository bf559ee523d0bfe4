"""Reads about complaints: what one is about, who is tied to it, the list, and the page on which it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _, format_day
from consult.core.paging import Page, keyset
from consult.core.registry import Review, registries
from consult.moderation import checks
from consult.moderation.models import Case, Decision, Report, SecondLook
from consult.moderation.objecting import complaint_until, read_token
from consult.moderation.queries import review_of
from consult.moderation.rules import FAVOURABLE, moderated_consultations
from consult.organisations.queries import memberships_of
from consult.redress.models import AUTHOR, CONCERNED, REPORTER, Complaint, Dispute, Measure
from consult.redress.words import last_day, was_refused

SIZE = 30


@dataclass(frozen=True)
class Target:
    """What a complaint is about, `title` as it is stored. `why_not` says why none can be made (any more), empty where one
    can."""

    party: str
    number: int
    told_at: datetime
    title: str
    case: Case | None = None
    decision: Decision | None = None
    report: Report | None = None
    measure: Measure | None = None
    person_id: int | None = None
    email: str = ""
    why_not: str = ""

    @property
    def kind(self) -> str:
        """The kind of text that it is about; empty where it is about a measure."""
        return self.report.kind if self.report is not None else self.case.kind if self.case is not None else ""

    @property
    def until(self) -> datetime:
        """The first moment at which it is too late."""
        return complaint_until(self.told_at)


def target_of(token: str) -> Target:
    """What the address of a complaint is about; NotFound where the address is not one of ours or the thing is gone."""
    found = read_token(token)
    target = (
        {AUTHOR: _of_author, REPORTER: _of_reporter, CONCERNED: _of_concerned}[found[0]](found[1]) if found else None
    )
    if target is None:
        raise NotFound(_("We know no decision of this address."))
    return target


def _too_late(told_at: datetime) -> str:
    if now() < complaint_until(told_at):
        return ""
    day = format_day(last_day(told_at))
    return _("The time for a complaint ended on %(day)s, six months after the decision.", day=day)


def _of_author(number: int) -> Target | None:
    row = db.session.execute(
        select(Decision, Case, Person)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(Person, Person.id == Case.author_id)
        .where(Decision.id == number)
    ).first()
    if row is None:
        return None
    decision, case, person = row
    why_not = ""
    if decision.reversed_at is not None:
        why_not = _("This decision was taken back already; it no longer counts.")
    elif decision.outcome in FAVOURABLE:
        why_not = _("This decision restricts nothing.")
    return Target(
        AUTHOR, number, decision.made_at, case.title, case=case, decision=decision,
        person_id=person.id if person else None, email=person.email if person is not None and person.is_active else "",
        why_not=why_not or _too_late(decision.made_at),
    )  # fmt: skip


def _of_reporter(number: int) -> Target | None:
    row = db.session.execute(
        select(Report, Decision, Case)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .outerjoin(Case, Case.id == Report.case_id)
        .where(Report.id == number)
    ).first()
    if row is None:
        return None
    report, decision, case = row
    told_at = decision.made_at if decision is not None else report.answered_at or report.created_at
    if report.status != "answered":
        why_not = _("Your report is not answered yet. You can complain about the answer.")
    elif decision is None or not was_refused(decision):
        why_not = _("The text can no longer be read, so there is nothing left to complain about.")
    elif decision.reversed_at is not None:
        why_not = _("This decision was taken back already; it no longer counts.")
    else:
        why_not = _too_late(told_at)
    return Target(
        REPORTER, number, told_at, report.title, case=case, decision=decision, report=report,
        person_id=report.reporter_id, email=report.email, why_not=why_not,
    )  # fmt: skip


def _of_concerned(number: int) -> Target | None:
    measure = db.session.get(Measure, number)
    if measure is None:
        return None
    why_not = _("This measure was lifted already.") if measure.status == "lifted" else _too_late(measure.decided_at)
    return Target(
        CONCERNED, number, measure.decided_at, measure.number, measure=measure, person_id=measure.person_id,
        email=measure.email, why_not=why_not,
    )  # fmt: skip


def complaint_about(target: Target) -> Complaint | None:
    """The complaint that was made about this already."""
    column = {AUTHOR: Complaint.decision_id, REPORTER: Complaint.report_id, CONCERNED: Complaint.measure_id}
    statement = select(Complaint).where(Complaint.party == target.party, column[target.party] == target.number)
    return db.session.execute(statement).scalar_one_or_none()


# ---- who is tied ----------------------------------------------------------------------------------------------------


def ties(actor: Actor, complaint: Complaint, case: Case | None = None) -> str:
    """Why the actor may not decide, as a sentence; empty without a tie to the decision or the parties.

    `case` is the decision's case where the caller has it already.
    """
    if actor.person_id is not None and actor.person_id in earlier_deciders(complaint):
        return _("You took part in the decision. Somebody else has to look at it again.")
    if actor.person_id is not None and actor.person_id == complaint.person_id:
        return _("This complaint is yours. Somebody else has to decide about it.")
    case = case or case_of(complaint)
    if case is not None and (case.author_id == actor.person_id or checks.has_part(actor, case)):
        return _("You wrote or reported the text, or it is your organisation's. Somebody else has to decide.")
    if complaint.person_id is not None and actor.memberships:
        theirs = {one.organisation_id for one in memberships_of(complaint.person_id)}
        if theirs & actor.organisation_ids:
            return _("You belong to the same organisation as who complains. Somebody else has to decide.")
    return ""


def earlier_deciders(complaint: Complaint) -> set[int]:
    """Everybody who took part before: in any decision of the case, in a second look at it, or in the measure."""
    if complaint.measure_id is not None:
        measure = db.session.get(Measure, complaint.measure_id)
        return {measure.decided_by} - {None} if measure is not None else set()  # type: ignore[return-value]
    if complaint.decision_id is None:
        return set()
    same_case = select(Decision.case_id).where(Decision.id == complaint.decision_id).scalar_subquery()
    rows = db.session.execute(
        select(Decision.moderator_id, Decision.reversed_by, SecondLook.reviewer_id)
        .outerjoin(SecondLook, SecondLook.decision_id == Decision.id)
        .where(Decision.case_id == same_case)
    )
    return {person for row in rows for person in row if person is not None}


def case_of(complaint: Complaint) -> Case | None:
    """The case of the decision that the complaint is about."""
    if complaint.decision_id is None:
        return None
    statement = select(Case).join(Decision, Decision.case_id == Case.id).where(Decision.id == complaint.decision_id)
    return db.session.execute(statement).scalar_one_or_none()


def has_dispute(actor: Actor, kind: str, subject_id: int) -> bool:
    """Whether the actor has complained about a decision on this text: then others decide on it."""
    if actor.person_id is None:
        return False
    statement = select(Complaint.id).where(
        Complaint.kind == kind, Complaint.subject_id == subject_id, Complaint.person_id == actor.person_id
    )
    return db.session.execute(statement.limit(1)).first() is not None


# ---- lists ----------------------------------------------------------------------------------------------------------


def _in_scope(actor: Actor) -> list[Any]:
    scope = moderated_consultations(actor, "moderation.queue")
    return [] if scope is None else [Complaint.consultation_id.in_(sorted(scope))]


def complaints_page(actor: Actor, answered: bool, after: str | None = None) -> Page[Complaint]:
    """Those that wait, earliest promise first, or those that are answered, newest first. One query."""
    statement = select(Complaint).where(*_in_scope(actor))
    if answered:
        statement = statement.where(Complaint.status == "answered", Complaint.decided_at.is_not(None))
        return keyset(statement, [(Complaint.decided_at, "desc"), (Complaint.id, "desc")], after, SIZE)
    statement = statement.where(Complaint.status != "answered")
    return keyset(statement, [(Complaint.due_at, "asc"), (Complaint.id, "asc")], after, SIZE)


def waiting_count(actor: Actor) -> int:
    """How many wait in the consultations that the actor moderates."""
    statement = select(func.count()).select_from(Complaint).where(Complaint.status != "answered", *_in_scope(actor))
    return db.session.execute(statement).scalar_one()


def complaints_of(person_id: int, limit: int = 20) -> list[Complaint]:
    """What a person has complained about, newest first."""
    statement = select(Complaint).where(Complaint.person_id == person_id).order_by(Complaint.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


# ---- one complaint --------------------------------------------------------------------------------------------------


@dataclass
class ComplaintView:
    """All that the page of a complaint shows to those who may decide it."""

    complaint: Complaint
    case: Case | None
    decision: Decision | None
    report: Report | None
    measure: Measure | None
    review: Review | None
    tie: str
    names: dict[int, str]
    disputes: list[Dispute] = field(default_factory=list)


def complaint_by_id(complaint_id: int) -> Complaint:
    """The complaint; NotFound otherwise."""
    found = db.session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound(_("There is no such complaint."))
    return found


def complaint_view(actor: Actor, complaint_id: int) -> ComplaintView:
    """A complaint with decision, text and everything that the page needs, whoever asks; NotFound where there is none."""
    row = db.session.execute(
        select(Complaint, Decision, Case, Report, Measure)
        .outerjoin(Decision, Decision.id == Complaint.decision_id)
        .outerjoin(Case, Case.id == Decision.case_id)
        .outerjoin(Report, Report.id == Complaint.report_id)
        .outerjoin(Measure, Measure.id == Complaint.measure_id)
        .where(Complaint.id == complaint_id)
    ).first()
    if row is None:
        raise NotFound(_("There is no such complaint."))
    complaint, decision, case, report, measure = row
    disputes = select(Dispute).where(Dispute.complaint_id == complaint.id).order_by(Dispute.id)
    people = {
        complaint.taken_by, complaint.decided_by,
        decision.moderator_id if decision else None, measure.decided_by if measure else None,
    }  # fmt: skip
    return ComplaintView(
        complaint=complaint,
        case=case,
        decision=decision,
        report=report,
        measure=measure,
        review=_review(case, decision),
        tie=ties(actor, complaint, case),
        names=names_of(people),
        disputes=list(db.session.execute(disputes).scalars()) if complaint.status == "answered" else [],
    )


def names_of(people: set[int | None]) -> dict[int, str]:
    """Names of people by their ids; nobody is looked up for nothing."""
    wanted = sorted(person for person in people if person is not None)
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _review(case: Case | None, decision: Decision | None) -> Review | None:
    """The text as it was when the decision was made."""
    if case is None or decision is None:
        return None
    kind = registries.moderated.get(case.kind)
    return kind.review(case.subject_id, decision.version_id) if kind is not None else review_of(case)


def due_complaints(before: datetime) -> Iterator[Complaint]:
    """Those that are not answered and promised before a moment, earliest first, at most 200."""
    statement = select(Complaint).where(Complaint.status.in_(("received", "in_work")), Complaint.due_at < before)
    yield from db.session.execute(statement.order_by(Complaint.due_at, Complaint.id).limit(200)).scalars()


def open_for(kind: str, subject_id: int) -> bool:
    """Whether a complaint about this text waits."""
    statement = select(Complaint.id).where(
        Complaint.kind == kind, Complaint.subject_id == subject_id, Complaint.status != "answered"
    )
    return db.session.execute(statement.limit(1)).first() is not None


def measures_of(person_id: int, limit: int = 10) -> list[Measure]:
    """Measures that concern a person, newest first."""
    statement = select(Measure).where(Measure.person_id == person_id).order_by(Measure.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())
