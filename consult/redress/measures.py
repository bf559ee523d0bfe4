"""Writes about misuse: a warning, then a suspension for a time, decided by a human case by case (Art. 23).

Nothing is suspended without a warning before it, a statement of reasons with the criteria of Art. 23 (3), an end, and the
way to complain. Who is suspended still reads, takes data out and complains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from consult.accounts.models import Person
from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.states import move
from consult.core.text import has_words
from consult.redress import measure_mails, misuse_queries, rules
from consult.redress.measure_words import statement_texts
from consult.redress.models import STEPS, SUSPENSION, WARNING, Measure

audit.declare("measure.decided", "measure_id", "scope", "step", "manifest", "all")
audit.declare("measure.shortened", "measure_id")

LONGEST_DAYS = 180
FEWEST = 2  # once is not "frequently"
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Judgement:
    """What a moderator decides about somebody: `items` are "report:12", "complaint:3", "decision:7"; `seen` is the newest
    measure that they knew of (0 for none)."""

    step: str
    items: tuple[str, ...]
    gravity: str
    intention: str
    note: str
    days: int = 0
    seen: int = 0


def decide_measure(actor: Actor, concerned: misuse_queries.Concerned, judgement: Judgement) -> Measure:
    """Warn or suspend. Invalid with the field that lacks something; Conflict where somebody else has decided meanwhile."""
    if not rules.can_judge_misuse(actor, concerned.person_id):
        raise Refused(_("Only moderators of the whole site decide about this, and nobody about themselves."))
    _lock(concerned)
    record = misuse_queries.record_of(concerned)
    newest = record.measures[0].id if record.measures else 0
    if newest != judgement.seen:
        raise Conflict(_("Somebody else has decided about this meanwhile. Please look at the present state."))
    chosen = [item for item in record.items if item.key in judgement.items]
    _check(record, judgement, len(chosen))
    moment = now()
    measure = Measure(
        person_id=concerned.person_id, email=concerned.email, email_key=email_key(concerned.email), scope=concerned.scope,
        step=judgement.step, status=rules.MEASURE.initial, items=[[item.kind, item.id] for item in chosen],
        number_manifest=len(chosen), number_all=record.total, gravity=judgement.gravity, intention=judgement.intention,
        note=judgement.note, language=concerned.language, decided_by=actor.person_id, decided_at=moment,
        ends_at=moment + (timedelta(days=judgement.days) if judgement.step == SUSPENSION else misuse_queries.COUNTED),
    )  # fmt: skip
    db.session.add(measure)
    db.session.flush()
    measure.statement = statement_texts(measure)
    subject = ("person", concerned.person_id) if concerned.person_id is not None else ("measure", measure.id)
    audit.record(
        "measure.decided", actor, subject, measure_id=measure.id, scope=measure.scope, step=measure.step,
        manifest=measure.number_manifest, all=measure.number_all,
        detail={"gravity": measure.gravity, "intention": measure.intention, "note": measure.note},
    )  # fmt: skip
    db.session.flush()
    measure_mails.send_statement(measure)
    return measure


def _lock(concerned: misuse_queries.Concerned) -> None:
    """Two moderators decide about a person one after the other."""
    if concerned.person_id is not None:
        db.session.execute(select(Person.id).where(Person.id == concerned.person_id).with_for_update())


def _check(record: misuse_queries.Record, judgement: Judgement, chosen: int) -> None:
    faults: dict[str, str] = {}
    if judgement.step not in STEPS:
        faults["step"] = _("Please choose one of the decisions in the list.")
    elif judgement.step == SUSPENSION and not record.warned:
        faults["step"] = _("The law asks for a warning first. Please warn; a suspension can follow if it goes on.")
    if chosen < FEWEST:
        faults["item"] = _("Please tick at least %(number)s cases that are manifest; once is no misuse.", number=FEWEST)
    if judgement.step == SUSPENSION and not 1 <= judgement.days <= LONGEST_DAYS:
        faults["days"] = _("Please enter a number of days, 1 to %(number)s.", number=LONGEST_DAYS)
    for name, text in (("gravity", judgement.gravity), ("intention", judgement.intention), ("note", judgement.note)):
        if not has_words(text):
            faults[name] = _("Please write a sentence; whom it concerns reads it.")
        elif len(text) > LONGEST_NOTE:
            faults[name] = _("Please shorten the sentence to at most %(number)s characters.", number=LONGEST_NOTE)
    if faults:
        raise Invalid(faults)


def lift_or_shorten(actor: Actor, measure: Measure, until: datetime | None) -> Measure:
    """After a complaint: lift the measure, or let a suspension end at `until`; Invalid at `days` if that is later."""
    if until is None:
        move(rules.MEASURE, measure, "lift", actor)
        measure.ended_at = now()
    else:
        if measure.step != SUSPENSION or measure.ends_at is None or until >= measure.ends_at:
            raise Invalid({"days": _("This would not shorten the measure.")})
        measure.ends_at = until
        measure.statement = statement_texts(measure)
        audit.record("measure.shortened", actor, ("measure", measure.id), measure_id=measure.id)
    db.session.flush()
    return measure


def end_measures() -> int:
    """End what has run its time; who was suspended is told. Returns how many."""
    due = db.session.execute(
        select(Measure).where(Measure.status == "active", Measure.ends_at <= now()).order_by(Measure.id).limit(200)
    ).scalars()
    number = 0
    for measure in due:
        move(rules.MEASURE, measure, "end", SYSTEM)
        measure.ended_at = measure.ends_at
        if measure.step == SUSPENSION:
            measure_mails.send_end(measure)
        number += 1
    db.session.flush()
    return number


__all__ = ["FEWEST", "LONGEST_DAYS", "WARNING", "Judgement", "decide_measure", "end_measures", "lift_or_shorten"]
