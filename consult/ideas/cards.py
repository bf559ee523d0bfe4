"""Ideas as cards and lines of other pages: plain values for the templates, made of what one list query loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from consult.consultations.models import Question
from consult.core.fragments import for_the_same, fragment
from consult.core.i18n import _, current_language, pick
from consult.core.vocabularies import short_region
from consult.core.web import path


def card(idea: Any, questions: Mapping[int, Question | Named]) -> dict[str, Any]:
    """An idea in a list: where it leads, to which question it speaks, who wrote it, which border it crosses.

    `idea` is an Idea or a row of what a card shows of one.
    """
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
        "status": "answered" if idea.response else "",
    }


def cards(ideas: Iterable[Any], questions: Mapping[int, Question | Named]) -> list[dict[str, Any]]:
    return [card(idea, questions) for idea in ideas]


class Named(NamedTuple):
    """What a card says of a question."""

    id: int
    position: int
    short_title: str


Shown = tuple[tuple[Any, ...], tuple[Named, ...]]


def _named(questions: Mapping[int, Question]) -> tuple[Named, ...]:
    return tuple(Named(one.id, one.position, pick(one.short_title)) for one in questions.values())


def shown_cards(ideas: Sequence[Any], questions: Mapping[int, Question]) -> Markup:
    """The cards of a list as HTML, for rows of what a card shows; made anew only where one of them says something new."""
    return for_the_same(_drawn, (tuple(ideas), _named(questions)))


def _drawn(words: Shown) -> Markup:
    ideas, named = words
    return fragment("ideas/_cards.html", cards=cards(ideas, {one.id: one for one in named}))


def newest_cards(ideas: Sequence[Any], questions: Mapping[int, Question], total: int) -> Markup:
    """The newest ideas as HTML, below their heading; `total` is how many there are."""
    return for_the_same(_drawn_newest, ((tuple(ideas), _named(questions)), total))


def _drawn_newest(words: tuple[Shown, int]) -> Markup:
    (ideas, named), total = words
    return fragment("ideas/_newest.html", cards=cards(ideas, {one.id: one for one in named}), total=total)


def crossing(idea: Any) -> dict[str, Any] | None:
    """Between which regions the idea leads, by its first partner beyond its own; None where nothing is known."""
    here, there = short_region(idea.region), short_region(idea.cross_to)
    if not here or not there:
        return None
    return {"a": here, "b": there, "crosses": here != there}
