"""Writes of consultations: numbers, stored counters, and what administrators edit.

An edit hands over the whole consultation as it shall be (`Draft`). Its questions are matched by id: a new one has none, one
that shall go is named in `removed`, and one that is in neither list is an error, so that a form that was cut short on its
way never deletes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import selectinload

from consult.consultations import rules
from consult.consultations.models import (
    COMMENT_MODES,
    MAX_QUESTIONS,
    Consultation,
    NumberCounter,
    Question,
    QuestionWording,
)
from consult.consultations.queries import has_numbers
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import end_of_day, local, now, start_of_day
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.registry import registries, touch
from consult.core.text import render_markdown, slugify

audit.declare("consultation.created", "prefix")
audit.declare("consultation.changed", "fields", "version")
audit.declare("question.added", "consultation_id", "position")
audit.declare("question.reworded", "consultation_id", "wording_id")
audit.declare("question.closed", "consultation_id")
audit.declare("question.reopened", "consultation_id")
audit.declare("question.removed", "consultation_id", "position")
audit.declare("question.moved", "consultation_id", "from", "to")

RESERVED_SLUGS = frozenset({"current", "new"})

Text2 = dict[str, str]


@dataclass
class QuestionDraft:
    """A question as it shall be. `id` is None for a new one."""

    id: int | None
    short_title: Text2
    text: Text2
    help: Text2
    addressed_to: list[str]
    closed: bool = False
    good_answer: Text2 = field(default_factory=dict)


@dataclass
class Draft:
    """A consultation as it shall be. Days are calendar days in Berlin; the last one counts as a whole."""

    title: Text2
    summary: Text2
    introduction: Text2
    call_to_action: Text2
    office: Text2
    prefix: str
    promised_days: int
    comment_mode: str
    opens_on: date | None = None
    closes_on: date | None = None
    evaluation_on: date | None = None
    results_on: date | None = None
    is_active: bool = True
    listed: bool = True
    target_groups: list[str] = field(default_factory=list)
    questions: list[QuestionDraft] = field(default_factory=list)
    removed: frozenset[int] = frozenset()


# ---- numbers and counters -------------------------------------------------------------------------------------------


def take_number(consultation: Consultation, at: datetime) -> str:
    """The next number of this consultation in the year of `at` (Berlin), for example "OR-2026-00042".

    The counter's row stays locked until the transaction ends, so numbers are consecutive and none is given twice, however
    many ask at once; a rollback gives the number back.
    """
    year = local(at).year
    connection = db.session.connection()
    taken = connection.execute(
        _next_number(connection.dialect.name), {"consultation_id": consultation.id, "year": year}
    )
    return f"{consultation.prefix}-{year}-{taken.scalar_one():05d}"


@cache
def _next_number(dialect: str) -> Insert:
    """Counts on, past the unit of work and put together once; no public page shows it."""
    table: Any = inspect(NumberCounter).local_table
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: Insert = (
        insert(table)
        .values(last=1)
        .on_conflict_do_update(index_elements=[table.c.consultation_id, table.c.year], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    return statement


def reserve_number(consultation_id: int, number: str) -> None:
    """A number that came with an import is never given again."""
    _prefix, _dash, rest = number.partition("-")
    year, _dash, count = rest.partition("-")
    if not (year.isdecimal() and count.isdecimal()):
        return
    row = db.session.get(NumberCounter, (consultation_id, int(year)), with_for_update=True)
    if row is None:
        db.session.add(NumberCounter(consultation_id=consultation_id, year=int(year), last=int(count)))
    else:
        row.last = max(row.last, int(count))
    db.session.flush()


def count_answers(question_id: int, delta: int, at: datetime | None = None) -> None:
    """Change the stored number of published answers; `at` is when the newest of them was published.

    Leave `at` out for an answer without name: its exact date is nobody's business.
    """
    values: dict[str, Any] = {"answer_count": Question.answer_count + delta}
    if at is not None:
        values["last_answer_at"] = at
    db.session.execute(
        update(Question).where(Question.id == question_id).values(values).execution_options(synchronize_session=False)
    )
    touch("question", question_id)


def count_ideas(consultation_id: int, delta: int) -> None:
    """Change the stored number of published ideas. The consultation's edit version stays as it is."""
    db.session.execute(
        update(Consultation)
        .where(Consultation.id == consultation_id)
        .values(idea_count=Consultation.idea_count + delta)
        .execution_options(synchronize_session=False)
    )


def question_in_use(question: Question) -> bool:
    """Whether somebody has answered this question, published or not: then it is never deleted."""
    return question.answer_count > 0 or any(asks(question.id) for asks in registries.question_in_use)


# ---- editing --------------------------------------------------------------------------------------------------------


