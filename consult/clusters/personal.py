"""What a person leaves behind in the directory: which portraits they speak for, changes, claims, values they entered.

Portraits tell about organisations and stay. Erasing takes the person out of them: their claims go, and nothing says any
more who typed a value or decided.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from consult.accounts.queries import person_by_id
from consult.clusters.models import (
    Cluster,
    ClusterClaim,
    ClusterManager,
    ClusterMerger,
    ClusterVersion,
    Observation,
)
from consult.core.db import db

TABLES = (
    ClusterManager.__tablename__,
    ClusterVersion.__tablename__,
    ClusterClaim.__tablename__,
    ClusterMerger.__tablename__,
    Observation.__tablename__,
)


def _managed(person_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Cluster.slug, ClusterManager.created_at)
        .join(Cluster, Cluster.id == ClusterManager.cluster_id)
        .where(ClusterManager.person_id == person_id)
        .order_by(Cluster.slug)
    )
    return [{"cluster": slug, "since": since.isoformat()} for slug, since in rows]


def _changes(person_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Cluster.slug, ClusterVersion)
        .join(Cluster, Cluster.id == ClusterVersion.cluster_id)
        .where(ClusterVersion.author_id == person_id)
        .order_by(ClusterVersion.id)
    )
    return [
        {
            "cluster": slug,
            "at": one.created_at.isoformat(),
            "status": one.status,
            "changes": one.changes,
            "note": one.note,
        }
        for slug, one in rows
    ]


def _claims(person_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Cluster.slug, ClusterClaim)
        .join(Cluster, Cluster.id == ClusterClaim.cluster_id)
        .where(ClusterClaim.person_id == person_id)
        .order_by(ClusterClaim.id)
    )
    columns = (
        "status",
        "organisation",
        "position",
        "proof",
        "proof_url",
        "proof_email",
        "question",
        "answer",
        "reason",
    )
    return [
        {"cluster": slug, "at": one.created_at.isoformat(), **{name: getattr(one, name) for name in columns}}
        for slug, one in rows
    ]


def export_person(person_id: int) -> dict[str, Any]:
    """The portraits that a person speaks for, what they changed, and which portraits they claimed with which proof."""
    found = {
        "clusters": _managed(person_id),
        "cluster_changes": _changes(person_id),
        "cluster_claims": _claims(person_id),
    }
    return {key: rows for key, rows in found.items() if rows or key == "clusters"}


def erase_person(person_id: int) -> None:
    """The person speaks for no portrait any more; what they told about it stays, without them."""
    db.session.execute(delete(ClusterManager).where(ClusterManager.person_id == person_id))
    db.session.execute(delete(ClusterClaim).where(ClusterClaim.person_id == person_id))
    for column in (
        ClusterClaim.decided_by, ClusterVersion.author_id, ClusterMerger.merged_by, ClusterMerger.undone_by,
        Observation.entered_by,
    ):  # fmt: skip
        db.session.execute(update(column.class_).where(column == person_id).values({column.key: None}))
    person = person_by_id(person_id)
    if person is not None:
        db.session.execute(update(Cluster).where(Cluster.contact_email == person.email).values(contact_email=""))
