"""Who works with which country: the table, the equivalent list, and the clusters of one country."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from consult.clusters import abroad
from consult.clusters.models import Cluster
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.registry import touch
from consult.core.vocabularies import vocabulary
from consult.links.ends import number_of
from consult.links.models import Link
from consult.links.operations import refresh_all
from consult.links.sources import readable_source, sources
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries
from tests.support.tables import file_rows

COUNTRIES = "/de/clusters/countries"


def _focus(db: Any, cluster: Any, code: str, kind: str = "country", **columns: Any) -> None:
    columns.setdefault("attributes", {})
    columns.setdefault("status", "stated")
    db.session.add(
        Link(
            type="focus_on", from_kind="cluster", from_id=cluster.id, from_key=cluster.slug, to_kind=kind,
            to_id=number_of(code), to_key=code, source=["quelle.example"], created_at=now(), **columns,
        )
    )  # fmt: skip
    db.session.flush()
    refresh_all()
    touch("cluster", cluster.id)


def _matrix(page: Page) -> dict[str, dict[str, str]]:
    """Cluster -> country -> words of the cell, of those that are not empty."""
    columns = [plain_spaces(one.get_text()) for one in page.select("table.c-matrix thead th")]
    found = {}
    for row in page.select("table.c-matrix tr:has(> th[scope=row])"):
        cells = [plain_spaces(cell.get_text(" ")) for cell in row.select("td")]
        words = dict(zip(columns, cells, strict=True))
        found[plain_spaces(row.th.get_text())] = {name: said for name, said in words.items() if said}  # type: ignore[union-attr]
    return found


def _shipped(facts: Dataset) -> list[dict[str, Any]]:
    return [
        one for one in facts.records("relations") if one["type"] == "focus_on" and one["from"].startswith("cluster/")
    ]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_focus_country_of_every_record_is_found(client: Any, facts: Dataset, language: str) -> None:
    records = {one["id"]: one for one in facts.records("clusters")}
    programmes = {one["id"]: one for one in facts.records("programmes")}
    page = client.page(f"/{language}/clusters/countries")
    matrix = _matrix(page)
    relations = _shipped(facts)
    assert relations
    listed = {plain_spaces(one.dt.get_text()): plain_spaces(one.get_text(" ")) for one in page.select(".c-obs > div")}
    for relation in relations:
        slug, code = relation["from"].split("/")[1], relation["to"].split("/")[1]
        name = plain_spaces(records[slug]["name"][language])
        with in_language(language):
            place, kind = vocabulary("countries").title(code), vocabulary("focus_kinds").title(relation["kind"])
            cited = [readable_source(one) for one in sources(relation)]
        programme = plain_spaces(programmes[relation["programme"].split("/")[1]]["title"][language])
        assert kind in matrix[name][place] and programme in matrix[name][place]
        assert all(words in listed[name] for words in (place, kind, programme, *map(plain_spaces, cited)))
        reverse = client.page(f"/{language}/clusters/countries?country={code}")
        (row,) = [one for one in reverse.select("tbody tr") if f"/clusters/{slug}" in str(one.th)]
        said = plain_spaces(row.get_text(" "))
        assert all(words in said for words in (name, kind, programme, *map(plain_spaces, cited)))


def test_totals_and_headings(client: Any, facts: Dataset) -> None:
    page = client.page(COUNTRIES)
    matrix = _matrix(page)
    totals = matrix.pop("Cluster je Land")
    counted: dict[str, int] = {}
    for cells in matrix.values():
        assert int(cells.pop("Länder")) == len(cells)
        for place in cells:
            counted[place] = counted.get(place, 0) + 1
    assert totals.pop("Länder") == str(len(counted))
    assert {place: int(count) for place, count in totals.items()} == counted
    assert counted["Vereinigte Staaten"] == 3
    assert {one.get("scope") for one in page.select("table.c-matrix thead th")} == {"col"}
    assert "5 Cluster nennen" in page.text
    assert "gemeinsam mit CyberForum" in page.text


def test_a_macro_region_stands_for_its_countries_with_a_mark(client: Any, make: Any, db: Any) -> None:
    north, desert, south = make.cluster("Nord"), make.cluster("Wüste"), make.cluster("Süd")
    _focus(db, north, "scandinavia", "macro-region", attributes={"kind": "market-access"}, from_date="2017")
    _focus(db, desert, "mena", "macro-region")
    _focus(db, south, "SE", from_date="2015", to_date="2018-05")
    page = client.page(COUNTRIES)
    matrix = _matrix(page)
    assert set(matrix["Nord"]) == {"Dänemark", "Norwegen", "Schweden", "Länder"}
    assert matrix["Nord"]["Schweden"] == "A* Markterschließung, als Teil der Großregion Skandinavien, seit 2017."
    assert matrix["Wüste"] == {"Mittlerer Osten und Nordafrika (MENA)": "• Art nicht genannt.", "Länder": "1"}
    assert matrix["Cluster je Land"]["Schweden"] == "2"
    assert "gelesen als ihre Länder" in page.text
    assert "Skandinavien (gelesen als: Dänemark, Norwegen, Schweden)" in page.text

    sweden = client.page(f"{COUNTRIES}?country=SE")
    assert "2 Cluster nennen" in sweden.text and "als Teil der Großregion Skandinavien" in sweden.text
    assert "seit 2017" in sweden.text and "2015 bis Mai 2018" in sweden.text
    region = client.page(f"{COUNTRIES}?country=scandinavia")
    assert "Nord" in region.text and "Süd" in region.text and "Wüste" not in region.one("table").get_text()
    assert "Zeitraum nicht genannt" in client.page(f"{COUNTRIES}?country=mena").text


def test_files_hold_what_the_page_shows(client: Any, make: Any, db: Any, facts: Dataset) -> None:
    """All statements in their order, beyond the first page; under a country those that concern it."""
    north = make.cluster("Nord")
    _focus(db, north, "scandinavia", "macro-region", attributes={"kind": "market-access"}, from_date="2017")
    for number in range(30):
        db.session.add(
            Link(type="focus_on", from_kind="cluster", from_id=(one := make.cluster(f"Weiter {number:02}")).id,
                 from_key=one.slug, to_kind="country", to_id=number_of("FI"), to_key="FI", source=["quelle.example"],
                 created_at=now(), attributes={}, status="stated")
        )  # fmt: skip
        touch("cluster", one.id)
    refresh_all()
    shown, address = [], COUNTRIES
    while address:
        page = client.page(address)
        for line in page.select(".c-obs > div"):
            name = plain_spaces(line.dt.get_text())  # type: ignore[union-attr]
            shown += [(name, plain_spaces(work.a.get_text())) for work in line.select("dd")]  # type: ignore[union-attr]
        address = next((str(one["href"]) for one in page.select("main .c-pages a[rel=next]")), "")
    rows = file_rows(client, COUNTRIES)
    assert len(rows) > 30 and [(plain_spaces(one["name"]["de"]), one["country"]) for one in rows] == shown
    assert f"{COUNTRIES}?format=xlsx" in client.page(COUNTRIES).links("main .c-outlets a")
    (said,) = [one for one in rows if one["id"] == north.slug]
    assert (said["read_as"], said["part_of"], said["kind"], said["from"], said["source"]) == (
        ["Dänemark", "Norwegen", "Schweden"], None, "Markterschließung", "2017", ["quelle.example"],
    )  # fmt: skip
    (said,) = file_rows(client, f"{COUNTRIES}?country=SE")
    assert (said["id"], said["country"], said["part_of"]) == (north.slug, "Schweden", "Skandinavien")
    page = client.page(f"{COUNTRIES}?country=US")
    assert f"{COUNTRIES}?country=US&format=json" in page.links("main .c-outlets a")
    names = [plain_spaces(one.get_text()) for one in page.select("tbody th a")]
    assert [plain_spaces(one["name"]["de"]) for one in file_rows(client, f"{COUNTRIES}?country=US")] == names
    assert file_rows(client, f"{COUNTRIES}?country=JP") == []
    assert file_rows(client, f"{COUNTRIES}?country=XX") == rows


def test_what_is_not_public_is_not_counted(client: Any, make: Any, db: Any) -> None:
    one = make.cluster("Eins")
    for code, status in (("FI", "declined"), ("FR", "suggested"), ("BE", "ended")):
        _focus(db, one, code, status=status)
    page = client.page(COUNTRIES)
    assert not page.select("table") and "Noch nennt kein Cluster ein Land" in page.text


def test_the_phase_is_no_more_than_the_source_says(app: Flask) -> None:
    with in_language("de"):
        assert abroad.phase_of(Link(from_date="", to_date="")) == ""
        assert abroad.phase_of(Link(from_date="2017", to_date="")) == "seit 2017"
        assert abroad.phase_of(Link(from_date="", to_date="2020-01")) == "bis Januar 2020"


@pytest.mark.parametrize("query", ["country=XX", "country=%00", "country=" + "F" * 4000, "country=<script>"])
def test_an_unknown_country_shows_all(client: Any, facts: Dataset, query: str) -> None:
    page = client.page(f"{COUNTRIES}?{query}")
    assert "steht in keiner unserer Listen" in page.text and page.select("table.c-matrix")


@pytest.mark.parametrize(
    "query", ["country=", "country=FI&country=FR", "after=%00", "after=WzAsMSwyXQ", "country[]=FI", "x=1"]
)
def test_whatever_the_address_holds_there_is_a_page(client: Any, make: Any, query: str) -> None:
    assert client.get(f"{COUNTRIES}?{query}").status_code == 200


def test_a_country_that_nobody_names_says_so(client: Any, facts: Dataset) -> None:
    page = client.page(f"{COUNTRIES}?country=JP")
    assert page.h1 == "Japan als Ziel" and "Kein Cluster nennt dieses Land" in page.text
    assert COUNTRIES in page.links("main a")


def test_the_directory_and_portraits_lead_here(client: Any, facts: Dataset) -> None:
    for address in ("/de/clusters/", "/de/clusters/medicalmountains", "/de/clusters/optonet"):
        assert COUNTRIES in client.page(address).links("main a")


def test_few_queries_whatever_the_number_of_rows(app: Flask, client: Any, db: Any, make: Any, facts: Dataset) -> None:
    addresses = (COUNTRIES, f"{COUNTRIES}?country=US")
    taken = []
    for address in addresses:
        with count_queries(app, at_most=10) as found:
            client.get(address)
        taken.append(len(found))
    for cluster in list(db.session.execute(select(Cluster)).scalars()):
        known = select(Link.id).where(Link.from_id == cluster.id, Link.type == "focus_on", Link.to_key == "US")
        if not db.session.execute(known).first():
            _focus(db, cluster, "US", attributes={"kind": "skills"})
    db.session.commit()
    for address, before in zip(addresses, taken, strict=True):
        with count_queries(app) as found:
            page = client.page(address)
        assert len(found) == before
        assert len(page.select("tbody tr")) == 24
