"""Public pages: all consultations, one of them, one question."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from consult.consultations import queries, rules, words
from consult.consultations.models import INACTIVE, Consultation, Question
from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import current_language, format_ago, picked_language
from consult.core.web import path, room_blueprint
from consult.notifications.queries import is_following

blueprint = room_blueprint("consultations", __name__)


def answer_url(consultation: Consultation, question: Question | None = None) -> str:
    """Where an answer is written: the form of the room above, by its promised address."""
    asked = {"question": str(question.position)} if question else {}
    query = urlencode({**asked, "consultation": consultation.slug})
    return f"{request.script_root}/{current_language()}/ideas/new?{query}"


def path_rows(consultation: Consultation) -> list[dict[str, Any]]:
    """The questions as stations of the path: large question, number of answers, day of the last one."""
    return [
        {
            "number": question.position,
            "title": question.lead(current_language()),
            "url": path("consultations.question", slug=consultation.slug, position=question.position),
            "answers": question.answer_count,
            "last": format_ago(question.last_answer_at),
            "closed": question.is_closed,
            "lang": _other(question.text),
        }
        for question in consultation.questions
    ]


def _other(texts: dict[str, str]) -> str | None:
    """The language of a text where it is not the page's."""
    found = picked_language(texts)
    return found if found != current_language() else None


@blueprint.get("/consultations/")
@access("public")
def index() -> str:
    """All consultations, active ones first."""
    found = queries.listed_consultations()
    return render_template(
        "consultations/list.html",
        active=[one for one in found if one.phase != INACTIVE],
        inactive=[one for one in found if one.phase == INACTIVE],
        words=words,
        other=_other,
    )


@blueprint.get("/consultations/current")
@access("public")
def current() -> Response:
    """On to the consultation that the home page shows, or to the list where there is none."""
    found = queries.current_consultation()
    if found is None:
        return redirect(url_for("consultations.index"))
    return redirect(url_for("consultations.show", slug=found.slug))


@blueprint.get("/consultations/<slug>")
@access("public")
def show(slug: str) -> str:
    """One consultation: what it is about, its questions, its dates."""
    consultation = queries.consultation_with_questions(slug)
    if consultation is None or not rules.can_see(current_actor(), consultation):
        raise NotFound()
    return render_template(
        "consultations/show.html",
        consultation=consultation,
        questions=path_rows(consultation),
        may_edit=rules.can_edit(current_actor(), consultation),
        answer_url=answer_url(consultation),
        words=words,
        other=_other,
    )


@blueprint.get("/consultations/<slug>/questions/<int:position>")
@access("public")
def question(slug: str, position: int) -> str:
    """One question with what others said."""
    found = queries.question_at(slug, position)
    if found is None or not rules.can_see(current_actor(), found.consultation):
        raise NotFound()
    consultation = found.consultation
    siblings = queries.questions_of(consultation.id)
    place = next(index for index, one in enumerate(siblings) if one.id == found.id)
    return render_template(
        "consultations/question.html",
        consultation=consultation,
        question=found,
        siblings=siblings,
        previous=siblings[place - 1] if place else None,
        following=siblings[place + 1] if place + 1 < len(siblings) else None,
        takes_answers=rules.takes_answers(consultation, found),
        answer_url=answer_url(consultation, found),
        words=words,
        other=_other,
        follows=is_following(current_actor(), "question", found.id),
    )
