"""Stored numbers compared with what they count, and mended: for `consult recount` and after bulk loading.

Pages never count; operations move the numbers by what they change. Here is the other way to the same numbers, so that a
difference can be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select, update

from consult.comments.queries import published_counts
from consult.consultations.models import Consultation, Question
from consult.core.audiences import PUBLIC
from consult.core.db import db
from consult.ideas import publishing
from consult.ideas.models import Answer, Idea


def recount() -> int:
    """Support, comments, facets, answers of questions and ideas of consultations; returns how many numbers were wrong."""
    return publishing.recount() + _comments() + _questions() + _consultations()


def _mend(model: Any, column: str, actual: Mapping[int, Any], empty: Any = 0) -> int:
    stored = db.session.execute(select(model.id, getattr(model, column))).all()
    wrong = [
        {"row_id": key, "value": actual.get(key, empty)} for key, value in stored if value != actual.get(key, empty)
    ]
    if wrong:
        table: Any = model.__table__
        statement = update(table).where(table.c.id == bindparam("row_id")).values({column: bindparam("value")})
        db.session.connection().execute(statement, wrong)
        db.session.expire_all()
    return len(wrong)


def _comments() -> int:
    return _mend(Idea, "comment_count", published_counts("idea"))


def _questions() -> int:
    rows = db.session.execute(
        select(Answer.question_id, func.count()).where(Answer.shown_at.is_not(None)).group_by(Answer.question_id)
    ).all()
    newest = db.session.execute(
        select(Answer.question_id, func.max(Answer.shown_at))
        .where(Answer.shown_at.is_not(None), Answer.audience == PUBLIC)
        .group_by(Answer.question_id)
    ).all()
    count = _mend(Question, "answer_count", {row[0]: row[1] for row in rows})
    return count + _mend(Question, "last_answer_at", {row[0]: row[1] for row in newest}, None)


def _consultations() -> int:
    rows = db.session.execute(
        select(Idea.consultation_id, func.count()).where(Idea.is_public.is_(True)).group_by(Idea.consultation_id)
    ).all()
    return _mend(Consultation, "idea_count", {row[0]: row[1] for row in rows})
