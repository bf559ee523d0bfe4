"""Writes of consultations: numbers, counters, and what administrators edit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.consultations.models import Consultation, NumberCounter, Question
from consult.core.clock import local
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.registry import touch


def take_number(consultation_id: int, at: datetime) -> str:
    """The next number of this consultation in the year of `at` (Berlin), for example "OR-2026-00042".

    The counter's row stays locked until the transaction ends, so numbers are consecutive and none is given twice,
    however many ask at once; a rollback gives the number back.
    """
    prefix = db.session.execute(
        select(Consultation.prefix).where(Consultation.id == consultation_id)
    ).scalar_one_or_none()
    if prefix is None:
        raise NotFound()
    year = local(at).year
    table: Any = inspect(NumberCounter).local_table
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Insert = (
        insert(table)
        .values(consultation_id=consultation_id, year=year, last=1)
        .on_conflict_do_update(index_elements=[table.c.consultation_id, table.c.year], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    last = db.session.execute(statement).scalar_one()
    return f"{prefix}-{year}-{last:05d}"


def count_answers(question_id: int, delta: int, at: datetime | None = None) -> None:
    """Change the stored number of published answers; `at` is when the newest of them was published."""
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
