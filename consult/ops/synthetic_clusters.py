"""Synthetic portraits: twenty observations each, the codes that follow from them, and links to countries, projects,
members and each other, in the proportions of the shipped ones, so that facets, maps and comparisons meet what they will.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, select

from consult.clusters.models import Cluster, Observation
from consult.core.db import db, sort_key
from consult.core.vocabularies import vocabulary
from consult.links.ends import number_of
from consult.links.models import Link
from consult.ops.synthetic_words import NOUNS, Writer
from consult.organisations.models import Organisation
from consult.projects.models import Project

BATCH = 2000
OBSERVATIONS = 20
ROLES = ("partner_of", "supporter_of", "implementer_of", "coordinator_of", "contact_point_for")
YEARS = range(2008, 2026)
FORMS = ("unassigned", "competence-field", "innovation-network", "cluster", "location-association")
LEGAL_FORMS = ("ev", "ev", "ev", "gmbh", "eg", "none", "")


def _next_id(model: Any) -> int:
    return int(db.session.execute(select(func.coalesce(func.max(model.id), 0))).scalar_one()) + 1


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    every = iter(rows)
    while batch := list(islice(every, BATCH)):
        db.session.execute(insert(model), batch)


class ClusterMaker:
    """Draws portraits and links from one random sequence; the same seed gives the same ones."""

    def __init__(self, random: Random, writer: Writer, moment: datetime) -> None:
        self.random, self.writer, self.moment = random, writer, moment
        self.sectors = [term.code for term in vocabulary("nace_rev2_1") if term.extra.get("level") == "1"]
        self.regions = [term.code for term in vocabulary("nuts2024_de") if term.extra.get("level") == "2"]

    def make(self, count: int) -> None:
        """Write so many clusters with all that belongs to them."""
        if not count:
            return
        first = _next_id(Cluster)
        rows = [self._cluster(number) for number in range(first, first + count)]
        _insert(Cluster, rows)
        _insert(Observation, (one for row in rows for one in self._observations(row)))
        organisations = self._organisations(-(-count // 2))
        projects = self._projects(-(-count // 25))
        _insert(Link, self._links(rows, organisations, projects))

    def _codes(self, name: str, most: int) -> list[str]:
        codes = [term.code for term in vocabulary(name)]
        return self.random.sample(codes, self.random.randint(1, most))

    def _cluster(self, number: int) -> dict[str, Any]:
        pick = self.random
        name = f"{pick.choice(NOUNS)}-Netzwerk {number}"
        nuts2 = pick.choice(self.regions)
        year = pick.choice(YEARS)
        return {
            "id": number, "slug": f"synth-{number}", "name": {"de": name, "en": name}, "short_name": name,
            "sort_key": sort_key(name), "name_key": sort_key(name), "nuts1": nuts2[:3], "nuts2": nuts2,
            "seat": f"Ort {number % 700}", "form": pick.choices(FORMS, (6, 1, 2, 3, 1))[0], "scope": "regional",
            "legal_form": pick.choice(LEGAL_FORMS), "lifecycle": "active", "sectors": pick.sample(self.sectors, 2),
            "ecosystems": self._codes("ecosystems", 2), "key_technologies": self._codes("key_technologies", 3),
            "services": self._codes("services", 4), "topics": [], "named_in": [],
            "portfolio": pick.choice([term.code for term in vocabulary("portfolios")]),
            "strengths": {"de": self.writer.paragraph(1), "en": ""}, "website": f"synth-{number}.example",
            "members": pick.randint(10, 400), "members_unit": "members", "members_as_of": str(year),
            "members_source": [f"quelle-{number % 90}.example"], "as_of": str(year), "created_at": self.moment,
            "updated_at": self.moment,
        }  # fmt: skip

    # ---- observations -----------------------------------------------------------------------------------------------

    def _observations(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        source = [f"quelle-{row['id'] % 90}.example"]
        found = [*self._single(row), *self._several(row)]
        found += self._figures(row, OBSERVATIONS - len(found))
        for position, values in enumerate(found, 1):
            yield {
                "cluster_id": row["id"], "position": position, "kind": "", "code": "", "value": "", "number": None,
                "text": None, "unit": "", "qualifier": "", "as_of": "", "source": source, "details": {}, **values,
            }  # fmt: skip

    def _single(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"kind": "form", "code": row["form"]}
        yield {"kind": "lifecycle", "code": "active", "as_of": row["as_of"]}
        yield {"kind": "founded", "code": "initiative", "value": str(self.random.choice(YEARS))}
        yield {"kind": "seat", "value": row["seat"], "details": {"country": "DE"}}
        yield {"kind": "region", "details": {"nuts1": row["nuts1"], "nuts2": row["nuts2"]}}
        yield {"kind": "sectors", "details": {"sections": row["sectors"], "divisions": [], "main": ""}}
        yield {"kind": "ecosystems", "details": {"values": row["ecosystems"]}}
        yield {"kind": "technologies", "details": {"values": row["key_technologies"]}}
        yield {"kind": "portfolio", "code": row["portfolio"]}
        yield {"kind": "strengths", "text": row["strengths"]}

    def _several(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pick = self.random
        yield from ({"kind": "service", "code": code} for code in row["services"])
        if pick.random() < 0.3:
            yield {"kind": "regions-covered", "details": {"values": pick.sample(self.regions, 2)}}
        if pick.random() < 0.3:
            yield {"kind": "openness", "code": "other-regions", "as_of": row["as_of"], "details": {"value": True}}
        if pick.random() < 0.4:
            scheme = pick.choice([term.code for term in vocabulary("label_schemes")])
            yield {"kind": "label", "code": scheme, "as_of": row["as_of"]}

    def _figures(self, row: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
        """A series of members that ends in the newest figure, each year once; then other figures."""
        newest, value = int(row["members_as_of"]), row["members"]
        for back in range(count):
            if back < 4:
                yield {"kind": "members", "unit": "members", "number": value, "as_of": str(newest - back)}
                value = max(1, int(value * 0.9))
            else:
                code = ("staff", "jobs-represented", "projects", "partners")[back % 4]
                yield {
                    "kind": "figure", "code": code, "number": self.random.randint(1, 900), "as_of": str(newest - back)
                }  # fmt: skip

    # ---- what they are linked to ------------------------------------------------------------------------------------

    def _organisations(self, count: int) -> list[tuple[int, str]]:
        first = _next_id(Organisation)
        found = [(number, f"synth-organisation-{number}") for number in range(first, first + count)]
        rows = []
        for number, slug in found:
            name = f"{self.random.choice(NOUNS)} Beispiel {number} GmbH"
            rows.append({"id": number, "slug": slug, "name": {"de": name, "en": name}, "name_key": sort_key(name),
                         "country": "DE", "nuts": self.random.choice(self.regions), "created_at": self.moment,
                         "is_example": True})  # fmt: skip
        _insert(Organisation, rows)
        return found

    def _projects(self, count: int) -> list[tuple[int, str]]:
        first = _next_id(Project)
        found = [(number, f"synth-project-{number}") for number in range(first, first + count)]
        rows = []
        for number, slug in found:
            title = f"{self.writer.title()} {number}"[:150]
            rows.append({"id": number, "slug": slug, "title": {"de": title, "en": title}, "kind": "project",
                         "summary": {"de": self.writer.paragraph(1), "en": ""}, "sort_de": sort_key(title),
                         "sort_en": sort_key(title), "region": self.random.choice(self.regions)[:3],
                         "created_at": self.moment, "is_example": True})  # fmt: skip
        _insert(Project, rows)
        return found

    def _links(
        self,
        rows: Sequence[dict[str, Any]],
        organisations: Sequence[tuple[int, str]],
        projects: Sequence[tuple[int, str]],
    ) -> Iterator[dict[str, Any]]:
        """No two links between the same ends in the same type."""
        pick = self.random
        countries = [term.code for term in vocabulary("countries")]
        for row in rows:
            here = ("cluster", row["id"], row["slug"])
            if pick.random() < 0.4:
                for code in pick.sample(countries, pick.randint(1, 4)):
                    kind = {"kind": pick.choice(("rd-partnership", "market-access", "skills"))}
                    yield self._link("focus_on", here, ("country", number_of(code), code), kind)
            for project in pick.sample(projects, min(2, len(projects))):
                for role in pick.sample(ROLES, pick.randint(1, 2)):
                    yield self._link(role, here, ("project", *project))
            for member in pick.sample(organisations, min(pick.randint(2, 6), len(organisations))):
                yield self._link("member_of", ("organisation", *member), here)
            other = pick.choice(rows)
            if other["id"] > row["id"]:
                yield self._link("twinned_with", here, ("cluster", other["id"], other["slug"]))

    def _link(
        self,
        code: str,
        here: tuple[str, int, str],
        there: tuple[str, int, str],
        attributes: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        confirmed = self.moment if self.random.random() < 0.1 else None
        return {
            "type": code, "role": "", "from_kind": here[0], "from_id": here[1], "from_key": here[2],
            "to_kind": there[0], "to_id": there[1], "to_key": there[2], "created_at": self.moment,
            "status": "confirmed" if confirmed else "stated", "source": ["quelle.example"],
            "as_of": str(self.random.choice(YEARS)), "attributes": attributes or {}, "confirmed_from_at": confirmed,
            "confirmed_to_at": confirmed,
        }  # fmt: skip
