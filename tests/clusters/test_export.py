"""The directory as a file: exactly what the list shows, in its order, in three formats, whatever its length."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from consult.clusters import queries
from consult.clusters.facets import recount_all
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.vocabularies import vocabulary
from tests.clusters.test_list import walk
from tests.support.page import plain_spaces
from tests.support.queries import count_queries

LIST = "/de/clusters/"


def download(client: Any, address: str) -> bytes:
    """The file, closed as the server would close it."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


def read_csv(content: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    head, *rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    "query", ["", "?region=DEG", "?q=Photonik", "?label=ecei&open=non-members", "?country=FI", "?q=%00"]
)
def test_the_files_hold_what_the_list_shows(client: Any, indexed_facts: Dataset, query: str) -> None:
    shown = walk(client, LIST + query)
    sign = "&" if query else "?"
    with client.get(f"{LIST}{query}{sign}format=csv") as answer:
        assert answer.content_type == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == "attachment; filename=cluster.csv"
        rows = read_csv(answer.data)
    assert [plain_spaces(row["Name"]) for row in rows] == shown
    sheet = read_xlsx(download(client, f"{LIST}{query}{sign}format=xlsx"))
    assert [plain_spaces(row["Name"]) for row in sheet] == shown
    records = json.loads(download(client, f"{LIST}{query}{sign}format=json"))
    assert [plain_spaces(record["name"]["de"]) for record in records] == shown
    linked = json.loads(download(client, f"{LIST}{query}{sign}format=jsonld"))
    assert linked["@context"] == "https://schema.org" and linked["numberOfItems"] == len(shown)
    items = [one["item"] for one in linked["itemListElement"]]
    assert {one["@type"] for one in items} <= {"Organization"}
    assert [one["identifier"] for one in items] == [record["id"] for record in records]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_record_is_complete_in_the_file(client: Any, facts: Dataset, language: str) -> None:
    records = {one["id"]: one for one in json.loads(download(client, f"/{language}/clusters/?format=json"))}
    focus: dict[str, set[str]] = {}
    for one in facts.records("relations"):
        if one["type"] == "focus_on" and one["from"].startswith("cluster/"):
            focus.setdefault(one["from"].split("/")[1], set()).add(one["to"].split("/")[1])
    for record in facts.records("clusters"):
        found = records.pop(record["id"])
        assert found["name"] == record["name"] and found["strengths"]["de"] == record["strengths"]["de"]
        assert set(found["sector_codes"]) == set(record["nace"]["sections"])
        assert set(found["service_codes"]) == {one["code"] for one in record.get("services", [])}
        assert set(found["label_codes"]) == {one["scheme"] for one in record.get("labels", [])}
        assert focus.get(record["id"], set()) <= set(found["country_codes"])
        with in_language(language):
            services = {vocabulary("services").title(one["code"]) for one in record.get("services", [])}
        assert set(found["service"]) == services
        if record.get("members"):
            newest = max(reversed(record["members"]), key=lambda one: one.get("as_of", ""))
            assert (found["members"], found["members_as_of"]) == (newest["value"], newest.get("as_of", ""))
            assert found["members_source"]
        else:
            assert found["members"] is None and found["members_unit"] is None  # unknown is not zero
        assert found["url"].endswith(f"/{language}/clusters/{record['id']}")
    assert not records


def test_no_cell_is_a_formula(client: Any, make: Any) -> None:
    for name in ("=HYPERLINK(1)", "+49", "-1", "@sum"):
        make.cluster(name)
    recount_all()
    cells = [cell for row in read_csv(download(client, f"{LIST}?format=csv")) for cell in row.values()]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    book = load_workbook(io.BytesIO(download(client, f"{LIST}?format=xlsx")))
    assert {cell.data_type for row in book.worksheets[0].iter_rows(min_row=2) for cell in row} <= {"s", "n"}


def test_a_long_list_comes_whole_in_parts(
    app: Flask, client: Any, db: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PART", 7)
    for number in range(23):
        make.cluster(f"Gleich {number % 3}", slug=f"eintrag-{number}")
    recount_all()
    db.session.commit()
    with count_queries(app, at_most=2 * 4):
        records = json.loads(download(client, f"{LIST}?format=json"))
    assert len(records) == 23 and len({record["id"] for record in records}) == 23
    assert [record["short_name"] for record in records] == sorted(record["short_name"] for record in records)


def test_an_empty_list_is_an_empty_file(client: Any) -> None:
    assert read_csv(download(client, f"{LIST}?format=csv")) == []
    assert json.loads(download(client, f"{LIST}?format=json")) == []
    assert read_xlsx(download(client, f"{LIST}?format=xlsx")) == []


@pytest.mark.parametrize("query", ["format=exe", "format=%00", "format=", "format=pdf&format=csv", "format=jsonl"])
def test_another_format_is_the_page(client: Any, facts: Dataset, query: str) -> None:
    assert client.get(f"{LIST}?{query}").mimetype == "text/html"


LABELS = {"CSV": "csv", "XLSX": "xlsx", "JSON": "json", "JSON-LD": "jsonld", "Feed (Atom)": "atom"}


def test_the_list_offers_the_files_of_what_is_chosen(client: Any, facts: Dataset) -> None:
    page = client.page(f"{LIST}?region=DEG&c=optonet&map=world")
    links = {str(one.get_text()): str(one["href"]) for one in page.select("main .c-outlets a")}
    assert links == {label: f"{LIST}?region=DEG&format={code}" for label, code in LABELS.items()}
    assert not client.page(f"{LIST}?q=gibtesnicht").select("main .c-outlets a")
