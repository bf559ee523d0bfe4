"""Every shipped portrait on screen, in both languages: nothing that was observed is lost on its way.

The tests read the records themselves and look for each value, its date and its source on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from consult.core.dataset import Dataset
from consult.core.i18n import format_number, in_language
from consult.core.vocabularies import vocabulary
from consult.links.sources import readable_date, readable_source, sources
from tests.support.page import Page, plain_spaces

Record = dict[str, Any]


def _figure(record: Record) -> str:
    words = format_number(record["value"])
    qualifier = record.get("qualifier")
    return f"{vocabulary('qualifiers').title(qualifier)} {words}" if qualifier else words


def _listed(name: str, codes: Any) -> Iterator[str]:
    for code in codes or []:
        yield vocabulary(name).title(code)


def _cited(record: Record) -> Iterator[str]:
    yield from (readable_source(one) for one in sources(record))
    if "as_of" in record:
        yield readable_date(record["as_of"])


def _basics(record: Record, language: str) -> Iterator[str]:
    yield record["name"][language]
    yield record["strengths"][language]
    for key, listed in (
        ("form", "forms"), ("scope", "scope_levels"), ("legal_form", "legal_forms"), ("status", "lifecycle"),
        ("portfolio", "portfolios"),
    ):  # fmt: skip
        if key in record:
            yield vocabulary(listed).title(record[key]["value"])
    if "seat" in record:
        yield record["seat"]["city"]
    if "seat_note" in record:
        yield record["seat_note"][language]
    if "website" in record:
        yield record["website"]["domain"]
    yield vocabulary("nuts2024_de").title(record["nuts"]["nuts1"])
    nace = record["nace"]
    yield from _listed("nace_rev2_1", [*nace["sections"], *nace.get("divisions", [])])
    for key, listed in (
        ("ecosystems", "ecosystems"), ("key_technologies", "key_technologies"), ("regions_covered", "nuts2024_de"),
    ):  # fmt: skip
        yield from _listed(listed, record.get(key, {}).get("values"))


def _observations(record: Record, language: str) -> Iterator[str]:
    for one in record["stated_as"]:
        yield one[language]
    for one in record.get("founded", []):
        yield readable_date(one["value"])
        if "founders" in one:
            yield format_number(one["founders"])
    for one in record.get("seat_observations", []):
        yield one.get("city", readable_date(one["as_of"]))
    for one in record.get("members", []):
        yield vocabulary("member_units").title(one["unit"])
        yield _figure(one)
    for one in record.get("figures", []):
        yield vocabulary("figure_kinds").title(one["kind"])
        yield _figure(one)
    for one in record.get("labels", []):
        yield vocabulary("label_schemes").title(one["scheme"])
        yield readable_date(one.get("awarded"))
    for one in record.get("services", []):
        yield vocabulary("services").title(one["code"])
    for one in record.get("openness", []):
        yield vocabulary("openness_aspects").title(one["aspect"])
    for one in (*record.get("aliases", []), *record.get("not_to_be_confused_with", [])):
        yield one["name"]


def _citations(record: Record) -> Iterator[str]:
    """Source and date of every mapping of the record that has them."""
    for value in record.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _cited(one)


def _relations(facts: Dataset, slug: str, language: str) -> Iterator[tuple[Record, str]]:
    for relation in facts.records("relations"):
        if f"cluster/{slug}" in (relation["from"], relation["to"]):
            outgoing = relation["from"] == f"cluster/{slug}"
            term = vocabulary("relation_types").get(relation["type"])
            assert term is not None
            yield relation, term.title() if outgoing else term.text("inverse")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_value_of_every_record_is_on_screen(client: Any, facts: Dataset, language: str) -> None:
    missing = []
    for record in facts.records("clusters"):
        page: Page = client.page(f"/{language}/clusters/{record['id']}")
        with in_language(language):
            wanted = [*_basics(record, language), *_observations(record, language), *_citations(record)]
            for relation, label in _relations(facts, record["id"], language):
                wanted += [*_cited(relation)]
                if relation["type"] not in ("focus_on", "twinned_with"):
                    wanted.append(label)
        missing += [f"{record['id']}: {one}" for one in wanted if plain_spaces(one) not in page.text]
        assert page.h1 == plain_spaces(record["name"][language])
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "noch nicht von der Organisation bestätigt"),
        ("en", "not yet confirmed by the organisation"),
    ],
)
def test_every_portrait_says_that_it_is_not_confirmed(client: Any, facts: Dataset, language: str, words: str) -> None:
    for record in facts.records("clusters")[:4]:
        assert words in client.page(f"/{language}/clusters/{record['id']}").text


def _values(page: Page, term: str) -> list[str]:
    for row in page.select(".c-obs > div"):
        if plain_spaces(row.dt.get_text()) == term:  # type: ignore[union-attr]
            return [plain_spaces(value.get_text(" ")) for value in row.select("dd")]
    raise AssertionError(f"no row {term}")


def test_conflicting_observations_stand_below_each_other(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/initiative-erfurter-kreuz")
    members = _values(page, "Mitgliedsunternehmen")
    assert [one.split(" ")[0] for one in members] == ["114", "111", "106", "82", "11", "135", "80"]
    assert members[0] == "114 Oktober 2020; thueringer-allgemeine.de, Initiative Erfurter Kreuz (2020-10)"
    assert members[-1] == "80 ohne Datum; swing-ev.de, Initiative Erfurter Kreuz e. V."


def test_units_are_never_mixed(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/microtec-suedwest")
    assert _values(page, "Mitglieder")[0].startswith("mehr als 110")
    assert _values(page, "Akteure")[0].startswith("mehr als 350")
    assert not page.select("figure.c-chart--mid")


def test_gaps_are_gaps_and_never_zero(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/biorn")
    assert _values(page, "Mitglieder") == ["keine Angabe"]
    assert _values(page, "Offen für andere Fachgebiete") == ["keine Angabe"]
    page = client.page("/de/clusters/polymermat")
    assert _values(page, "Sitz")[0].startswith("Ort nicht genannt 2018;")
    assert [one.split(" ")[0] for one in _values(page, "Sitz")[1:]] == ["Ilmenau", "Jena"]


def test_a_curve_says_its_finding_and_has_a_table(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/initiative-erfurter-kreuz")
    (title,) = page.select("figure.c-chart--mid svg > title")
    assert plain_spaces(title.get_text()) == (
        "Mitgliedsunternehmen: 11 (2004), 82 (13. Mai 2015), 106 (2019), 111 (28. November 2019), 114 (Oktober 2020)."
    )
    rows = [[cell.get_text() for cell in row.select("td")] for row in page.select("figure.c-chart--mid tbody tr")]
    assert rows[0] == ["2004", "11"] and len(rows) == 5
    assert "Ohne Datum und darum nicht im Bild: 135, 80." in page.text


def test_focus_countries_lead_to_who_else_works_there(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/medicalmountains")
    assert "/de/clusters/?country=FI" in page.links("main a")
    assert _values(page, "Zielländer")[0].startswith("Vereinigte Staaten (Forschungs- und Technologiepartnerschaft)")


def test_remarks_are_for_editors(client: Any, new_client: Any, sign_in: Any, cast: Any, facts: Dataset) -> None:
    remark = "firms, universities and research bodies in the network"
    assert remark not in client.page("/de/clusters/microtec-suedwest").text
    page = sign_in(new_client(), cast.editor).page("/de/clusters/microtec-suedwest")
    assert remark in page.text
    assert page.select(".c-src [lang=en]")


def test_a_name_in_the_other_language_says_so(client: Any, db: Any, make: Any) -> None:
    make.cluster("Nur deutsch", slug="nur-deutsch").name = {"de": "Nur deutsch"}
    assert client.page("/en/clusters/nur-deutsch").one("h1")["lang"] == "de"
    assert client.page("/de/clusters/nur-deutsch").one("h1").get("lang") is None


def test_an_empty_portrait_is_a_page(client: Any, make: Any) -> None:
    make.cluster("Nichts bekannt", slug="nichts")
    page = client.page("/de/clusters/nichts")
    assert page.h1 == "Nichts bekannt"
    assert len(page.select("section.c-aspect")) == 5


@pytest.mark.parametrize("slug", ["nobody", "A", "%00", "%F0%9F%A6%84", "a" * 3000, "..%2fetc", "'; drop"])
def test_an_unknown_portrait_is_not_found(client: Any, slug: str) -> None:
    assert client.get(f"/de/clusters/{slug}").status_code == 404


def test_the_page_links_the_report_form(client: Any, facts: Dataset) -> None:
    links = client.page("/de/clusters/optonet").links("main a")
    assert any(link.startswith("/de/report?url=") and "optonet" in link for link in links)
