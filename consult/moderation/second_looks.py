"""Second looks: a random share of decisions is made once more by somebody who does not know how it was decided.

The draw is made in the background, after the ten minutes in which a decision can be taken back. Left out are texts with
answers for the agency or the ministry, since those are read within an open case only. Where both differ, the second one
may take the first decision back, with a record of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.jobs import every
from consult.core.registry import Review, registries
from consult.core.settings_store import recall, remember
from consult.moderation import checks, operations, queries, rules
from consult.moderation.models import Case, Decision, Report, SecondLook
from consult.moderation.reasons import second_look_share
from consult.moderation.signals import RESTRICTED

audit.declare("second_look.drawn", "look_id", "decision_id")
audit.declare("second_look.made", "look_id", "decision_id", "outcome", "agrees")

DRAWN = "moderation.second_looks_drawn"  # number of the last decision that was in the draw
MOST = 500
_chance = random.SystemRandom()


@dataclass(frozen=True)
class Blind:
    """What the second one gets to see: text and reports, and which decisions were possible; nothing of the first one."""

    look: SecondLook
    case: Case
    review: Review
    reports: list[Report]
    outcomes: tuple[str, ...]


# ---- the draw -------------------------------------------------------------------------------------------------------


@every("moderation.second_looks", minutes=30)
def draw(_payload: dict[str, Any]) -> None:
    """Draw from the decisions that were made since the last draw and can no longer be taken back by their maker."""
    last = int(recall(DRAWN, 0))
    statement = (
        select(Decision, Case)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.id > last, Decision.made_at <= now() - rules.UNDO)
        .order_by(Decision.id)
        .limit(MOST)
    )
    share = second_look_share()
    for decision, case in db.session.execute(statement).all():
        last = decision.id
        if _chance.random() < share and _is_fit(decision):
            look = SecondLook(
                decision_id=decision.id, consultation_id=case.consultation_id, first_outcome=decision.outcome
            )
            db.session.add(look)
            db.session.flush()
            audit.record(
                "second_look.drawn", SYSTEM, (decision.kind, decision.subject_id), look_id=look.id,
                decision_id=decision.id,
            )  # fmt: skip
    remember(DRAWN, last)


def _is_fit(decision: Decision) -> bool:
    """Whether the decision stands, a human made it, and its text can be shown."""
    if decision.reversed_at is not None or decision.moderator_id is None or decision.is_example:
        return False
    if (
        decision.outcome == rules.REINSTATE
        or "offered" not in decision.facts
        or decision.kind not in registries.moderated
    ):
        return False
    if queries.subject_info(decision.kind, decision.subject_id) is None:
        return False
    review = registries.moderated[decision.kind].review(decision.subject_id, decision.version_id)
    return _can_be_shown(review, decision)


def _can_be_shown(review: Review, decision: Decision) -> bool:
    """Whether the text that was decided about is still there and holds nothing that is read in an open case only."""
    same = review.version_id == decision.version_id
    return (
        same and any(part.source for part in review.parts) and not any(p.audience in RESTRICTED for p in review.parts)
    )


# ---- for whom -------------------------------------------------------------------------------------------------------


def _open_to(actor: Actor) -> Any:
    """Second looks that wait and that the actor may take, as far as the database can tell."""
    moment = now()
    mine = aliased(Decision)
    part = select(mine.id).where(mine.case_id == Case.id, mine.moderator_id == actor.person_id).exists()
    statement = (
        select(SecondLook)
        .join(Decision, Decision.id == SecondLook.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .where(
            SecondLook.made_at.is_(None),
            Decision.reversed_at.is_(None),
            ~part,
            or_(Case.author_id.is_(None), Case.author_id != actor.person_id),
            or_(
                SecondLook.held_until.is_(None),
                SecondLook.held_until <= moment,
                SecondLook.reviewer_id == actor.person_id,
            ),
        )
    )
    scope = rules.moderated_consultations(actor)
    return statement if scope is None else statement.where(SecondLook.consultation_id.in_(sorted(scope)))


def number_open(actor: Actor) -> int:
    """How many second looks wait for the actor."""
    return int(db.session.execute(select(func.count()).select_from(_open_to(actor).subquery())).scalar_one())


def made_by(actor: Actor, limit: int = 20) -> list[tuple[SecondLook, Case]]:
    """The actor's own second looks with their cases, newest first."""
    statement = (
        select(SecondLook, Case)
        .join(Decision, Decision.id == SecondLook.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .where(SecondLook.reviewer_id == actor.person_id, SecondLook.made_at.is_not(None))
        .order_by(SecondLook.made_at.desc(), SecondLook.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def take_next(actor: Actor) -> SecondLook | None:
    """Hold the oldest second look that the actor may take; those whose text is gone are dropped. None if none is left."""
    seen: list[int] = []
    for _try in range(30):
        statement = _open_to(actor).where(SecondLook.id.not_in(seen)).order_by(SecondLook.id).limit(1)
        look = db.session.execute(statement.with_for_update(of=SecondLook, skip_locked=True)).scalar_one_or_none()
        if look is None:
            return None
        seen.append(look.id)
        decision = db.session.get_one(Decision, look.decision_id)
        if not _is_fit(decision):
            db.session.delete(look)
            db.session.flush()
            continue
        if checks.may_decide(actor, db.session.get_one(Case, decision.case_id)):
            look.reviewer_id, look.held_until = actor.person_id, now() + rules.LEASE
            db.session.flush()
            return look
    return None


# ---- the look -------------------------------------------------------------------------------------------------------


def blind_view(actor: Actor, look_id: int) -> Blind:
    """The text to decide about once more; NotFound where the actor does not hold it."""
    look, decision, case = _held(actor, look_id)
    review = registries.moderated[decision.kind].review(decision.subject_id, decision.version_id)
    if not _can_be_shown(review, decision):
        raise Conflict(_("The text is no longer there as it was decided about."))
    statement = select(Report).where(Report.case_id == case.id, Report.created_at <= decision.made_at).limit(10)
    reports = list(db.session.execute(statement.order_by(Report.id)).scalars()) if case.report_count else []
    outcomes = tuple(one for one in rules.OUTCOMES if one in decision.facts.get("offered", ()))
    return Blind(look, case, review, reports, outcomes)


def _held(actor: Actor, look_id: int, lock: bool = False) -> tuple[SecondLook, Decision, Case]:
    statement = select(SecondLook).where(SecondLook.id == look_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    look = db.session.execute(statement).scalar_one_or_none()
    if look is None or look.reviewer_id != actor.person_id:
        raise NotFound(_("There is no such second look, or somebody else has it."))
    decision = db.session.get_one(Decision, look.decision_id)
    case = db.session.get_one(Case, decision.case_id)
    if rules.took_part(actor, decision) or not checks.may_decide(actor, case):
        raise Refused(_("Somebody else has to look at this decision."))
    return look, decision, case


def make(actor: Actor, look_id: int, outcome: str, reason: str, note: str) -> SecondLook:
    """Keep the second decision; it changes nothing about the text. Invalid with the field that lacks something."""
    look, decision, _case = _held(actor, look_id, lock=True)
    if look.made_at is not None:
        raise Conflict(_("You have decided this already."))
    faults = checks.reason_faults(outcome, reason, note or "-")
    if outcome not in decision.facts.get("offered", ()):
        faults["outcome"] = _("Please choose one of the decisions in the list.")
    if faults:
        raise Invalid(faults)
    look.outcome, look.reason, look.note = outcome, reason, note
    look.made_at, look.held_until = now(), None
    audit.record(
        "second_look.made", actor, (decision.kind, decision.subject_id), look_id=look.id, decision_id=decision.id,
        outcome=outcome, agrees=look.agrees, detail={"note": note} if note else None,
    )  # fmt: skip
    db.session.flush()
    return look


def result(actor: Actor, look_id: int) -> tuple[SecondLook, Decision, Case]:
    """Both decisions side by side, once the second one is made; NotFound before and for others."""
    look = db.session.get(SecondLook, look_id)
    if look is None or look.made_at is None or look.reviewer_id != actor.person_id:
        raise NotFound(_("There is no such second look, or somebody else has it."))
    decision = db.session.get_one(Decision, look.decision_id)
    return look, decision, db.session.get_one(Case, decision.case_id)


def way_out(look: SecondLook, decision: Decision) -> str:
    """What a difference may lead to: "overturn" a restriction, "look" at the text again, or nothing."""
    if look.agrees or look.followed_at is not None or decision.reversed_at is not None:
        return ""
    if decision.outcome in rules.FAVOURABLE or look.outcome not in rules.FAVOURABLE:
        return "look"
    return "overturn"


def follow(actor: Actor, look_id: int, note: str) -> Decision | Case:
    """Act on the difference: take the first decision back, or open a case about the text."""
    look, decision, case = _held(actor, look_id, lock=True)
    way = way_out(look, decision) if look.made_at is not None else ""
    if not way:
        raise Conflict(_("There is nothing to be done about it any more."))
    look.followed_at = now()
    if way == "overturn":
        return operations.overturn_decision(actor, decision.id, "", note)
    return operations.look_again(actor, case.kind, case.subject_id)
