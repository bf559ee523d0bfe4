"""Consultations as files, with their questions. Counts and phases follow from what is there and are no part of it.

A question is known by its key. One that people have answered is never taken away by a file, and its earlier wording is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.consultations.loading import free_prefix
from consult.consultations.models import COMMENT_MODES, MAX_QUESTIONS, Consultation, Question, QuestionWording
from consult.consultations.operations import record_moves
from consult.core.access import SYSTEM
from consult.core.clock import end_of_day, local, now, start_of_day
from consult.core.db import db
from consult.core.exchange import (
    BOTH,
    EVERYTHING,
    FLAG,
    INT,
    LINE,
    LIST,
    MOMENT,
    NAME,
    OBJECTS,
    Exchange,
    Faults,
    Field,
    Record,
    moment_of,
    moment_words,
)
from consult.core.i18n import _, _l
from consult.core.imports import sorted_rows
from consult.core.registry import registries, touch
from consult.core.text import render_markdown

KIND = "consultation"
_QUESTION = (
    Field("key", LINE, True, longest=80), Field("position", INT, True), Field("short_title", NAME, True),
    Field("text", BOTH, True), Field("help", BOTH), Field("good_answer", BOTH),
    Field("addressed_to", LIST, codes="target_groups"), Field("sub_questions", LIST, codes="sub_questions"),
    Field("closed", MOMENT),
)  # fmt: skip
FIELDS = (
    Field("id", LINE, True, longest=80), Field("prefix", longest=8),
    Field("status", choices=("open", "inactive"), default="open"),
    Field("title", NAME, True), Field("summary", BOTH), Field("introduction", BOTH), Field("languages", LIST),
    Field("call_to_action", BOTH), Field("target_groups", LIST, codes="target_groups"), Field("opens", MOMENT),
    Field("closes", MOMENT), Field("evaluation", MOMENT), Field("results", MOMENT),
    Field("example_dates", FLAG, default=False), Field("comment_mode", choices=COMMENT_MODES, default="post"),
    Field("promised_days", INT, default=2), Field("office", BOTH), Field("listed", FLAG, default=True),
    Field("questions", OBJECTS, fields=_QUESTION),
)  # fmt: skip
_LEFT_OUT = ("source", "as_of", "sources_of_concepts")  # of the shipped file: about its making, kept nowhere


def translate(given: Record) -> Record:
    """What the shipped file says about its own making is left out."""
    return {name: value for name, value in given.items() if name not in _LEFT_OUT}


def _last_day(moment: datetime | None) -> str:
    """The last day of a time whose end is a midnight, else the moment."""
    if moment is not None and start_of_day(local(moment).date()) == moment:
        day = local(moment).date().toordinal() - 1
        return date.fromordinal(day).isoformat()
    return moment_words(moment)


def _after(words: str | None) -> datetime | None:
    return end_of_day(date.fromisoformat(words)) if words and len(words) == 10 else moment_of(words)


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The consultations by their ids, those that are not listed only for who may see everything."""
    where = [] if audience == EVERYTHING else [Consultation.listed]
    options = [selectinload(Consultation.questions)]
    for one in sorted_rows(Consultation, Consultation.slug, keys, where, options):
        record: Record = {
            "id": one.slug, "prefix": one.prefix, "title": one.title, "summary": one.summary,
            "introduction": one.introduction, "languages": one.languages, "call_to_action": one.call_to_action,
            "target_groups": one.target_groups, "opens": moment_words(one.opens_at), "closes": _last_day(one.closes_at),
            "evaluation": moment_words(one.evaluation_at), "results": moment_words(one.results_at),
            "example_dates": one.example_dates, "comment_mode": one.comment_mode, "promised_days": one.promised_days,
            "office": one.office, "listed": one.listed, "status": "open" if one.is_active else "inactive",
            "questions": [
                {
                    "key": asked.key, "position": asked.position, "short_title": asked.short_title, "text": asked.text,
                    "help": asked.help, "good_answer": asked.good_answer, "addressed_to": asked.addressed_to,
                    "sub_questions": asked.sub_questions, "closed": moment_words(asked.closed_at),
                }
                for asked in sorted(one.questions, key=lambda asked: asked.position)
            ],
        }  # fmt: skip
        yield record


