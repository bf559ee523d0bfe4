"""The directory: names, filters with their numbers, search, paging, and whatever else an address may hold."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from consult.clusters import queries
from consult.clusters.facets import recount_all
from consult.clusters.forms import FACETS, Selection, selection_of, title_of
from consult.clusters.models import Cluster, ClusterFacet, ClusterFacetCount
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.registry import registries
from consult.links.ends import number_of
from consult.links.models import Link
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries


def names(page: Page) -> list[str]:
    return [plain_spaces(one.get_text()) for one in page.select("article.c-cluster h3")]


def walk(client: Any, address: str) -> list[str]:
    """The names on all pages of a list."""
    found, seen = [], set()
    while address and address not in seen:
        seen.add(address)
        page = client.page(address)
        found += names(page)
        following = page.select(".c-pages a[rel=next]")
        address = str(following[0]["href"]) if following else ""
    return found


def test_all_are_listed_by_name_once(client: Any, facts: Dataset) -> None:
    found = walk(client, "/de/clusters/")
    assert sorted(found) == sorted(plain_spaces(one["name"]["de"]) for one in facts.records("clusters"))
    assert found[:2] == ["Automotive Cluster Ostdeutschland e. V.", "automotive thüringen e. V."]
    assert client.page("/de/clusters/").h1 == "24 Cluster und Netzwerke"
    assert client.page("/en/clusters/").h1 == "24 clusters and networks"


def test_a_card_says_what_where_how_many_and_how_sure(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?q=CyberForum")
    card = plain_spaces(page.select("article.c-cluster")[0].get_text(" "))
    assert "Karlsruhe, Baden-Württemberg" in card
    assert "mehr als 1.200 Mitglieder Oktober 2022; bnn.de" in card
    assert "unbestätigt" in card and "Jüngster Beleg: Oktober 2022" in card
    page = client.page("/de/clusters/?q=BioRN")
    assert "Mitgliederzahl fehlt" in page.text


def test_few_letters_are_a_word_and_no_part_of_a_name(client: Any, indexed_facts: Dataset) -> None:
    found = [one.get_text(" ", strip=True) for one in client.page("/de/clusters/?q=IT").select("article.c-cluster h3")]
    assert not [name for name in found if "Initiative" in name]
    assert client.page("/de/clusters/?q=Initiat").select("article.c-cluster")


CODES = {
    "region": lambda one: {
        code[:3] for code in (one["nuts"]["nuts1"], *one.get("regions_covered", {}).get("values", []))
    },
    "sector": lambda one: set(one["nace"]["sections"]),
    "ecosystem": lambda one: set(one["ecosystems"]["values"]),
    "technology": lambda one: set(one.get("key_technologies", {}).get("values", [])),
    "service": lambda one: {service["code"] for service in one.get("services", [])},
    "open": lambda one: {aspect["aspect"] for aspect in one.get("openness", []) if aspect["value"]},
    "legal": lambda one: {one["legal_form"]["value"]} if "legal_form" in one else set(),
    "form": lambda one: {one["form"]["value"]},
}


def test_each_filter_finds_what_the_records_say(app: Flask, facts: Dataset) -> None:
    counts = queries.facet_counts(Selection())
    for facet, codes_of in CODES.items():
        having: Counter[str] = Counter()
        for record in facts.records("clusters"):
            having.update(codes_of(record))
        assert {code: count for (name, code), count in counts.items() if name == facet} == dict(having)
        for code in having:
            chosen = Selection(codes={facet: (code,)})
            wanted = {one["id"] for one in facts.records("clusters") if code in codes_of(one)}
            assert {one.slug for one in queries.clusters_page(chosen, None)} <= wanted
            assert queries.facet_counts(chosen)[(queries.TOTAL, "")] == len(wanted)


def test_focus_countries_come_from_links(client: Any, facts: Dataset) -> None:
    found = names(client.page("/de/clusters/?country=FI"))
    assert found == ["MedicalMountains"]
    assert len(names(client.page("/de/clusters/?country=FI&country=FR"))) == 2
    counts = queries.facet_counts(Selection())
    assert counts[("country", "US")] == 3
    # a macro-region stands for its countries
    assert names(client.page("/de/clusters/?country=baltic-sea")) == names(
        client.page("/de/clusters/?country=FI&country=DK")
    )


def test_choices_in_one_filter_add_up_and_filters_narrow(app: Flask, facts: Dataset) -> None:
    both = Selection(codes={"region": ("DEG", "DED")})
    counts = queries.facet_counts(both)
    alone = queries.facet_counts(Selection())
    # the chosen filter tells what its other codes would add
    assert counts[("region", "DE1")] == alone[("region", "DE1")]
    assert counts[(queries.TOTAL, "")] < alone[(queries.TOTAL, "")]
    narrow = Selection(codes={"region": ("DEG",), "sector": ("K",)})
    assert queries.facet_counts(narrow).get((queries.TOTAL, ""), 0) == len(queries.clusters_page(narrow, None))


def test_a_topic_filters_from_its_page(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?topic=education-skills")
    wanted = [one for one in facts.records("clusters") if "education-skills" in one["topics"]["values"]]
    assert len(names(page)) == len(wanted)
    assert "Bildung und Fachkräfte" in plain_spaces(page.one(".c-chips").get_text(" "))
    assert page.select("form.c-facets input[type=hidden][name=topic]")
    assert not client.page("/de/clusters/?topic=nothing").select(".c-chips")


def test_names_aliases_and_texts_are_found(client: Any, indexed_facts: Dataset) -> None:
    for words, slug in (
        ("Photoniknetzwerk", "optonet"),
        ("Cyber", "cyberforum"),
        ("SÜDWEST", "microtec-suedwest"),
        ("Ophthalmo", "medways"),
        ("Augenheilkunde", "medways"),
    ):
        assert f"/de/clusters/{slug}" in client.page("/de/clusters/", query_string={"q": words}).links("article a")


def test_what_is_chosen_can_be_taken_away(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?region=DEG&region=DED&q=auto&sector=C")
    chips = {plain_spaces(one.get_text(" ")): str(one["href"]) for one in page.select(".c-chip")}
    assert chips["Thüringen entfernen"] == "/de/clusters/?region=DED&q=auto&sector=C"
    assert chips["Suche: auto entfernen"] == "/de/clusters/?region=DEG&region=DED&sector=C"
    checked = {str(one["value"]) for one in page.select("form.c-facets input[checked]")}
    assert checked == {"DEG", "DED", "C"}


def test_an_empty_list_says_what_one_filter_less_would_give(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?region=DEG&country=FI")
    assert names(page) == []
    ways = {plain_spaces(one.get_text()): str(one["href"]) for one in page.select("main ul.bullets a")}
    assert ways == {
        "Ohne »Thüringen« sind es 1.": "/de/clusters/?country=FI",
        "Ohne »Finnland« sind es 10.": "/de/clusters/?region=DEG",
    }


def test_the_map_shows_every_land(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/")
    tiles = {plain_spaces(one.get_text(" ")): one for one in page.select(".c-tiles li")}
    assert len(tiles) == 16
    assert "BW Baden-Württemberg: 14" in tiles and "HB Bremen: 0" in tiles
    assert tiles["HB Bremen: 0"].a is None
    assert tiles["TH Thüringen: 10"].a["href"] == "/de/clusters/?region=DEG"
    assert client.page("/de/clusters/?region=DEG").select(".c-tiles a[aria-current=true]")


HOSTILE = [
    "q=%00", "q=" + "x" * 5000, "q=%F0%9F%A6%84", "q='%20or%201=1--", "q=%25%5F", "q=%ED%A0%80", "q=&q=b", "q=\"", "q=*",
    "region=XX", "region=%00", "region=DEG&region=DEG&region=DEG", "region=" + "D" * 2000, "sector=<script>", "country=XX",
    "after=x", "after=%00", "after=" + "A" * 3000, "after=WzAsMSwyXQ", "after=WzAsImEiLG51bGxd", "topic=%00", "topic[]=a",
    "form=unassigned&legal=ev&open=non-members", "unknown=1", "technology=steam", "label=%00&label=ecei&label=ecei",
    "&".join(f"region=X{number}" for number in range(10_000)), "region=DEG&" * 10_000, "format=csv&format=%00&format=",
    "&".join(f"c=x{number}" for number in range(10_000)), "q=a&map=world&after=%00&c=%00&country=%ED%A0%80",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_the_address_holds_there_is_a_list(client: Any, make: Any, query: str) -> None:
    make.cluster("Irgendeiner")
    recount_all()
    with client.get(f"/de/clusters/?{query}") as answer:
        assert answer.status_code == 200


def test_unknown_codes_count_as_not_chosen(app: Flask) -> None:
    chosen = selection_of(MultiDict([("region", "XX"), ("sector", "C"), ("sector", "C"), ("q", "  zwei \n Worte ")]))
    assert chosen == Selection("zwei Worte", {"sector": ("C",)})
    assert chosen.chosen == 2 and chosen.without("q") == Selection("", {"sector": ("C",)})


def test_every_filter_has_words_in_both_languages(app: Flask) -> None:
    for language in ("de", "en"):
        with in_language(language):
            for facet in FACETS:
                assert str(facet.legend)
                assert all(title_of(facet.name, term.code) for term in facet.vocabulary)


# ---- counters and queries -------------------------------------------------------------------------------------------


def _double(db: Any) -> None:
    """Every cluster once more, with its codes and its focus countries."""
    for cluster in list(db.session.execute(select(Cluster)).scalars()):
        columns = {c.key: getattr(cluster, c.key) for c in Cluster.__table__.columns if c.key not in ("id", "slug")}
        twin = Cluster(slug=f"{cluster.slug}-2", **columns)
        db.session.add(twin)
        db.session.flush()
        codes = db.session.execute(select(ClusterFacet).where(ClusterFacet.cluster_id == cluster.id)).scalars()
        db.session.add_all([ClusterFacet(cluster_id=twin.id, facet=one.facet, code=one.code) for one in codes])
        db.session.add(
            Link(
                type="focus_on",
                status="stated",
                from_kind="cluster",
                from_id=twin.id,
                from_key=twin.slug,
                to_kind="country",
                to_id=number_of("FI"),
                to_key="FI",
                created_at=now(),
            )  # fmt: skip
        )
    db.session.flush()


BUDGETS = {
    "/de/clusters/": 3,
    "/de/clusters/?map=world": 3,
    "/de/clusters/?q=Photonik": 3,
    "/de/clusters/?region=DE1&sector=C&technology=advanced-manufacturing&service=networking&label=ecei": 3,
    "/de/clusters/?country=FI": 4,
    "/de/clusters/?topic=innovation": 8,
}


def test_the_list_takes_few_queries_whatever_its_length(
    app: Flask, client: Any, db: Any, indexed_facts: Dataset
) -> None:
    taken = {}
    for address, budget in BUDGETS.items():
        with count_queries(app, at_most=budget) as found:
            client.get(address)
        taken[address] = len(found)
    _double(db)
    recount_all()
    db.session.commit()
    for address, before in taken.items():
        with count_queries(app) as found:
            client.get(address)
        assert len(found) == before, address


def test_a_portrait_takes_few_queries_whatever_it_holds(app: Flask, client: Any, db: Any, facts: Dataset) -> None:
    counts = {}
    for slug in ("protonetz", "medicalmountains", "software-cluster", "cyberforum"):
        with count_queries(app, at_most=10) as found:
            client.get(f"/de/clusters/{slug}")
        counts[slug] = len(found)
    first_table = re.compile(r"\bFROM (cluster|link)(?!_facet)")
    own = [one for one in found.statements if (hit := re.search(r"\bFROM \w+", one)) and first_table.match(hit[0])]
    assert len(own) <= 5, "\n".join(own)
    assert max(counts.values()) - min(counts.values()) <= 1  # what frames a link takes one more


def test_counters_follow_and_can_be_mended(db: Any, facts: Dataset) -> None:
    recount = registries.counters["clusters.facets"]
    assert recount() == 0
    db.session.add(ClusterFacetCount(facet="region", code="DE2", count=7))
    row = db.session.get(ClusterFacetCount, ("region", "DEG"))
    row.count = 99
    db.session.flush()
    assert recount() == 2
    db.session.expire_all()
    assert queries.facet_counts(Selection())[("region", "DEG")] == 10
    assert ("region", "DE2") not in queries.facet_counts(Selection())
