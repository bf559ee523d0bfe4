"""What the tests of imports share: the exchanges, files made of rows, and the export of everything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from consult.core.access import SYSTEM
from consult.core.exchange_export import write
from consult.core.exchange_runs import Plan, carry_out
from consult.core.registry import registries


def table(columns: Sequence[str], *rows: Sequence[Any], delimiter: str = ",") -> bytes:
    """A CSV file."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([columns, *rows])
    return buffer.getvalue().encode()


def workbook(*rows: Sequence[Any]) -> Any:
    """A workbook of one sheet; `saved` makes a file of it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def saved(book: Any) -> bytes:
    """The file of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def document(*records: dict[str, Any]) -> bytes:
    """A JSON file."""
    return json.dumps(list(records)).encode()


def exported(kind: str, fmt: str = "json", audience: str = "public") -> bytes:
    """The export of a kind."""
    return b"".join(write(registries.exchanges[kind], fmt, "de", audience))


@pytest.fixture
def take(app: Any, db: Any) -> Callable[..., Plan]:
    """`take(kind, content, name)`: import a file as an operator and commit, or nothing where a row is refused."""

    def run(kind: str, content: bytes, name: str = "file.csv", mapping: Any = None) -> Plan:
        found, _run = carry_out(SYSTEM, registries.exchanges[kind], name, content, mapping)
        if found.refused:
            db.session.rollback()
        else:
            db.session.commit()
        return found

    return run
