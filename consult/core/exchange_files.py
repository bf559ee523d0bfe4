"""Files from outside, read row by row: CSV, XLSX, JSON, JSON lines and YAML, none of them trusted.

`rows_of` yields what stands in a file as nested records with the number of their row, or raises `BadFile` with sentences
about the file as a whole. Rows are read as they are asked for; what would need memory without bounds (a packed bomb, a
document of aliases, a file of a million rows) is refused before it does.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import is_not
from typing import TYPE_CHECKING, Any

import yaml

from consult.core.exchange import Exchange, Fault, Record
from consult.core.i18n import _, format_number
from consult.core.late import late
from consult.core.tables import unguarded

if TYPE_CHECKING:
    import openpyxl
else:
    openpyxl = late("openpyxl")

MOST_ROWS = 100_000
MOST_COLUMNS = 600
MOST_BYTES = 60 * 1024 * 1024
MOST_DOCUMENT_BYTES = 25 * 1024 * 1024  # of JSON, which is parsed as a whole
MOST_YAML_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 150 * 1024 * 1024
LONGEST_CELL = 60_000
NESTING = 12

# What a spreadsheet would calculate when such a file is opened.
_FORMULA = re.compile(r"=|[+\-@][A-Za-z]+\(|@[A-Za-z]+\(")


@dataclass(frozen=True)
class Row:
    """What stands in one row, nested, and what is wrong with reading it. Lines of a table count from 1, the heading."""

    number: int
    given: Record
    faults: tuple[Fault, ...] = ()


class BadFile(Exception):
    """The file cannot be read as a table of this kind; `faults` say why, for the whole (row 0) or by line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults[:3]))
        self.faults = list(faults)


def _bad(message: str, row: int = 0, field: str = "") -> BadFile:
    return BadFile([Fault(row, field, message)])


