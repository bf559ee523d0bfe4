"""Public pages of topics: archive and tags, one topic; and the topic of the month on the home page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from flask import render_template, request
from werkzeug.wrappers import Response

from consult.consultations.queries import questions_by_ids
from consult.core.access import Actor, access
from consult.core.db import sort_key
from consult.core.editing import machine_made
from consult.core.errors import NotFound
from consult.core.i18n import _, current_language, pick, picked_language
from consult.core.outlets import FORMATS
from consult.core.registry import registries
from consult.core.templating import with_query
from consult.core.web import path, room_blueprint
from consult.links.queries import LinkView, links_of, links_to
from consult.organisations.queries import organisations_by_ids
from consult.topics import listing_files, queries
from consult.topics.models import AGENDA, Topic
from consult.topics.pictures import file_name
from consult.topics.queries import Archive

blueprint = room_blueprint("topics", __name__)

MOST_LINKS = 200  # of each direction; a tag may lead to thousands of clusters, which the directory lists better
SHOWN = 12
ON_HOME = 3
KINDS = ("cluster", "programme", "topic", "idea")  # projects and activities come as panels of their room


def article_html(topic: Topic) -> tuple[Any, str]:
    """The rendered article and its language: the reader's, else the other one."""
    wanted = current_language()
    texts = {"de": topic.article_html_de, "en": topic.article_html_en}
    language = wanted if texts[wanted] else "de" if texts["de"] else "en"
    return texts[language], language


def grouped(links: Sequence[LinkView], tags: Sequence[str] = ()) -> list[tuple[str, str, list[LinkView]]]:
    """(kind, heading, links) of related things, by name; contact, statement and tags have places of their own."""
    headings = {
        "topic": _("Topics"),
        "idea": _("Ideas"),
        "cluster": _("Clusters"),
        "programme": _("Programmes"),
    }
    found = []
    for kind, heading in headings.items():
        views = [
            view
            for view in links
            if view.other.kind == kind
            and view.type not in ("contact_for", "made_statement")
            and not (kind == "topic" and view.outgoing and view.other.key in tags)
        ]
        if views:
            found.append((kind, heading, sorted(views, key=lambda view: sort_key(view.other.title))))
    return found


def month_words(month: date) -> str:
    """A month by its name."""
    return str(format_date(month, "LLLL yyyy", locale=current_language()))


def _groups(chosen: Archive, agenda: Sequence[Topic]) -> list[dict[str, Any]]:
    """The archive's filters: themes and months that occur, with "all" first."""
    counts = queries.archive_counts(chosen)
    themes = [
        {
            "value": tag.slug,
            "label": pick(tag.title),
            "lang": other_language(picked_language(tag.title)),
            "count": counts.themes[tag.slug],
            "checked": chosen.theme == tag.slug,
        }
        for tag in agenda
        if counts.themes[tag.slug] or chosen.theme == tag.slug
    ]
    known = dict.fromkeys([*([chosen.month] if chosen.month else []), *counts.months])
    months = [
        {
            "value": f"{month:%Y-%m}",
            "label": month_words(month),
            "count": counts.months.get(month, 0),
            "checked": chosen.month == month,
        }
        for month in sorted(known, reverse=True)
    ]
    return [
        {
            "name": "theme", "legend": _("Theme"), "kind": "radio",
            "options": [{"value": "", "label": _("All themes"), "checked": not chosen.theme}, *themes],
        },
        {
            "name": "month", "legend": _("Month"), "kind": "radio",
            "options": [{"value": "", "label": _("All months"), "checked": chosen.month is None}, *months],
        },
    ]  # fmt: skip


def _chips(chosen: Archive, titles: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    labels = {"q": _("“%(words)s”", words=chosen.q)} if chosen.q else {}
    if chosen.theme:
        labels["theme"] = pick(titles[chosen.theme])
    if chosen.month:
        labels["month"] = month_words(chosen.month)
    return [{"label": label, "url": with_query(**{name: None})} for name, label in labels.items()]


def other_language(language: str) -> str | None:
    """The language for a `lang` attribute, or None where it is that of the page."""
    return language if language != current_language() else None


@blueprint.get("/topics/")
@access("public")
def index() -> str | Response:
    """The topics of the month by words, theme and month, the newest first, as files and feed, too; and the agenda."""
    agenda = queries.agenda_topics()
    titles = {one.slug: one.title for one in agenda}
    chosen = queries.archive_of(request.args, titles)
    if (fmt := request.args.get("format", "")) in FORMATS:
        return listing_files.LIST.answer(fmt, lambda after, size: queries.topics_of_the_month(after, chosen, size))
    return render_template(
        "topics/index.html",
        formats=FORMATS,
        page=queries.topics_of_the_month(request.args.get("after"), chosen),
        agenda=agenda,
        titles=titles,
        chosen=len(chosen.parameters),
        words=chosen.q,
        chips=_chips(chosen, titles),
        kept=urlencode(chosen.parameters),
        groups=_groups(chosen, agenda),
        picture=picture_address,
    )


def picture_address(topic: Topic, width: int) -> str:
    """Address of a topic's picture in one of its sizes."""
    return path("uploads.picture", file=file_name(topic.picture, width))


@blueprint.get("/topics/<slug>")
@access("public")
def show(slug: str) -> str:
    """One topic with what belongs to it."""
    topic = queries.topic_by_slug(slug)
    if topic is None:
        raise NotFound(_("We have no topic under this address."))
    return page_of(topic)


def page_of(topic: Topic, *, preview: bool = False) -> str:
    """The page of a topic; as a preview it says that it is one."""
    bodies = organisations_by_ids(sorted({one for one in (topic.contact_id, topic.statement_by_id) if one}))
    questions = questions_by_ids([topic.question_id]) if topic.question_id else {}
    html, html_language = article_html(topic)
    links = links_of("topic", topic.id, kinds=KINDS, limit=MOST_LINKS)
    return render_template(
        "topics/show.html",
        topic=topic,
        preview=preview,
        is_tag=topic.kind == AGENDA,
        html=html,
        html_language=html_language,
        by_machine=machine_made(topic.article, topic.text_states.get("article")),
        contact=bodies.get(topic.contact_id or 0),
        speaker=bodies.get(topic.statement_by_id or 0),
        question=questions.get(topic.question_id or 0),
        groups=grouped(links, topic.tags),
        tags=[
            view.other
            for view in links
            if view.outgoing and view.other.kind == "topic" and view.other.key in topic.tags
        ],
        shown=SHOWN,
        picture=picture_address,
        edit_url=path("editorial.topic", slug=topic.slug) if topic.kind != AGENDA else "",
    )


def on_home(_consultation_id: int, _actor: Actor) -> dict[str, Any] | None:
    """For the home page: the topic of the month with a few things that belong to it."""
    topic = queries.newest_topic()
    if topic is None:
        return None
    related = links_to("topic", topic.id, types=["about_topic"], kinds=["cluster", "programme", "project"], limit=40)
    kinds = ("programme", "project", "cluster")
    first = [view for kind in kinds for view in related if view.other.kind == kind]
    firsts = list({view.other.kind: view for view in reversed(first)}.values())
    related = sorted(firsts, key=lambda view: kinds.index(view.other.kind))[:ON_HOME]
    return {
        "topic": topic,
        "related": related,
        "picture": picture_address,
        "kinds": {kind: registries.subjects[kind].label for kind in kinds if kind in registries.subjects},
    }
