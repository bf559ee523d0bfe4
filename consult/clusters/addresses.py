"""Addresses of portraits: one each that stays, and further ones that lead to it, from other names and merged portraits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from consult.clusters.models import Cluster, ClusterAddress, Observation
from consult.core.db import db
from consult.core.text import slugify

# What stands below /clusters/ and is no portrait, now or perhaps later; a test holds it against the addresses there are.
RESERVED = frozenset(
    {
        "add", "all", "archive", "atom", "changes", "check", "claim", "claims", "compare", "confirm", "countries",
        "country", "download", "edit", "export", "facets", "feed", "figures", "forms", "import", "imports", "index",
        "list", "map", "maps", "matrix", "me", "mergers", "mine", "neighbourhood", "new", "organisations", "partners",
        "preview", "print", "projects", "roles", "search", "self-check", "to-translate", "translate", "translations",
        "undo", "world",
    }
)  # fmt: skip
ALIAS = "alias"
MOST_STEPS = 10


def is_taken(slug: str) -> bool:
    """Whether an address is a portrait's, leads to one, or means something else."""
    if slug in RESERVED:
        return True
    known = select(Cluster.id).where(Cluster.slug == slug).union_all(
        select(ClusterAddress.cluster_id).where(ClusterAddress.slug == slug)
    )  # fmt: skip
    return db.session.execute(known).first() is not None


def free_slug(name: str) -> str:
    """An address made of a name that nothing has yet."""
    wanted, number = slugify(name)[:70].strip("-"), 1
    while is_taken(wanted if number == 1 else f"{wanted}-{number}"):
        number += 1
    return wanted if number == 1 else f"{wanted}-{number}"


def refresh(cluster: Cluster, found: Sequence[Observation]) -> None:
    """Let the other names of a portrait lead to it, as far as their addresses are free."""
    names = [one.value for one in found if one.kind == "alias" and one.replaced_at is None]
    wanted = {slugify(name)[:100] for name in names if name} - {cluster.slug, "x"}
    rows = db.session.execute(
        select(ClusterAddress).where(ClusterAddress.cluster_id == cluster.id, ClusterAddress.kind == ALIAS)
    ).scalars()
    known = {row.slug: row for row in rows}
    for slug, row in known.items():
        if slug not in wanted:
            db.session.delete(row)
    for slug in sorted(wanted - set(known)):
        if not is_taken(slug):
            db.session.add(ClusterAddress(slug=slug, cluster_id=cluster.id, kind=ALIAS))
    db.session.flush()


def drop(cluster_id: int) -> None:
    """Nothing leads to this portrait but its own address."""
    db.session.execute(delete(ClusterAddress).where(ClusterAddress.cluster_id == cluster_id))


def surviving(cluster: Cluster) -> Cluster:
    """The portrait into which this one was merged in the end; itself if it was not."""
    for _step in range(MOST_STEPS):
        if cluster.merged_into_id is None:
            break
        further = db.session.get(Cluster, cluster.merged_into_id)
        if further is None:
            break
        cluster = further
    return cluster


def leads_to(slug: str) -> Cluster | None:
    """The portrait to which another name's address leads, or None."""
    if not slug.isprintable():
        return None
    statement = select(Cluster).join(ClusterAddress, ClusterAddress.cluster_id == Cluster.id)
    found = db.session.execute(statement.where(ClusterAddress.slug == slug[:100])).scalar()
    return surviving(found) if found is not None else None


def moved(slugs: Sequence[str]) -> dict[str, str]:
    """Those of these addresses that lead to another portrait, and its own address; two queries where none does."""
    asked = [slug[:100] for slug in slugs if slug.isprintable()]
    named = (
        select(ClusterAddress.slug, Cluster)
        .join(Cluster, Cluster.id == ClusterAddress.cluster_id)
        .where(ClusterAddress.slug.in_(asked))
    )
    merged = select(Cluster.slug, Cluster).where(Cluster.slug.in_(asked), Cluster.merged_into_id.is_not(None))
    found = [row for query in (named, merged) for row in db.session.execute(query).all()] if asked else []
    return {slug: surviving(cluster).slug for slug, cluster in found}
