"""The shipped portraits: every record becomes a cluster, its observations and the codes by which it is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from consult.accounts.queries import person_by_email
from consult.clusters import addresses
from consult.clusters.facets import recount_all
from consult.clusters.models import Cluster, ClusterManager, Observation
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db, sort_key
from consult.core.registry import touch
from consult.links.sources import sources

DEMO_MANAGER, DEMO_CLUSTER = "cluster@demo.example", "optonet"

# Keys of a record that hold one observation -> (kind, key of the code in it, key of the value in it).
SINGLE = {
    "form": ("form", "value", ""),
    "scope": ("scope", "value", ""),
    "legal_form": ("legal-form", "value", ""),
    "status": ("lifecycle", "value", ""),
    "seat": ("seat", "", "city"),
    "seat_note": ("seat-note", "", ""),
    "nuts": ("region", "", ""),
    "regions_covered": ("regions-covered", "", ""),
    "nace": ("sectors", "", ""),
    "ecosystems": ("ecosystems", "", ""),
    "portfolio": ("portfolio", "value", ""),
    "key_technologies": ("technologies", "", ""),
    "topics": ("topics", "", ""),
    "strengths": ("strengths", "", ""),
    "website": ("website", "", "domain"),
}
# Keys that hold a list of observations.
SEVERAL = {
    "stated_as": ("stated-as", "", ""),
    "founded": ("founded", "of", "value"),
    "seat_observations": ("seat", "", "city"),
    "services": ("service", "code", ""),
    "openness": ("openness", "aspect", ""),
    "members": ("members", "", ""),
    "figures": ("figure", "kind", ""),
    "labels": ("label", "scheme", ""),
    "aliases": ("alias", "kind", "name"),
    "not_to_be_confused_with": ("not-to-be-confused", "", "name"),
}
_COMMON = {"unit", "qualifier", "as_of", "source", "derived", "basis", "note", "de", "en"}


def observation(record: dict[str, Any], kind: str, code_key: str, value_key: str, position: int) -> Observation:
    """One mapping of the data set as an observation; what has no column of its own goes into `details`."""
    number = record.get("value") if kind in ("members", "figure") else None
    used = _COMMON | {code_key, value_key} | ({"value"} if number is not None else set())
    return Observation(
        position=position, kind=kind, code=str(record.get(code_key, "")) if code_key else "",
        value=str(record.get(value_key, "")) if value_key else "", number=number,
        text={"de": record["de"], "en": record["en"]} if "de" in record else None, unit=record.get("unit", ""),
        qualifier=record.get("qualifier", ""), as_of=record.get("as_of", ""), source=sources(record),
        derived=bool(record.get("derived")), basis=record.get("basis", ""), note=record.get("note", ""),
        details={key: value for key, value in record.items() if key not in used},
    )  # fmt: skip


def observations(record: dict[str, Any]) -> Iterator[Observation]:
    """All observations of a record, numbered in the order in which the file gives them."""
    position = 0
    for key, content in record.items():
        if key in SINGLE:
            rows, shape = [content], SINGLE[key]
        elif key in SEVERAL:
            rows, shape = content, SEVERAL[key]
        else:
            continue
        for row in rows:
            position += 1
            yield observation(row, *shape, position)


def newest_members(found: list[Observation]) -> Observation | None:
    """The member observation for a card: the newest dated one, else the last undated one."""
    members = [one for one in found if one.kind == "members"]
    return max(members, key=lambda one: (one.as_of, one.position), default=None)


def _value(record: dict[str, Any], key: str, inner: str = "value") -> Any:
    return record.get(key, {}).get(inner, "")


def cluster_of(record: dict[str, Any]) -> Cluster:
    """A record as a cluster with its observations; nothing is in the session yet."""
    found = list(observations(record))
    latest = newest_members(found)
    names = [record["name"]["de"], record["name"]["en"], record["short_name"]]
    names += [one.value for one in found if one.kind == "alias"]
    moment = now()
    return Cluster(
        slug=record["id"], name=record["name"], short_name=record["short_name"], named_in=record["named_in"],
        sort_key=sort_key(record["name"]["de"]), name_key="\n".join(dict.fromkeys(sort_key(one) for one in names)),
        form=_value(record, "form"), scope=_value(record, "scope"), legal_form=_value(record, "legal_form"),
        lifecycle=_value(record, "status"), seat=_value(record, "seat", "city"),
        country=_value(record, "seat", "country") or "DE", nuts1=_value(record, "nuts", "nuts1"),
        nuts2=_value(record, "nuts", "nuts2"), main_sector=_value(record, "nace", "main"),
        sectors=_value(record, "nace", "sections") or [], portfolio=_value(record, "portfolio"),
        ecosystems=_value(record, "ecosystems", "values") or [],
        key_technologies=_value(record, "key_technologies", "values") or [],
        topics=_value(record, "topics", "values") or [],
        services=list(dict.fromkeys(one.code for one in found if one.kind == "service")),
        strengths={language: record["strengths"][language] for language in ("de", "en")},
        website=_value(record, "website", "domain"), members=latest.number if latest else None,
        members_unit=latest.unit if latest else "", members_qualifier=latest.qualifier if latest else "",
        members_as_of=latest.as_of if latest else "", members_source=latest.source if latest else [],
        as_of=max((one.as_of for one in found), default=""), created_at=moment, updated_at=moment, observations=found,
    )  # fmt: skip


def load(dataset: Dataset) -> None:
    """Add the clusters that are missing."""
    known = set(db.session.execute(select(Cluster.slug)).scalars())
    for record in dataset.records("clusters"):
        if record["id"] in known:
            continue
        cluster = cluster_of(record)
        db.session.add(cluster)
        db.session.flush()
        touch("cluster", cluster.id)
        addresses.refresh(cluster, cluster.observations)
    db.session.flush()
    recount_all()


def load_focus(_dataset: Dataset) -> None:
    """After the relations: the focus countries that they name."""
    recount_all()


def load_demo(dataset: Dataset) -> None:
    """Let the demonstration's cluster manager speak for one cluster."""
    person = person_by_email(DEMO_MANAGER)
    query = select(Cluster.id).order_by(
        (Cluster.slug == DEMO_CLUSTER).desc(), (Cluster.nuts1 == "DEG").desc(), Cluster.id
    )
    cluster_id = db.session.execute(query.limit(1)).scalar()
    if person is None or cluster_id is None:
        return
    there = select(ClusterManager.person_id).where(
        ClusterManager.cluster_id == cluster_id, ClusterManager.person_id == person.id
    )
    if db.session.execute(there).first():
        return
    db.session.add(ClusterManager(cluster_id=cluster_id, person_id=person.id, created_at=now()))
    db.session.flush()
