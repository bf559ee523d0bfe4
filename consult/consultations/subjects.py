"""What other rooms may know of consultations and questions: a line with a link, and the words that search finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import consultations_by_ids, questions_by_ids
from consult.core.db import db
from consult.core.i18n import current_language, pick, picked_language
from consult.core.registry import SearchDocument, SubjectInfo
from consult.core.text import excerpt, plain
from consult.core.web import path


def describe_consultations(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    """One query."""
    return {
        one.id: SubjectInfo(
            kind="consultation",
            id=one.id,
            title=pick(one.title),
            url=path("consultations.show", slug=one.slug),
            language=picked_language(one.title),
            public=one.listed,
            excerpt=pick(one.summary),
            consultation_id=one.id,
            key=one.slug,
        )
        for one in consultations_by_ids(ids).values()
    }


def find_consultation(key: str) -> int | None:
    """By address."""
    return db.session.execute(select(Consultation.id).where(Consultation.slug == key)).scalar_one_or_none()


def describe_questions(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    """One query."""
    return {
        one.id: SubjectInfo(
            kind="question",
            id=one.id,
            title=pick(one.short_title),
            url=path("consultations.question", slug=one.consultation.slug, position=one.position),
            language=picked_language(one.short_title),
            public=one.consultation.listed,
            excerpt=excerpt(one.lead(current_language())),
            consultation_id=one.consultation_id,
            key=f"{one.consultation.slug}/{one.key}",
        )
        for one in questions_by_ids(ids).values()
    }


def find_question(key: str) -> int | None:
    """By the consultation's address and the question's key, joined by a slash."""
    slug, _slash, own = key.partition("/")
    return db.session.execute(
        select(Question.id).join(Question.consultation).where(Consultation.slug == slug, Question.key == own)
    ).scalar_one_or_none()


def resolve_question(values: Mapping[str, Any]) -> tuple[str, int] | None:
    """The question at an address, for reports: answers without name are read there and nowhere else."""
    question_id = db.session.execute(
        select(Question.id)
        .join(Question.consultation)
        .where(Consultation.slug == values["slug"], Question.position == values["position"])
    ).scalar_one_or_none()
    return ("question", question_id) if question_id is not None else None


def question_documents(ids: Sequence[int] | None) -> Iterable[SearchDocument]:
    """Questions of listed consultations, in both languages in one document; one query."""
    statement = (
        select(Question)
        .join(Question.consultation)
        .where(Consultation.listed)
        .options(contains_eager(Question.consultation))
        .order_by(Question.id)
    )
    if ids is not None:
        statement = statement.where(Question.id.in_(ids))
    for one in db.session.execute(statement).scalars():
        german, english = ([one.text.get(lang), one.help.get(lang)] for lang in ("de", "en"))
        yield SearchDocument(
            kind="question",
            id=one.id,
            title=pick(one.short_title, "de"),
            body=plain("\n\n".join(text for text in german if text)),
            language="de",
            at=one.created_at,
            title_en=one.short_title.get("en") or "",
            body_en=plain("\n\n".join(text for text in english if text)),
            facets={"consultation": [one.consultation_id]},
        )
