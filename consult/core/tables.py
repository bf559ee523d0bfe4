"""Tables taken out as files: CSV, XLSX, JSON and JSON lines, written row by row and safe to open in a spreadsheet.

`write_table` yields the bytes, `table_response` answers a request with them. Rows may come from a generator of any length;
memory stays small. A file is complete or it is none: it is written to the end, and counted where the caller knows the
number of rows, before the first byte leaves the house.

    columns = [Column("number", _l("Number")), Column("title", _l("Title")), Column("supports", _l("Support"))]
    return table_response("xlsx", _("ideas"), columns, ((one.number, one.title, one.support_count) for one in found))

A cell may hold words, lazy words, numbers, truth values, dates, aware moments, None (an empty cell), a bilingual value
({"de": ..., "en": ...}) or a list of these. In CSV, words that a spreadsheet would read as a formula get an apostrophe
before them (`guarded`); `unguarded` takes it away again, so nothing is lost when the file comes back. XLSX cells are
written as words and need none. JSON carries values as they are, moments in UTC, keys are the columns' names.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

from consult.core.clock import LOCAL, now
from consult.core.errors import Invalid
from consult.core.i18n import _, current_language, format_number, in_language, pick
from consult.core.late import late
from consult.core.limits import allow_file

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = late("xlsxwriter")

CSV, XLSX, JSON, JSONL = "csv", "xlsx", "json", "jsonl"


@dataclass(frozen=True)
class Format:
    """A kind of file. `label` is what a link to it is called."""

    code: str
    label: str
    content_type: str


FORMATS: dict[str, Format] = {
    CSV: Format(CSV, "CSV", "text/csv; charset=utf-8"),
    XLSX: Format(XLSX, "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    JSON: Format(JSON, "JSON", "application/json"),
    JSONL: Format(JSONL, "JSONL", "application/jsonl"),
}

# What a spreadsheet can hold; beyond it nothing is cut, the reader is told to take another format.
LONGEST_CELL = 32_767
MOST_SHEET_ROWS = 1_048_575  # beside the heading

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARD = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_STARTS = frozenset("'=+-@\t\r\n＝＋－＠")  # how words begin that may have to be guarded; most need no closer look
_CHUNK = 64 * 1024
_IN_MEMORY = 1024 * 1024


@dataclass(frozen=True)
class Column:
    """A column: `name` is the key in JSON and stays the same in both languages, `title` heads it for people.

    `width` is that of the spreadsheet, in characters; without it, it follows from the title.
    """

    name: str
    title: Any = ""
    width: int = 0

    @property
    def heading(self) -> str:
        return str(self.title) or self.name


class ShortTable(RuntimeError):
    """Fewer or more rows were written than there are: the file would be wrong, so there is none."""


def guarded(text: str) -> str:
    """Words that no spreadsheet takes for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The words as they were before `guarded`."""
    return text[1:] if _GUARD.match(text) else text


def write_table(
    fmt: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    language: str | None = None,
    *,
    sheet: str = "",
    expected: int | None = None,
) -> Iterator[bytes]:
    """The file in pieces; words, dates and separators are of `language` (that of the request).

    `sheet` names the sheet of a workbook. With `expected` rows it raises ShortTable at the end if there were others.
    """
    wanted = language or current_language()
    counted = _Counted(rows, expected)
    if fmt == XLSX:
        return _write_xlsx(columns, counted, wanted, sheet)
    writers = {CSV: _write_csv, JSON: _write_json, JSONL: _write_jsonl}
    return _in_pieces(writers[fmt](columns, counted, wanted))


def table_response(
    fmt: str,
    filename: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    language: str | None = None,
    sheet: str = "",
    expected: int | None = None,
) -> Response:
    """A download of the table; `filename` comes without extension. A failure is an error page, never half a file; who asks
    for very many in a minute gets TooMany.
    """
    allow_file()
    pieces = write_table(fmt, columns, rows, language, sheet=sheet, expected=expected)
    return download(pieces, f"{filename}.{fmt}", FORMATS[fmt].content_type)


def download(pieces: Iterable[bytes], filename: str, content_type: str) -> Response:
    """A download of these pieces; nothing leaves the house before the last one is there."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the response
    try:
        for piece in pieces:
            file.write(piece)
    except BaseException:  # whatever it is, the file is given back
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    response = Response(_read(file), content_type=content_type)
    response.content_length = size
    response.headers["Content-Disposition"] = attachment(filename)
    response.call_on_close(file.close)
    return response


def _read(file: Any) -> Iterator[bytes]:
    """The pieces of a file, which is closed behind the last one."""
    with file:
        while piece := file.read(_CHUNK):
            yield piece


def attachment(filename: str) -> str:
    """The header by which a browser saves under this name; letters beyond ASCII go the way of RFC 6266."""
    simple = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    options = {"filename": simple or "export"}
    if simple != filename:
        options["filename*"] = f"UTF-8''{quote(filename, safe='')}"
    return dump_options_header("attachment", options)


