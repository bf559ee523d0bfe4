"""Writes of moderation: cases are opened, claimed, decided, reversed; each decision leaves a statement and a log row.

A case's row is locked before it is looked at, so of two moderators one decides and the other is told who did and when.
What a decision means for the text is carried out by the text's room (`ModeratedKind.apply`), in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, format_clock, format_moment
from consult.core.registry import SubjectInfo, Verdict, registries
from consult.core.states import move
from consult.core.text import plain
from consult.core.vocabularies import vocabulary
from consult.moderation import deadlines, mails, queries, reports, rules
from consult.moderation.cases import put_up
from consult.moderation.models import LOOK, SUBMISSION, Case, Decision
from consult.moderation.statements import DEFAULT_REASON, FAVOURABLE, outcome_word, statement_texts

audit.declare("case.opened", "case_id", "version_id", "source")
audit.declare("case.renewed", "case_id", "version_id", "source")
audit.declare("decision.made", "case_id", "decision_id", "version_id", "outcome", "reason", "automated")
audit.declare("decision.reversed", "case_id", "decision_id", "outcome")

LOOK_DAYS = 2  # promised time for a second look, which nobody outside waits for
MAX_NOTE = 2000
MAX_PASSAGES = 10


@dataclass(frozen=True)
class Choice:
    """What a moderator sends: `version` is the version they saw, `passages` pairs of passage and remark."""

    outcome: str
    reason: str = ""
    note: str = ""
    passages: tuple[tuple[str, str], ...] = ()
    version: str = ""


# ---- opening and closing from outside -------------------------------------------------------------------------------


def open_case(
    kind: str,
    subject_id: int,
    version_id: int | None,
    *,
    consultation_id: int | None,
    due_days: int,
    title: str,
    language: str,
    author_id: int | None,
    source: str = SUBMISSION,
    actor: Actor = SYSTEM,
    opened_at: datetime | None = None,
    is_example: bool = False,
    tell: bool = True,
) -> Case:
    """Put a version before the moderators; a case of this subject that is open already takes it up instead.

    `due_days` are the promised working days. Where the text had been returned, the promise counts on from there. With
    `tell` the moderators get a notice.
    """
    moment = opened_at or now()
    used = queries.used_seconds(kind, subject_id)
    due_at = deadlines.due(moment, due_days, used, operator_land())
    case = queries.waiting_case(kind, subject_id, lock=True)
    event = "case.renewed"
    if case is None:
        fresh = Case(
            kind=kind, subject_id=subject_id, version_id=version_id, source=source, consultation_id=consultation_id,
            title=title[:300], language=language, author_id=author_id, status=rules.CASE.initial, opened_at=moment,
            due_at=due_at, used_seconds=used, is_example=is_example,
        )  # fmt: skip
        case = put_up(fresh)
        event = "case.opened" if case is fresh else event
    if event == "case.renewed":
        case.due_at = min(case.due_at, due_at)
        if source == SUBMISSION:
            case.source, case.title, case.language = SUBMISSION, title[:300], language
        if version_id is not None:
            case.version_id = version_id
    db.session.flush()
    audit.record(event, actor, (kind, subject_id), case_id=case.id, version_id=version_id, source=source)
    if tell:
        mails.tell_waiting(case)
    return case


def withdraw_case(kind: str, subject_id: int, actor: Actor = SYSTEM) -> Case | None:
    """Close the open case of a subject whose text was withdrawn; who reported it is told. None if nothing was open."""
    case = queries.waiting_case(kind, subject_id, lock=True)
    if case is None:
        return None
    _drop_lease(case)
    case.closed_at = now()
    move(rules.CASE, case, "withdraw", actor)
    reports.answer(actor, case, None)
    db.session.flush()
    return case


def look_again(actor: Actor, kind: str, subject_id: int) -> Case:
    """Open a case on a moderator's own initiative, or find the one that is open."""
    info = queries.subject_info(kind, subject_id)
    if info is None or kind not in registries.moderated:
        raise NotFound(_("There is nothing here to look at."))
    if not rules.moderates(actor, info.consultation_id):
        raise Refused(_("You moderate other consultations, not this one."))
    waiting = queries.waiting_case(kind, subject_id)
    if waiting is not None:
        return waiting
    review = registries.moderated[kind].review(subject_id, None)  # knows the author where the page names none
    return open_case(
        kind, subject_id, review.version_id, consultation_id=info.consultation_id, due_days=LOOK_DAYS, title=info.title,
        language=review.language, author_id=review.author_id, source=LOOK, actor=actor, tell=False,
    )  # fmt: skip


# ---- lease ----------------------------------------------------------------------------------------------------------


