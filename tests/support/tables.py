"""A list of the product as the files in which it leaves the house."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from openpyxl import load_workbook


def file_rows(client: Any, address: str) -> list[dict[str, Any]]:
    """The rows of the JSON at this address of a list; CSV and XLSX have as many, with the same last cells."""
    further = f"{address}{'&' if '?' in address else '?'}format="

    def fetched(fmt: str) -> bytes:
        with client.get(further + fmt) as answer:
            assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
            return bytes(answer.data)

    rows: list[dict[str, Any]] = json.loads(fetched("json"))
    last = [list(row.values())[-1] for row in rows]
    table = list(csv.reader(io.StringIO(fetched("csv").decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[-1] for row in table[1:]] == last
    sheet = load_workbook(io.BytesIO(fetched("xlsx")), read_only=True).worksheets[0]
    assert [row[-1] for row in list(sheet.iter_rows(values_only=True))[1:]] == last
    return rows