def create_consultation(actor: Actor, slug: str, draft: Draft) -> Consultation:
    """A new consultation with its questions. Invalid names the fields; the address and the prefix are unique."""
    if not rules.can_create(actor):
        raise Refused(_("Only administrators of the whole site create consultations."))
    slug = slugify(slug or draft.title.get("en") or draft.title.get("de") or "")
    consultation = Consultation(slug=slug, prefix=draft.prefix, title=draft.title, questions=[])
    problems = _problems(consultation, draft)
    if slug in RESERVED_SLUGS or _taken(Consultation.slug, slug, None):
        problems["slug"] = _("This address is taken. Please choose another one.")
    if problems:
        raise Invalid(problems)
    _apply(consultation, draft)
    db.session.add(consultation)
    db.session.flush()
    audit.record("consultation.created", actor, ("consultation", consultation.id), prefix=consultation.prefix)
    _apply_questions(actor, consultation, draft)
    touch("consultation", consultation.id)
    return consultation


def change_consultation(actor: Actor, consultation_id: int, draft: Draft, version: int) -> Consultation:
    """Make a consultation what `draft` says. `version` is the one that the editor saw.

    Conflict if somebody saved in between; Invalid names the fields (`questions-N-...` by place in the draft).
    """
    consultation = db.session.execute(
        select(Consultation)
        .where(Consultation.id == consultation_id)
        .options(selectinload(Consultation.questions))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if consultation is None:
        raise NotFound()
    if not rules.can_edit(actor, consultation):
        raise Refused(_("You have no right to edit this consultation."))
    if consultation.version != version:
        raise Conflict(_("Somebody else has changed this consultation since you opened it."))
    problems = _problems(consultation, draft)
    if problems:
        raise Invalid(problems)
    changed = _apply(consultation, draft)
    if _apply_questions(actor, consultation, draft):
        changed.append("questions")
    if changed:
        consultation.changed_at = now()
        db.session.flush()
        audit.record(
            "consultation.changed", actor, ("consultation", consultation.id),
            fields=",".join(changed), version=consultation.version,
        )  # fmt: skip
        touch("consultation", consultation.id)
    return consultation


def _taken(column: Any, value: str, own_id: int | None) -> bool:
    statement = select(Consultation.id).where(column == value)
    found = db.session.execute(statement).scalar_one_or_none()
    return found is not None and found != own_id


def _problems(consultation: Consultation, draft: Draft) -> dict[str, str]:
    """What is wrong with a draft that only the database knows, and what concerns several fields at once."""
    problems = _date_problems(draft)
    if _taken(Consultation.prefix, draft.prefix, consultation.id):
        problems["prefix"] = _("Another consultation uses these letters already.")
    elif consultation.id and draft.prefix != consultation.prefix and has_numbers(consultation.id):
        problems["prefix"] = _("Ideas carry numbers with %(prefix)s already, so it stays.", prefix=consultation.prefix)
    if draft.comment_mode not in COMMENT_MODES:
        problems["comment_mode"] = _("Please choose one of the entries in the list.")
    return problems | _question_problems(consultation, draft)


def _date_problems(draft: Draft) -> dict[str, str]:
    problems: dict[str, str] = {}
    steps = [
        ("opens_on", draft.opens_on),
        ("closes_on", draft.closes_on),
        ("evaluation_on", draft.evaluation_on),
        ("results_on", draft.results_on),
    ]
    known = [(name, day) for name, day in steps if day is not None]
    for (_before, earlier), (name, later) in zip(known, known[1:], strict=False):
        if later < earlier:
            problems[name] = _("This day lies before the one above. Please check the order of the dates.")
    if draft.closes_on is not None and draft.opens_on is None:
        problems["opens_on"] = _("A last day needs a first one.")
    for name, day in (("evaluation_on", draft.evaluation_on), ("results_on", draft.results_on)):
        if day is not None and name not in problems and (draft.closes_on is None or day <= draft.closes_on):
            problems[name] = _("This can begin on the day after the last day at the earliest.")
    return problems


def _question_problems(consultation: Consultation, draft: Draft) -> dict[str, str]:
    problems: dict[str, str] = {}
    existing = {question.id: question for question in consultation.questions}
    kept = [one.id for one in draft.questions if one.id is not None]
    if len(set(kept)) != len(kept) or not set(kept) <= set(existing) or not draft.removed <= set(existing):
        raise Conflict(_("The questions have changed in the meantime. Please open the page anew."))
    if set(existing) - set(kept) - draft.removed:
        raise Conflict(_("The form arrived incomplete. Nothing was changed; please send it again."))
    if not draft.questions:
        problems["questions"] = _("A consultation has at least one question.")
    if len(draft.questions) > MAX_QUESTIONS:
        problems["questions"] = _("At most %(num)s questions fit. Please remove some.", num=MAX_QUESTIONS)
    for question_id in sorted(draft.removed):
        if question_in_use(existing[question_id]):
            problems["questions"] = _(
                "Question %(number)s has answers and stays. You can close or reword it.",
                number=existing[question_id].position,
            )
    return problems


def _apply(consultation: Consultation, draft: Draft) -> list[str]:
    """Set the consultation's own columns; returns the names of those that changed."""
    wanted: dict[str, Any] = {
        "title": draft.title,
        "summary": draft.summary,
        "introduction": draft.introduction,
        "call_to_action": draft.call_to_action,
        "office": draft.office,
        "prefix": draft.prefix,
        "promised_days": draft.promised_days,
        "comment_mode": draft.comment_mode,
        "target_groups": draft.target_groups,
        "is_active": draft.is_active,
        "listed": draft.listed,
        "opens_at": start_of_day(draft.opens_on) if draft.opens_on else None,
        "closes_at": end_of_day(draft.closes_on) if draft.closes_on else None,
        "evaluation_at": start_of_day(draft.evaluation_on) if draft.evaluation_on else None,
        "results_at": start_of_day(draft.results_on) if draft.results_on else None,
    }
    changed = [name for name, value in wanted.items() if getattr(consultation, name) != value]
    for name in changed:
        setattr(consultation, name, wanted[name])
    if "introduction" in changed:
        consultation.introduction_html_de = render_markdown(draft.introduction.get("de"))
        consultation.introduction_html_en = render_markdown(draft.introduction.get("en"))
    if {"opens_at", "closes_at", "evaluation_at", "results_at"} & set(changed):
        consultation.example_dates = False
    return changed


def _apply_questions(actor: Actor, consultation: Consultation, draft: Draft) -> bool:
    """Remove, change, add and order the questions; returns whether anything is different now."""
    existing = {question.id: question for question in consultation.questions}
    before = {question.id: question.position for question in consultation.questions}
    changed = bool(draft.removed)
    for question_id in sorted(draft.removed):
        _remove(actor, existing.pop(question_id))
    ordered: list[Question] = []
    for one in draft.questions:
        if one.id is None:
            question = _new_question(consultation, one, {q.key for q in (*existing.values(), *ordered)})
            changed = True
        else:
            question = existing[one.id]
            changed |= _change_question(actor, consultation, question, one)
        ordered.append(question)
    changed |= _order(ordered)
    record_moves(actor, consultation.id, before, ordered)
    for question, one in zip(ordered, draft.questions, strict=True):
        touch("question", question.id)
        if one.id is None:
            audit.record(
                "question.added", actor, ("question", question.id),
                consultation_id=consultation.id, position=question.position,
            )  # fmt: skip
    return changed


def record_moves(actor: Actor, consultation_id: int, before: Mapping[int, int], questions: Sequence[Question]) -> None:
    """Note which questions have another place than `before`: what was named by its place means another one since."""
    for one in questions:
        was = before.get(one.id, one.position)
        if was != one.position:
            keys: dict[str, Any] = {"consultation_id": consultation_id, "from": was, "to": one.position}
            audit.record("question.moved", actor, ("question", one.id), **keys)


def _remove(actor: Actor, question: Question) -> None:
    audit.record(
        "question.removed", actor, ("question", question.id),
        consultation_id=question.consultation_id, position=question.position,
    )  # fmt: skip
    touch("question", question.id)
    db.session.delete(question)
    db.session.flush()


def _new_question(consultation: Consultation, one: QuestionDraft, keys: set[str]) -> Question:
    stem = slugify(one.short_title.get("en") or one.short_title.get("de") or "question")[:70]
    key, count = stem, 1
    while key in keys:
        count += 1
        key = f"{stem}-{count}"
    return Question(
        consultation_id=consultation.id,
        key=key,
        position=0,
        short_title=one.short_title,
        text=one.text,
        help=one.help,
        good_answer=one.good_answer,
        addressed_to=one.addressed_to,
        sub_questions=[],
        closed_at=now() if one.closed else None,
        answer_count=0,
    )


def _change_question(actor: Actor, consultation: Consultation, question: Question, one: QuestionDraft) -> bool:
    changed = False
    for name in ("short_title", "help", "good_answer", "addressed_to"):
        if getattr(question, name) != getattr(one, name):
            setattr(question, name, getattr(one, name))
            changed = True
    if question.text != one.text:
        _reword(actor, consultation, question, one.text)
        changed = True
    if question.is_closed != one.closed:
        question.closed_at = now() if one.closed else None
        event = "question.closed" if one.closed else "question.reopened"
        audit.record(event, actor, ("question", question.id), consultation_id=consultation.id)
        changed = True
    return changed


def _reword(actor: Actor, consultation: Consultation, question: Question, text: Text2) -> None:
    """Give a question another wording. Once people could answer it, the old one stays readable with its date."""
    wording_id = None
    if rules.wording_is_public(consultation, now()) or question_in_use(question):
        old = QuestionWording(question_id=question.id, text=question.text, until=now())
        db.session.add(old)
        db.session.flush()
        question.reworded_at, wording_id = old.until, old.id
    question.text = text
    audit.record(
        "question.reworded", actor, ("question", question.id), consultation_id=consultation.id, wording_id=wording_id
    )


def _order(questions: list[Question]) -> bool:
    """Number the questions 1, 2, 3 ... in this order; a place is free before it is taken again."""
    if all(question.position == place for place, question in enumerate(questions, 1)):
        return False
    for place, question in enumerate(questions, 1):
        if question.id is not None:
            question.position = -place
    db.session.flush()
    for place, question in enumerate(questions, 1):
        question.position = place
        db.session.add(question)
    db.session.flush()
    return True