def claim(actor: Actor, case_id: int) -> Case:
    """Take the lease of twenty minutes; whoever holds it already gets it anew. Conflict if somebody else holds it."""
    case = _locked(case_id)
    _refuse_outsiders(actor, case)
    _refuse_closed(case)
    _take_lease(actor, case)
    reports.take(actor, case)
    db.session.flush()
    return case


def release(actor: Actor, case_id: int) -> Case:
    """Give the lease back, so that others need not wait for its end."""
    case = _locked(case_id)
    if not rules.can_release(actor, case):
        raise Conflict(_("You do not hold this case any more."))
    _drop_lease(case)
    move(rules.CASE, case, "release", actor)
    db.session.flush()
    return case


def _take_lease(actor: Actor, case: Case) -> None:
    moment = now()
    if case.held_by_other(actor.person_id, moment):
        raise Conflict(
            _(
                "%(name)s is deciding this just now and has time for it until %(time)s. Nothing of yours was stored.",
                name=case.claimed_name or _("Another moderator"),
                time=format_clock(case.claimed_until),
            )
        )
    if case.status == "claimed" and case.claimed_by == actor.person_id:
        case.claimed_until = moment + rules.LEASE
        return
    move(rules.CASE, case, "claim" if case.status == "open" else "take_over", actor)
    case.claimed_by, case.claimed_name = actor.person_id, actor.name[:120]
    case.claimed_until = moment + rules.LEASE


def _drop_lease(case: Case) -> None:
    case.claimed_by, case.claimed_name, case.claimed_until = None, "", None


# ---- decision -------------------------------------------------------------------------------------------------------


def decide(actor: Actor, case_id: int, choice: Choice) -> Decision:
    """Decide on a case: takes the lease, keeps the decision, lets the subject's room carry it out, tells who reported.

    Refused on one's own text; Conflict where somebody else holds or has decided the case or the version is another one by
    now; Invalid with the field that lacks something.
    """
    case = _locked(case_id)
    _refuse_outsiders(actor, case)
    _refuse_closed(case)
    _refuse_other_version(case, choice)
    info = queries.subject_info(case.kind, case.subject_id)
    _check(case, choice, info)
    _take_lease(actor, case)
    as_it_is = queries.leaves_as_it_is(case, choice.outcome, info)
    decision = _store_decision(actor, case, choice, as_it_is)
    if not as_it_is:
        registries.moderated[case.kind].apply(actor, case.subject_id, verdict_of(decision))
    interim = not as_it_is and choice.outcome in registries.moderated[case.kind].interim
    _drop_lease(case)
    if not interim:
        case.closed_at = decision.made_at
    move(rules.CASE, case, "hold" if interim else "decide", actor)
    if interim:
        reports.take(actor, case)
    else:
        reports.answer(actor, case, decision)
    db.session.flush()
    return decision


