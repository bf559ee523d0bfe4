"""Reading links: one query for all links of a thing, whatever their other ends are.

What a line shows of the other end comes from `LinkEnd`, so no other room is asked while a page is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, String, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from consult.core.db import db
from consult.core.i18n import _, pick
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo
from consult.core.vocabularies import short_region
from consult.links.models import CONFIRMED, STATED, SUGGESTED, VISIBLE, Link, LinkEnd
from consult.links.relations import relation_label


def crosses_border(region: str, other: str) -> bool:
    """Whether two NUTS codes lie in different Länder or countries; False where one of them is unknown."""
    return bool(region and other) and short_region(region) != short_region(other)


@dataclass(frozen=True)
class LinkView:
    """A link as seen from one of its ends. `frames` are further things that its source names with it, by attribute."""

    link: Link
    other: SubjectInfo
    label: str
    outgoing: bool
    frames: dict[str, SubjectInfo] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return self.link.type

    @property
    def confirmed(self) -> bool:
        """Whether both sides stand by it."""
        return self.link.status == CONFIRMED

    @property
    def stands_here(self) -> bool:
        """Whether the side from which it is seen stands by it."""
        return (self.link.confirmed_from_at if self.outgoing else self.link.confirmed_to_at) is not None

    @property
    def stated(self) -> bool:
        """Whether it rests on a source alone."""
        return self.link.status == STATED

    @property
    def standing(self) -> str:
        """How far it is confirmed, in words; empty where it is our own classification."""
        if self.link.derived:
            return ""
        if self.confirmed:
            return _("confirmed by both sides")
        if not self.stated:
            return _("proposal, not confirmed")
        return _("our reading of the source, not confirmed") if self.link.inferred else _("not confirmed")


class EndRow(NamedTuple):
    """What is read of an end: a row costs a fraction of an object of the session."""

    kind: str
    id: int
    key: str
    title: dict[str, str]
    url: dict[str, str]
    language: dict[str, str]
    public: bool
    region: str
    organisation_id: int | None
    consultation_id: int | None


def end_columns(entity: Any) -> list[Any]:
    """The columns of an `EndRow`, of `LinkEnd` or an alias of it."""
    return [getattr(entity, name) for name in EndRow._fields]


def end_info(end: LinkEnd | EndRow) -> SubjectInfo:
    """What a line about an end shows."""
    return SubjectInfo(
        kind=end.kind, id=end.id, title=pick(end.title), url=pick(end.url), language=pick(end.language),
        public=end.public, region=end.region, organisation_id=end.organisation_id,
        consultation_id=end.consultation_id, key=end.key,
    )  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which links are read: types and kinds of the other end (None: all), and how many of each direction at most."""

    types: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    limit: int | None = None


@lru_cache(maxsize=16)
def _links(outgoing: bool, restricted: tuple[str, ...]) -> Select[Any]:
    """The query of `_views`, put together once: many pages ask it, with these restrictions or others."""
    here = (Link.from_kind, Link.from_id) if outgoing else (Link.to_kind, Link.to_id)
    there = (Link.to_kind, Link.to_id) if outgoing else (Link.from_kind, Link.from_id)
    statement: Any = (
        select(Link, *end_columns(LinkEnd))
        .join(LinkEnd, and_(LinkEnd.kind == there[0], LinkEnd.id == there[1]))
        .where(
            here[0] == bindparam("kind", type_=String), here[1].in_(bindparam("ids", expanding=True)),
            Link.status.in_(VISIBLE), LinkEnd.public.is_(True),
        )
        .order_by(Link.id)
    )  # fmt: skip
    if "types" in restricted:
        statement = statement.where(Link.type.in_(bindparam("types", expanding=True)))
    if "kinds" in restricted:
        statement = statement.where(there[0].in_(bindparam("kinds", expanding=True)))
    if "most" in restricted:
        statement = statement.limit(bindparam("most", type_=Integer))
    return statement


