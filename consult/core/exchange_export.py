"""Exports: every record of a kind in its one form, sorted by id and key, the same bytes whenever nothing has changed.

JSON and JSON lines carry records as they are. Tables spell nested keys with dots and positions ("name.de",
"members.0.value"); a list of plain words stands in one cell, divided by semicolons, or as JSON where a word holds one.
No export tells when it was made, by whom a text was edited, or a number of our database.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from consult.core.exchange import OBJECT, OBJECTS, PUBLIC, Exchange, Field, Record, in_order
from consult.core.tables import CSV, JSON, JSONL, XLSX, Column, write_table

_EPOCH = (1980, 1, 1, 0, 0, 0)  # members of an archive carry no time


def records(exchange: Exchange, audience: str = PUBLIC, keys: Sequence[str] | None = None) -> Iterator[Record]:
    """The records in canonical form, sorted by id."""
    for one in exchange.read(keys, audience):
        yield exchange.canonical(one)


def write(
    exchange: Exchange, fmt: str, language: str, audience: str = PUBLIC, keys: Sequence[str] | None = None
) -> Iterator[bytes]:
    """The export in pieces. Words of the records do not depend on `language`; separators of CSV do."""
    if fmt == JSON:
        return _json(records(exchange, audience, keys))
    if fmt == JSONL:
        return (_line(one) for one in records(exchange, audience, keys))
    columns = table_columns(exchange, (flat(exchange.fields, one) for one in records(exchange, audience, keys)))
    rows = (_cells(columns, flat(exchange.fields, one)) for one in records(exchange, audience, keys))
    assert fmt in (CSV, XLSX)
    return write_table(fmt, [Column(name, name) for name in columns], rows, language, sheet=exchange.name)


def _line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _json(found: Iterable[Record]) -> Iterator[bytes]:
    before = "[\n"
    for record in found:
        text = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=2)
        yield (before + "\n".join("  " + line for line in text.split("\n"))).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


# ---- tables ---------------------------------------------------------------------------------------------------------


def flat(fields: Sequence[Field], record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A canonical record as cells by the names of their columns."""
    known = {one.name: one for one in fields}
    cells: dict[str, Any] = {}
    for name, value in record.items():
        one = known.get(name)
        if isinstance(value, Mapping):
            cells |= flat(one.fields if one is not None and one.type == OBJECT else (), value, f"{prefix}{name}.")
        elif isinstance(value, list) and (one is not None and one.type == OBJECTS):
            for position, inner in enumerate(value):
                cells |= flat(one.fields, inner, f"{prefix}{name}.{position}.")
        else:
            cells[prefix + name] = _cell(value)
    return cells


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        simple = all(isinstance(one, str) and one and ";" not in one and one[:1] not in ("[", "'") for one in value)
        return "; ".join(value) if simple else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        return value
    return value


def table_columns(exchange: Exchange, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """All columns that any row has: the id first, then in the order of the fields, positions counted up."""
    names: set[str] = set()
    for row in rows:
        names |= row.keys()
    names.add("id")
    return sorted(names, key=lambda name: _place(exchange.fields, name.split(".")))


def _place(fields: Sequence[Field], parts: Sequence[str]) -> list[tuple[int, str]]:
    place: list[tuple[int, str]] = []
    inner: Sequence[Field] = fields
    for part in parts:
        if part.isdecimal():
            place.append((int(part), ""))
            continue
        position = next((number for number, one in enumerate(inner) if one.name == part), 999)
        place.append((position, part))
        inner = inner[position].fields if position < 999 else ()
    return place


def _cells(columns: Sequence[str], row: Mapping[str, Any]) -> list[Any]:
    return [row.get(name) for name in columns]


# ---- everything -----------------------------------------------------------------------------------------------------


def archive(audience: str = PUBLIC) -> bytes:
    """Every kind as JSON in one ZIP file, in the order in which they are best imported."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for exchange in in_order():
            content = b"".join(write(exchange, JSON, "en", audience))
            packed.writestr(zipfile.ZipInfo(f"{exchange.name}.json", _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
