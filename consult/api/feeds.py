"""Atom feeds of ideas, activities and topics, in both languages, with the filters of the lists.

A reader's program cannot mend an address, so what is not understood in it is left aside.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from flask import Response, request
from markupsafe import Markup
from pydantic import ValidationError

from consult.api import parameters as asked
from consult.api import queries
from consult.api.layer import Parameters, given_values
from consult.api.views import filters_of
from consult.core.access import access
from consult.core.atom import Entry, feed, identifier
from consult.core.i18n import LANGUAGES, _, current_language, in_language, pick, picked_language
from consult.core.text import clean_line
from consult.core.web import LANGUAGE_PREFIX, address, path, plain_blueprint
from consult.ideas.models import Idea
from consult.ideas.queries import ideas_page
from consult.projects.activity_queries import ActivityFilter, upcoming_activities
from consult.projects.models import Activity
from consult.projects.words import day_words, place_words, time_words
from consult.topics.models import OF_THE_MONTH, Topic

SIZE = 30
NAMES = ("ideas", "activities", "topics")

blueprint = plain_blueprint("feeds", __name__, "/feeds" + LANGUAGE_PREFIX)
Given = TypeVar("Given", bound=Parameters)


def lenient(model: type[Given]) -> Given:
    """The parameters of the request; those that do not fit count as not given."""
    values = given_values(model, request.args)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        unfit = {one["loc"][0] for one in error.errors()}
        return model.model_validate({name: value for name, value in values.items() if name not in unfit})


# ---- ideas ----------------------------------------------------------------------------------------------------------


def idea_entry(row: Idea, public: queries.Published) -> Entry:
    published_at = row.published_at or public.version.sent_at
    parts = [
        Markup("<h3>%s</h3>\n%s") % (pick(question.short_title, row.language), html)
        for question, _text, html in public.answers
    ]
    return Entry(
        id=identifier(f"ideas/{row.number}"), title=row.title, language=row.language,
        url=address("ideas.show", number=row.number), published=published_at,
        updated=max(published_at, public.version.published_at or published_at), summary=row.teaser,
        content=str(Markup("\n").join(parts)), author=row.byline,
        categories=[code for code in (row.sector, row.region) if code],
    )  # fmt: skip


@blueprint.get("/ideas.atom")
@access("public")
def ideas() -> Response:
    filters = filters_of(lenient(asked.IdeaList))
    rows = ideas_page(filters, queries.tallies_of(filters.codes), size=SIZE).items
    public = queries.published(rows)
    entries = [idea_entry(row, public[row.id]) for row in rows if row.id in public]
    return feed("ideas", _("New ideas"), address("ideas.index"), entries)


# ---- activities -----------------------------------------------------------------------------------------------------


def activity_entry(row: Activity) -> Entry:
    when = ", ".join(part for part in (day_words(row), time_words(row), place_words(row)) if part)
    return Entry(
        id=identifier(f"activities/{row.slug}"), title=pick(row.title), language=picked_language(row.title),
        url=address("activities.show", slug=row.slug), published=row.created_at,
        updated=row.edited_at or row.created_at, summary=f"{when}. {pick(row.summary)}",
        content=str(Markup("<p><strong>%s</strong></p>\n<p>%s</p>") % (when, pick(row.summary))),
        categories=[row.kind],
    )  # fmt: skip


@blueprint.get("/activities.atom")
@access("public")
def activities() -> Response:
    given = lenient(asked.ActivityList)
    chosen = {name: list(getattr(given, name)) for name in ("kind", "format", "place", "language", "free")}
    of_project = queries.project_id(given.project) if given.project else None
    rows = upcoming_activities(SIZE, ActivityFilter(clean_line(given.q), chosen, of_project))
    return feed("activities", _("Next events"), address("activities.index"), [activity_entry(row) for row in rows])


# ---- topics ---------------------------------------------------------------------------------------------------------


def topic_entry(row: Topic) -> Entry:
    rendered = {"de": row.article_html_de, "en": row.article_html_en}
    html = rendered[current_language()] or rendered["de"] or rendered["en"] or ""
    return Entry(
        id=identifier(f"topics/{row.slug}"), title=pick(row.title), language=picked_language(row.title),
        url=address("topics.show", slug=row.slug), published=row.published_at,
        updated=max(row.published_at, row.updated_at), summary=pick(row.teaser), content=str(html), categories=row.tags,
    )  # fmt: skip


@blueprint.get("/topics.atom")
@access("public")
def topics() -> Response:
    given = lenient(asked.TopicList)
    rows = queries.topics_page(given.kind or [OF_THE_MONTH], clean_line(given.q), "", SIZE).items
    return feed("topics", _("Topic of the month"), address("topics.index"), [topic_entry(row) for row in rows])


# ---- where pages name them ------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _addresses(language: str) -> dict[str, str]:
    with in_language(language):
        return {name: path(f"feeds.{name}") for name in NAMES}


def named_feeds() -> dict[str, Any]:
    """For the head of every page: the feeds of its language."""
    language = current_language()
    urls = _addresses(language if language in LANGUAGES else "de")
    titles = {"ideas": _("New ideas"), "activities": _("Next events"), "topics": _("Topic of the month")}
    return {"feeds": [{"title": titles[name], "url": urls[name]} for name in NAMES]}
