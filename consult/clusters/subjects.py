"""What other rooms see of a cluster: its line, its number behind an address, its entry in the search index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, exists, select

from consult.accounts.queries import ids_with_permission
from consult.clusters import addresses
from consult.clusters.models import Cluster, ClusterManager, Observation
from consult.clusters.rules import can_manage
from consult.core.db import db, sort_key
from consult.core.i18n import _l, pick, picked_language
from consult.core.registry import ActorPart, Searchable, SearchDocument, SubjectInfo, SubjectKind
from consult.core.vocabularies import term_title
from consult.core.web import path

KIND = "cluster"


def info(cluster: Cluster) -> SubjectInfo:
    """The line that others show."""
    return SubjectInfo(
        kind=KIND, id=cluster.id, title=pick(cluster.name), url=path("clusters.show", slug=cluster.slug),
        language=picked_language(cluster.name), region=cluster.nuts2 or cluster.nuts1 or cluster.country,
        excerpt=pick(cluster.strengths), key=cluster.slug, public=cluster.listed, sectors=tuple(cluster.sectors),
    )  # fmt: skip


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    rows = db.session.execute(select(Cluster).where(Cluster.id.in_(ids))).scalars()
    return {cluster.id: info(cluster) for cluster in rows}


def find(key: str) -> int | None:
    """The number behind a public key, after a merger that of the survivor; other names' addresses lead there, too.

    What no key can be is not asked of the database, which refuses NUL.
    """
    if not key.isprintable():
        return None
    row = db.session.execute(select(Cluster.id, Cluster.merged_into_id).where(Cluster.slug == key)).first()
    if row is not None and row.merged_into_id is None:
        return int(row.id)
    cluster = db.session.get(Cluster, row.id) if row is not None else None
    survivor = addresses.surviving(cluster) if cluster is not None else addresses.leads_to(key)
    return survivor.id if survivor is not None else None


def resolve(values: dict[str, Any]) -> tuple[str, int] | None:
    """The subject behind the values of its address."""
    found = find(str(values.get("slug", "")))
    return (KIND, found) if found is not None else None


def pick_by_name(words: str, limit: int) -> list[SubjectInfo]:
    """Clusters whose name or an alias contains the words, in order of name."""
    wanted = sort_key(words.strip())
    query = select(Cluster).where(Cluster.listed.is_(True)).order_by(Cluster.sort_key, Cluster.id).limit(limit)
    if wanted:
        query = query.where(Cluster.name_key.contains(wanted, autoescape=True))
    return [info(cluster) for cluster in db.session.execute(query).scalars()]


def _words(cluster: Cluster, language: str) -> str:
    """What a portrait says, in one language: for the index."""
    lists = (
        ("ecosystems", cluster.ecosystems), ("key_technologies", cluster.key_technologies),
        ("services", cluster.services), ("nace_rev2_1", cluster.sectors), ("portfolios", [cluster.portfolio]),
        ("nuts2024_de", [cluster.nuts1, cluster.nuts2]),
    )  # fmt: skip
    terms = [term_title(name, code, language) for name, codes in lists for code in codes if code]
    return "\n".join(dict.fromkeys(filter(None, [pick(cluster.strengths, language), *terms])))


def _aliases(ids: Sequence[int] | None) -> dict[int, list[str]]:
    """Other names by cluster, as they are written; one query."""
    query = select(Observation.cluster_id, Observation.value).where(
        Observation.kind == "alias", Observation.replaced_at.is_(None)
    )
    if ids is not None:
        query = query.where(Observation.cluster_id.in_(ids))
    found: dict[int, list[str]] = {}
    for cluster_id, name in db.session.execute(query.order_by(Observation.id)):
        found.setdefault(cluster_id, []).append(name)
    return found


def documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these clusters, or of all. All names and aliases are found."""
    query = select(Cluster).where(Cluster.listed.is_(True)).order_by(Cluster.id)
    if ids is not None:
        query = query.where(Cluster.id.in_(ids))
    aliases = _aliases(ids)
    for cluster in db.session.execute(query).scalars():
        names = dict.fromkeys([cluster.short_name, *aliases.get(cluster.id, [])])
        yield SearchDocument(
            kind=KIND, id=cluster.id, title=pick(cluster.name, "de"), language="de", at=cluster.updated_at,
            body="\n".join(filter(None, [_words(cluster, "de"), cluster.seat, *names])),
            title_en=pick(cluster.name, "en"), body_en=_words(cluster, "en"),
            facets={"region": [cluster.nuts1], "sector": cluster.sectors},
        )  # fmt: skip


_SPOKEN_FOR = select(ClusterManager.cluster_id).where(ClusterManager.person_id == bindparam("person", type_=Integer))


def speaks_for_any(person_id: Any) -> Any:
    """Whether a person speaks for any cluster; a part of another query, which has the id as a column."""
    return exists().where(ClusterManager.__table__.c.person_id == person_id)


def _spoken_for(person_id: int) -> dict[str, Any]:
    return {"cluster_ids": frozenset(db.session.execute(_SPOKEN_FOR, {"person": person_id}).scalars())}


def speakers(cluster_id: int) -> list[int]:
    """Ids of those who speak for a cluster: its managers, as far as their role still lets them."""
    managers = select(ClusterManager.person_id).where(ClusterManager.cluster_id == cluster_id)
    allowed = set(ids_with_permission("clusters.edit_own", None))
    return sorted(allowed & set(db.session.execute(managers).scalars()))


# What this room adds to the actor of a request.
ACTOR_PART = ActorPart(speaks_for_any, _spoken_for)


SUBJECT = SubjectKind(
    kind=KIND,
    label=_l("Cluster"),
    describe=describe,
    find=find,
    picker=pick_by_name,
    may_manage=can_manage,
    speakers=speakers,
)
SEARCHABLE = Searchable(kind=KIND, documents=documents, label=_l("Cluster"))
