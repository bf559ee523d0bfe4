"""Reads of consultations and questions; each returns what one page needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, cast, func, null, select, union_all
from sqlalchemy.orm import contains_eager, selectinload

from consult.consultations.models import Consultation, NumberCounter, Question
from consult.core.audit import AuditRow
from consult.core.clock import now
from consult.core.db import UTCDateTime, db
from consult.core.memory import remembered, sharing
from consult.core.rows import columns_of, looked_at, rows_of

_SLUG = re.compile(r"[a-z0-9-]{1,80}")


def _is_slug(text: str) -> bool:
    """Whether it can be an address at all; anything else is not asked of the database, which refuses NUL."""
    return _SLUG.fullmatch(text) is not None


def consultation_by_slug(slug: str) -> Consultation | None:
    """The consultation of this address, listed or not."""
    if not _is_slug(slug):
        return None
    return db.session.execute(select(Consultation).where(Consultation.slug == slug)).scalar_one_or_none()


def consultation_with_questions(slug: str) -> Consultation | None:
    """The consultation of this address with its questions in order; two queries."""
    if not _is_slug(slug):
        return None
    return db.session.execute(
        select(Consultation).where(Consultation.slug == slug).options(selectinload(Consultation.questions))
    ).scalar_one_or_none()


def consultations_by_ids(ids: Sequence[int]) -> dict[int, Consultation]:
    """Consultations by id; missing ones are left out."""
    rows = db.session.execute(select(Consultation).where(Consultation.id.in_(ids))).scalars()
    return {row.id: row for row in rows}


def questions_by_ids(ids: Sequence[int]) -> dict[int, Question]:
    """Questions by id, each with its consultation; missing ones are left out; one query."""
    rows = db.session.execute(
        select(Question)
        .join(Question.consultation)
        .where(Question.id.in_(ids))
        .options(contains_eager(Question.consultation))
    ).scalars()
    return {row.id: row for row in rows}


def current_consultation(with_questions: bool = False) -> Consultation | None:
    """What the home page and "Questions" in the menu mean: the one that opened last and is open, else the next one
    announced, else the one that ended last. None where there is none.

    Pages that only read share one, which belongs to no session; it changes with the minute, as dates do, and with content.
    """
    moment = now().replace(second=0, microsecond=0)
    key = ("consultations.current", with_questions, moment)
    return remembered(key, lambda: _current(moment, with_questions), lasting=True)


def current_at(moment: datetime) -> Consultation | None:
    """What it meant at another moment, by the dates as they are now."""
    return remembered(("consultations.current_at", moment), lambda: _current(moment, False), lasting=True)


def _current(moment: datetime, with_questions: bool) -> Consultation | None:
    rows = rows_of(_in_turn(with_questions), {"moment": moment}).all()
    itself = next((row for row in rows if row[0] is not None), None)
    if itself is None:
        return None
    if not sharing():  # who writes may change it
        return db.session.get_one(Consultation, itself[0], options=[selectinload(Consultation.questions)])
    found = looked_at(Consultation, itself)
    if with_questions:
        width = len(columns_of(Consultation))
        questions = [looked_at(Question, row[width:]) for row in rows if row[0] is None]
        vars(found)["questions"] = sorted(questions, key=lambda one: (one.position, one.id))
    return found


@lru_cache(maxsize=2)
def _in_turn(with_questions: bool) -> Any:
    """The query of the current consultation, put together once, as almost every page asks it; with its questions it has a
    row more for each of them, in which the consultation's own columns are empty: nobody reads its texts six times.
    """
    moment = bindparam("moment", type_=UTCDateTime)
    state = case(
        (Consultation.opens_at.is_(None), 2),
        (Consultation.opens_at > moment, 1),
        (Consultation.closes_at.is_not(None) & (Consultation.closes_at <= moment), 3),
        else_=0,
    )
    first = (
        select(Consultation.id)
        .where(Consultation.is_active, Consultation.listed)
        .order_by(
            state,
            case((state == 1, Consultation.opens_at)).asc(),
            case((state == 3, Consultation.closes_at), (state == 0, Consultation.opens_at)).desc(),
            Consultation.id,
        )
        .limit(1)
        .scalar_subquery()
    )
    own, asked = columns_of(Consultation), columns_of(Question)
    if not with_questions:
        return select(*own).where(own[0] == first)
    itself = select(*own, *_empty(asked)).where(own[0] == first)
    questions = select(*_empty(own), *asked).where(Question.consultation_id == first)
    return union_all(itself, questions)


def _empty(columns: Sequence[Any]) -> list[Any]:
    return [cast(null(), column.type).label(f"no_{column.name}") for column in columns]


@lru_cache(maxsize=1)
def _in_their_order() -> Select[Any]:
    asked = bindparam("consultation", type_=Integer)
    statement: Select[Any] = (
        select(Question).where(Question.consultation_id == asked).order_by(Question.position, Question.id)
    )
    return statement


def questions_of(consultation_id: int) -> list[Question]:
    """The questions in order, closed ones too."""
    return list(db.session.execute(_in_their_order(), {"consultation": consultation_id}).scalars())


def with_questions(consultation_id: int) -> tuple[Consultation, list[Question]]:
    """A consultation and its questions in order, to be looked at only: rows that belong to no session and are shared.

    For what a request reads before it writes: forms that are saved every few seconds need them each time.
    """

    def read() -> tuple[Consultation, list[Question]]:
        consultation, questions = db.session.get_one(Consultation, consultation_id), questions_of(consultation_id)
        for one in (*questions, consultation):
            db.session.expunge(one)
        return consultation, questions

    return remembered(("consultations.with_questions", consultation_id), read, in_writes=True, lasting=True)


def with_total(consultation_id: int) -> tuple[Consultation, int]:
    """A consultation and the number of its questions, to be looked at only: pages share the row."""

    def read() -> tuple[Consultation, int]:
        *values, total = rows_of(_counted(), {"consultation": consultation_id}).one()
        return looked_at(Consultation, values), total

    return remembered(("consultations.with_total", consultation_id), read, lasting=True)


@lru_cache(maxsize=1)
def _counted() -> Select[Any]:
    table = Consultation.__table__
    total = select(func.count()).where(Question.consultation_id == table.c.id).correlate(table)
    statement: Select[Any] = select(*columns_of(Consultation), total.scalar_subquery())
    return statement.where(table.c.id == bindparam("consultation", type_=Integer))


def question_at(slug: str, position: int) -> Question | None:
    """The question at a position, with its consultation and its earlier wordings, newest first; two queries."""
    if not _is_slug(slug) or not 0 < position < 1000:
        return None
    return db.session.execute(
        select(Question)
        .join(Question.consultation)
        .where(Consultation.slug == slug, Question.position == position)
        .options(contains_eager(Question.consultation), selectinload(Question.wordings))
    ).scalar_one_or_none()


def listed_consultations() -> list[Consultation]:
    """All that the public list shows, active ones first, each with its questions; two queries."""
    return list(
        db.session.execute(
            select(Consultation)
            .where(Consultation.listed)
            .order_by(Consultation.is_active.desc(), Consultation.opens_at.desc(), Consultation.id)
            .options(selectinload(Consultation.questions))
        ).scalars()
    )


def all_consultations() -> list[Consultation]:
    """All of them with their questions, for administrators; two queries."""
    return list(
        db.session.execute(
            select(Consultation)
            .order_by(Consultation.is_active.desc(), Consultation.opens_at.desc(), Consultation.id)
            .options(selectinload(Consultation.questions))
        ).scalars()
    )


def questions_moved(consultation: Consultation) -> bool:
    """Whether a question has had another place since the consultation opened; one query."""
    if consultation.opens_at is None:
        return False
    ids = select(Question.id).where(Question.consultation_id == consultation.id)
    moved = select(AuditRow.seq).where(
        AuditRow.event == "question.moved", AuditRow.subject_kind == "question", AuditRow.subject_id.in_(ids),
        AuditRow.at >= consultation.opens_at,
    )  # fmt: skip
    return db.session.execute(moved.limit(1)).scalar_one_or_none() is not None


def has_numbers(consultation_id: int) -> bool:
    """Whether ideas of this consultation already carry numbers, so that its prefix must stay."""
    found = db.session.execute(
        select(NumberCounter.year).where(NumberCounter.consultation_id == consultation_id).limit(1)
    ).first()
    return found is not None