class _Counted:
    """Rows that are counted while they pass; a wrong number at the end raises."""

    def __init__(self, rows: Iterable[Sequence[Any]], expected: int | None) -> None:
        self.rows, self.expected, self.count = rows, expected, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.count += 1
            if self.expected is not None and self.count > self.expected:
                break  # rows that never end are wrong, too
            yield row
        if self.expected is not None and self.count != self.expected:
            raise ShortTable(f"{self.count} rows were there where {self.expected} were expected")


def _in_pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Many short texts as fewer pieces of bytes."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


# ---- CSV ------------------------------------------------------------------------------------------------------------


def _write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    yield "\ufeff"  # by which spreadsheets know that it is UTF-8
    with in_language(language):
        writer.writerow([guarded(column.heading) for column in columns])
    for row in rows:
        # the language is set for the cells alone: between two pieces the caller's own holds
        writer.writerow([
            value
            if value is None or type(value) is int or (type(value) is str and value[:1] not in _STARTS)
            else _csv_cell(value, language)
            for value in row
        ])  # fmt: skip
        if buffer.tell() >= _CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _csv_cell(value: Any, language: str) -> str:
    if value == []:
        return ""
    found = _flat(value, language)
    if isinstance(found, datetime):
        return found.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, float | Decimal):
        text = format(found, "f") if isinstance(found, Decimal) else repr(found)
        return text.replace(".", ",") if language == "de" else text
    return guarded(found) if isinstance(found, str) else str(found)


def _flat(value: Any, language: str) -> Any:
    """What fits into one cell: words, a number, a date or a moment."""
    if value is None:
        return ""
    if isinstance(value, bool):
        with in_language(language):
            return _("yes") if value else _("no")
    if isinstance(value, int | float | Decimal | date):  # a moment is a date too
        return value
    if type(value) is str:
        return value
    if isinstance(value, Mapping):
        return pick(value, language)
    if isinstance(value, list | tuple | set | frozenset):
        listed = sorted(value) if isinstance(value, set | frozenset) else value
        return "; ".join(str(_flat(one, language)) for one in listed)
    with in_language(language):  # lazy words
        return str(value)


# ---- XLSX -----------------------------------------------------------------------------------------------------------


def _write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str, sheet: str) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        _fill_workbook(file, columns, rows, language, sheet)
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


def _fill_workbook(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str, sheet: str
) -> None:
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}
    )  # fmt: skip
    book.set_properties({"created": now().replace(tzinfo=None)})
    try:
        _fill_sheet(book, columns, rows, language, sheet)
    finally:
        book.close()  # also after a failure: it holds temporary files of its own


def _fill_sheet(book: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str, sheet: str) -> None:
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31] or None)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    with in_language(language):
        headings = [column.heading for column in columns]
    for position, (column, heading) in enumerate(zip(columns, headings, strict=True)):
        page.set_column(position, position, column.width or min(max(len(heading) + 2, 12), 60))
    page.freeze_panes(1, 0)
    for position, heading in enumerate(headings):
        page.write_string(0, position, heading, bold)
    for number, row in enumerate(rows, 1):
        if number > MOST_SHEET_ROWS:
            most = format_number(MOST_SHEET_ROWS)
            raise Invalid(message=_("A sheet holds %(most)s rows at most. Please take CSV or JSON.", most=most))
        for position, value in enumerate(row):
            _write_cell(page, number, position, _flat(value, language), day, moment)


def _write_cell(page: Any, row: int, column: int, value: Any, day: Any, moment: Any) -> None:
    if isinstance(value, datetime):
        page.write_datetime(row, column, value.astimezone(LOCAL).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a date
    elif isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise Invalid(message=_("Row %(row)s has a text too long for a sheet. Please take CSV or JSON.", row=row))
        if value:
            page.write_string(row, column, value)
    elif isinstance(value, int) and abs(value) >= 10**15:
        page.write_string(row, column, str(value))  # a spreadsheet's number would lose digits
    else:
        page.write_number(row, column, value)


# ---- JSON -----------------------------------------------------------------------------------------------------------


def plain_value(value: Any, language: str | None = None) -> Any:
    """A value as JSON carries it: moments in UTC, lazy words in the language (that of the request)."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(one, language) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(one, language) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(plain_value(one, language) for one in value)
    with in_language(language or current_language()):
        return str(value)


def _objects(columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str) -> Iterator[str]:
    names = [column.name for column in columns]
    for row in rows:
        record = {name: plain_value(value, language) for name, value in zip(names, row, strict=True)}
        yield json.dumps(record, ensure_ascii=False)


def _write_json(columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str) -> Iterator[str]:
    before = "[\n"
    for text in _objects(columns, rows, language):
        yield before + text
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _write_jsonl(columns: Sequence[Column], rows: Iterable[Sequence[Any]], language: str) -> Iterator[str]:
    for text in _objects(columns, rows, language):
        yield text + "\n"
