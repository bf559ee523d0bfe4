"""The codes by which a cluster is found, and how many clusters have each: derived, stored, and made anew on demand.

All filters read one table, so that a choice costs the same whatever it is. Codes come from the portrait, focus countries
from its links; whoever touches a cluster in either room need not think of them (`follow`). A portrait that is not listed
has none. Whoever names a macro-region is found under its countries, and whoever names one of its countries is found under
the macro-region.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    bindparam,
    case,
    column,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.sql.functions import Function

from consult.clusters.models import Cluster, ClusterFacet, ClusterFacetCount, Observation
from consult.core.db import db
from consult.core.vocabularies import vocabulary
from consult.links.models import VISIBLE, Link

FOCUS_TYPE, FOCUS_KINDS = "focus_on", ("country", "macro-region")
COUNTRY, REGION, LABEL = "country", "region", "label"
COVERED, OPENNESS = "regions-covered", "openness"  # kinds of observations
MACRO_REGIONS = "macro_regions"
# Of these facets it is also counted how many clusters have any code, and how many have several.
SUMMED = (REGION, COUNTRY)
ANY, SEVERAL, MEMBERS = "any", "several", "members"
# What makes an organisation belong to a cluster.
BELONGING = ("member_of", "part_of")
ALL = ("", "")
CHUNK = 500

Code = tuple[str, str]

_COLUMNS = (
    Cluster.id, Cluster.form, Cluster.legal_form, Cluster.portfolio, Cluster.nuts1, Cluster.sectors, Cluster.ecosystems,
    Cluster.key_technologies, Cluster.services, Cluster.topics,
)  # fmt: skip


def countries_of(code: str) -> list[str]:
    """The countries of a macro-region by the closed list; none if it names none."""
    term = vocabulary(MACRO_REGIONS).get(code)
    return [one for one in (term.extra.get("countries", "") if term else "").split(";") if one]


def naming(code: str) -> list[str]:
    """The codes that stand for a country or macro-region: its own, those of a macro-region's countries, and those of the
    macro-regions that contain a country. It reads the same in both directions."""
    containing = [term.code for term in vocabulary(MACRO_REGIONS) if code in countries_of(term.code)]
    return [code, *countries_of(code), *containing]


def facet_codes(cluster: Any, found: Iterable[Any]) -> set[Code]:
    """(facet, code) of a portrait and its observations; "region" are the Länder of its seat and of its field of work."""
    observations = list(found)
    covered = [code for one in observations if one.kind == COVERED for code in one.details.get("values", [])]
    single = {"form": cluster.form, "legal": cluster.legal_form, "portfolio": cluster.portfolio}
    several: dict[str, Sequence[str]] = {
        REGION: [(code or "")[:3] for code in (cluster.nuts1, *covered)], "sector": cluster.sectors,
        "ecosystem": cluster.ecosystems, "technology": cluster.key_technologies, "service": cluster.services,
        "topic": cluster.topics, LABEL: [one.code for one in observations if one.kind == LABEL],
        "open": [one.code for one in observations if one.kind == OPENNESS and one.details.get("value") is True],
    }  # fmt: skip
    codes = {(facet, code) for facet, code in single.items() if code}
    return codes | {(facet, code) for facet, listed in several.items() for code in listed if code}


def _told(ids: Sequence[int]) -> dict[int, set[Code]]:
    """What the portraits and the visible links of these clusters say, of those that are listed."""
    observed: dict[int, list[Any]] = {}
    observations = select(Observation.cluster_id, Observation.kind, Observation.code, Observation.details).where(
        Observation.cluster_id.in_(ids),
        Observation.kind.in_((COVERED, OPENNESS, LABEL)),
        Observation.replaced_at.is_(None),
    )
    for row in db.session.execute(observations):
        observed.setdefault(row.cluster_id, []).append(row)
    found = {
        row.id: facet_codes(row, observed.get(row.id, ()))
        for row in db.session.execute(select(*_COLUMNS).where(Cluster.id.in_(ids), Cluster.listed))
    }
    links = select(Link.from_id, Link.to_key).where(
        Link.type == FOCUS_TYPE, Link.from_kind == "cluster", Link.to_kind.in_(FOCUS_KINDS), Link.status.in_(VISIBLE),
        Link.from_id.in_(ids),
    )  # fmt: skip
    for cluster_id, key in db.session.execute(links):
        if cluster_id in found:
            found[cluster_id].update((COUNTRY, code) for code in naming(key))
    return found


def _stored(ids: Sequence[int]) -> dict[int, set[Code]]:
    found: dict[int, set[Code]] = {}
    rows = select(ClusterFacet.cluster_id, ClusterFacet.facet, ClusterFacet.code)
    for cluster_id, facet, code in db.session.execute(rows.where(ClusterFacet.cluster_id.in_(ids))):
        found.setdefault(cluster_id, set()).add((facet, code))
    return found


def _renew(ids: Iterable[int]) -> tuple[int, set[Code]]:
    """Make the codes of these clusters right: how many rows were wrong, and the codes concerned."""
    count, changed, ordered = 0, set(), sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        right, there = _told(part), _stored(part)
        for cluster_id in part:
            wrong = _replace(cluster_id, right.get(cluster_id, set()), there.get(cluster_id, set()))
            count += len(wrong)
            changed |= wrong
    return count, changed


def _replace(cluster_id: int, wanted: set[Code], stored: set[Code]) -> set[Code]:
    """Turn the rows of a cluster into the wanted ones; the codes that come or go."""
    for facet, code in sorted(stored - wanted):
        gone = (ClusterFacet.cluster_id == cluster_id, ClusterFacet.facet == facet, ClusterFacet.code == code)
        db.session.execute(delete(ClusterFacet).where(*gone))
    added = [{"cluster_id": cluster_id, "facet": facet, "code": code} for facet, code in sorted(wanted - stored)]
    if added:
        db.session.execute(insert(ClusterFacet), added)
    return stored ^ wanted


def _all_exist(ids: Sequence[int]) -> bool:
    parts = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    counts = [select(func.count()).select_from(Cluster).where(Cluster.id.in_(part)) for part in parts]
    return sum(db.session.execute(count).scalar_one() for count in counts) == len(ids)


def renew(ids: Collection[int]) -> int:
    """Make the codes of these clusters what their portraits and links say, and the numbers with them."""
    count, changed = _renew(ids)
    if not _all_exist(sorted(set(ids))):
        _recount_all()  # the codes of a deleted one went with it, so nobody knows which they were
    else:
        _recount(changed)
    return count


def follow(touched: set[tuple[str, int]]) -> None:
    """Before a commit: the codes of the clusters that were touched (a portrait or a link changed) are renewed."""
    ids = {subject_id for kind, subject_id in touched if kind == "cluster"}
    if ids:
        renew(ids)
        _store(_members())


# ---- rows and numbers -----------------------------------------------------------------------------------------------


def _summed(facet: str) -> dict[Code, int]:
    """How many clusters have any code of a facet, and how many have several."""
    codes = (
        select(func.count().label("codes"))
        .where(ClusterFacet.facet == facet)
        .group_by(ClusterFacet.cluster_id)
        .subquery()
    )
    rows = db.session.execute(select(codes.c.codes, func.count()).group_by(codes.c.codes))
    having: Counter[int] = Counter()
    for number, clusters in rows:
        having[number] += clusters
    return {(ANY, facet): having.total(), (SEVERAL, facet): having.total() - having[1]}


def belonging(*conditions: ColumnElement[bool]) -> CTE:
    """For each organisation that belongs to clusters the first (`one`) and the last (`other`) of them by number."""
    links = select(func.min(Link.to_id).label("one"), func.max(Link.to_id).label("other")).where(
        Link.type.in_(BELONGING), Link.from_kind == "organisation", Link.to_kind == "cluster", Link.status.in_(VISIBLE),
        Link.from_id.is_not(None), Link.to_id.is_not(None), *conditions,
    )  # fmt: skip
    return links.group_by(Link.from_id).cte()


# Left to itself SQLite walks through the links of all clusters in the order of the organisations, which spares it sorting
# some of them.
_TO_SOME = (
    "select min(to_id) as one, max(to_id) as other from link indexed by ix_link_type "
    "where type in :types and from_kind = 'organisation' and to_kind = 'cluster' and status in :statuses "
    "and from_id is not null and to_id in (select value from json_each(:{name})) group by from_id"
)


def belonging_to_some(name: str) -> CTE:
    """The same of some clusters, whose numbers are bound as JSON by this name, for SQLite."""
    types: BindParameter[Any] = bindparam("types", BELONGING, expanding=True)
    statuses: BindParameter[Any] = bindparam("statuses", VISIBLE, expanding=True)
    asked = text(_TO_SOME.format(name=name)).bindparams(types, statuses, bindparam(name))
    return asked.columns(column("one", Integer), column("other", Integer)).cte()


def of_several(found: CTE) -> Function[int]:
    """How many of them belong to more than one."""
    return func.coalesce(func.sum(case((found.c.one != found.c.other, 1), else_=0)), 0)


def _members() -> dict[Code, int]:
    """Organisations that belong to any cluster, each counted once; and those of them that belong to several."""
    found = belonging()
    count, several = db.session.execute(select(func.count(), of_several(found)).select_from(found)).one()
    return {(MEMBERS, ""): count, (SEVERAL, MEMBERS): int(several)}


def _listed() -> int:
    return db.session.execute(select(func.count()).select_from(Cluster).where(Cluster.listed)).scalar_one()


def _recount(codes: Collection[Code]) -> None:
    """Count some codes anew, what is summed up of their facets, and all clusters."""
    right: dict[Code, int] = {ALL: _listed(), **dict.fromkeys(codes, 0)}
    for facet in sorted({facet for facet, _code in codes}):
        own = sorted(code for one, code in codes if one == facet)
        rows = db.session.execute(
            select(ClusterFacet.code, func.count())
            .where(ClusterFacet.facet == facet, ClusterFacet.code.in_(own))
            .group_by(ClusterFacet.code)
        )
        right |= {(facet, code): count for code, count in rows}
        if facet in SUMMED:
            right |= _summed(facet)
    _store(right)


def _store(right: dict[Code, int]) -> int:
    """Write these numbers; a number of nothing is no row. Returns how many were wrong."""
    facets = {facet for facet, _code in right}
    rows = db.session.execute(select(ClusterFacetCount).where(ClusterFacetCount.facet.in_(facets))).scalars()
    stored = {(row.facet, row.code): row for row in rows}
    wrong = 0
    for place, count in right.items():
        row = stored.get(place)
        if (row.count if row else 0) == count:
            continue
        wrong += 1
        if row is None:
            db.session.add(ClusterFacetCount(facet=place[0], code=place[1], count=count))
        elif count:
            row.count = count
        else:
            db.session.delete(row)
    db.session.flush()
    return wrong


def _recount_all() -> int:
    rows = db.session.execute(
        select(ClusterFacet.facet, ClusterFacet.code, func.count()).group_by(ClusterFacet.facet, ClusterFacet.code)
    )
    right = {ALL: _listed(), **{(facet, code): count for facet, code, count in rows}, **_members()}
    for facet in SUMMED:
        right |= _summed(facet)
    known = db.session.execute(select(ClusterFacetCount.facet, ClusterFacetCount.code))
    gone: dict[Code, int] = {(facet, code): 0 for facet, code in known if (facet, code) not in right}
    return _store(right | gone)


def recount_all() -> int:
    """All codes and numbers anew; returns how many rows were wrong. For loaders, imports and `consult doctor`."""
    wrong, _changed = _renew(db.session.execute(select(Cluster.id)).scalars())
    return wrong + _recount_all()
