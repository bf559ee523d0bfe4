"""Public pages of topics: archive and tags, one topic; and the topic of the month on the home page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from consult.consultations.queries import questions_by_ids
from consult.core.access import Actor, access
from consult.core.db import sort_key
from consult.core.errors import NotFound
from consult.core.i18n import _, current_language
from consult.core.registry import registries
from consult.core.web import room_blueprint
from consult.links.queries import LinkView, links_of, links_to
from consult.organisations.queries import organisations_by_ids
from consult.topics import queries
from consult.topics.models import AGENDA, Topic

blueprint = room_blueprint("topics", __name__)

MOST_LINKS = 200  # of each direction; a tag may lead to thousands of clusters, which the directory lists better
SHOWN = 12
ON_HOME = 3
KINDS = ("cluster", "programme", "topic")  # projects and activities come as panels of their room


def article_html(topic: Topic) -> tuple[Any, str]:
    """The rendered article and its language: the reader's, else the other one."""
    wanted = current_language()
    texts = {"de": topic.article_html_de, "en": topic.article_html_en}
    language = wanted if texts[wanted] else "de" if texts["de"] else "en"
    return texts[language], language


def grouped(links: Sequence[LinkView]) -> list[tuple[str, str, list[LinkView]]]:
    """(kind, heading, links) of related things, by name; contact and statement have places of their own."""
    headings = {
        "topic": _("Topics"),
        "cluster": _("Clusters"),
        "programme": _("Programmes"),
    }
    found = []
    for kind, heading in headings.items():
        views = [
            view for view in links if view.other.kind == kind and view.type not in ("contact_for", "made_statement")
        ]
        if views:
            found.append((kind, heading, sorted(views, key=lambda view: sort_key(view.other.title))))
    return found


@blueprint.get("/topics/")
@access("public")
def index() -> str:
    """The topics of the month, the newest first, and the tags of the agenda."""
    page = queries.topics_of_the_month(request.args.get("after"))
    return render_template("topics/index.html", page=page, agenda=queries.agenda_topics())


@blueprint.get("/topics/<slug>")
@access("public")
def show(slug: str) -> str:
    """One topic with what belongs to it."""
    topic = queries.topic_by_slug(slug)
    if topic is None:
        raise NotFound(_("We have no topic under this address."))
    bodies = organisations_by_ids(sorted({one for one in (topic.contact_id, topic.statement_by_id) if one}))
    questions = questions_by_ids([topic.question_id]) if topic.question_id else {}
    html, html_language = article_html(topic)
    return render_template(
        "topics/show.html",
        topic=topic,
        is_tag=topic.kind == AGENDA,
        html=html,
        html_language=html_language,
        contact=bodies.get(topic.contact_id or 0),
        speaker=bodies.get(topic.statement_by_id or 0),
        question=questions.get(topic.question_id or 0),
        groups=grouped(links_of("topic", topic.id, kinds=KINDS, limit=MOST_LINKS)),
        shown=SHOWN,
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
        "kinds": {kind: registries.subjects[kind].label for kind in kinds if kind in registries.subjects},
    }
