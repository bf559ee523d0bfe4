"""Reading the directory for those who look after it: the list with what waits, what is to be translated, and the figures.

"Nothing is counted twice": totals of members are sums of the newest figure of each portrait in one unit, with the number
of portraits that state it; organisations and clusters that belong to several clusters are counted once and named.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from consult.clusters import rules
from consult.clusters.models import IMPORTED, Cluster, ClusterClaim, ClusterManager, ClusterVersion
from consult.core.db import db, sort_key
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo, describe
from consult.links.models import VISIBLE, Link

PAGE_SIZE = 30
# What makes a thing part of a cluster, seen from it.
BELONGING = ("member_of", "part_of")
SHOWN = 50
FILTERS = ("", "unconfirmed", "claimed", "waiting", "dormant", "out", "translate")


def cluster_by_id(cluster_id: int) -> Cluster | None:
    """A portrait with its observations; two queries."""
    statement = select(Cluster).where(Cluster.id == cluster_id).options(selectinload(Cluster.observations))
    return db.session.execute(statement).scalar()


def _waiting() -> Any:
    return select(ClusterVersion.cluster_id).where(ClusterVersion.status == rules.WAITING)


def _condition(name: str) -> list[ColumnElement[bool]]:
    if name == "out":
        return [Cluster.listed.is_(False)]
    found: list[ColumnElement[bool]] = [Cluster.listed.is_(True)]
    conditions: dict[str, ColumnElement[bool]] = {
        "unconfirmed": Cluster.status == IMPORTED,
        "claimed": Cluster.id.in_(select(ClusterClaim.cluster_id).where(ClusterClaim.status.in_(rules.RUNNING))),
        "waiting": Cluster.id.in_(_waiting()),
        "dormant": Cluster.dormant_since.is_not(None),
        "translate": Cluster.text_gaps != "",
    }
    if name in conditions:
        found.append(conditions[name])
    return found


def portraits_page(name: str, words: str, after: str | None) -> Page[Cluster]:
    """One page of the portraits behind a filter, by name, with their observations for completeness; two queries."""
    statement = select(Cluster).where(*_condition(name)).options(selectinload(Cluster.observations))
    if words:
        statement = statement.where(Cluster.name_key.contains(sort_key(words), autoescape=True))
    return keyset(statement, [(Cluster.sort_key, "asc"), (Cluster.id, "asc")], after, PAGE_SIZE)


def waiting_counts() -> dict[str, int]:
    """How many there are behind each filter; one query."""
    columns = [
        select(func.count()).select_from(Cluster).where(*_condition(name)).scalar_subquery().label(name or "all")
        for name in FILTERS
    ]
    row = db.session.execute(select(*columns)).one()
    return dict(row._mapping)


def with_focus(ids: list[int]) -> set[int]:
    """Those of these portraits that name focus countries; one query."""
    statement = select(Link.from_id).where(
        Link.type == "focus_on", Link.from_kind == "cluster", Link.from_id.in_(ids), Link.status.in_(VISIBLE)
    )
    return {one for one in db.session.execute(statement).scalars() if one is not None}


def find_target(words: str) -> list[Cluster]:
    """The portraits that an editor may mean by an address, a slug or a name; at most ten."""
    slug = words.rstrip("/").rpartition("/")[2]
    exact = select(Cluster).where(Cluster.slug == slug, Cluster.listed.is_(True)) if slug.isprintable() else None
    found = list(db.session.execute(exact).scalars()) if exact is not None else []
    if found or not sort_key(words):
        return found
    named = select(Cluster).where(Cluster.listed.is_(True), Cluster.name_key.contains(sort_key(words), autoescape=True))
    return list(db.session.execute(named.order_by(Cluster.sort_key, Cluster.id).limit(10)).scalars())


def to_translate(after: str | None) -> Page[Cluster]:
    """Portraits with texts that are missing in a language or were translated by a machine."""
    statement = select(Cluster).where(Cluster.listed.is_(True), Cluster.text_gaps != "")
    return keyset(statement, [(Cluster.sort_key, "asc"), (Cluster.id, "asc")], after, PAGE_SIZE)


def managed_by(person_id: int) -> list[Cluster]:
    """The portraits that a person speaks for, by name, with observations."""
    statement = (
        select(Cluster)
        .join(ClusterManager, ClusterManager.cluster_id == Cluster.id)
        .where(ClusterManager.person_id == person_id)
        .order_by(Cluster.sort_key, Cluster.id)
        .options(selectinload(Cluster.observations))
        .limit(20)
    )
    return list(db.session.execute(statement).scalars())


def versions_in_hand(ids: list[int]) -> dict[int, ClusterVersion]:
    """The change of each of these portraits that waits or was returned; one query."""
    statement = select(ClusterVersion).where(
        ClusterVersion.cluster_id.in_(ids), ClusterVersion.status.in_((rules.WAITING, rules.RETURNED))
    )
    rows = db.session.execute(statement.order_by(ClusterVersion.number)).scalars()
    return {one.cluster_id: one for one in rows}


# ---- figures of the whole directory ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    """A sum of one unit: over how many portraits, of all."""

    unit: str
    number: int
    portraits: int


@dataclass(frozen=True)
class Several:
    """How many things belong to clusters, and those of them that belong to several, with how many."""

    all: int
    several: tuple[tuple[SubjectInfo, int], ...]


def totals() -> tuple[int, list[Total]]:
    """(portraits in the directory, sums of the newest member figure by unit, the most stated unit first)."""
    rows = db.session.execute(
        select(Cluster.members_unit, func.sum(Cluster.members), func.count())
        .where(Cluster.listed.is_(True), Cluster.members.is_not(None))
        .group_by(Cluster.members_unit)
    ).all()
    count = db.session.execute(select(func.count()).select_from(Cluster).where(Cluster.listed.is_(True))).scalar_one()
    found = [Total(unit, int(number or 0), portraits) for unit, number, portraits in rows]
    return count, sorted(found, key=lambda one: (-one.portraits, one.unit))


def _memberships() -> Counter[tuple[str, str]]:
    """(kind, key) of what belongs to listed clusters -> how many of them; whatever the relation, each cluster once."""
    listed = select(Cluster.id).where(Cluster.listed.is_(True))
    statement = select(Link.from_kind, Link.from_key, Link.to_id).where(
        Link.type.in_(BELONGING), Link.to_kind == "cluster", Link.status.in_(VISIBLE), Link.to_id.in_(listed),
        or_(Link.from_kind == "organisation", Link.from_kind == "cluster"),
    )  # fmt: skip
    pairs = {(kind, key, cluster_id) for kind, key, cluster_id in db.session.execute(statement)}
    return Counter((kind, key) for kind, key, _cluster_id in pairs)


def in_several() -> Several:
    """What belongs to clusters, and what belongs to several of them."""
    counted = _memberships()
    many = {end: number for end, number in counted.items() if number > 1}
    if not many:
        return Several(len(counted), ())
    ids = db.session.execute(
        select(Link.from_kind, Link.from_key, Link.from_id).where(
            Link.from_key.in_([key for _kind, key in many]), Link.from_id.is_not(None)
        )
    )
    numbers = {(kind, key): number for kind, key, number in ids if number is not None}
    known = describe([(kind, numbers[(kind, key)]) for kind, key in many if (kind, key) in numbers])
    named = [
        (known[(end[0], numbers[end])], number)
        for end, number in many.items()
        if end in numbers and (end[0], numbers[end]) in known
    ]
    return Several(len(counted), tuple(sorted(named, key=lambda one: (-one[1], one[0].title))[:SHOWN]))
