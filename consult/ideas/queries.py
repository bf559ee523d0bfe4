"""Lists of ideas: filtered by codes, searched in full text, sorted three ways, paged by keyset.

Numbers beside unfiltered facets are stored (`IdeaTally`); under filters one bounded query counts at most COUNTED ideas. A
filter that few ideas have leads the query by its rows; one that many have is checked while walking the index of the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from consult.consultations.models import Question
from consult.core.db import JSONType, db
from consult.core.i18n import current_language, pick
from consult.core.memory import read_already, remembered
from consult.core.paging import Page, keyset
from consult.core.rows import rows_of
from consult.ideas.models import CONFIRMED, Idea, IdeaCoauthor, IdeaFacet, IdeaTally
from consult.ideas.publishing import (
    CLUSTER,
    CONSULTATION,
    FACETS,
    LANGUAGE,
    PROJECT,
    QUESTION,
    REGION,
    RESPONSE,
    SECTOR,
)
from consult.links.models import VISIBLE, Link, LinkEnd
from consult.links.queries import linked_ids, linked_to_ids
from consult.search.queries import matching

SIZE = 20
NUMBER = re.compile(r"^[A-Z0-9][A-Z0-9-]{2,39}$")
REFERENCE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*-\d{4}-\d{3,}")  # a number as it is given: letters, year, place
COUNTED = 1000
LARGEST = 8  # clusters and projects offered as filters: those with the most ideas
RARE = 3000  # up to so many ideas a filter leads the query

NEWEST, SUPPORTED, DISCUSSED, BEST = "newest", "supported", "discussed", "best"
SORTS = (NEWEST, SUPPORTED, DISCUSSED)
Codes = Mapping[str, Sequence[str]]
_TALLY: Any = IdeaTally.__table__
_END: Any = LinkEnd.__table__


@dataclass(frozen=True)
class Filters:
    """What a reader asked for: codes by facet as they are stored, words, and the order."""

    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    q: str = ""
    sort: str = NEWEST

    @property
    def active(self) -> list[str]:
        """The facets in use, and "q" for words."""
        return [*(facet for facet in FACETS if self.codes.get(facet)), *(["q"] if self.q else [])]

    def without(self, name: str) -> Filters:
        """The same without one facet, or without the words."""
        if name == "q":
            return replace(self, q="")
        return replace(self, codes={facet: codes for facet, codes in self.codes.items() if facet != name})


@dataclass(frozen=True)
class End:
    """A cluster or project as a filter: its id, its name in the address, its title."""

    kind: str
    code: str
    key: str
    title: str


@dataclass
class Tallies:
    """Stored numbers of public ideas by facet and code; of clusters and projects the largest and those asked for."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    rows: tuple[tuple[Any, ...], ...] = ()  # what it was made of

    def of(self, facet: str) -> dict[str, int]:
        return self.counts.get(facet, {})

    @property
    def total(self) -> int:
        """All public ideas: each is in exactly one consultation."""
        return sum(self.of(CONSULTATION).values())


def tallies(keys: Mapping[str, Sequence[str]]) -> Tallies:
    """The numbers beside the unfiltered facets, with the names of clusters and projects; `keys` are those in the address.

    One query, however many there are; none while public content stays the same.
    """
    asked = tuple((kind, tuple(keys.get(kind, ()))) for kind in (CLUSTER, PROJECT))
    return remembered(("ideas.tallies", current_language(), asked), lambda: _tallies(dict(asked)), lasting=True)


def _tallies(keys: Mapping[str, Sequence[str]]) -> Tallies:
    asked = tuple(kind for kind in (CLUSTER, PROJECT) if keys.get(kind))
    values = {f"{kind}_keys": list(keys[kind]) for kind in asked}
    rows = rows_of(_tally_rows(asked), values).all()
    return tallies_of_rows(tuple((*row[:4], pick(row.title)) for row in rows))


def tally_of(facet: str, code: str) -> int:
    """How many public ideas have this code. One query."""
    statement = select(_TALLY.c.count).where(_TALLY.c.facet == facet, _TALLY.c.code == code)
    return db.session.execute(statement).scalar_one_or_none() or 0


