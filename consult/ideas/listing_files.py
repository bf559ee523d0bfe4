"""The list of ideas as a file: every idea that the filters leave, in the order of the list, with the answers that everyone
may read beside its author. Read in parts, so that a file of any length takes little memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response
from sqlalchemy import Integer, and_, case, cast, select

from consult.consultations.models import Question
from consult.core.atom import Entry, identifier
from consult.core.audiences import PUBLIC
from consult.core.db import db, hold_still
from consult.core.i18n import _, _l, pick
from consult.core.outlets import ATOM, FEED_SIZE, newest_first
from consult.core.tables import Column, table_response
from consult.core.vocabularies import term_title
from consult.core.web import address
from consult.ideas import queries
from consult.ideas.filters import Chosen
from consult.ideas.models import Answer, Idea, IdeaFacet, IdeaVersion
from consult.ideas.publishing import CLUSTER, PROJECT
from consult.links.models import LinkEnd

PART = 500  # ideas read at once
MOST_ANSWERS = 12

_LEADING = (
    Column("number", _l("Number")),
    Column("title", _l("Title"), 40),
    Column("summary", _l("Summary"), 60),
    Column("author", _l("By"), 30),
    Column("language", _l("Language")),
    Column("sector", _l("Sector"), 30),
    Column("sector_code", _l("%(what)s, codes", what=_l("Sector"))),
    Column("region", _l("Region"), 25),
    Column("region_code", _l("%(what)s, codes", what=_l("Region"))),
    Column("size", _l("Size")),
)
_TRAILING = (
    Column("clusters", _l("Clusters"), 30),
    Column("projects", _l("Projects"), 30),
    Column("support", _l("Support")),
    Column("comments", _l("Comments")),
    Column("published_at", _l("Published")),
    Column("version", _l("Version")),
    Column("url", _l("Address"), 40),
)


def columns(questions: Sequence[Question]) -> list[Column]:
    """The columns, with one for the answers to each question of the present consultation."""
    asked = [
        Column(f"answer_{one.position}", f"{one.position} {pick(one.short_title)}", 60)
        for one in sorted(questions, key=lambda one: one.position)[:MOST_ANSWERS]
    ]
    return [*_LEADING, *asked, *_TRAILING]


def rows(chosen: Chosen, positions: Sequence[int], part: int = PART) -> Iterator[list[Any]]:
    """The ideas of the list, one row each; three queries for each part."""
    after: str | None = None
    while True:
        page = queries.ideas_page(chosen.filters, chosen.tallies, after, part)
        texts, ends = _texts(page.items), _ends(page.items)
        for idea in page.items:
            yield _row(idea, texts[idea.id], ends[idea.id], positions)
        db.session.expunge_all()
        after = page.next
        if after is None:
            return


def _row(idea: Idea, written: dict[Any, Any], ends: dict[str, list[str]], positions: Sequence[int]) -> list[Any]:
    return [
        idea.number,
        idea.title,
        written.get("summary", ""),
        idea.byline,
        idea.language,
        term_title("nace_rev2_1", idea.sector) if idea.sector else None,
        idea.sector or None,
        term_title("nuts2024_de", idea.region) if idea.region else None,
        idea.region or None,
        term_title("size_classes", idea.size) if idea.size else None,
        *(written.get(position) for position in positions),
        ends[CLUSTER],
        ends[PROJECT],
        idea.support_count,
        idea.comment_count,
        idea.published_at,
        written.get("version"),
        address("ideas.show", number=idea.number),
    ]


def _texts(ideas: Sequence[Idea]) -> dict[int, dict[Any, Any]]:
    """Summary, number of the version and the answers that are public with name, by position of their question."""
    found: dict[int, dict[Any, Any]] = defaultdict(dict)
    body = case((Answer.audience == PUBLIC, Answer.body), else_=None)
    statement = (
        select(IdeaVersion.idea_id, IdeaVersion.number, IdeaVersion.summary, Question.position, body)
        .join(Answer, Answer.version_id == IdeaVersion.id)
        .join(Question, Question.id == Answer.question_id)
        .where(IdeaVersion.id.in_([one.public_version_id for one in ideas]))
    )
    for idea_id, number, summary, position, text in db.session.execute(statement):
        found[idea_id] |= {"version": number, "summary": summary}
        if text is not None:
            found[idea_id][position] = text
    return found


def _ends(ideas: Sequence[Idea]) -> dict[int, dict[str, list[str]]]:
    """The names of the clusters and projects that the ideas are linked to."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: {CLUSTER: [], PROJECT: []})
    named = IdeaFacet.facet.in_((CLUSTER, PROJECT))
    number = cast(case((named, IdeaFacet.code), else_="0"), Integer)
    statement = (
        select(IdeaFacet.idea_id, LinkEnd.kind, LinkEnd.title)
        .join(LinkEnd, and_(LinkEnd.kind == IdeaFacet.facet, LinkEnd.id == number))
        .where(IdeaFacet.idea_id.in_([one.id for one in ideas]), named, LinkEnd.public.is_(True))
        .order_by(IdeaFacet.idea_id, LinkEnd.kind, LinkEnd.id)
    )
    for idea_id, kind, title in db.session.execute(statement):
        found[idea_id][kind].append(pick(title))
    return found


def _entry(idea: Idea) -> Entry:
    published = idea.published_at or idea.created_at
    return Entry(
        id=identifier(f"ideas/{idea.number}"), title=idea.title, language=idea.language,
        url=address("ideas.show", number=idea.number), published=published, updated=published, summary=idea.teaser,
        author=idea.byline, categories=[code for code in (idea.sector, idea.region) if code],
    )  # fmt: skip


def as_file(fmt: str, chosen: Chosen) -> Response:
    """What the list shows, all of its pages, as a download; the newest of it as a feed."""
    if fmt == ATOM:
        newest = queries.Filters(chosen.filters.codes, chosen.filters.q, queries.NEWEST)
        found = queries.ideas_page(newest, chosen.tallies, size=FEED_SIZE).items
        return newest_first("list/ideas", _("Ideas"), map(_entry, found))
    questions = list(chosen.questions.values())
    wanted = columns(questions)
    positions = [int(one.name.removeprefix("answer_")) for one in wanted if one.name.startswith("answer_")]
    hold_still()
    expected = queries.number_of_ideas(chosen.filters, chosen.tallies)
    return table_response(fmt, _("ideas"), wanted, rows(chosen, positions), sheet=_("Ideas"), expected=expected)