def _store_decision(actor: Actor, case: Case, choice: Choice, as_it_is: bool) -> Decision:
    moment = now()
    reason = choice.reason or DEFAULT_REASON
    term = vocabulary("moderation_reasons").get(reason)
    decision = Decision(
        case_id=case.id, kind=case.kind, subject_id=case.subject_id, version_id=case.version_id, outcome=choice.outcome,
        reason=reason, note=choice.note, passages=[list(pair) for pair in choice.passages],
        facts={"source": case.source, "reports": case.report_count, "left": as_it_is},
        ground=term.extra.get("ground", "") if term else "", legal_basis=term.extra.get("legal_basis", "") if term else "",
        automated=False, moderator_id=actor.person_id, made_at=moment,
        waited_seconds=max(0, round((moment - case.opened_at).total_seconds())), in_time=moment <= case.due_at,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    decision.statement = statement_texts(decision)
    detail: dict[str, Any] = {"note": decision.note, "passages": decision.passages}
    audit.record(
        "decision.made", actor, (case.kind, case.subject_id), case_id=case.id, decision_id=decision.id,
        version_id=case.version_id, outcome=decision.outcome, reason=reason, automated=False,
        detail={key: value for key, value in detail.items() if value},
    )  # fmt: skip
    return decision


def verdict_of(decision: Decision) -> Verdict:
    """The decision as the subject's room gets it."""
    return Verdict(
        outcome=decision.outcome,
        reason=decision.reason,
        note=decision.note,
        passages=tuple((text, remark) for text, remark in decision.passages),
        decision_id=decision.id,
        case_id=decision.case_id,
        version_id=decision.version_id,
    )


def reverse(actor: Actor, decision_id: int) -> Decision:
    """Take a decision back within ten minutes: the text is where it was, its case is open again, mails are stopped."""
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound(_("There is no such decision."))
    case = _locked(decision.case_id)
    db.session.refresh(decision)
    if not rules.can_reverse(actor, decision, now()):
        raise Refused(_("A decision can be taken back by whoever made it, within ten minutes and once."))
    newest = queries.last_decision(case.kind, case.subject_id)
    if newest is None or newest.id != decision.id or queries.waiting_elsewhere(case):
        raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
    if not decision.facts.get("left"):
        kind = registries.moderated[case.kind]
        if kind.reverse is None:
            raise Refused(_("Decisions on texts of this kind cannot be taken back."))
        kind.reverse(actor, case.subject_id, verdict_of(decision))
    decision.reversed_at, decision.reversed_by = now(), actor.person_id
    mails.take_back(decision, case.title)
    reports.reopen(actor, decision)
    if case.closed_at is not None:
        case.closed_at = None
        move(rules.CASE, case, "reopen", actor)
    audit.record(
        "decision.reversed", actor, (case.kind, case.subject_id), case_id=case.id, decision_id=decision.id,
        outcome=decision.outcome,
    )  # fmt: skip
    db.session.flush()
    return decision


# ---- checks ---------------------------------------------------------------------------------------------------------


def _locked(case_id: int) -> Case:
    """The case's row, read anew and kept from others until this transaction ends."""
    statement = select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    case = db.session.execute(statement).scalar_one_or_none()
    if case is None:
        raise NotFound(_("There is no such case."))
    return case


def _refuse_outsiders(actor: Actor, case: Case) -> None:
    if not rules.can_see_case(actor, case):
        raise Refused(_("You moderate other consultations, not this one."))
    if not rules.can_decide(actor, case, queries.is_involved(actor, case)):
        raise Refused(_("This text is yours or your organisation's. Somebody else has to decide on it."))


def _refuse_closed(case: Case) -> None:
    if case.closed_at is None:
        return
    decision, name = queries.decision_with_name(case.id)
    if decision is None:
        raise Conflict(_("The author has withdrawn the text; there is nothing left to decide."))
    raise Conflict(
        _(
            "%(name)s has decided this already, on %(when)s: %(outcome)s. Your entries were not stored.",
            name=name or _("Another moderator"),
            when=format_moment(decision.made_at),
            outcome=outcome_word(decision.outcome),
        )
    )


def _refuse_other_version(case: Case, choice: Choice) -> None:
    if choice.version != queries.version_text(case):
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))


def _check(case: Case, choice: Choice, info: SubjectInfo | None) -> None:
    """Invalid, with a sentence for each field that cannot be taken as it is."""
    faults: dict[str, str] = {}
    offered = queries.offered_outcomes(case, info)
    if choice.outcome not in offered:
        decision, name = queries.decision_with_name(case.id)
        if choice.outcome in rules.OUTCOMES and decision is not None:
            raise Conflict(_("%(name)s has decided on this meanwhile. Please look at its present state.", name=name))
        faults["outcome"] = _("Please choose one of the decisions in the list.")
    reasons = vocabulary("moderation_reasons")
    if choice.outcome not in FAVOURABLE and choice.reason in ("", DEFAULT_REASON):
        faults["reason"] = _("Please choose the reason; the author reads it.")
    elif choice.reason and choice.reason not in reasons:
        faults["reason"] = _("Please choose one of the entries in the list.")
    if choice.outcome != "publish" and not choice.note:
        faults["note"] = _("Please write a sentence that says what it is about; the author reads it.")
    if len(choice.note) > MAX_NOTE:
        faults["note"] = _("Please shorten the sentence to at most %(number)s characters.", number=MAX_NOTE)
    if fault := _passage_fault(case, choice):
        faults["passage"] = fault
    if faults:
        raise Invalid(faults)


def _passage_fault(case: Case, choice: Choice) -> str:
    if not choice.passages:
        return ""
    if len(choice.passages) > MAX_PASSAGES:
        return _("Please mark at most %(number)s passages.", number=MAX_PASSAGES)
    review = queries.review_of(case)
    sources = [review.title, *(part.source for part in review.parts)]
    readable = [*sources, *(plain(part.source) for part in review.parts)]
    for text, _remark in choice.passages:
        if not text:
            return _("A remark lacks its passage. Please copy the passage from the text.")
        if not any(text in source for source in readable):
            return _(
                "“%(passage)s” does not occur in the text in these words. Please copy the passage from the text.",
                passage=text[:80],
            )
    return ""


def operator_land() -> str:
    """The Land whose public holidays count."""
    return str(current_app.config["SETTINGS"].operator["land"])