def tallies_of_rows(rows: tuple[tuple[Any, ...], ...]) -> Tallies:
    """The numbers as the rows of their query tell them: facet, code, number, and of clusters and projects key and title."""
    found, seen = Tallies(rows=rows), set()
    for facet, code, count, key, title in rows:
        if (facet, code) in seen:
            continue
        seen.add((facet, code))
        found.counts.setdefault(facet, {})[code] = count
        if key:
            found.ends.append(End(facet, code, key, title))
    return found


@lru_cache(maxsize=4)
def _tally_rows(asked: tuple[str, ...]) -> CompoundSelect[Any]:
    """The query of the numbers, put together once; for these kinds the keys in the address are parameters."""
    nameless = (literal("").label("key"), cast(null(), JSONType).label("title"))
    small = select(_TALLY.c.facet, _TALLY.c.code, _TALLY.c.count, *nameless).where(
        _TALLY.c.facet.in_((CONSULTATION, QUESTION, SECTOR, REGION, LANGUAGE, RESPONSE)), _TALLY.c.count > 0
    )
    return union_all(small, *(_largest(kind) for kind in (CLUSTER, PROJECT)), *(_asked_for(kind) for kind in asked))


def _largest(kind: str) -> Any:
    largest = (
        select(_TALLY.c.facet, _TALLY.c.code, _TALLY.c.count)
        .where(_TALLY.c.facet == kind, _TALLY.c.count > 0)
        .order_by(_TALLY.c.count.desc(), _TALLY.c.code)
        .limit(LARGEST)
        .subquery()
    )
    here = and_(_END.c.kind == kind, _END.c.id == cast(largest.c.code, Integer), _END.c.public.is_(True))
    return select(*largest.c, _END.c.key, _END.c.title).join(_END, here)


def _asked_for(kind: str) -> Any:
    code = cast(_END.c.id, String)
    keys: Any = bindparam(f"{kind}_keys", expanding=True)
    return (
        select(_END.c.kind, code, func.coalesce(_TALLY.c.count, 0), _END.c.key, _END.c.title)
        .outerjoin(_TALLY, and_(_TALLY.c.facet == kind, _TALLY.c.code == code))
        .where(_END.c.kind == kind, _END.c.key.in_(keys), _END.c.public.is_(True))
    )


# ---- the list -------------------------------------------------------------------------------------------------------


def _filtered(filters: Filters, found: Tallies, *columns: Any) -> tuple[Select[Any], Subquery | None]:
    """Public ideas with these codes and words; the subquery of the search, where there are words."""
    statement = select(*(columns or (Idea,))).where(Idea.is_public.is_(True))
    for facet, codes in filters.codes.items():
        if not codes:
            continue
        known = found.of(facet)
        if sum(known.get(code, 0) for code in codes) <= RARE:
            rows = select(IdeaFacet.idea_id).where(IdeaFacet.facet == facet, IdeaFacet.code.in_(codes))
            statement = statement.where(Idea.id.in_(rows))
        else:
            has = exists().where(IdeaFacet.facet == facet, IdeaFacet.code.in_(codes), IdeaFacet.idea_id == Idea.id)
            statement = statement.where(has)
    if not filters.q:
        return statement, None
    number = filters.q.strip().upper()
    if REFERENCE.fullmatch(number):  # as it stands on receipts and in letters
        return statement.where(Idea.number == number), None
    hits = matching("idea", filters.q)
    return statement.join(hits, hits.c.id == Idea.id), hits


_TABLE: Any = Idea.__table__
# What a card shows of an idea; the rest of the row stays where it is.
CARD = tuple(
    _TABLE.c[name]
    for name in ("id", "number", "language", "title", "teaser", "byline", "region", "cross_to", "first_question_id",
                 "support_count", "comment_count", "published_at", "response")
)  # fmt: skip


@lru_cache(maxsize=2)
def _every_row(columns: tuple[Any, ...] = CARD) -> Select[Any]:
    """The list without filters, put together once."""
    return select(*columns).where(_TABLE.c.is_public.is_(True))


