"""Portraits side by side: the same unit in a line, gaps as gaps, differences in words, and the same as a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from consult.clusters import comparing
from consult.clusters.forms import choice_of
from consult.clusters.models import Observation
from consult.clusters.portrait import Portrait
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.vocabularies import vocabulary
from tests.clusters.test_export import download, read_csv, read_xlsx
from tests.clusters.test_portrait import _cited, _figure
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries

COMPARE = "/de/clusters/compare"


def _address(*slugs: str, more: str = "") -> str:
    return f"{COMPARE}?{'&'.join(f'c={slug}' for slug in slugs)}{more}"


def _rows(page: Page) -> dict[str, list[str]]:
    """Words of the row head -> words of its cells."""
    found = {}
    for row in page.select("table.c-compare tbody tr:not(.c-group)"):
        head = plain_spaces(row.th.get_text(" "))  # type: ignore[union-attr]
        found[head] = [plain_spaces(cell.get_text(" ")) for cell in row.select("td")]
    return found


def _observed(*figures: tuple[str, str, int], kind: str = "members", code: str = "") -> list[Observation]:
    """Observations (unit, date, number)."""
    return [
        Observation(
            kind=kind, code=code, position=place, unit=unit, as_of=as_of, number=number, source=["quelle.example"]
        )
        for place, (unit, as_of, number) in enumerate(figures)
    ]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_record_stands_in_a_comparison(client: Any, facts: Dataset, language: str) -> None:
    """What a record says on its features is in the table; of figures the newest of each unit."""
    missing = []
    every = facts.records("clusters")
    for records in (every[start : start + 6] for start in range(0, len(every), 6)):
        page = client.page(_address(*(one["id"] for one in records)).replace("/de/", f"/{language}/"))
        heads = page.select("table.c-compare thead th")
        assert len(heads) == len(records) + 1
        for record in records:
            with in_language(language):
                wanted = [record["name"][language], record["strengths"][language]]
                wanted += [vocabulary("services").title(one["code"]) for one in record.get("services", [])]
                wanted += [vocabulary("label_schemes").title(one["scheme"]) for one in record.get("labels", [])]
                for unit in {one["unit"] for one in record.get("members", [])}:
                    own = [one for one in record["members"] if one["unit"] == unit]
                    newest = max(own, key=lambda one: one.get("as_of", ""))
                    wanted += [vocabulary("member_units").title(unit), _figure(newest), *_cited(newest)]
            missing += [f"{record['id']}: {one}" for one in wanted if plain_spaces(one) not in page.text]
    assert not missing, "\n".join(missing)


def test_the_four_aspects_group_the_features(client: Any, facts: Dataset) -> None:
    page = client.page(_address("optonet", "photonics-bw"))
    assert page.h1 == "Zwei Cluster im Vergleich"
    groups = [plain_spaces(one.get_text()) for one in page.select("tr.c-group")]
    assert groups == [
        "Entwicklungsdynamik", "Akteure und Netzwerke", "Thematische Stärken", "Internationale Anziehungskraft",
    ]  # fmt: skip
    rows = _rows(page)
    assert rows["Mitglieder unterschiedlich nicht aus demselben Jahr"][0].startswith("etwa 100 ohne Datum;")
    assert rows["Reichweite"][0].startswith("Landesweit")
    assert rows["Zielländer"] == ["keine Angabe", "keine Angabe"]
    assert rows["Verbundene Projekte"][1].startswith(
        "Allianz Industrie 4.0 Baden-Württemberg ist Partner von, unterstützt, setzt um; 7. November 2016;"
    )
    gaps = page.select("td.is-gap .c-gap")
    assert gaps and len(gaps) == len(page.select("td.is-gap"))
    assert {one["data-l"] for one in page.select("table.c-compare td")} == {"OptoNet", "Photonics BW"}
    assert [one["scope"] for one in page.select("table.c-compare thead th")] == ["col"] * 3


def test_units_are_never_mixed_and_years_are_told(app: Flask, client: Any, make: Any, db: Any) -> None:
    first = _observed(("members", "2018", 10), ("members", "2022", 12), ("actors", "2022", 900))
    second = _observed(("members", "2018-05", 20), ("members", "2019", 21))
    third = _observed(("members", "2018", 30), ("members", "2018", 33), ("members", "", 99))
    for name, observations in (("Eins", first), ("Zwei", second), ("Drei", third)):
        make.cluster(name, slug=name.lower(), observations=observations)
    db.session.expire_all()
    rows = _rows(client.page(_address("eins", "zwei", "drei")))
    newest = rows["Mitglieder unterschiedlich nicht aus demselben Jahr"]
    assert [cell.split(";")[0] for cell in newest] == ["12 2022", "21 2019", "30 2018"]
    assert "33 2018" in newest[2] and "99" not in newest[2]
    same = rows["Mitglieder im Jahr 2018 unterschiedlich"]
    assert [cell.split(";")[0] for cell in same] == ["10 2018", "20 Mai 2018", "30 2018"]
    assert rows["Akteure"] == ["900 2022; quelle.example", "keine Angabe", "keine Angabe"]


def test_figures_of_one_kind_in_two_units_have_a_line_each(app: Flask, client: Any, make: Any, db: Any) -> None:
    for name, unit, number in (("Eins", "EUR", 5000), ("Zwei", "", 7)):
        found = _observed((unit, "2020", number), kind="figure", code="grant")
        make.cluster(name, slug=name.lower(), observations=found)
    db.session.expire_all()
    page = client.page(_address("eins", "zwei"))
    title = vocabulary("figure_kinds").title("grant", "de")
    lines = [row for row in page.select("tbody tr") if row.th and plain_spaces(row.th.get_text()) == title]
    cells = [[plain_spaces(cell.get_text(" ")) for cell in row.select("td")] for row in lines]
    assert cells == [["5.000 Euro 2020; quelle.example", "keine Angabe"], ["keine Angabe", "7 2020; quelle.example"]]


def test_only_differences(client: Any, facts: Dataset) -> None:
    page = client.page(_address("optonet", "photonics-bw", more="&only=differences"))
    rows = _rows(page)
    assert rows and all("unterschiedlich" in head for head in rows)
    assert _address("optonet", "photonics-bw") in page.links("main a")


def test_without_anything_known_every_field_is_a_gap(client: Any, make: Any) -> None:
    make.cluster("Eins", slug="eins"), make.cluster("Zwei", slug="zwei")
    page = client.page(_address("eins", "zwei"))
    assert all(cell == "keine Angabe" for cells in _rows(page).values() for cell in cells)
    assert "0 von" in page.text
    assert (
        "unterscheiden sich diese Portraits nicht"
        in client.page(_address("eins", "zwei", more="&only=differences")).text
    )


# ---- choosing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Ein Vergleich braucht zwei bis sechs Portraits."),
        ("?c=optonet", "Ein Vergleich braucht zwei bis sechs Portraits."),
        ("?c=optonet&c=optonet", "Ein Vergleich braucht zwei bis sechs Portraits."),
        ("?c=optonet&c=nobody", "Unter dieser Kennung gibt es kein Portrait: nobody."),
        ("?c=optonet&c=biorn&c=nobody", "Unter dieser Kennung gibt es kein Portrait: nobody."),
        ("?peers=nobody", "Unter dieser Kennung gibt es kein Portrait: nobody."),
        ("?c=optonet&c=biorn&c=medways&c=polymermat&c=cyberforum&c=protonetz&c=photonics-bw", "Gewählt sind 7."),
        ("?" + "&".join(f"c=x{number}" for number in range(500)), "Gewählt sind 500."),
    ],
)
def test_a_choice_that_does_not_fit_is_explained(client: Any, facts: Dataset, query: str, said: str) -> None:
    page = client.page(COMPARE + query)
    assert said in page.text and "So wählen Sie:" in page.text
    assert any(link.startswith("/de/clusters/") and "compare" not in link for link in page.links("main .c-panel a"))
    assert bool(page.select("table.c-compare")) == ("biorn&c=nobody" in query)


HOSTILE = [
    "c=%00&c=%00", "c=" + "x" * 5000 + "&c=optonet", "c=%ED%A0%80&c=biorn", "c='%20or%201=1--&c=%25", "c[]=optonet",
    "c=<script>alert(1)</script>&c=optonet", "c=optonet&c=biorn&only=%00", "c=optonet&c=biorn&format=exe", "peers=%00",
    "peers=" + "y" * 4000, "c=optonet&c=biorn&format=csv&format=x", "c=OPTONET&c=BIORN", "peers=optonet&peers=biorn",
    "c=optonet%0d%0aX:1&c=biorn&q=%0d%0aX", "c=&c=&c=", "c=%F0%9F%A6%84&c=..%2f..%2fetc",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_the_address_holds_there_is_an_answer(client: Any, make: Any, query: str) -> None:
    make.cluster("OptoNet", slug="optonet"), make.cluster("BioRN", slug="biorn")
    with client.get(f"{COMPARE}?{query}") as answer:
        assert answer.status_code in (200, 302)


def test_the_choice_is_read_once_each(app: Flask) -> None:
    arguments = MultiDict([("c", "b"), ("c", "a"), ("c", "b"), ("c", ""), ("c", "a\x00"), ("c", "x" * 300)])
    assert choice_of(arguments) == ["b", "a", "x" * 100]


def test_the_directory_is_the_form(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?c=technologymountains&c=biorn&region=DE1")
    form = page.one("form#comparison")
    assert (form["method"], form["action"]) == ("get", COMPARE)
    assert form.has_attr("data-tray") and form["data-max"] == "6"
    ticked = page.select("input[name=c][checked]")
    assert {one["value"] for one in ticked} == {"technologymountains", "biorn"}
    assert all(
        one.get("form") == "comparison" or one.find_parent("form") is form for one in page.select("[data-compare]")
    )
    # the filters keep the choice, and keeping the choice keeps the filters
    carried = [(one["name"], one["value"]) for one in page.select("form.c-facets input[type=hidden]")]
    assert ("c", "technologymountains") in carried and ("c", "biorn") in carried
    assert [(one["name"], one["value"]) for one in form.select("input[type=hidden]")] == [("region", "DE1")]
    assert "/de/clusters/?region=DE1" in page.links("form#comparison a")


def test_chosen_portraits_of_other_pages_stand_in_the_tray(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/?c=biorn")
    following = str(page.select(".c-pages a[rel=next]")[0]["href"])
    second = client.page(following)
    assert [one["value"] for one in second.select("form#comparison input[checked]")] == ["biorn"]
    assert [one["name"] for one in second.select("form#comparison input[type=hidden]")] == ["after"]
    nothing = client.page("/de/clusters/?c=biorn&q=gibtesnicht")
    assert [one["value"] for one in nothing.select("form#comparison input[checked]")] == ["biorn"]


def test_filters_sent_along_are_no_part_of_the_address(client: Any, facts: Dataset) -> None:
    answer = client.get(_address("optonet", "biorn", more="&region=DE1&q=a"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == _address("optonet", "biorn")


def test_a_portrait_leads_to_its_peers(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/optonet")
    assert f"{COMPARE}?peers=optonet" in page.links("main a") and "/de/clusters/?c=optonet" in page.links("main a")
    answer = client.get(f"{COMPARE}?peers=optonet")
    slugs = answer.headers["Location"].split("?c=")[1].split("&c=")
    assert slugs[0] == "optonet" and 2 <= len(slugs) <= 6
    portfolios = {one["id"]: one["portfolio"]["value"] for one in facts.records("clusters") if "portfolio" in one}
    assert {portfolios[slug] for slug in slugs} == {"micro-nano-optical"}
    for slug, portfolio in portfolios.items():
        links = client.page(f"/de/clusters/{slug}").links("main a")
        assert (f"{COMPARE}?peers={slug}" in links) == (portfolio != "cross-sector")


def test_no_peers_is_said(client: Any, make: Any) -> None:
    make.cluster("Allein", slug="allein", portfolio="biotechnology")
    assert "Kein anderes Portrait" in client.page(f"{COMPARE}?peers=allein").text


def test_the_other_language_compares_the_same(client: Any, facts: Dataset) -> None:
    page = client.page(_address("optonet", "biorn"))
    assert any("c=optonet&c=biorn" in str(one["href"]) for one in page.select("link[hreflang=en]"))
    assert client.page("/en/clusters/compare?c=optonet&c=biorn").h1 == "Two clusters compared"


# ---- as a file ------------------------------------------------------------------------------------------------------


def _table(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("more", ["", "&only=differences"])
def test_the_file_holds_what_the_page_shows(client: Any, facts: Dataset, more: str) -> None:
    slugs = ("optonet", "microtec-suedwest", "initiative-erfurter-kreuz")
    shown = _rows(client.page(_address(*slugs, more=more)))
    with client.get(_address(*slugs, more=f"{more}&format=csv")) as answer:
        assert answer.content_type == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == "attachment; filename=vergleich.csv"
        head, *lines = _table(answer.data)
    assert len(head) == 3 + 2 * len(slugs) and all(len(line) == len(head) for line in lines)
    assert len(lines) == len(shown)
    for line, (words, cells) in zip(lines, shown.items(), strict=True):
        assert words.startswith(plain_spaces(line[1]))
        assert ("unterschiedlich" in words) == ("unterschiedlich" in line[2])
        for place, cell in enumerate(cells):
            parts = [*line[3 + 2 * place].split(" | "), *line[4 + 2 * place].split(" | ")]
            assert all(plain_spaces(part) in cell for part in parts if part != "–"), (cell, parts)


def test_no_cell_is_a_formula(app: Flask, client: Any, make: Any, db: Any) -> None:
    names = ["=HYPERLINK(1)", "+49", "-1", "@sum", "\t=1+1", "harmlos; \"gut\""]  # fmt: skip
    for place, name in enumerate(names):
        seat = Observation(kind="seat", position=1, value=name, source=[name], as_of="")
        make.cluster(name, slug=f"n{place}", observations=[seat])
    db.session.expire_all()
    address = _address(*(f"n{place}" for place in range(6)))
    cells = [cell for line in _table(download(client, f"{address}&format=csv")) for cell in line]
    assert "'=HYPERLINK(1)" in cells and 'harmlos; "gut"' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_three_formats_say_the_same(client: Any, facts: Dataset, language: str) -> None:
    slugs = ("optonet", "microtec-suedwest", "medicalmountains", "biorn", "cyberforum", "photonics-bw")
    address = _address(*slugs).replace("/de/", f"/{language}/")
    plain = read_csv(download(client, f"{address}&format=csv"), ";" if language == "de" else ",")
    sheet = read_xlsx(download(client, f"{address}&format=xlsx"))
    records = json.loads(download(client, f"{address}&format=json"))
    assert len(plain) == len(sheet) == len(records) > 30
    assert list(records[0])[3:] == [name for slug in slugs for name in (slug, f"{slug}_source")]
    for one, other, third in zip(plain, sheet, records, strict=True):
        assert [value.removeprefix("'") for value in one.values()] == [value or "" for value in other.values()]
        assert list(third.values()) == [value or "" for value in other.values()]


def test_a_choice_that_does_not_fit_is_no_file(client: Any, make: Any) -> None:
    make.cluster("Eins", slug="eins")
    assert client.get(f"{COMPARE}?c=eins&format=csv").mimetype == "text/html"


# ---- queries --------------------------------------------------------------------------------------------------------


def test_a_comparison_takes_few_queries_however_many(app: Flask, client: Any, db: Any, facts: Dataset) -> None:
    taken = []
    slugs = ["medicalmountains", "software-cluster", "cyberforum", "biorn", "optonet", "photonics-bw"]
    for count in (2, 6):
        with count_queries(app, at_most=10) as found:
            client.get(_address(*slugs[:count]))
        taken.append(len(found))
    assert taken[0] == taken[1]
    with count_queries(app, at_most=3):
        client.get("/de/clusters/?c=optonet&c=biorn&c=technologymountains")


def test_what_only_some_have_stands_where_they_have_it(app: Flask, make: Any) -> None:
    units = ("members", "member-companies", "members")
    clusters = [make.cluster(observations=_observed((unit, "2020", 1))) for unit in units] + [
        make.cluster(observations=[])
    ]
    with in_language("de"):
        groups = comparing.compare([Portrait(one, []) for one in clusters])
    people = next(group for group in groups if group.key == "actors-networks")
    terms = [feature.term for feature in people.features]
    assert [terms.count(term) for term in ("Mitglieder", "Mitgliedsunternehmen")] == [1, 1]
    assert {terms.index("Mitglieder"), terms.index("Mitgliedsunternehmen")} == {3, 4} and terms[5] == "Wirkt in"
    with in_language("de"):
        groups = comparing.compare([Portrait(one, []) for one in (clusters[1], clusters[3])])
    people = next(group for group in groups if group.key == "actors-networks")
    assert "Mitglieder" not in [feature.term for feature in people.features]


def test_the_same_things_in_another_order_are_no_difference(app: Flask, make: Any) -> None:
    def found(*codes: str) -> Any:
        values = Observation(kind="ecosystems", position=1, source=[], as_of="", details={"values": list(codes)})
        return Portrait(make.cluster(observations=[values]), [])

    def differs(*portraits: Portrait) -> bool:
        features = [one for group in comparing.compare(portraits) for one in group.features]
        return next(one.differs for one in features if one.term == "Industrielle Ökosysteme")

    with in_language("de"):
        assert not differs(found("electronics", "health"), found("health", "electronics"))
        assert differs(found("electronics", "health"), found("health"))
