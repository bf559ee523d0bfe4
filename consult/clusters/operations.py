"""Writing the directory: derived counters, and what a person leaves behind. They flush and never commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from consult.clusters.models import Cluster, ClusterFacet, ClusterFacetCount, ClusterManager
from consult.core.db import db

ALL = ("", "")


def recount_facets() -> int:
    """Count anew how many clusters have each code; whoever changes facets calls it. Returns how many rows were wrong."""
    rows = db.session.execute(
        select(ClusterFacet.facet, ClusterFacet.code, func.count()).group_by(ClusterFacet.facet, ClusterFacet.code)
    )
    right = {(facet, code): count for facet, code, count in rows}
    right[ALL] = db.session.execute(select(func.count()).select_from(Cluster)).scalar_one()
    stored = {(row.facet, row.code): row.count for row in db.session.execute(select(ClusterFacetCount)).scalars()}
    wrong = sum(stored.get(place) != count for place, count in right.items()) + len(set(stored) - set(right))
    if wrong:
        db.session.execute(delete(ClusterFacetCount))
        db.session.add_all(
            ClusterFacetCount(facet=facet, code=code, count=count) for (facet, code), count in right.items()
        )
        db.session.flush()
    return wrong


def export_person(person_id: int) -> dict[str, Any]:
    """The clusters that a person speaks for."""
    rows = db.session.execute(
        select(Cluster.slug, ClusterManager.created_at)
        .join(Cluster, Cluster.id == ClusterManager.cluster_id)
        .where(ClusterManager.person_id == person_id)
        .order_by(Cluster.slug)
    )
    return {"clusters": [{"cluster": slug, "since": since.isoformat()} for slug, since in rows]}


def erase_person(person_id: int) -> None:
    """The person speaks for no cluster any more."""
    db.session.execute(delete(ClusterManager).where(ClusterManager.person_id == person_id))
