"""Ideas as cards and lines of other pages: plain values for the templates, made of what one list query loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from consult.consultations.models import Question
from consult.core.i18n import _, current_language, pick
from consult.core.vocabularies import short_region
from consult.core.web import path
from consult.ideas.models import Idea


def card(idea: Idea, questions: Mapping[int, Question]) -> dict[str, Any]:
    """An idea in a list: where it leads, to which question it speaks, who wrote it, which border it crosses."""
    question = questions.get(idea.first_question_id or 0)
    return {
        "url": path("ideas.show", number=idea.number),
        "title": idea.title,
        "summary": idea.teaser,
        "lang": idea.language if idea.language != current_language() else None,
        "kicker": _("Question %(number)s: %(title)s", number=question.position, title=pick(question.short_title))
        if question is not None
        else "",
        "byline": idea.byline,
        "cross": crossing(idea),
        "support": idea.support_count,
        "comments": idea.comment_count,
        "published_at": idea.published_at,
    }


def cards(ideas: Iterable[Idea], questions: Mapping[int, Question]) -> list[dict[str, Any]]:
    return [card(idea, questions) for idea in ideas]


def crossing(idea: Idea) -> dict[str, Any] | None:
    """Between which regions the idea leads, by its first partner beyond its own; None where nothing is known."""
    here, there = short_region(idea.region), short_region(idea.cross_to)
    if not here or not there:
        return None
    return {"a": here, "b": there, "crosses": here != there}
