"""Portraits for tests: made of a record as the data set gives it, so that columns and observations belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from consult.accounts.models import Person
from consult.clusters import loading, rules
from consult.clusters.editing import pending_version, state_of
from consult.clusters.models import Cluster, ClusterManager, ClusterVersion, Observation
from consult.core.clock import now
from consult.core.db import db
from consult.core.registry import touch
from tests.support.page import Page

RECORD: dict[str, Any] = {
    "id": "optikring", "name": {"de": "Optikring Saale", "en": "Saale Optics Ring"}, "short_name": "Optikring",
    "stated_as": [{"de": "Netzwerk", "en": "network", "source": "optikring.example, Über uns"}], "named_in": [],
    "form": {"value": "unassigned"}, "scope": {"value": "regional", "derived": True},
    "legal_form": {"value": "ev", "as_of": "2015", "source": "optikring.example, Impressum"},
    "status": {"value": "active", "as_of": "2020", "source": "optikring.example"},
    "founded": [{"value": "1999", "of": "initiative", "source": "optikring.example"}],
    "seat": {"city": "Jena", "country": "DE", "source": "optikring.example"},
    "nuts": {"nuts1": "DEG", "nuts2": "DEG0", "derived": True},
    "regions_covered": {"values": ["DEG0"], "derived": True},
    "nace": {"sections": ["C"], "divisions": ["26"], "main": "26", "derived": True},
    "ecosystems": {"values": ["electronics"], "derived": True}, "portfolio": {"value": "cross-sector", "derived": True},
    "topics": {"values": ["innovation"], "derived": True},
    "strengths": {
        "de": "Bringt Optikbetriebe zusammen.", "en": "Brings optics firms together.", "source": "optikring.example",
    },
    "services": [{"code": "networking", "source": "optikring.example"}],
    "openness": [{"aspect": "other-fields", "value": True, "as_of": "2018", "source": "optikring.example"}],
    "members": [
        {"value": 11, "unit": "members", "as_of": "2004", "source": "zeitung.example"},
        {"value": 82, "unit": "members", "as_of": "2015", "source": "optikring.example"},
    ],
    "website": {"domain": "optikring.example", "source": "optikring.example"},
}  # fmt: skip


def portrait(slug: str = "optikring", managers: Sequence[Person] = (), **changed: Any) -> Cluster:
    """A portrait with this record, changed here and there; None leaves a key out."""
    record = {**RECORD, "id": slug, **changed}
    cluster = loading.cluster_of({key: value for key, value in record.items() if value is not None})
    db.session.add(cluster)
    db.session.flush()
    for person in managers:
        db.session.add(ClusterManager(cluster_id=cluster.id, person_id=person.id, created_at=now()))
    touch("cluster", cluster.id)
    db.session.commit()
    return cluster


def fresh(cluster: Cluster) -> Cluster:
    """The portrait as the database has it by now."""
    return db.session.execute(
        select(Cluster).where(Cluster.id == cluster.id).execution_options(populate_existing=True)
    ).scalar_one()


def observations(cluster: Cluster, kind: str) -> list[Observation]:
    """The observations of a kind that stand, in their order."""
    statement = select(Observation).where(
        Observation.cluster_id == cluster.id, Observation.kind == kind, Observation.replaced_at.is_(None)
    )
    return list(db.session.execute(statement.order_by(Observation.position)).scalars())


def versions(cluster: Cluster) -> list[ClusterVersion]:
    """All changes of a portrait, oldest first."""
    statement = select(ClusterVersion).where(ClusterVersion.cluster_id == cluster.id).order_by(ClusterVersion.number)
    return list(db.session.execute(statement.execution_options(populate_existing=True)).scalars())


def seen(cluster: Cluster) -> str:
    """What a form opened now would carry."""
    return state_of(fresh(cluster), pending_version(cluster.id))


def edit_form(client: Any, slug: str = "optikring") -> dict[str, Any]:
    """What stands in the form of a portrait."""
    page: Page = client.page(f"/de/clusters/{slug}/edit")
    return page.form_values(page.select("form[action$='/edit']")[0])


def send(client: Any, slug: str = "optikring", **fields: Any) -> Any:
    """Open the form of a portrait, change these fields and send it."""
    values = {**edit_form(client, slug), **fields}
    return client.post(f"/de/clusters/{slug}/edit", data={k: v for k, v in values.items() if v is not None})


def waiting(cluster: Cluster) -> ClusterVersion:
    """The change that waits."""
    found = [one for one in versions(cluster) if one.status == rules.WAITING]
    assert len(found) == 1
    return found[0]