def cards_page(
    filters: Filters, found: Tallies, after: str | None = None, size: int = SIZE, columns: tuple[Any, ...] = CARD
) -> Page[Any]:
    """As `ideas_page`, with rows of what a card shows instead of ideas; one query.

    Other `columns` must have id, moment of publication and the numbers by which a list is ordered among them.
    """
    if filters.active:
        statement, hits = _filtered(filters, found, *columns)
        if filters.sort == BEST and hits is not None:
            order = [(hits.c.score, "desc"), (Idea.id, "desc")]
            return keyset(
                statement.add_columns(hits.c.score), order, after, size, scalars=False,
                key=lambda row: (row.score, row.id),
            )  # fmt: skip
    else:
        statement = _every_row(columns)
    name = {SUPPORTED: "support_count", DISCUSSED: "comment_count"}.get(filters.sort, "published_at")
    return keyset(
        statement, [(_TABLE.c[name], "desc"), (_TABLE.c.id, "desc")], after, size, scalars=False,
        key=lambda row: (getattr(row, name), row.id), parameters=None if filters.active else {},
    )  # fmt: skip


def ideas_page(filters: Filters, found: Tallies, after: str | None = None, size: int = SIZE) -> Page[Idea]:
    """One page of the list, in the order asked for; one query."""
    statement, hits = _filtered(filters, found)
    if filters.sort == BEST and hits is not None:
        statement = statement.add_columns(hits.c.score)
        page = keyset(
            statement, [(hits.c.score, "desc"), (Idea.id, "desc")], after, size, scalars=False,
            key=lambda row: (row.score, row.Idea.id),
        )  # fmt: skip
        page.items = [row.Idea for row in page.items]
        return page
    column: Any = {SUPPORTED: Idea.support_count, DISCUSSED: Idea.comment_count}.get(filters.sort, Idea.published_at)
    return keyset(statement, [(column, "desc"), (Idea.id, "desc")], after, size)


def ideas_among(filters: Filters, found: Tallies, ids: Sequence[int]) -> list[Idea]:
    """Those of these ideas that are in the list, the newest first; one query."""
    statement, _hits = _filtered(filters, found)
    statement = statement.where(Idea.id.in_(ids)).order_by(Idea.published_at.desc(), Idea.id.desc())
    return list(db.session.execute(statement).scalars())


@dataclass
class Counts:
    """How many ideas pass the filters, at most COUNTED; `capped` when there are more. `codes` by facet, unless capped."""

    total: int
    capped: bool
    codes: dict[str, dict[str, int]]


def counts(filters: Filters, found: Tallies) -> Counts:
    """Total and facet numbers: stored ones without filters, else from one bounded query."""
    if not filters.active:
        return Counts(found.total, False, found.counts)
    statement, _hits = _filtered(filters, found, Idea.id.label("id"))
    some = statement.limit(COUNTED + 1).subquery()
    rows = db.session.execute(
        select(IdeaFacet.facet, IdeaFacet.code, func.count())
        .where(IdeaFacet.idea_id.in_(select(some.c.id)))
        .group_by(IdeaFacet.facet, IdeaFacet.code)
    )
    codes: dict[str, dict[str, int]] = {}
    for facet, code, count in rows:
        codes.setdefault(facet, {})[code] = count
    total = sum(codes.get(CONSULTATION, {}).values())
    if total > COUNTED:
        return Counts(COUNTED, True, {})
    return Counts(total, False, codes)


def number_of_ideas(filters: Filters, found: Tallies) -> int:
    """How many ideas the list has on all of its pages, counted: for a file that must not be short; one query."""
    statement, _hits = _filtered(filters, found, Idea.id)
    return db.session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()


def fewer_filters(filters: Filters, found: Tallies) -> list[tuple[str, int]]:
    """For an empty list: what it would hold without each of the filters, at most COUNTED + 1; one query."""
    parts = []
    for name in filters.active:
        statement, _hits = _filtered(filters.without(name), found, Idea.id.label("id"))
        some = statement.limit(COUNTED + 1).subquery()
        parts.append(select(literal(name).label("name"), func.count().label("count")).select_from(some))
    if len(parts) < 2:
        return []
    return [(name, count) for name, count in db.session.execute(union_all(*parts)) if count]