def write(record: Record, before: Record | None) -> None:
    """Make the consultation what the record says."""
    one = db.session.execute(
        select(Consultation).where(Consultation.slug == record["id"]).options(selectinload(Consultation.questions))
    ).scalar()
    if one is None:
        taken = set(db.session.execute(select(Consultation.prefix)).scalars())
        wanted = record.get("prefix", "")
        one = Consultation(
            slug=record["id"], prefix=wanted if wanted and wanted not in taken else free_prefix(record["id"], taken)
        )
        one.questions = []
    introduction = record.get("introduction", {})
    one.title, one.summary, one.introduction = record["title"], record.get("summary", {}), introduction
    one.introduction_html_de = render_markdown(introduction.get("de"))
    one.introduction_html_en = render_markdown(introduction.get("en"))
    one.languages = record.get("languages", ["de", "en"])
    one.call_to_action, one.target_groups = record.get("call_to_action", {}), record.get("target_groups", [])
    one.opens_at, one.closes_at = moment_of(record.get("opens")), _after(record.get("closes"))
    one.evaluation_at, one.results_at = moment_of(record.get("evaluation")), moment_of(record.get("results"))
    one.example_dates, one.comment_mode = record.get("example_dates", False), record.get("comment_mode", "post")
    one.promised_days, one.office = record.get("promised_days", 2), record.get("office", {})
    one.is_active, one.listed = record.get("status", "open") == "open", record.get("listed", True)
    one.changed_at = now()
    db.session.add(one)
    _write_questions(one, record.get("questions", []))
    touch(KIND, one.id)
    for question in one.questions:
        touch("question", question.id)


def _write_questions(one: Consultation, records: Sequence[Record]) -> None:
    """The questions by their keys; positions are given anew after all have left theirs."""
    there = {question.key: question for question in one.questions}
    wanted = {record["key"] for record in records}
    before = {question.id: question.position for question in one.questions}
    for key, question in there.items():
        if key not in wanted:
            one.questions.remove(question)
            db.session.delete(question)
    for number, question in enumerate(one.questions):
        question.position = 1_000 + number
    db.session.flush()
    for record in records:
        asked = there.get(record["key"])
        if asked is None:
            asked = Question(key=record["key"])
            one.questions.append(asked)
        elif asked.text != record["text"]:
            db.session.add(QuestionWording(question_id=asked.id, text=asked.text, until=now()))
            asked.reworded_at = now()
        asked.position, asked.short_title, asked.text = record["position"], record["short_title"], record["text"]
        asked.help, asked.addressed_to = record.get("help", {}), record.get("addressed_to", [])
        asked.good_answer = record.get("good_answer", {})
        asked.sub_questions, asked.closed_at = record.get("sub_questions", []), moment_of(record.get("closed"))
    db.session.flush()
    record_moves(SYSTEM, one.id, before, [asked for asked in one.questions if asked.id in before])


def check(record: Record, faults: Faults) -> None:
    """Positions count from 1, keys are different, and what was answered stays."""
    questions = record.get("questions", [])
    if sorted(one["position"] for one in questions) != list(range(1, len(questions) + 1)):
        faults.add("questions", _("Positions count from 1 without gaps."))
    if len({one["key"] for one in questions}) != len(questions) or len(questions) > MAX_QUESTIONS:
        faults.add("questions", _("At most %(most)s questions, each with a key of its own.", most=MAX_QUESTIONS))
    if not 1 <= record.get("promised_days", 2) <= 60:
        faults.add("promised_days", _("Between 1 and 60 working days can be promised."))
    kept = {one["key"] for one in questions}
    rows = db.session.execute(
        select(Question.id, Question.key).join(Consultation).where(Consultation.slug == record["id"])
    )
    for question_id, key in rows:
        if key not in kept and any(in_use(question_id) for in_use in registries.question_in_use):
            faults.add("questions", _("The question %(key)s has answers and stays.", key=key))


EXCHANGE = Exchange(
    name="consultations", kind=KIND, order=10, label=_l("Consultations"), fields=FIELDS, read=read, write=write,
    check=check, translate=translate, permission="admin.consultations",
)  # fmt: skip
