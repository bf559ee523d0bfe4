"""What all readers with the same rights see of an idea alike: its heading, its text and what stands beside it, as HTML.

Each part is kept under the words that it shows (`core.fragments`), so that a change elsewhere does not draw it anew. Where
the moderation has taken something out or files stand beside the text, parts are drawn each time: the words for the reasons
can be changed by administrators.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from consult.core.fragments import for_the_same, fragment
from consult.core.i18n import current_language, pick
from consult.ideas import attachments, words
from consult.ideas.cards import crossing
from consult.ideas.models import Idea
from consult.ideas.page_queries import AnswerView, IdeaView, QuestionName
from consult.links.queries import LinkView

HEAD, TEXT, ABOUT = "ideas/_head.html", "ideas/_text.html", "ideas/_about.html"


class _Facts(NamedTuple):
    """What the parts say of an idea itself."""

    number: str | None
    title: str
    language: str
    byline: str
    region: str
    cross_to: str
    sector: str
    size: str
    is_public: bool
    published_at: datetime | None


class _Answer(NamedTuple):
    question: QuestionName
    audience: str
    html: Markup
    marks: tuple[()] = ()


class _Head(NamedTuple):
    idea: _Facts
    summary: str
    name: str
    name_for: str
    marks: tuple[()] = ()


class _Text(NamedTuple):
    language: str
    answers: tuple[_Answer, ...]
    anonymous: int
    question_total: int
    files: tuple[()] = ()
    held_back: tuple[()] = ()


class _Link(NamedTuple):
    """A connection as a line of the page shows it."""

    title: str
    url: str
    lang: str | None
    kind: str
    crosses: bool
    why: str


class _About(NamedTuple):
    idea: _Facts
    links: tuple[_Link, ...]
    wishes: tuple[str, ...]
    version: int
    version_at: datetime | None
    steps: tuple[tuple[tuple[str, Any], ...], ...]


def parts_of(view: IdeaView) -> dict[str, Markup]:
    """The three parts by the names that the page gives them."""
    idea = _facts(view.idea)
    head: Any = _Head(idea, view.summary, view.name, view.name_for)
    text: Any = _Text(idea.language, tuple(map(_answer, view.answers)), view.anonymous, view.question_total)
    about = _About(
        idea, tuple(_link(one, idea.region) for one in view.links),
        tuple(view.version.attributes.get("wishes") or ()), view.version.number, view.version.published_at,
        tuple(tuple(step.items()) for step in words.public_timeline(view)),
    )  # fmt: skip
    marked = view.marks or any(one.marks for one in view.answers)
    plain = not (marked or view.files or view.held_back)
    return {
        "head": for_the_same(_drawn_head, head) if plain else _head(idea, view),
        "text": for_the_same(_drawn_text, text) if plain else _text(idea.language, view),
        "about": for_the_same(_drawn_about, about),
    }


def _facts(idea: Idea) -> _Facts:
    return _Facts(*(getattr(idea, name) for name in _Facts._fields))


def _answer(one: AnswerView) -> _Answer:
    name = one.question._replace(short_title=pick(one.question.short_title))
    return _Answer(name, one.audience, one.html)


def _link(view: LinkView, region: str) -> _Link:
    other = view.other
    lang = other.language if other.language and other.language != current_language() else None
    crosses = words.crosses(region, other.region)
    return _Link(other.title, other.url, lang, view.label, crosses, words.link_state(view.link))


def _drawn_head(shown: _Head) -> Markup:
    return _head(shown.idea, shown)


def _head(idea: _Facts, view: Any) -> Markup:
    return fragment(HEAD, idea=idea, view=view, cross=crossing(idea), other=words.other_language(idea.language))


def _drawn_text(shown: _Text) -> Markup:
    return _text(shown.language, shown)


def _text(language: str, view: Any) -> Markup:
    return fragment(TEXT, view=view, other=words.other_language(language), size_of=attachments.words_of_size)


def _drawn_about(shown: _About) -> Markup:
    steps = [dict(step) for step in shown.steps]
    return fragment(
        ABOUT, shown=shown, idea=shown.idea, timeline=steps, other=words.other_language(shown.idea.language)
    )