def rows_of(
    exchange: Exchange, name: str, content: bytes, mapping: Mapping[str, str | None] | None = None
) -> Iterator[Row]:
    """The rows of a file. `mapping` says which column is which field; a column mapped to None is left out."""
    if len(content) > MOST_BYTES:
        raise _bad(_("The file is larger than %(most)s MB. Please divide it.", most=MOST_BYTES // 2**20))
    if not content.strip():
        raise _bad(_("The file is empty."))
    suffix = name.rpartition(".")[2].lower()
    if content[:4] == b"PK\x03\x04" or suffix == "xlsx":
        return _limited(_sheet_rows(exchange, content, mapping or {}))
    if content[:5] in (b"%PDF-", b"\x89PNG\r") or content[:4] in (b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff\xe0"):
        raise _bad(_("This is no table. CSV, XLSX, JSON, JSONL and YAML can be read."))
    text = _decoded(content)
    if suffix in ("yaml", "yml"):
        return _limited(_document_rows(exchange, _yaml(text), mapping or {}))
    if suffix in ("jsonl", "ndjson"):
        return _limited(_line_rows(text, mapping or {}))
    if suffix == "json" or text.lstrip()[:1] in ("[", "{"):
        return _limited(_document_rows(exchange, _json(text), mapping or {}))
    if suffix in ("csv", "tsv", "txt", ""):
        return _limited(_csv_rows(exchange, text, mapping or {}))
    raise _bad(_("This is no table. CSV, XLSX, JSON, JSONL and YAML can be read."))


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise _too_long(row.number)
        yield row


def _too_long(row: int) -> BadFile:
    most = format_number(MOST_ROWS)
    return _bad(_("There are more than %(most)s rows. Please divide the file.", most=most), row)


def _decoded(content: bytes) -> str:
    """The words of the file; UTF-8 alone is taken, with or without a mark at its beginning."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _bad(_("The file is written in UTF-16. Please save it as UTF-8."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = content.split(b"\n")
        faults = [
            Fault(number, "", _("This line is not UTF-8 (perhaps Windows-1252). Please save the file as UTF-8."))
            for number, line in enumerate(lines, 1)
            if not _is_utf8(line)
        ]
        raise BadFile(faults[:100]) from None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# ---- tables ---------------------------------------------------------------------------------------------------------


def _nested(columns: Sequence[str], cells: Sequence[Any], number: int, faults: list[Fault]) -> Record:
    """Cells below columns such as "name.de" and "members.0.value" as a nested record; empty ones say "take it away"."""
    given: Record = {}
    for column, cell in zip(columns, cells, strict=False):
        if not column:
            continue
        parts = column.split(".")
        place = given
        for part in parts[:-1]:
            inner = place.get(part)
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            faults.append(Fault(number, column, _("This is longer than %(most)s characters.", most=LONGEST_CELL)))
        elif cell is not None and cell != "":
            place[parts[-1]] = cell
        elif len(parts) == 1:
            place[parts[-1]] = None
    return {name: _pruned(value) for name, value in given.items()}


def _pruned(value: Any) -> Any:
    """The value without empty mappings in it; None if nothing is left."""
    if not isinstance(value, dict):
        return value
    kept = {key: inner for key, one in value.items() if (inner := _pruned(one)) is not None}
    return kept or None


def _columns(exchange: Exchange, heading: Sequence[Any], mapping: Mapping[str, str | None]) -> list[str]:
    """The fields that the columns hold; raises where the heading is none."""
    names = [str(cell or "").strip() for cell in heading]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise _bad(_("There are more than %(most)s columns.", most=MOST_COLUMNS), 1)
    faults = [
        Fault(1, "", _("Column %(number)s has no heading.", number=n)) for n, one in enumerate(names, 1) if not one
    ]
    faults += [
        Fault(1, one[:80], _("The mapping names a column that is not there.")) for one in mapping if one not in names
    ]
    fields = [str(mapping[name] or "") if name in mapping else name for name in names]
    for number, field in enumerate(fields):
        if field and field in fields[:number]:
            faults.append(Fault(1, field[:80], _("This column stands there twice.")))
        elif field and not _is_known(exchange, field):
            faults.append(Fault(1, field[:80], _("There is no such field. Leave the column out, or map it.")))
    if fields and not any(field and _is_known(exchange, field) for field in fields):
        known = ", ".join(one.name for one in exchange.fields[:6])
        raise _bad(
            _("The first line holds no heading with fields such as %(names)s, separated by , or ;.", names=known), 1
        )
    if faults:
        raise BadFile(faults)
    return fields


def _is_known(exchange: Exchange, column: str) -> bool:
    translated = exchange.translate({column.split(".")[0]: "x"}) if exchange.translate else {column.split(".")[0]: "x"}
    return all(exchange.field(name) is not None for name in translated)


def _delimiter(first: str) -> str:
    """What divides the cells of this line."""
    return max(",;\t|", key=lambda one: (first.count(one), one == ","))


def _csv_rows(exchange: Exchange, text: str, mapping: Mapping[str, str | None]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.split("\n", 1)[0]), strict=True)
    columns: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(exchange, cells, mapping)
                continue
            number, faults = reader.line_num, []
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                faults.append(
                    Fault(number, "", _("There are more cells than columns. Is a separator or quotation mark wrong?"))
                )
            values = [_csv_cell(cell, column, number, faults) for cell, column in zip(cells, columns, strict=False)]
            values += [""] * (len(columns) - len(values))
            yield Row(number, _nested(columns, values, number, faults), tuple(faults))
    except csv.Error as error:
        message = _("The table breaks off here: a quotation mark is open, or a cell is too long.")
        raise _bad(message, reader.line_num) from error


def _csv_cell(cell: str, column: str, number: int, faults: list[Fault]) -> str:
    text = cell.strip()
    if _FORMULA.match(text):
        faults.append(
            Fault(number, column, _("This looks like a formula. Put an apostrophe before it if it is meant as words."))
        )
        return ""
    return unguarded(cell)


# ---- workbooks ------------------------------------------------------------------------------------------------------


def _checked_archive(content: bytes) -> None:
    """Refuse what is no workbook or would swell when it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > 2000 or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise _bad(_("Unpacked, the workbook is larger than %(most)s MB.", most=MOST_UNPACKED // 2**20))
            if "[Content_Types].xml" not in archive.namelist():
                raise _bad(_("This is no workbook. CSV, XLSX, JSON, JSONL and YAML can be read."))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _checked_part(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _bad(_("The workbook is damaged or encrypted.")) from error


def _checked_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A part of a workbook declares no entities and has no merged cells."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    with archive.open(part) as stream:
        head = stream.read(4096).replace(b"\x00", b"").upper()
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise _bad(_("The workbook declares entities of its own, which no table needs."))
        tail = head
        while is_sheet and tail:
            if b"<MERGECELL " in tail:
                found = re.search(rb'<MERGECELL REF="([A-Z0-9:]{2,20})"', tail)
                where = found[1].decode() if found else ""
                raise _bad(_("The sheet has merged cells (%(where)s). Each row needs cells of its own.", where=where))
            piece = stream.read(256 * 1024).upper()
            tail = tail[-64:] + piece if piece else b""


def _sheet_rows(exchange: Exchange, content: bytes, mapping: Mapping[str, str | None]) -> Iterator[Row]:
    _checked_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl meets broken parts with whatever its parsers raise
        raise _bad(_("The workbook is damaged or encrypted.")) from error
    try:
        yield from _rows_of_sheet(exchange, book, mapping)
    finally:
        book.close()


def _rows_of_sheet(exchange: Exchange, book: Any, mapping: Mapping[str, str | None]) -> Iterator[Row]:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise _bad(_("The workbook has no sheet."))
    sheet = next((one for one in sheets if one.title == exchange.name), sheets[0])
    sheet.reset_dimensions()
    columns: list[str] | None = None
    iterator = sheet.iter_rows(max_col=MOST_COLUMNS + 1)
    number, blank = 0, None
    while True:
        try:
            cells = next(iterator, None)
        except Exception as error:  # openpyxl meets broken parts with whatever its parsers raise
            raise _bad(_("The workbook is damaged or encrypted."), number + 1) from error
        if cells is None:
            return
        number += 1
        if number > MOST_ROWS + 1:
            raise _too_long(number)
        if cells is blank or not _filled(cells):
            blank = cells  # rows that are not there at all are all the same object
            continue
        if columns is None:
            columns = _columns(exchange, [cell.value for cell in cells], mapping)
            continue
        faults: list[Fault] = []
        values = [
            _sheet_cell(cell, column, number, faults) for cell, column in zip(cells, columns, strict=False) if column
        ]
        used = [column for column in columns if column]
        values += [None] * (len(used) - len(values))
        if _filled(cells[len(columns) :]):
            faults.append(Fault(number, "", _("There is a cell beside the columns that have a heading.")))
        yield Row(number, _nested(used, values, number, faults), tuple(faults))


def _filled(cells: Sequence[Any]) -> bool:
    """Whether any of the cells holds something; those that are not there at all are all the same object."""
    if not any(map(is_not, cells, repeat(openpyxl.cell.read_only.EMPTY_CELL))):
        return False
    return any(cell.value is not None for cell in cells)


def _sheet_cell(cell: Any, column: str, number: int, faults: list[Fault]) -> Any:
    if cell.data_type == "f":
        faults.append(Fault(number, column, _("There is a formula in this cell. Please put its value there.")))
        return None
    if cell.data_type == "e":
        faults.append(Fault(number, column, _("There is an error in this cell.")))
        return None
    if isinstance(cell.value, str):
        return _unescaped(cell.value)
    return cell.value


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Workbooks write control characters, and what looks like their code, as `_x000D_`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


# ---- documents ------------------------------------------------------------------------------------------------------


def _json(text: str) -> Any:
    if len(text) > MOST_DOCUMENT_BYTES:
        most = MOST_DOCUMENT_BYTES // 2**20
        raise _bad(_("As one document the file may have %(most)s MB. Please take JSONL or CSV.", most=most))
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _bad(_("The JSON is wrong at line %(line)s.", line=error.lineno), error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise _bad(_("The document is nested too deeply, or a number in it is none.")) from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _yaml(text: str) -> Any:
    """A YAML document; aliases are refused, since a few of them can stand for more than a machine holds."""
    if len(text) > MOST_YAML_BYTES:
        raise _bad(_("As YAML the file may have %(most)s MB. Please take JSONL or CSV.", most=MOST_YAML_BYTES // 2**20))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise _bad(
                    _("The document repeats parts by reference. Please write them out."), event.start_mark.line + 1
                )
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _bad(_("The YAML is wrong at line %(line)s.", line=line), line) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _bad(_("The document cannot be read.")) from error


def _depth(value: Any, level: int = 0) -> int:
    """How deep a document is nested, counted no deeper than it may be."""
    if level > NESTING or not isinstance(value, dict | list):
        return level
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(one, level + 1) for one in inner), default=level)


def _document_rows(exchange: Exchange, document: Any, mapping: Mapping[str, str | None]) -> Iterator[Row]:
    if isinstance(document, dict):
        found = document.get(exchange.name, document.get("data"))
        document = found if isinstance(found, list) else [document] if "id" in document else None
    if not isinstance(document, list):
        raise _bad(_("A list of records is expected, or one below the name %(name)s.", name=exchange.name))
    for number, record in enumerate(document, 1):
        yield _record_row(number, record, mapping)


def _line_rows(text: str, mapping: Mapping[str, str | None]) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            yield Row(number, {}, (Fault(number, "", _("This line is no JSON.")),))
            continue
        yield _record_row(number, record, mapping)


def _record_row(number: int, record: Any, mapping: Mapping[str, str | None]) -> Row:
    if not isinstance(record, dict):
        return Row(number, {}, (Fault(number, "", _("A record with fields is expected here.")),))
    if _depth(record) > NESTING:
        return Row(number, {}, (Fault(number, "", _("The record is nested too deeply.")),))
    given: Record = {}
    for name, value in record.items():
        target = mapping.get(str(name), str(name))
        if target:
            given[target] = value
    return Row(number, _undotted(given))


def _undotted(given: Record) -> Record:
    """Keys with dots ("name.de") as in tables are taken in documents too."""
    if not any("." in name for name in given):
        return given
    plain = {name: value for name, value in given.items() if "." not in name}
    dotted = [(name, value) for name, value in given.items() if "." in name]
    return {**plain, **_nested([name for name, _value in dotted], [value for _name, value in dotted], 0, [])}


# ---- columns --------------------------------------------------------------------------------------------------------


def headings(name: str, content: bytes) -> list[str]:
    """The headings of a table, for choosing what they mean; nothing where it is no table or cannot be read."""
    seen: list[str] = []
    try:
        if content[:4] == b"PK\x03\x04":
            _checked_archive(content)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            try:
                first = next(book.worksheets[0].iter_rows(max_row=1, values_only=True), ())
            finally:
                book.close()
            seen = [str(cell or "").strip() for cell in first[:MOST_COLUMNS]]
        elif name.rpartition(".")[2].lower() in ("csv", "tsv", "txt"):
            line = _decoded(content).split("\n", 1)[0]
            seen = [cell.strip() for cell in next(csv.reader([line], delimiter=_delimiter(line)), [])[:MOST_COLUMNS]]
    except Exception:  # what is wrong with the file, the preview says
        return []
    return [one for one in seen if one]
