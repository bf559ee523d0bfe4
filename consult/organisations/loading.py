"""Organisations of the shipped data set, and the invented ones to which the demo accounts belong."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.accounts import demo
from consult.accounts.queries import person_by_email
from consult.core.access import SYSTEM
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import touch
from consult.organisations import operations, queries
from consult.organisations.models import Organisation

# Keys of a record that have a column; the rest is kept in `data` as it came.
_COLUMNS = ("id", "name", "type", "role")


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    nuts, site, form = (record.get(name) or {} for name in ("nuts", "website", "legal_form"))
    domain = site.get("domain", "")
    return {
        "short_name": record.get("short_name", ""),
        "country": record.get("country", ""),
        "nuts": nuts.get("nuts2") or nuts.get("nuts1") or "",
        "legal_form": form.get("value", ""),
        "website": f"https://{domain}" if domain else "",
        "description": record.get("role") or {},
        "is_example": bool(record.get("example")),
        "data": {key: value for key, value in record.items() if key not in _COLUMNS},
    }


def load_facts(dataset: Dataset) -> None:
    """Add the organisations that are missing, by their slug."""
    known = set(db.session.execute(select(Organisation.slug)).scalars())
    for record in dataset.records("organisations"):
        if record["id"] not in known:
            operations.create_organisation(
                SYSTEM, record["name"], slug=record["id"], type=record["type"], **_fields(record)
            )


def _both(german: str, english: str) -> dict[str, str]:
    return {"de": german, "en": english}


# Invented organisations of the demo. The two companies are those of example ideas (`ideas.yaml`).
EXAMPLES: dict[str, dict[str, Any]] = {
    "beispiel-sensorik-gmbh": {
        "name": _both("Beispiel-Sensorik GmbH", "Beispiel-Sensorik GmbH"),
        "type": "company", "country": "DE", "nuts": "DEG0", "sector": "C", "size_class": "small", "legal_form": "gmbh",
        "description": _both("Erfundener Betrieb der Vorführung.", "Invented company of the demonstration."),
    },
    "musterplast-spritzguss-gmbh": {
        "name": _both("Musterplast Spritzguss GmbH", "Musterplast Spritzguss GmbH"),
        "type": "company", "country": "DE", "nuts": "DE13", "sector": "C", "size_class": "medium", "legal_form": "gmbh",
        "description": _both("Erfundener Betrieb der Vorführung.", "Invented company of the demonstration."),
    },
    "beispiel-feinmechanik-gmbh": {
        "name": _both("Beispiel-Feinmechanik mit Freigabe GmbH", "Beispiel-Feinmechanik mit Freigabe GmbH"),
        "type": "company", "country": "DE", "nuts": "DE11", "sector": "C", "size_class": "large", "legal_form": "gmbh",
        "signoff": True,
        "description": _both(
            "Erfundener Betrieb der Vorführung, in dem jemand freigibt, was andere senden.",
            "Invented company of the demonstration in which somebody releases what others send.",
        ),
    },
    "beispiel-clusteragentur": {
        "name": _both("Beispiel-Clusteragentur Musterland", "Example Cluster Agency Musterland"),
        "type": "state-agency", "country": "DE",
        "description": _both("Erfundene Agentur der Vorführung.", "Invented agency of the demonstration."),
    },
    "beispiel-wirtschaftsministerium": {
        "name": _both("Beispiel-Wirtschaftsministerium Musterland", "Example Ministry of Economic Affairs Musterland"),
        "type": "state-ministry", "country": "DE",
        "description": _both("Erfundenes Ministerium der Vorführung.", "Invented ministry of the demonstration."),
    },
}  # fmt: skip

# demo account -> (organisation, role in it)
PLACES = (
    ("company", "beispiel-sensorik-gmbh", "manager"),
    ("colleague", "beispiel-sensorik-gmbh", "author"),
    ("author", "beispiel-feinmechanik-gmbh", "author"),
    ("approver", "beispiel-feinmechanik-gmbh", "manager"),
    ("approver", "beispiel-feinmechanik-gmbh", "approver"),
    ("outsider", "musterplast-spritzguss-gmbh", "manager"),
    ("analyst", "beispiel-clusteragentur", "author"),
    ("analyst2", "beispiel-clusteragentur", "author"),
    ("official", "beispiel-wirtschaftsministerium", "approver"),
)


def load_demo(_dataset: Dataset) -> None:
    """Add the invented organisations that are missing, and the places of the demo accounts in them."""
    for slug, values in EXAMPLES.items():
        if queries.find(slug) is None:
            columns = {key: value for key, value in values.items() if key != "name"}
            operations.create_organisation(SYSTEM, values["name"], slug=slug, is_example=True, **columns)
    for local, slug, role in PLACES:
        person = person_by_email(demo.address_of(local))
        organisation = queries.organisation_by_slug(slug)
        if person is not None and organisation is not None:
            operations.add_member(SYSTEM, organisation, person, role)
            touch("organisation", organisation.id)
