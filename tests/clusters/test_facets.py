"""Codes by which clusters are found: they follow portraits and links by themselves, and their numbers with them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.clusters import facets, queries
from consult.clusters.forms import Selection
from consult.clusters.models import Cluster, ClusterFacet, ClusterFacetCount, Observation
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.registry import touch
from consult.links.ends import number_of
from consult.links.models import Link

COUNTED = ("any", "several", "members")


def codes_of(db: Any, cluster: Cluster) -> set[tuple[str, str]]:
    rows = db.session.execute(
        select(ClusterFacet.facet, ClusterFacet.code).where(ClusterFacet.cluster_id == cluster.id)
    )
    return {(facet, code) for facet, code in rows}


def numbers(db: Any) -> dict[tuple[str, str], int]:
    db.session.expire_all()
    return {(row.facet, row.code): row.count for row in db.session.execute(select(ClusterFacetCount)).scalars()}


def counted(db: Any) -> dict[tuple[str, str], int]:
    """The numbers as they would be if all were counted anew."""
    found: dict[tuple[str, str], int] = {}
    for facet, code in db.session.execute(select(ClusterFacet.facet, ClusterFacet.code)):
        found[(facet, code)] = found.get((facet, code), 0) + 1
    return found


def link(db: Any, code: str, here: tuple[str, int, str], there: tuple[str, int, str], status: str = "stated") -> Link:
    row = Link(
        type=code, from_kind=here[0], from_id=here[1], from_key=here[2], to_kind=there[0], to_id=there[1], to_key=there[2],
        status=status, source=[], attributes={}, created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for kind, end_id, _key in (here, there):
        touch(kind, end_id)
    return row


def focus(db: Any, cluster: Cluster, code: str, kind: str = "country", status: str = "stated") -> Link:
    return link(db, "focus_on", ("cluster", cluster.id, cluster.slug), (kind, number_of(code), code), status)


def test_a_portrait_gives_its_codes_and_a_change_moves_them(db: Any, make: Any) -> None:
    found = [
        Observation(kind="regions-covered", position=1, source=[], details={"values": ["DED2", "DEG0"]}),
        Observation(kind="openness", code="non-members", position=2, source=[], details={"value": True}),
        Observation(kind="openness", code="other-fields", position=3, source=[], details={"value": False}),
        Observation(kind="label", code="ecei", position=4, source=[]),
    ]
    one = make.cluster("Eins", nuts1="DEG", sectors=["C"], services=["networking"], legal_form="ev", observations=found)
    touch("cluster", one.id)
    db.session.commit()
    assert codes_of(db, one) == {
        ("form", "unassigned"), ("legal", "ev"), ("region", "DEG"), ("region", "DED"), ("sector", "C"),
        ("service", "networking"), ("open", "non-members"), ("label", "ecei"),
    }  # fmt: skip
    assert numbers(db) == {**counted(db), ("", ""): 1, ("any", "region"): 1, ("several", "region"): 1}

    found[3].replaced_at = now()  # a corrected label is none
    one.form, one.sectors = "cluster", []
    touch("cluster", one.id)
    db.session.commit()
    assert codes_of(db, one) & {("label", "ecei"), ("sector", "C"), ("form", "unassigned")} == set()
    assert ("form", "cluster") in codes_of(db, one)
    assert ("label", "ecei") not in numbers(db) and numbers(db)[("form", "cluster")] == 1


@pytest.mark.parametrize(
    ("code", "kind", "found_under"),
    [
        ("FR", "country", {"FR"}),
        ("FI", "country", {"FI", "baltic-sea"}),
        ("SE", "country", {"SE", "baltic-sea", "scandinavia"}),
        ("scandinavia", "macro-region", {"scandinavia", "DK", "NO", "SE"}),
        ("mena", "macro-region", {"mena"}),
    ],
)
def test_a_focus_is_found_under_all_that_stands_for_it(
    db: Any, make: Any, code: str, kind: str, found_under: set[str]
) -> None:
    one = make.cluster("Eins")
    focus(db, one, code, kind)
    db.session.commit()
    assert {found for facet, found in codes_of(db, one) if facet == "country"} == found_under
    for wanted in found_under:
        chosen = Selection(codes={"country": (wanted,)})
        assert [cluster.id for cluster in queries.clusters_page(chosen, None)] == [one.id]


@pytest.mark.parametrize("status", ["declined", "ended", "suggested"])
def test_a_link_that_is_not_shown_gives_no_code(db: Any, make: Any, status: str) -> None:
    one = make.cluster("Eins")
    row = focus(db, one, "FR")
    db.session.commit()
    assert ("country", "FR") in codes_of(db, one)
    row.status = status
    touch("cluster", one.id)
    db.session.commit()
    assert ("country", "FR") not in codes_of(db, one) and ("country", "FR") not in numbers(db)


def test_what_is_not_listed_has_no_code_and_counts_nowhere(client: Any, db: Any, make: Any) -> None:
    one, other = make.cluster("Eins", sectors=["C"]), make.cluster("Zwei", sectors=["C"])
    focus(db, one, "FR"), focus(db, other, "FR")
    db.session.commit()
    assert numbers(db)[("", "")] == 2 and numbers(db)[("country", "FR")] == 2
    one.listed = False
    touch("cluster", one.id)
    db.session.commit()
    assert codes_of(db, one) == set()
    assert numbers(db)[("", "")] == 1 and numbers(db)[("country", "FR")] == 1
    page = client.page("/de/clusters/")
    assert page.h1 == "1 Cluster oder Netzwerk" and "Eins" not in page.text
    assert "Eins" not in client.page("/de/clusters/?country=FR").text
    assert "Eins" not in client.page("/de/clusters/countries").text


def test_a_deleted_portrait_counts_nowhere(db: Any, make: Any) -> None:
    one, other = make.cluster("Eins", sectors=["C"], nuts1="DEG"), make.cluster("Zwei", sectors=["C"])
    touch("cluster", one.id), touch("cluster", other.id)
    db.session.commit()
    assert numbers(db)[("sector", "C")] == 2
    touch("cluster", one.id)
    db.session.delete(one)
    db.session.commit()
    assert numbers(db) == {**counted(db), ("", ""): 1}
    assert facets.recount_all() == 0


def test_whoever_belongs_to_several_counts_once(client: Any, db: Any, make: Any) -> None:
    one, other, third = make.cluster("Eins", nuts1="DEG"), make.cluster("Zwei", nuts1="DEG"), make.cluster("Drei")
    firms = [make.organisation(f"Firma {name}") for name in "ABC"]
    belongs = [(firms[0], one), (firms[0], other), (firms[1], one), (firms[2], third)]
    for firm, cluster in belongs:
        link(db, "member_of", ("organisation", firm.id, firm.slug), ("cluster", cluster.id, cluster.slug))
    link(db, "part_of", ("organisation", firms[1].id, firms[1].slug), ("cluster", one.id, one.slug))
    db.session.commit()
    assert (
        "3 Organisationen sind als zugehörig genannt, davon 1 zu mehreren; jede zählt einmal."
        in client.page("/de/clusters/").text
    )
    narrowed = client.page("/de/clusters/?region=DEG").text
    assert "2 Organisationen sind als zugehörig genannt, davon 1 zu mehreren" in narrowed


def test_all_of_it_can_be_counted_anew(db: Any, facts: Dataset) -> None:
    db.session.commit()
    assert facets.recount_all() == 0
    right = numbers(db)
    some = db.session.execute(select(Cluster.id).order_by(Cluster.id)).scalars().first()
    db.session.add(ClusterFacet(cluster_id=some, facet="country", code="JP"))
    one = db.session.execute(select(ClusterFacet).where(ClusterFacet.facet == "label")).scalars().first()
    db.session.delete(one)
    db.session.add(ClusterFacetCount(facet="sector", code="Z", count=4))
    db.session.flush()
    assert facets.recount_all() > 0
    assert numbers(db) == right
    assert facets.recount_all() == 0


def test_numbers_of_the_shipped_facts(db: Any, facts: Dataset) -> None:
    stored = numbers(db)
    records = facts.records("clusters")
    schemes = [{label["scheme"] for label in one.get("labels", [])} for one in records]
    for scheme in {code for codes in schemes for code in codes}:
        assert stored[("label", scheme)] == sum(scheme in codes for codes in schemes)
    relations = [one for one in facts.records("relations") if one["from"].startswith("cluster/")]
    named: dict[str, set[str]] = {}
    for relation in relations:
        if relation["type"] == "focus_on":
            named.setdefault(relation["from"], set()).add(relation["to"])
    assert stored[("any", "country")] == len(named)
    assert stored[("", "")] == len(records)
