"""The shipped portraits in the database, and who speaks for one of them."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from consult.clusters import loading
from consult.clusters.models import Cluster, ClusterFacet, ClusterManager, Observation
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.registry import registries
from consult.core.text import slugify


def _count(db: Any, model: Any) -> int:
    number: int = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    return number


def test_loading_again_adds_nothing(db: Any, facts: Dataset) -> None:
    before = [_count(db, model) for model in (Cluster, Observation, ClusterFacet)]
    loading.load(facts)
    assert [_count(db, model) for model in (Cluster, Observation, ClusterFacet)] == before
    assert before[0] == len(facts.records("clusters"))


def test_what_was_changed_stays(db: Any, facts: Dataset) -> None:
    cluster = db.session.execute(select(Cluster).where(Cluster.slug == "optonet")).scalar_one()
    cluster.seat = "Gera"
    loading.load(facts)
    assert cluster.seat == "Gera"


def test_every_mapping_becomes_an_observation(db: Any, facts: Dataset) -> None:
    for record in facts.records("clusters"):
        cluster_id = db.session.execute(select(Cluster.id).where(Cluster.slug == record["id"])).scalar_one()
        found = _count(db, select(Observation).where(Observation.cluster_id == cluster_id).subquery())
        single = sum(key in record for key in loading.SINGLE)
        several = sum(len(record.get(key, [])) for key in loading.SEVERAL)
        assert found == single + several, record["id"]


def test_no_key_of_a_record_is_overlooked(facts: Dataset) -> None:
    known = {*loading.SINGLE, *loading.SEVERAL, "id", "name", "short_name", "named_in"}
    assert {key for record in facts.records("clusters") for key in record} <= known


def test_the_card_takes_the_newest_dated_members(db: Any, facts: Dataset) -> None:
    cluster = db.session.execute(select(Cluster).where(Cluster.slug == "initiative-erfurter-kreuz")).scalar_one()
    assert (cluster.members, cluster.members_as_of, cluster.members_unit) == (114, "2020-10", "member-companies")
    cluster = db.session.execute(select(Cluster).where(Cluster.slug == "optonet")).scalar_one()
    assert (cluster.members, cluster.members_as_of, cluster.members_qualifier) == (100, "", "about")
    cluster = db.session.execute(select(Cluster).where(Cluster.slug == "biorn")).scalar_one()
    assert cluster.members is None


def test_the_demo_manager_speaks_for_one_cluster(db: Any, make: Any, facts: Dataset) -> None:
    person = make.person(email=loading.DEMO_MANAGER, roles=("cluster",))
    loading.load_demo(facts)
    loading.load_demo(facts)
    assert _count(db, ClusterManager) == 1
    actor = make.actor(person)
    found = registries.subjects["cluster"].find("optonet")
    assert actor.cluster_ids == frozenset({found})
    may_manage = registries.subjects["cluster"].may_manage
    assert may_manage is not None and found is not None
    assert may_manage(actor, found) and not may_manage(actor, found + 1)


def test_nobody_manages_without_the_account(db: Any, facts: Dataset) -> None:
    loading.load_demo(facts)
    assert _count(db, ClusterManager) == 0


def test_what_others_see_of_a_cluster(app: Flask, facts: Dataset) -> None:
    subject = registries.subjects["cluster"]
    found = subject.find("optonet") or 0
    for language, title in (
        ("de", "OptoNet e. V. – Photoniknetzwerk Thüringen"),
        ("en", "OptoNet – Photonics Network Thuringia"),
    ):
        with in_language(language):
            info = subject.describe([found, 999_999])[found]
        assert (info.title, info.url, info.region, info.key) == (
            title,
            f"/{language}/clusters/optonet",
            "DEG0",
            "optonet",
        )
    assert subject.find("nobody") is None and subject.find("a\x00") is None
    assert subject.picker is not None
    assert [one.key for one in subject.picker("kompetenznetz opt", 5)] == ["optonet"]
    assert len(subject.picker("", 5)) == 5
    assert registries.resolvers["clusters.show"]({"slug": "optonet"}) == ("cluster", found)
    assert registries.resolvers["clusters.show"]({"slug": "x"}) is None


def test_a_document_holds_both_languages_and_all_names(app: Flask, facts: Dataset) -> None:
    found = registries.subjects["cluster"].find("medways") or 0
    (document,) = registries.searchables["cluster"].documents([found])
    assert document.body.startswith("Aus der Augenheilkunde")  # what a snippet begins with
    assert "OphthalmoInnovation Thüringen e. V. (OIT)" in document.body  # as it is written, since a snippet may show it
    assert "Augenheilkunde" in document.body and "ophthalmology" in document.body_en
    assert len(list(registries.searchables["cluster"].documents(None))) == len(facts.records("clusters"))


def test_a_managers_share(db: Any, make: Any, cast: Any) -> None:
    person = cast.cluster_manager
    entry = registries.personal_data["clusters"]
    assert entry.export(person.id)["clusters"][0]["cluster"] == cast.cluster.slug
    entry.erase(person.id)
    assert entry.export(person.id) == {"clusters": []}


def test_other_names_lead_to_the_portrait(client: Any, facts: Dataset) -> None:
    answer = client.get("/en/clusters/medical-mountains")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/en/clusters/medicalmountains")
    names = {(one["name"], row["id"]) for row in facts.records("clusters") for one in row.get("aliases", [])}
    assert len(names) > 10
    for name, slug in names:
        found = registries.subjects["cluster"].find(slugify(name))
        assert found in (registries.subjects["cluster"].find(slug), None) or slugify(name) in {
            row["id"] for row in facts.records("clusters")
        }, name