def _views(kind: str, ids: Sequence[int], outgoing: bool, wanted: Wanted) -> list[tuple[int, LinkView]]:
    """(id of this end, view) of the visible links that lead out of (into) these things, in order of entry."""
    values: dict[str, Any] = {"kind": kind, "ids": list(ids)}
    given = {"types": wanted.types, "kinds": wanted.kinds, "most": wanted.limit}
    restricted = tuple(name for name, value in given.items() if value is not None)
    values |= {name: given[name] for name in restricted}
    found: list[tuple[int, LinkView]] = []
    for link, *end in db.session.execute(_links(outgoing, restricted), values):
        mine = link.from_id if outgoing else link.to_id
        view = LinkView(link, end_info(EndRow(*end)), relation_label(link.type, outgoing, link.role), outgoing)
        if mine is not None:
            found.append((mine, view))
    return found


def _wanted(types: Iterable[str] | None, kinds: Iterable[str] | None, limit: int | None) -> Wanted:
    return Wanted(None if types is None else tuple(types), None if kinds is None else tuple(kinds), limit)


def links_of(
    kind: str, subject_id: int, types: Iterable[str] | None = None, kinds: Iterable[str] | None = None,
    limit: int | None = None,
) -> list[LinkView]:  # fmt: skip
    """The links of one thing in both directions whose other end everyone may see; two queries, or three with frames.

    `types` and `kinds` (of the other end) restrict them, `limit` each direction. Outgoing ones come first, each direction
    in order of entry.
    """
    return links_of_many(kind, [subject_id], types, kinds, limit).get(subject_id, [])


def links_to(
    kind: str, subject_id: int, types: Iterable[str] | None = None, kinds: Iterable[str] | None = None,
    limit: int | None = None,
) -> list[LinkView]:  # fmt: skip
    """The links that lead to one thing, without what frames them; one query."""
    return [view for _mine, view in _views(kind, [subject_id], False, _wanted(types, kinds, limit))]


def links_of_many(
    kind: str, ids: Sequence[int], types: Iterable[str] | None = None, kinds: Iterable[str] | None = None,
    limit: int | None = None,
) -> dict[int, list[LinkView]]:  # fmt: skip
    """As `links_of` for several things of one kind at once, in the same number of queries."""
    found: dict[int, list[LinkView]] = {}
    if not ids:
        return found
    wanted = _wanted(types, kinds, limit)
    views = [*_views(kind, ids, True, wanted), *_views(kind, ids, False, wanted)]
    frames = _frames([view.link for _mine, view in views])
    for mine, view in views:
        named = {name: frames[end] for name, end in _frame_ends(view.link) if end in frames}
        found.setdefault(mine, []).append(replace(view, frames=named) if named else view)
    return found


FRAMES = ("programme", "frame", "jointly_with", "on_behalf_of")


def _frame_ends(link: Link) -> list[tuple[str, tuple[str, str]]]:
    """(attribute, (kind, key)) of the further things that a link names, for example the programme behind it."""
    found = []
    for name in FRAMES:
        kind, slash, key = str(link.attributes.get(name, "")).partition("/")
        if slash:
            found.append((name, (kind, key)))
    return found


def _frames(links: Iterable[Link]) -> dict[tuple[str, str], SubjectInfo]:
    wanted = {end for link in links for _name, end in _frame_ends(link)}
    if not wanted:
        return {}
    places = [and_(LinkEnd.kind == kind, LinkEnd.key == key) for kind, key in sorted(wanted)]
    rows = db.session.execute(select(LinkEnd).where(or_(*places), LinkEnd.public.is_(True))).scalars()
    return {(row.kind, row.key): end_info(row) for row in rows}


def linked_ids(from_kind: str, to_kind: str, to_id: int, types: Iterable[str] | None = None) -> Select[Any]:
    """Selectable numbers of the things of `from_kind` that are visibly linked to one thing: for `id.in_(...)`."""
    statement = select(Link.from_id).where(
        Link.from_kind == from_kind, Link.to_kind == to_kind, Link.to_id == to_id, Link.status.in_(VISIBLE),
        Link.from_id.is_not(None),
    )  # fmt: skip
    return statement.where(Link.type.in_(list(types))) if types is not None else statement


