"""Ideas as cards and lines of other pages: plain values for the templates, made of what one list query loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from consult.consultations.models import Question
from consult.core.drawing import badge_of, macros_of
from consult.core.fragments import for_the_same, fragment
from consult.core.i18n import _, _n, current_language, format_day, pick
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


def idea_card(one: Mapping[str, Any], level: int = 3) -> Markup:
    """A card as HTML; only the idea's own words carry its language. `level` is the rank of its title as a heading.

    A list has twenty of them, which as a template's macro were a fifth of its price.
    """
    lang = f' lang="{escape(one["lang"])}"' if one["lang"] else ""
    kicker = f'<p class="c-kicker">{escape(one["kicker"])}</p>' if one["kicker"] else ""
    summary = f"<p{lang}>{escape(one['summary'])}</p>" if one["summary"] else ""
    title = f'<h{level}{lang}><a href="{escape(one["url"])}">{escape(one["title"])}</a></h{level}>'
    return Markup(  # noqa: S704 - all of it is escaped
        f'<article class="c-idea">{kicker}{title}{summary}{_relations(one)}<div class="c-meta">{_facts(one)}</div></article>'
    )


def _relations(one: Mapping[str, Any]) -> str:
    found = [
        f'<p>{escape(what)}<span class="c-why">{escape(state)}</span></p>' for what, state in one.get("relations", ())
    ]
    return "".join(found)


def _facts(one: Mapping[str, Any]) -> str:
    """The line below a card: where it leads, who wrote it and when, what others think of it."""
    cross, at, language = one["cross"], one["published_at"], current_language()
    found = [_cross(language, cross["a"], cross["b"], cross["crosses"])] if cross else []
    byline = one["byline"] or _("without name")
    found.append(f"<span>{escape(byline)}</span>")
    if at:
        found.append(f'<time datetime="{at.isoformat()}">{escape(format_day(at))}</time>')
    if one["support"]:
        words = _n("%(num)s supporter", "%(num)s supporters", one["support"])
        found.append(f"<span>{escape(words)}</span>")
    if one["comments"]:
        words = _n("%(num)s comment", "%(num)s comments", one["comments"])
        found.append(f"<span>{escape(words)}</span>")
    if one["status"]:
        found.append(badge_of(language, one["status"]))
    return "".join(found)


@lru_cache(maxsize=1024)
def _cross(_language: str, here: str, there: str, crosses: bool) -> str:
    """Between which regions an idea leads: drawn once, since there are few."""
    return str(macros_of().cross(here, there, crosses))


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
    drawn = [f"<li>{idea_card(one, 2)}</li>" for one in cards(ideas, {one.id: one for one in named})]
    return Markup("\n".join(drawn))  # noqa: S704 - made of cards


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