def newest_ideas(limit: int = 3, consultation_id: int | None = None) -> list[Any]:
    """The newest public ideas, of one consultation or of all, as rows of what a card shows; one query."""
    statement = _every_row()
    if consultation_id is not None:
        statement = statement.where(_TABLE.c.consultation_id == consultation_id)
    order = [(_TABLE.c.published_at, "desc"), (_TABLE.c.id, "desc")]
    kept: dict[str, Any] | None = None if consultation_id is not None else {}
    page = keyset(
        statement, order, None, limit, scalars=False, key=lambda row: (row.published_at, row.id), parameters=kept
    )
    return page.items


def ideas_linked_to(kind: str, subject_id: int, limit: int = 6) -> dict[Idea, list[Link]]:
    """The newest public ideas that are linked to a cluster, project or programme, each with these links that
    everyone may see; one query."""
    newest = (
        select(Idea.id)
        .where(Idea.is_public.is_(True), Idea.id.in_(_linked_ids(kind, subject_id)))
        .order_by(Idea.published_at.desc(), Idea.id.desc())
        .limit(limit)
        .subquery()
    )
    out = and_(Link.from_kind == "idea", Link.from_id == Idea.id, Link.to_kind == kind, Link.to_id == subject_id)
    back = and_(Link.to_kind == "idea", Link.to_id == Idea.id, Link.from_kind == kind, Link.from_id == subject_id)
    statement = (
        select(Idea, Link)
        .join(newest, newest.c.id == Idea.id)
        .outerjoin(Link, and_(or_(out, back), Link.status.in_(VISIBLE)))
        .order_by(Idea.published_at.desc(), Idea.id.desc(), Link.id)
    )
    found: dict[Idea, list[Link]] = {}
    for idea, link in db.session.execute(statement):
        found.setdefault(idea, []).extend([link] if link is not None else [])
    return found


def ideas_of_organisation(organisation_id: int, limit: int = 6) -> list[Idea]:
    """The newest public ideas that stand under an organisation's name; one query."""
    beside = select(IdeaCoauthor.idea_id).where(
        IdeaCoauthor.organisation_id == organisation_id, IdeaCoauthor.status == CONFIRMED
    )
    named = or_(Idea.organisation_id == organisation_id, Idea.id.in_(beside))
    statement = select(Idea).where(named, Idea.is_public.is_(True), Idea.byline != "")
    return list(db.session.execute(statement.order_by(Idea.published_at.desc(), Idea.id.desc()).limit(limit)).scalars())


def _linked_ids(kind: str, subject_id: int) -> Select[Any]:
    if kind in (CLUSTER, PROJECT):
        return select(IdeaFacet.idea_id).where(IdeaFacet.facet == kind, IdeaFacet.code == str(subject_id))
    return linked_ids("idea", kind, subject_id).union(linked_to_ids("idea", kind, subject_id)).subquery().select()


def ideas_by_ids(ids: Sequence[int]) -> dict[int, Idea]:
    """Ideas by id, in whatever state; missing ones are left out."""
    return {row.id: row for row in db.session.execute(select(Idea).where(Idea.id.in_(ids))).scalars()}


def idea_to_look_at(idea_id: int) -> Idea | None:
    """The idea, in whatever state, for who changes nothing in it."""
    known: Idea | None = read_already("idea", idea_id)
    return known if known is not None else db.session.get(Idea, idea_id)


def is_number(text: str) -> bool:
    """Whether this can be an idea's number at all: nothing else is looked for."""
    return bool(NUMBER.match(text))


def idea_by_number(number: str) -> Idea | None:
    """The idea of this number, in whatever state."""
    if not is_number(number):
        return None
    return db.session.execute(select(Idea).where(Idea.number == number)).scalar_one_or_none()


def questions_for(ideas: Iterable[Any], known: Mapping[int, Question]) -> dict[int, Question]:
    """The questions that cards of these ideas name, from those known; one query more for other consultations' ideas."""
    missing = {one.first_question_id for one in ideas if one.first_question_id} - set(known)
    if not missing:
        return dict(known)
    rows = db.session.execute(select(Question).where(Question.id.in_(missing))).scalars()
    return {**known, **{row.id: row for row in rows}}