def linked_to_ids(to_kind: str, from_kind: str, from_id: int, types: Iterable[str] | None = None) -> Select[Any]:
    """The other way round: numbers of the things of `to_kind` to which one thing leads."""
    statement = select(Link.to_id).where(
        Link.to_kind == to_kind, Link.from_kind == from_kind, Link.from_id == from_id, Link.status.in_(VISIBLE),
        Link.to_id.is_not(None),
    )  # fmt: skip
    return statement.where(Link.type.in_(list(types))) if types is not None else statement


def own_links(kind: str, subject_id: int) -> list[Link]:
    """The links that people set from a thing, of every status and audience: for its form."""
    statement = (
        select(Link)
        .where(Link.from_kind == kind, Link.from_id == subject_id, Link.key.is_(None), Link.status.in_(VISIBLE))
        .order_by(Link.id)
    )
    return list(db.session.execute(statement).scalars())


def link_by_id(link_id: int) -> Link | None:
    return db.session.get(Link, link_id)


def both_ends(link: Link) -> tuple[SubjectInfo, SubjectInfo] | None:
    """What may be shown of both ends, or None where one of them is not here or not public."""
    found = [db.session.get(LinkEnd, end) for end in link.ends if end[1] is not None]
    shown = [end_info(end) for end in found if end is not None and end.public]
    return (shown[0], shown[1]) if len(shown) == 2 else None


_From, _To = aliased(LinkEnd), aliased(LinkEnd)


def links_at(ends: Iterable[tuple[str, int]], after: str | None, size: int = 30) -> Page[Any]:
    """The links that have one of these things at an end, newest first, each as (link, from, to); one query. Suggestions of
    software and what the house itself classified are left out: no side has a say on them."""
    here = _at_either_end(ends)
    if not here:
        return Page(items=[])
    statement: Any = (
        select(Link, _From, _To)
        .join(_From, and_(_From.kind == Link.from_kind, _From.id == Link.from_id))
        .join(_To, and_(_To.kind == Link.to_kind, _To.id == Link.to_id))
        .where(
            or_(*here), Link.status != SUGGESTED, Link.derived.is_(False), _From.public.is_(True), _To.public.is_(True)
        )
    )
    page = keyset(statement, [(Link.id, "desc")], after, size, scalars=False, key=lambda row: (row[0].id,))
    page.items = [(link, end_info(one), end_info(two)) for link, one, two in page.items]
    return page


def _at_either_end(ends: Iterable[tuple[str, int]]) -> list[ColumnElement[bool]]:
    by_kind: dict[str, list[int]] = {}
    for kind, end_id in sorted(set(ends)):
        by_kind.setdefault(kind, []).append(end_id)
    return [
        condition
        for kind, ids in by_kind.items()
        for condition in (
            and_(Link.from_kind == kind, Link.from_id.in_(ids)), and_(Link.to_kind == kind, Link.to_id.in_(ids))
        )
    ]  # fmt: skip


def links_to_confirm(ends: Iterable[tuple[str, int]]) -> list[tuple[Link, SubjectInfo, SubjectInfo]]:
    """Proposals that wait for these things, at whichever end: (link, from, to), oldest first, at most fifty."""
    waiting = sorted(set(ends))
    if not waiting:
        return []
    places = [
        and_(Link.to_kind == kind, Link.to_id == end_id, Link.confirmed_to_at.is_(None)) for kind, end_id in waiting
    ] + [
        and_(Link.from_kind == kind, Link.from_id == end_id, Link.confirmed_from_at.is_(None))
        for kind, end_id in waiting
    ]
    statement = (
        select(Link, _From, _To)
        .join(_From, and_(_From.kind == Link.from_kind, _From.id == Link.from_id))
        .join(_To, and_(_To.kind == Link.to_kind, _To.id == Link.to_id))
        .where(or_(*places), Link.status == "proposed", _From.public.is_(True), _To.public.is_(True))
        .order_by(Link.id)
        .limit(50)
    )
    return [(link, end_info(one), end_info(two)) for link, one, two in db.session.execute(statement)]
