"""The list of ideas as a file: every idea that the filters leave, in the order of the list, with the answers that everyone
may read beside its author. Read in parts, so that a file of any length takes little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from flask import Response
from sqlalchemy import Select, bindparam, case, select

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
_NUMBER = "NUMBER"  # stands in an address for that of an idea
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
    Column("response", _l("What becomes of it"), 25),
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


_IDEA: Any = Idea.__table__
_READ = tuple(
    _IDEA.c[name]
    for name in ("id", "number", "title", "byline", "language", "sector", "region", "size", "support_count",
                 "comment_count", "published_at", "public_version_id", "response")
)  # fmt: skip


def rows(chosen: Chosen, positions: Sequence[int], part: int = PART) -> Iterator[list[Any]]:
    """The ideas of the list, one row each; three queries for each part, and one where it names a cluster or project for the
    first time. They are read as rows: a file has no use for objects, which would cost more than all the rest.
    """
    after: str | None = None
    place, titles = address("ideas.show", number=_NUMBER), Titles()
    named = cache(term_title)  # a file is in one language
    while True:
        page = queries.cards_page(chosen.filters, chosen.tallies, after, part, _READ)
        texts, ends = _texts(page.items), _ends(page.items, titles)
        for idea in page.items:
            written, linked = texts.get(idea.id, {}), ends.get(idea.id, {})
            yield [
                idea.number,
                idea.title,
                written.get("summary", ""),
                idea.byline,
                idea.language,
                named("nace_rev2_1", idea.sector) if idea.sector else None,
                idea.sector or None,
                named("nuts2024_de", idea.region) if idea.region else None,
                idea.region or None,
                named("size_classes", idea.size) if idea.size else None,
                *map(written.get, positions),
                linked.get(CLUSTER, []),
                linked.get(PROJECT, []),
                idea.support_count,
                idea.comment_count,
                idea.published_at,
                named("response_statuses", idea.response) if idea.response else None,
                written.get("version"),
                place.replace(_NUMBER, idea.number),
            ]
        after = page.next
        if after is None:
            return


@lru_cache(maxsize=1)
def _written() -> Select[Any]:
    """The query of `_texts`, put together once."""
    version, answer, question = IdeaVersion.__table__.c, Answer.__table__.c, Question.__table__.c
    body = case((answer.audience == PUBLIC, answer.body), else_=None)
    return (
        select(version.idea_id, version.number, version.summary, question.position, body)
        .join_from(IdeaVersion.__table__, Answer.__table__, answer.version_id == version.id)
        .join(Question.__table__, question.id == answer.question_id)
        .where(version.id.in_(bindparam("versions", expanding=True)))
    )


def _texts(ideas: Sequence[Any]) -> dict[int, dict[Any, Any]]:
    """Summary, number of the version and the answers that are public with name, by position of their question."""
    found: dict[int, dict[Any, Any]] = {}
    read = {"versions": [one.public_version_id for one in ideas]}
    for idea_id, number, summary, position, text in db.session.execute(_written(), read):
        known = found.get(idea_id)
        if known is None:
            known = found[idea_id] = {"version": number, "summary": summary}
        if text is not None:
            known[position] = text
    return found


Titles = dict[tuple[str, int], str]


@lru_cache(maxsize=1)
def _linked() -> Select[Any]:
    """Which ideas are linked to which clusters and projects; put together once."""
    facet = IdeaFacet.__table__.c
    return select(facet.idea_id, facet.facet, facet.code).where(
        facet.idea_id.in_(bindparam("ideas", expanding=True)), facet.facet.in_((CLUSTER, PROJECT))
    )


def _ends(ideas: Sequence[Any], titles: Titles) -> dict[int, dict[str, list[str]]]:
    """The names of the clusters and projects that the ideas are linked to; `titles` are those that the file knows already,
    since a few of them stand in many rows.
    """
    rows = db.session.execute(_linked(), {"ideas": [one.id for one in ideas]})
    links = sorted((idea_id, kind, int(code)) for idea_id, kind, code in rows)
    missing = {(kind, number) for _idea_id, kind, number in links} - titles.keys()
    if missing:
        titles |= dict.fromkeys(missing, "")
        end = LinkEnd.__table__.c
        public = select(end.kind, end.id, end.title).where(
            end.kind.in_((CLUSTER, PROJECT)),
            end.id.in_(sorted({number for _kind, number in missing})),
            end.public.is_(True),
        )
        titles |= {(kind, number): pick(title) for kind, number, title in db.session.execute(public)}
    found: dict[int, dict[str, list[str]]] = {}
    for idea_id, kind, number in links:
        if title := titles[kind, number]:
            found.setdefault(idea_id, {}).setdefault(kind, []).append(title)
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
