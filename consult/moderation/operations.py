"""Writes of moderation: cases are opened, claimed, decided, reversed; each decision leaves a statement and a log row.

A case's row is locked before it is looked at, so of two moderators one decides and the other is told who did and when.
What a decision means for the text is carried out by the text's room (`ModeratedKind.apply`), in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app

from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.registry import Verdict, registries
from consult.core.states import move
from consult.moderation import catalogue, checks, deadlines, examining, hooks, leases, mails, queries, rules
from consult.moderation.cases import put_up
from consult.moderation.checks import Choice
from consult.moderation.leases import claim, release
from consult.moderation.models import LOOK, SUBMISSION, Case, Decision
from consult.moderation.statements import statement_texts

__all__ = [
    "Choice", "claim", "decide", "decide_again", "hold_case", "look_again", "open_case", "overturn_decision", "release",
    "reverse", "verdict_of", "withdraw_case",
]  # fmt: skip

audit.declare("case.opened", "case_id", "version_id", "source")
audit.declare("case.renewed", "case_id", "version_id", "source")
audit.declare("decision.made", "case_id", "decision_id", "version_id", "outcome", "reason", "automated")
audit.declare("decision.reversed", "case_id", "decision_id", "outcome")
audit.declare("decision.overturned", "case_id", "decision_id", "outcome", "by_decision_id")

LOOK_DAYS = 2  # promised time for a second look, which nobody outside waits for


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
    is_first: bool = False,
) -> Case:
    """Put a version before the moderators; a case of this subject that is open already takes it up instead.

    `due_days` are the promised working days. Where the text had been returned, the promise counts on from there. With
    `tell` the moderators get a notice. `is_first` says that the subject was never before moderation and that the caller has
    locked it, so that neither an earlier decision nor another case is looked for.
    """
    moment = opened_at or now()
    used = 0 if is_first else queries.used_seconds(kind, subject_id)
    due_at = deadlines.due(moment, due_days, used, operator_land())
    case = None if is_first else queries.waiting_case(kind, subject_id, lock=True)
    event = "case.renewed"
    if case is None:
        fresh = Case(
            kind=kind, subject_id=subject_id, version_id=version_id, source=source, consultation_id=consultation_id,
            title=title[:300], language=language, author_id=author_id, status=rules.CASE.initial, opened_at=moment,
            due_at=due_at, used_seconds=used, is_example=is_example,
        )  # fmt: skip
        case = put_up(fresh, alone=is_first)
        event = "case.opened" if case is fresh else event
    if event == "case.renewed":
        case.due_at = min(case.due_at, due_at)
        if source == SUBMISSION:
            case.source, case.title, case.language = SUBMISSION, title[:300], language
        if version_id is not None:
            case.version_id = version_id
    db.session.flush()
    audit.record(event, actor, (kind, subject_id), case_id=case.id, version_id=version_id, source=source)
    examining.ask(case, tell)
    return case


def hold_case(kind: str, subject_id: int) -> None:
    """Lock the case that waits for a subject, if there is one, before the subject's own row is locked.

    Deciding takes them in this order; whoever takes a text back the other way round would wait for who decides, who waits
    for them, until the database sends one of both away.
    """
    queries.waiting_case(kind, subject_id, lock=True)


def withdraw_case(kind: str, subject_id: int, actor: Actor = SYSTEM) -> Case | None:
    """Close the open case of a subject whose text was withdrawn; who reported it is told. None if nothing was open."""
    case = queries.waiting_case(kind, subject_id, lock=True)
    if case is None:
        return None
    leases.drop(case)
    case.closed_at = now()
    move(rules.CASE, case, "withdraw", actor)
    examining.forget(case)
    hooks.tell_closed(actor, case, None)
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
    if not info.public and not registries.moderated[kind].outcomes(subject_id, None):
        raise Conflict(_("There is nothing to decide about this text as it stands."))
    review = registries.moderated[kind].review(subject_id, None)  # knows the author where the page names none
    return open_case(
        kind, subject_id, review.version_id, consultation_id=info.consultation_id, due_days=LOOK_DAYS, title=info.kept_title,
        language=review.language, author_id=review.author_id, source=LOOK, actor=actor, tell=False,
    )  # fmt: skip


# ---- decision -------------------------------------------------------------------------------------------------------


def decide(actor: Actor, case_id: int, choice: Choice, facts: dict[str, Any] | None = None) -> Decision:
    """Decide on a case: takes the lease, keeps the decision, lets the subject's room carry it out, tells who reported.

    Refused on one's own text; Conflict where somebody else holds or has decided the case or the version is another one by
    now; Invalid with the field that lacks something. `facts` are kept with the decision (a batch it belongs to).
    """
    case = leases.locked(case_id)
    checks.refuse_outsiders(actor, case)
    checks.refuse_closed(case)
    checks.refuse_other_version(case, choice)
    info = queries.subject_info(case.kind, case.subject_id)
    offered = queries.offered_outcomes(case, info)
    target_id = checks.check(case, choice, offered)
    leases.take(actor, case)
    as_it_is = queries.leaves_as_it_is(case, choice.outcome, info)
    decision = Decision(
        version_id=case.version_id, target_id=target_id, second=list(choice.second), second_title=choice.second_title,
        facts={
            "source": case.source, "reports": case.report_count, "left": as_it_is, "offered": list(offered),
            "signals": sorted({str(one.get("code", "")) for one in case.signals or []}), **(facts or {}),
        },
    )  # fmt: skip
    _store(actor, case, decision, choice)
    if not as_it_is:
        registries.moderated[case.kind].apply(actor, case.subject_id, verdict_of(decision))
    interim = not as_it_is and choice.outcome in registries.moderated[case.kind].interim
    leases.drop(case)
    if not interim:
        case.closed_at = decision.made_at
    move(rules.CASE, case, "hold" if interim else "decide", actor)
    if interim:
        case.due_at = max(case.due_at, deadlines.due(decision.made_at, LOOK_DAYS, land=operator_land()))
        hooks.tell_taken(actor, case)
    else:
        hooks.tell_closed(actor, case, decision)
    db.session.flush()
    return decision


def _store(actor: Actor, case: Case, decision: Decision, choice: Choice) -> None:
    """Fill in what every decision has, keep it with its statement, and note it in the log."""
    moment = now()
    reason = catalogue.entry(choice.reason or catalogue.DEFAULT_REASON)
    decision.case_id, decision.kind, decision.subject_id = case.id, case.kind, case.subject_id
    decision.outcome, decision.note, decision.internal_note = choice.outcome, choice.note, choice.internal_note
    decision.passages = [list(pair) for pair in choice.passages]
    decision.held_back = _with_titles(case, choice.held_back)
    decision.reason = choice.reason or catalogue.DEFAULT_REASON
    if reason is not None:
        decision.reason_version, decision.reason_texts = reason.version, {"title": reason.title, "text": reason.text}
        decision.ground, decision.legal_basis = reason.ground, reason.legal_basis
    decision.automated, decision.moderator_id, decision.made_at = False, actor.person_id, moment
    decision.waited_seconds = max(0, round((moment - case.opened_at).total_seconds()))
    decision.in_time = moment <= case.due_at or decision.outcome == rules.REINSTATE
    db.session.add(decision)
    db.session.flush()
    decision.statement = statement_texts(decision)
    detail: dict[str, Any] = {
        "note": decision.note, "passages": decision.passages, "held_back": decision.held_back,
        "internal_note": decision.internal_note,
    }  # fmt: skip
    audit.record(
        "decision.made", actor, (case.kind, case.subject_id), case_id=case.id, decision_id=decision.id,
        version_id=decision.version_id, outcome=decision.outcome, reason=decision.reason, automated=False,
        detail={key: value for key, value in detail.items() if value},
    )  # fmt: skip


def _with_titles(case: Case, names: tuple[str, ...]) -> list[list[str]]:
    """Each part with its title as it is now: the decision must be understood when the text is long gone."""
    review = queries.review_of(case) if names else None
    return [[part.name, part.source] for part in review.parts if part.name in names] if review is not None else []


def verdict_of(decision: Decision, overturns: str = "") -> Verdict:
    """The decision as the subject's room gets it."""
    return Verdict(
        outcome=decision.outcome,
        reason=decision.reason,
        note=decision.note,
        passages=tuple((text, remark) for text, remark in decision.passages),
        decision_id=decision.id,
        case_id=decision.case_id,
        version_id=decision.version_id,
        target_id=decision.target_id,
        second=tuple(decision.second),
        second_title=decision.second_title,
        overturns=overturns,
        overturned_id=decision.overturned_id,
        held_back=tuple(name for name, _title in decision.held_back),
    )


