"""Maps of the directory: every Land and country has its tile, the table says the same, nothing needs scripts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.clusters import maps
from consult.clusters.facets import recount_all
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.vocabularies import vocabulary
from tests.support.page import Page, plain_spaces

WORLD = "/de/clusters/?map=world"


def tiles(page: Page) -> dict[str, str]:
    """Label of a tile that is a link -> its address."""
    return {plain_spaces(str(one["aria-label"])): str(one["href"]) for one in page.select("svg.c-map a")}


def table(page: Page) -> dict[str, int]:
    rows = page.select("details.c-data tbody tr")
    return {plain_spaces(row.th.get_text()): int(row.td.get_text()) for row in rows if row.th and row.td}


def test_every_country_has_a_place_of_its_own(app: Flask) -> None:
    placed = [*maps.EUROPE, *maps.WORLD]
    assert sorted(placed) == sorted(term.code for term in vocabulary("countries"))
    assert len(set(maps.EUROPE.values())) == len(maps.EUROPE)
    assert len({*maps.WORLD.values(), maps.EUROPE_IN_WORLD}) == len(maps.WORLD) + 1


def test_a_tile_is_dark_by_its_share_and_never_empty_with_a_number(app: Flask) -> None:
    assert [maps.shade(number, 14) for number in (0, 1, 4, 10, 14)] == [0, 1, 2, 3, 4]
    assert maps.shade(0, 0) == 0 and maps.shade(1, 100_000) == 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_map_of_focus_countries_says_what_the_relations_say(client: Any, facts: Dataset, language: str) -> None:
    named: dict[str, set[str]] = {}
    for one in facts.records("relations"):
        if one["type"] == "focus_on" and one["from"].startswith("cluster/"):
            named.setdefault(one["to"].split("/")[1], set()).add(one["from"])
    page = client.page(f"/{language}/clusters/?map=world")
    with in_language(language):
        wanted = {
            f"{code}, {vocabulary('countries').title(code)}: {len(clusters)}": code for code, clusters in named.items()
        }
        titles = {vocabulary("countries").title(code): len(clusters) for code, clusters in named.items()}
    found = tiles(page)
    assert set(found) == set(wanted)
    for label, code in wanted.items():
        assert f"map=world&country={code}" in found[label]
    # a macro-region that contains a named country stands in the table, too
    beside = table(page)
    assert {name: count for name, count in beside.items() if name in titles} == titles
    regions = {name for name in beside if name not in titles}
    assert regions == {"Ostseeraum", "Skandinavien"} if language == "de" else {"Baltic Sea region", "Scandinavia"}
    assert "JP" not in found and "Japan" in page.one("section[aria-labelledby=map] details p").get_text()


def test_a_tile_leads_to_those_who_name_the_country_and_keeps_the_map(client: Any, facts: Dataset) -> None:
    address = tiles(client.page(f"{WORLD}&sector=C"))["FI, Finnland: 1"]
    page = client.page(address)
    assert [plain_spaces(one.get_text()) for one in page.select("article.c-cluster h3")] == ["MedicalMountains"]
    assert page.select("svg.c-map a[aria-current=true]")
    carried = [(one["name"], one["value"]) for one in page.select("form.c-facets input[type=hidden]")]
    assert ("map", "world") in carried  # applying further filters keeps the map
    tabs = {plain_spaces(one.get_text()): str(one["href"]) for one in page.select("ul.c-tabs a")}
    assert "map=" not in tabs["Wo sie wirken"] and "country=FI" in tabs["Wo sie wirken"]


def test_the_table_of_laender_counts_each_cluster_once(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/")
    assert table(page)["Baden-Württemberg"] == 14 and table(page)["Thüringen"] == 10
    foot = [plain_spaces(row.get_text(" ")) for row in page.select("details.c-data tfoot tr")]
    covered = [
        {code[:3] for code in (one["nuts"]["nuts1"], *one.get("regions_covered", {}).get("values", []))}
        for one in facts.records("clusters")
    ]
    several = sum(len(codes) > 1 for codes in covered)
    assert foot == ["Cluster insgesamt, jedes einmal gezählt 24", f"davon in mehreren {several}"]
    assert "Bremen" in page.one("section[aria-labelledby=map] details p").get_text()


def test_under_filters_the_table_follows(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?technology=advanced-materials")
    wanted = [one for one in facts.records("clusters")
              if "advanced-materials" in one.get("key_technologies", {}).get("values", [])]  # fmt: skip
    foot = [plain_spaces(row.get_text(" ")) for row in page.select("details.c-data tfoot tr")]
    assert foot[0] == f"Cluster insgesamt, jedes einmal gezählt {len(wanted)}"


def test_an_empty_directory_has_an_empty_map(client: Any) -> None:
    page = client.page(WORLD)
    assert not page.select("svg.c-map a") and not page.select("details.c-data table")
    assert len(page.select("svg.c-map rect.m0")) == len(vocabulary("countries")) + 1


HOSTILE = ["map=%00", "map=world&map=x", "map=" + "w" * 5000, "map=<script>", "map=world&country=%00"]


@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_the_address_holds_there_is_a_map(client: Any, make: Any, query: str) -> None:
    make.cluster("Irgendeiner", nuts1="DEG")
    recount_all()
    assert client.page(f"/de/clusters/?{query}").select("ul.c-tabs")
