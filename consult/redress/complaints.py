"""Writes of complaints: filed by whom a decision concerns, decided by somebody else, with everything that follows.

The complaint's row is locked before it is looked at, so of two moderators one answers and the other is told who did.
What an answer changes happens in the same transaction: the decision is overturned, a text decided anew, a measure lifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.accounts.tokens import new_token
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, format_day, format_moment
from consult.core.states import move
from consult.core.text import has_words
from consult.moderation import deadlines
from consult.moderation.checks import with_version
from consult.moderation.models import Decision
from consult.moderation.operations import (
    Choice,
    decide_again,
    look_again,
    operator_land,
    overturn_decision,
)
from consult.moderation.operations import (
    decide as decide_case,
)
from consult.moderation.queries import last_decision, offered_outcomes, subject_info, version_text
from consult.moderation.rules import FAVOURABLE
from consult.redress import complaint_mails, complaint_queries, measures, rules
from consult.redress.answers import answer_texts
from consult.redress.complaint_queries import Target
from consult.redress.measure_queries import running_measure
from consult.redress.models import AUTHOR, CONCERNED, NOTICES, REPORTER, Complaint, Measure
from consult.redress.words import OUTCOMES, PARTLY, REASONS, REJECT

audit.declare("complaint.received", "complaint_id", "party", "decision_id", "report_id", "measure_id")
audit.declare("complaint.decided", "complaint_id", "outcome", "reason", "new_decision_id")

LONGEST = 5000
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Answer:
    """What a moderator answers. `act`, `act_reason`, `act_note` and `passage` are the new decision on the text where one
    follows; `days` is what remains of a suspension that is shortened. `revision` is the complaint as it was read.
    """

    outcome: str
    reason: str = ""
    note: str = ""
    is_manifest: bool = False
    act: str = ""
    act_reason: str = ""
    act_note: str = ""
    passage: str = ""
    days: int = 0


# ---- filing ---------------------------------------------------------------------------------------------------------


def file_complaint(actor: Actor, target: Target, body: str, language: str) -> Complaint:
    """Take a complaint in; the receipt names number and promised day.

    Invalid at `body`; Conflict where it is too late, where there is one already or nothing to complain about; Refused
    where complaints about reports are not processed for a time (Art. 23 (2)). Against one's own restriction and against
    the measure itself a complaint is always possible.
    """
    if not has_words(body):
        raise Invalid({"body": _("Please say why you do not agree; one sentence is enough.")})
    if len(body) > LONGEST:
        raise Invalid({"body": _("Please shorten the text to at most %(number)s characters.", number=LONGEST)})
    if complaint_queries.complaint_about(target) is not None:
        raise Conflict(_twice())
    if target.why_not:
        raise Conflict(target.why_not)
    _refuse_suspended(target)
    moment = now()
    land, days = operator_land(), current_app.config["SETTINGS"].complaint_days
    case = target.case
    complaint = Complaint(
        number=f"tmp-{new_token()[:12]}", party=target.party,
        decision_id=target.decision.id if target.decision else None,
        report_id=target.report.id if target.report else None,
        measure_id=target.measure.id if target.measure else None,
        kind=case.kind if case else "", subject_id=case.subject_id if case else None, title=target.title,
        consultation_id=case.consultation_id if case else None, person_id=target.person_id, email=target.email,
        language=language, body=body, status=rules.COMPLAINT.initial, created_at=moment,
        due_at=deadlines.due(moment, days, land=land),
    )  # fmt: skip
    _store(complaint)
    complaint.number = f"B-{moment.year}-{complaint.id:05d}"
    db.session.flush()
    audit.record(
        "complaint.received", actor, complaint.subject or ("measure", complaint.measure_id or 0),
        complaint_id=complaint.id, party=complaint.party, decision_id=complaint.decision_id,
        report_id=complaint.report_id, measure_id=complaint.measure_id, detail={"body": body},
    )  # fmt: skip
    complaint_mails.send_receipt(complaint, target)
    complaint_mails.tell_waiting(complaint, complaint_queries.earlier_deciders(complaint))
    return complaint


def _twice() -> str:
    return _("There is a complaint about this already. We answer it once; after that you can turn to the bodies named.")


def _store(complaint: Complaint) -> None:
    """Keep it; of two that arrive at the same moment, the database's rule keeps one."""
    try:
        with db.session.begin_nested():
            db.session.add(complaint)
            db.session.flush()
    except IntegrityError:
        raise Conflict(_twice()) from None


