"""Reading the directory: the list with its filters and counts, and one portrait.

The list takes two queries, the counts one more, whatever the number of clusters. While nothing is chosen the counts are
stored ones; under filters they come from one bounded statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import load_only, selectinload

from consult.clusters.facets import COUNTRY, MEMBERS, SEVERAL, SUMMED, belonging, belonging_to_some, of_several
from consult.clusters.forms import FACETS, Selection
from consult.clusters.models import Cluster, ClusterFacet, ClusterFacetCount
from consult.clusters.readings import COUNTED
from consult.core.db import db, is_sqlite, sort_key
from consult.core.paging import Page, keyset
from consult.links.models import Link
from consult.search.queries import matching

PAGE_SIZE = 20
TOTAL = "total"
FEW = 300  # so many clusters are named one by one
MATRIX_SIZE = 25
LEAST_OF_NAME = 4  # letters that are sought within names, too: IT stands in every initiative
NO_PORTFOLIO = "cross-sector"  # across sectors nobody is alike

Counts = dict[tuple[str, str], int]
CodesOf = dict[int, dict[str, list[str]]]


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Cluster.listed.is_(True)]
    if selection.words:
        hits = matching("cluster", selection.words)
        fits: ColumnElement[bool] = Cluster.id.in_(select(hits.c.id))
        if len(selection.words) >= LEAST_OF_NAME:
            fits = or_(fits, Cluster.name_key.contains(sort_key(selection.words), autoescape=True))
        found.append(fits)
    for facet, codes in selection.codes.items():
        having = select(ClusterFacet.cluster_id).where(ClusterFacet.facet == facet, ClusterFacet.code.in_(codes))
        found.append(Cluster.id.in_(having))
    return found


# What a card shows; the other columns of a portrait are read with it only.
_CARD = (
    Cluster.slug, Cluster.name, Cluster.sort_key, Cluster.seat, Cluster.country, Cluster.nuts1, Cluster.strengths,
    Cluster.members, Cluster.members_unit, Cluster.members_qualifier, Cluster.members_as_of, Cluster.members_source,
    Cluster.as_of, Cluster.status, Cluster.verified, Cluster.dormant_since,
)  # fmt: skip


def clusters_page(selection: Selection, after: str | None) -> Page[Cluster]:
    """One page of the clusters that fit, by name, with the columns of a card."""
    statement = select(Cluster).where(*_conditions(selection)).options(load_only(*_CARD, raiseload=True))
    return keyset(statement, [(Cluster.sort_key, "asc"), (Cluster.id, "asc")], after, PAGE_SIZE)


def entered_between(selection: Selection, since: datetime, until: datetime, limit: int) -> list[Cluster]:
    """Portraits that fit and were entered in this span, the latest first."""
    statement = select(Cluster).where(*_conditions(selection), Cluster.created_at > since, Cluster.created_at <= until)
    statement = statement.order_by(Cluster.created_at.desc(), Cluster.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


def latest(selection: Selection, limit: int) -> list[Cluster]:
    """Portraits that fit, the latest changes first."""
    statement = select(Cluster).where(*_conditions(selection))
    statement = statement.order_by(Cluster.updated_at.desc(), Cluster.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


# What a file tells beyond a card.
_EXPORTED = (*_CARD, Cluster.short_name, Cluster.website)
PART = 500


def every_cluster(selection: Selection) -> Iterator[tuple[Sequence[Cluster], CodesOf]]:
    """All that fit by name, in parts, each with the codes of its clusters (number -> facet -> codes); two queries a part."""
    statement = (
        select(Cluster)
        .where(*_conditions(selection))
        .options(load_only(*_EXPORTED, raiseload=True))
        .order_by(Cluster.sort_key, Cluster.id)
        .limit(PART)
    )
    last: Cluster | None = None
    while True:
        part = statement if last is None else statement.where(tuple_(Cluster.sort_key, Cluster.id) > _place(last))
        found = db.session.execute(part).scalars().all()
        if found:
            yield found, _codes_of([cluster.id for cluster in found])
        if len(found) < PART:
            return
        last = found[-1]


def _place(cluster: Cluster) -> ColumnElement[Any]:
    return tuple_(literal(cluster.sort_key), literal(cluster.id))


def _codes_of(ids: Sequence[int]) -> CodesOf:
    found: CodesOf = {}
    query = select(ClusterFacet.cluster_id, ClusterFacet.facet, ClusterFacet.code).where(
        ClusterFacet.cluster_id.in_(ids)
    )
    for cluster_id, facet, code in db.session.execute(query.order_by(ClusterFacet.facet, ClusterFacet.code)):
        found.setdefault(cluster_id, {}).setdefault(facet, []).append(code)
    return found


def _matched(selection: Selection) -> CTE:
    """Numbers of the clusters that fit, at most one more than are counted; found once, however often it is asked."""
    return select(Cluster.id.label("id")).where(*_conditions(selection)).limit(COUNTED + 1).cte()


@dataclass(frozen=True)
class _Fitting:
    """The clusters that fit, as a condition for other statements: those whose numbers are bound as `name`, or `matched`.

    A few are named by their numbers, since no planner can then miss that they are few; many are a statement of their own.
    SQLite gets them as one value, however many: each number of each list would have its price there, and so would a
    statement that is looked up once for each count.
    """

    name: str
    matched: CTE | None = None

    def holds(self, column: Any) -> ColumnElement[bool]:
        some: Any = select(self.matched.c.id) if self.matched is not None else self._few()
        named: ColumnElement[bool] = column.in_(some)
        return named

    def _few(self) -> Any:
        if not is_sqlite():
            return bindparam(self.name, expanding=True)
        each: Any = func.json_each(bindparam(self.name))
        return select(each.table_valued("value").c.value)


def _fitting(asked: Mapping[str, Selection]) -> dict[str, list[int]]:
    """Numbers of the clusters that fit each of these choices, at most one more than are counted; one query."""
    parts = [select(literal(name, String).label("name"), _matched(selection).c.id) for name, selection in asked.items()]
    found: dict[str, list[int]] = {name: [] for name in asked}
    for name, cluster_id in db.session.execute(union_all(*parts)):
        found[name].append(cluster_id)
    return found


# The name of a facet in a form that no index leads: what leads are the clusters that fit.
_CODE = ClusterFacet.facet + ""


def _count_codes(fitting: _Fitting, names: Sequence[str]) -> Select[Any, Any, Any]:
    return (
        select(_CODE, ClusterFacet.code, func.count())
        .where(fitting.holds(ClusterFacet.cluster_id), _CODE.in_(names))
        .group_by(_CODE, ClusterFacet.code)
    )


def _stored(*names: str) -> Select[Any, Any, Any]:
    statement = select(ClusterFacetCount.facet, ClusterFacetCount.code, ClusterFacetCount.count)
    return statement.where(ClusterFacetCount.facet.in_(names)) if names else statement


def _count_all(matched: CTE, facet: str = "") -> Select[Any, Any, Any]:
    return select(literal(TOTAL, String), literal(facet, String), func.count()).select_from(matched)


def _count_several(fitting: _Fitting, facet: str) -> Select[Any, Any, Any]:
    """How many of those that fit have several codes of a facet."""
    several = (
        select(ClusterFacet.cluster_id)
        .where(fitting.holds(ClusterFacet.cluster_id), ClusterFacet.facet == facet)
        .group_by(ClusterFacet.cluster_id)
        .having(func.count() > 1)
        .subquery()
    )
    return select(literal(SEVERAL, String), literal(facet, String), func.count()).select_from(several)


def _count_members(fitting: _Fitting) -> list[Select[Any, Any, Any]]:
    """Organisations that belong to those that fit: each counted once, and those of them that belong to several."""
    found = belonging_to_some(fitting.name) if is_sqlite() else belonging(fitting.holds(Link.to_id))
    return [
        select(literal(MEMBERS, String), literal("", String), func.count()).select_from(found),
        select(literal(SEVERAL, String), literal(MEMBERS, String), of_several(found)).select_from(found),
    ]


def facet_counts(selection: Selection) -> Counts:
    """(facet, code) -> number of clusters; ("total", "") -> all that fit; ("members", "") -> organisations that belong to
    them; ("several", facet) -> those that have several codes of it, or belong to several. One query, or two with a choice.

    A chosen facet is counted as if nothing were chosen in it, so the other codes tell what they would add.
    """
    if not selection.any:
        rows = db.session.execute(_stored())
        return {(facet or TOTAL, code): count for facet, code, count in rows}
    rest = {facet.name: selection.without(facet.name) for facet in FACETS if facet.name in selection.codes}
    asked = {"": selection, **{name: one for name, one in rest.items() if one.any}}
    fitting = _fitting(asked)
    many = set() if is_sqlite() else {name for name, ids in fitting.items() if len(ids) > FEW}
    if not many:
        statement = _counting_few(tuple(rest), tuple(asked), is_sqlite())
    else:
        named = {name: _Fitting(_ids(name), _matched(one) if name in many else None) for name, one in asked.items()}
        statement = _counting(tuple(rest), named)
    bound = {_ids(name): json.dumps(ids) if is_sqlite() else ids for name, ids in fitting.items() if name not in many}
    found = {(facet, code): count for facet, code, count in db.session.execute(statement, bound)}
    return {**found, (TOTAL, ""): len(fitting[""])}


def _ids(name: str) -> str:
    return f"ids_of_{name}"


@lru_cache(maxsize=100)
def _counting_few(rest: tuple[str, ...], asked: tuple[str, ...], _on_sqlite: bool) -> CompoundSelect[Any]:
    """The question for the counts of a few, which is the same whatever is chosen of these facets; put together once for each
    database.
    """
    return _counting(rest, {name: _Fitting(_ids(name)) for name in asked})


def _counting(rest: Sequence[str], fitting: Mapping[str, _Fitting]) -> CompoundSelect[Any]:
    """The question for all counts: what fits, and for each chosen facet what fits without it, if there is another choice."""
    parts = [_count_codes(fitting[""], [facet.name for facet in FACETS if facet.name not in rest])]
    parts += [_count_several(fitting[""], facet) for facet in SUMMED] + _count_members(fitting[""])
    parts += [_count_codes(fitting[name], [name]) if name in fitting else _stored(name) for name in rest]
    return union_all(*parts)


def counts_without(selection: Selection) -> dict[str, int]:
    """For an empty result: how many there would be without each of the filters ("q" for the words). One query."""
    names = [*(["q"] if selection.words else []), *selection.codes]
    if not names:
        return {}
    statement = union_all(*[_count_all(_matched(selection.without(name)), name) for name in names])
    return {name: count for _total, name, count in db.session.execute(statement) if count}


def cluster_by_slug(slug: str) -> Cluster | None:
    """A cluster with its observations; two queries."""
    if not slug.isprintable():
        return None
    statement = select(Cluster).where(Cluster.slug == slug).options(selectinload(Cluster.observations))
    return db.session.execute(statement).scalar()


def clusters_by_ids(ids: Sequence[int]) -> dict[int, Cluster]:
    """Several at once, without observations."""
    rows = db.session.execute(select(Cluster).where(Cluster.id.in_(ids))).scalars()
    return {cluster.id: cluster for cluster in rows}


def clusters_by_slugs(slugs: Sequence[str]) -> list[Cluster]:
    """Clusters with their observations, in the order asked for; two queries."""
    statement = (
        select(Cluster)
        .where(Cluster.slug.in_(slugs), Cluster.listed.is_(True))
        .options(selectinload(Cluster.observations))
    )
    found = {cluster.slug: cluster for cluster in db.session.execute(statement).scalars()} if slugs else {}
    return [found[slug] for slug in slugs if slug in found]


def names_of(slugs: Sequence[str]) -> list[Cluster]:
    """The chosen clusters with their names only, in the order asked for; a query if any are chosen."""
    if not slugs:
        return []
    columns = load_only(Cluster.slug, Cluster.name, raiseload=True)
    rows = db.session.execute(
        select(Cluster).where(Cluster.slug.in_(slugs), Cluster.listed.is_(True)).options(columns)
    ).scalars()
    found = {cluster.slug: cluster for cluster in rows}
    return [found[slug] for slug in slugs if slug in found]


def peers_of(slug: str, most: int) -> list[str]:
    """A cluster and others of its portfolio, those of its Land first; empty if there is no such cluster."""
    own = select(Cluster.portfolio, Cluster.nuts1).where(Cluster.slug == slug, Cluster.listed.is_(True))
    row = db.session.execute(own).first() if slug.isprintable() else None
    if row is None:
        return []
    if row.portfolio in ("", NO_PORTFOLIO):
        return [slug]
    others = (
        select(Cluster.slug)
        .where(Cluster.portfolio == row.portfolio, Cluster.slug != slug, Cluster.listed.is_(True))
        .order_by((Cluster.nuts1 == row.nuts1).desc(), Cluster.sort_key, Cluster.id)
        .limit(most - 1)
    )
    return [slug, *db.session.execute(others).scalars()]


def focusing_page(code: str, after: str | None, size: int = MATRIX_SIZE) -> Page[Cluster]:
    """One page of the clusters that name a country or macro-region ("": any), by name; one query."""
    naming = select(ClusterFacet.cluster_id).where(ClusterFacet.facet == COUNTRY)
    if code:
        naming = naming.where(ClusterFacet.code == code)
    statement = (
        select(Cluster).where(Cluster.id.in_(naming)).options(load_only(*_CARD, Cluster.short_name, raiseload=True))
    )
    return keyset(statement, [(Cluster.sort_key, "asc"), (Cluster.id, "asc")], after, size)
