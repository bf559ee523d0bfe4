"""Tables come out complete, in the reader's language, and do nothing when a spreadsheet opens them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import repeat
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.errors import Invalid
from consult.core.i18n import _l
from consult.core.tables import FORMATS, Column, ShortTable, guarded, table_response, unguarded, write_table

COLUMNS = [Column("number", "Nummer"), Column("title", _l("Region")), Column("value")]
MOMENT = datetime(2026, 7, 1, 10, 5, tzinfo=UTC)
HOSTILE = ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1", '=HYPERLINK("http://x.example")']


def _written(fmt: str, rows: Any, language: str = "de", **more: Any) -> bytes:
    return b"".join(write_table(fmt, COLUMNS, rows, language, **more))


def _cells(data: bytes, language: str = "de") -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if language == "de" else ","))


def _sheet(data: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    found = list(book.active.iter_rows(values_only=True))
    book.close()
    return found


def test_csv_is_of_its_language(app: Any) -> None:
    rows = [["A-1", {"de": "Thüringen", "en": "Thuringia"}, 1.5], ["A-2", ["x", "y"], True], ["A-3", None, MOMENT]]
    german, english = _written("csv", rows), _written("csv", rows, "en")
    assert german.startswith(b"\xef\xbb\xbf")
    assert _cells(german) == [
        ["Nummer", "Region", "value"], ["A-1", "Thüringen", "1,5"], ["A-2", "x; y", "ja"], ["A-3", "", "2026-07-01 12:05"],
    ]  # fmt: skip
    assert _cells(english, "en")[1:3] == [["A-1", "Thuringia", "1.5"], ["A-2", "x; y", "yes"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(app: Any, text: str) -> None:
    cell = _cells(_written("csv", [["A-1", text, -2]]))[1]
    assert cell[1] == "'" + text
    assert unguarded(cell[1]) == text
    assert cell[2] == "-2"  # a number stays one
    book = openpyxl.load_workbook(io.BytesIO(_written("xlsx", [["A-1", text, -2]])))
    assert [one.data_type for one in book.active[2]] == ["s", "s", "n"]


@given(st.text())
def test_guarding_loses_nothing(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_workbook_holds_real_dates_and_numbers(app: Any) -> None:
    rows = [[date(2026, 7, 1), MOMENT, Decimal("2.50")], [10**16, "", None]]
    assert _sheet(_written("xlsx", rows)) == [
        ("Nummer", "Region", "value"), (datetime(2026, 7, 1), datetime(2026, 7, 1, 12, 5), 2.5), (str(10**16), None, None),
    ]  # fmt: skip


def test_json_keeps_values(app: Any) -> None:
    rows = [["A-1", {"de": "Ü", "en": "U"}, MOMENT], [1, None, [date(2026, 7, 1), False]]]
    wanted = [
        {"number": "A-1", "title": {"de": "Ü", "en": "U"}, "value": "2026-07-01T10:05:00Z"},
        {"number": 1, "title": None, "value": ["2026-07-01", False]},
    ]
    assert json.loads(_written("json", rows)) == wanted
    assert [json.loads(line) for line in _written("jsonl", rows).splitlines()] == wanted
    assert json.loads(_written("json", [])) == []


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_short_table_is_none(app: Any, fmt: str) -> None:
    with pytest.raises(ShortTable):
        _written(fmt, [["a", "b", "c"]], expected=2)
    with pytest.raises(ShortTable):
        _written(fmt, repeat(["a", "b", "c"]), expected=2)  # rows that never end, end
    assert _written(fmt, [["a", "b", "c"]], expected=1)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_failure_on_the_way_is_no_file(app: Any, fmt: str) -> None:
    def rows() -> Iterator[list[Any]]:
        yield ["a", "b", "c"]
        raise LookupError("the database is gone")

    with app.test_request_context("/"), pytest.raises(LookupError):
        table_response(fmt, "ideas", COLUMNS, rows())


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_response_is_a_download_with_its_length(app: Any, fmt: str) -> None:
    rows = ([number, "Wörter", None] for number in range(3000))
    with app.test_request_context("/"):
        response = table_response(fmt, "Maßnahmen", COLUMNS, rows, language="de", expected=3000)
    body = b"".join(response.iter_encoded())
    response.close()
    assert response.content_length == len(body) > 3000
    assert response.headers["Content-Disposition"].endswith(f"UTF-8''Ma%C3%9Fnahmen.{fmt}")
    assert response.content_type == FORMATS[fmt].content_type


def test_a_text_too_long_for_a_cell_is_refused_not_cut(app: Any) -> None:
    with pytest.raises(Invalid, match="2"):
        _written("xlsx", [["a", "b", "c"], ["a", "x" * 32_768, "c"]])
    assert "x" * 32_768 in _written("csv", [["a", "x" * 32_768, "c"]]).decode()