def _refuse_suspended(target: Target) -> None:
    if target.party != REPORTER:
        return
    measure = running_measure(NOTICES, target.person_id, target.email)
    if measure is not None:
        raise Refused(
            _(
                "Until %(day)s we do not process complaints about reports from you: %(number)s. You can complain about "
                "that measure itself; the address is in our mail.",
                day=format_day(measure.ends_at),
                number=measure.number,
            )
        )


# ---- deciding -------------------------------------------------------------------------------------------------------


def take(actor: Actor, complaint_id: int) -> Complaint:
    """Say that one is working on it; who took it before is relieved."""
    complaint = _locked(complaint_id)
    _refuse_outsiders(actor, complaint)
    _refuse_answered(complaint)
    move(rules.COMPLAINT, complaint, "take", actor)
    complaint.taken_by = actor.person_id
    db.session.flush()
    return complaint


def decide(actor: Actor, complaint_id: int, answer: Answer) -> Complaint:
    """Answer a complaint, and do what the answer says: at once, with everything restored (Art. 20 (4)).

    Refused for who took part before or has a tie to the parties; Conflict where it is answered already; Invalid with the
    field that lacks something.
    """
    complaint = _locked(complaint_id)
    _refuse_outsiders(actor, complaint)
    _refuse_answered(complaint)
    _check(complaint, answer)
    new = _carry_out(actor, complaint, answer)
    moment = now()
    complaint.outcome, complaint.reason, complaint.note = answer.outcome, answer.reason, answer.note
    complaint.is_manifest = answer.is_manifest
    complaint.new_decision_id = new.id if new is not None else None
    complaint.decided_by, complaint.decided_at = actor.person_id, moment
    complaint.waited_seconds = max(0, round((moment - complaint.created_at).total_seconds()))
    complaint.in_time = moment <= complaint.due_at
    move(rules.COMPLAINT, complaint, "answer", actor)
    complaint.answer = answer_texts(complaint, new)
    db.session.flush()
    audit.record(
        "complaint.decided", actor, complaint.subject or ("measure", complaint.measure_id or 0),
        complaint_id=complaint.id, outcome=complaint.outcome, reason=complaint.reason,
        new_decision_id=complaint.new_decision_id, detail={"note": complaint.note},
    )  # fmt: skip
    complaint_mails.send_answer(complaint)
    return complaint


def _carry_out(actor: Actor, complaint: Complaint, answer: Answer) -> Decision | None:
    """What the answer changes; returns the decision that followed, if one did."""
    if answer.outcome == REJECT:
        return None
    if complaint.party == CONCERNED:
        measure = db.session.get(Measure, complaint.measure_id) if complaint.measure_id else None
        if measure is None:
            raise Conflict(_("This measure is not here any more."))
        until = now() + timedelta(days=answer.days) if answer.outcome == PARTLY else None
        measures.lift_or_shorten(actor, measure, until)
        return None
    if complaint.decision_id is None:
        raise Conflict(_("The decision is not here any more."))
    choice = Choice(
        answer.act, reason=answer.act_reason, note=answer.act_note or answer.note,
        passages=((answer.passage, ""),) if answer.passage else (),
    )  # fmt: skip
    if complaint.party == REPORTER and not answer.act:
        return None
    try:
        if complaint.party == REPORTER:
            return decide_again(actor, complaint.decision_id, choice)
        standing = _standing(complaint.decision_id)
        if standing is None:
            return None
        new = overturn_decision(actor, standing.id, "", answer.note)
        return _milder(actor, new, choice) if answer.outcome == PARTLY else new
    except Invalid as invalid:
        raise _act_faults(invalid) from None