# ---- taking back ----------------------------------------------------------------------------------------------------


def reverse(actor: Actor, decision_id: int) -> Decision:
    """Take a decision back within ten minutes: the text is where it was, its case is open again, mails are stopped."""
    decision, case = _with_case(decision_id)
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
    hooks.tell_reopened(actor, decision)
    if case.closed_at is not None:
        case.closed_at = None
        move(rules.CASE, case, "reopen", actor)
    audit.record(
        "decision.reversed", actor, (case.kind, case.subject_id), case_id=case.id, decision_id=decision.id,
        outcome=decision.outcome,
    )  # fmt: skip
    db.session.flush()
    return decision


def overturn_decision(actor: Actor, decision_id: int, reason: str, note: str, internal_note: str = "") -> Decision:
    """Take back a restriction that somebody else decided, however long ago; returns the decision that does it.

    For an upheld complaint and a second look that differs. Refused for who made the decision or has a part in the text;
    Conflict where it was taken back already or restricts nothing; Invalid at `reason` and `note`. A text that should not
    have been published is looked at again instead (`decide_again`).
    """
    old, case = _with_case(decision_id)
    checks.refuse_outsiders(actor, case)
    if old.reversed_at is not None:
        raise Conflict(_("This decision was taken back already."))
    _refuse_parties(actor, old, case)
    if old.outcome in rules.FAVOURABLE:
        raise Conflict(_("This decision restricts nothing. Please look at the text again instead."))
    choice = Choice(rules.REINSTATE, reason=reason, note=note, internal_note=internal_note)
    if faults := checks.reason_faults(choice.outcome, choice.reason, choice.note):
        raise Invalid(faults)
    if case.closed_at is None:
        leases.take(actor, case)  # nobody else may be deciding at this moment
    new = Decision(
        version_id=old.version_id, target_id=old.target_id, second=list(old.second), second_title=old.second_title,
        overturned_id=old.id, facts={"source": case.source, "reports": case.report_count, "left": False},
    )  # fmt: skip
    _store(actor, case, new, choice)
    registries.moderated[case.kind].apply(actor, case.subject_id, verdict_of(new, old.outcome))
    old.reversed_at, old.reversed_by = new.made_at, actor.person_id
    if case.closed_at is None:
        leases.drop(case)
        case.closed_at = new.made_at
        move(rules.CASE, case, "settle", actor)
        hooks.tell_closed(actor, case, new)
    hooks.tell_overturned(actor, old, new)
    audit.record(
        "decision.overturned", actor, (case.kind, case.subject_id), case_id=case.id, decision_id=old.id,
        outcome=old.outcome, by_decision_id=new.id,
    )  # fmt: skip
    db.session.flush()
    return new


def decide_again(actor: Actor, decision_id: int, choice: Choice) -> Decision:
    """Decide anew on a text about which somebody else has decided: opens a case, or takes the one that is open.

    For a complaint against a text being left as it is. An empty `version` stands for the one that is there now.
    """
    old, case = _with_case(decision_id)
    _refuse_parties(actor, old, case)
    again = look_again(actor, old.kind, old.subject_id)
    version = choice.version or queries.version_text(again)
    new = decide(actor, again.id, checks.with_version(choice, version))
    new.overturned_id = old.id
    db.session.flush()
    return new


def _with_case(decision_id: int) -> tuple[Decision, Case]:
    """A decision with its case, both read anew and the case locked."""
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound(_("There is no such decision."))
    case = leases.locked(decision.case_id)
    db.session.refresh(decision)
    return decision, case


def _refuse_parties(actor: Actor, decision: Decision, case: Case) -> None:
    checks.refuse_outsiders(actor, case)
    if not rules.can_overturn(actor, case, decision, False):
        raise Refused(_("You made this decision. Somebody else has to look at it again."))


def operator_land() -> str:
    """The Land whose public holidays count."""
    return str(current_app.config["SETTINGS"].operator["land"])