def _standing(decision_id: int) -> Decision | None:
    """The restriction that holds now: the one complained about, or what the same case made of it (hidden, then removed).

    None where the text is free again, since a later decision or somebody else has taken the restriction back meanwhile.
    """
    decision = db.session.get_one(Decision, decision_id)
    newest = last_decision(decision.kind, decision.subject_id)
    if decision.reversed_at is not None or newest is None or newest.outcome in FAVOURABLE:
        return None
    return newest if newest.case_id == decision.case_id else decision


def _milder(actor: Actor, overturned: Decision, choice: Choice) -> Decision:
    """A milder step in place of what was taken back, in the same transaction: nobody sees what lies between."""
    case = look_again(actor, overturned.kind, overturned.subject_id)
    return decide_case(actor, case.id, with_version(choice, version_text(case)))


def acts_for(complaint: Complaint) -> tuple[str, ...]:
    """The decisions on the text among which an answer may choose.

    An author whose complaint is justified in part gets a milder step than before; a reader's complaint that is justified
    leads to a restriction that the text allows now. Empty where no room moderates the text: then people act by hand.
    """
    if complaint.party == AUTHOR:
        return ("redact", "return", "hide")
    case = complaint_queries.case_of(complaint) if complaint.party == REPORTER else None
    if case is None:
        return ()
    info = subject_info(case.kind, case.subject_id)
    return tuple(one for one in offered_outcomes(case, info) if one not in FAVOURABLE and one not in ("merge", "split"))


# ---- checks ---------------------------------------------------------------------------------------------------------


def _locked(complaint_id: int) -> Complaint:
    statement = select(Complaint).where(Complaint.id == complaint_id)
    complaint = db.session.execute(
        statement.with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if complaint is None:
        raise NotFound(_("There is no such complaint."))
    return complaint


def _refuse_outsiders(actor: Actor, complaint: Complaint) -> None:
    if not rules.can_see(actor, complaint):
        raise Refused(_("You moderate other consultations, not this one."))
    tie = complaint_queries.ties(actor, complaint)
    if not rules.can_decide(actor, complaint, bool(tie)):
        raise Refused(tie or _("Your account has no right to this page."))


def _refuse_answered(complaint: Complaint) -> None:
    if complaint.status != "answered":
        return
    names = complaint_queries.names_of({complaint.decided_by})
    raise Conflict(
        _(
            "%(name)s has answered this complaint already, on %(when)s. Your entries were not stored.",
            name=names.get(complaint.decided_by or 0) or _("Another moderator"),
            when=format_moment(complaint.decided_at),
        )
    )


def _check(complaint: Complaint, answer: Answer) -> None:
    """Invalid, with a sentence for each field that cannot be taken as it is."""
    faults: dict[str, str] = {}
    if answer.outcome not in OUTCOMES:
        raise Invalid({"outcome": _("Please choose one of the decisions in the list.")})
    _label, fits = REASONS.get(answer.reason, ("", ()))
    if answer.outcome not in fits:
        faults["reason"] = _("Please choose a reason that fits the decision.")
    if not has_words(answer.note):
        faults["note"] = _("Please write why; who complained reads it.")
    elif len(answer.note) > LONGEST_NOTE:
        faults["note"] = _("Please shorten the sentence to at most %(number)s characters.", number=LONGEST_NOTE)
    if answer.is_manifest and answer.outcome != REJECT:
        faults["is_manifest"] = _("Only a complaint that is rejected can be manifestly unfounded.")
    acts = acts_for(complaint)
    needs_act = bool(acts) and (
        (complaint.party == REPORTER and answer.outcome != REJECT)
        or (complaint.party == AUTHOR and answer.outcome == PARTLY)
    )
    if needs_act and answer.act not in acts:
        faults["act"] = _("Please choose what happens to the text.")
    if complaint.party == CONCERNED and answer.outcome == PARTLY and not 1 <= answer.days <= measures.LONGEST_DAYS:
        faults["days"] = _("Please say how many days remain, 1 to %(number)s.", number=measures.LONGEST_DAYS)
    if faults:
        raise Invalid(faults)


def _act_faults(invalid: Invalid) -> Invalid:
    """Faults of the new decision on the text, beside the fields of the answer's form."""
    names = {"outcome": "act", "reason": "act_reason", "note": "act_note", "passage": "passage"}
    return Invalid({names.get(name, name): text for name, text in invalid.fields.items()}, invalid.message)
