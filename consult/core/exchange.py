"""What goes in and out of the house as files: the shape of each kind's records, checked the same way in every format.

A *record* is a mapping as in `consult/data/SCHEMA.md`; its `id` is stable and the same in every house. A room registers an
`Exchange`: how its records are read, which fields they have, and how one is written. `canonical` brings a record of any
origin (a cell of words, a parsed document, our own tables) into the one form that is compared, stored and exported; so an
export that is imported elsewhere comes out the same.

Unknown is an absent key. In an import a key that is absent keeps what is there; an empty cell or null takes it away.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from consult.core import imports
from consult.core.clock import LOCAL, today
from consult.core.i18n import _
from consult.core.registry import registries
from consult.core.text import clean_line, clean_text
from consult.core.vocabularies import vocabulary

Record = dict[str, Any]

LINE, TEXT, INT, FLAG, DATE, DAY, MOMENT, CLOCK = "line", "text", "int", "flag", "date", "day", "moment", "clock"
BOTH, NAME, LIST, SOURCE, OBJECT, OBJECTS, REF = "both", "name", "list", "source", "object", "objects", "ref"

PUBLIC, EVERYTHING = "public", "all"
LONGEST_LINE, LONGEST_TEXT, LONGEST_LIST = 1_000, 50_000, 500
MAX_INT = 2**63 - 1

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_GERMAN_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
_RELATIVE = re.compile(r"([+-]\d{1,4})d")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_YES, _NO = frozenset({"true", "yes", "ja", "wahr", "1"}), frozenset({"false", "no", "nein", "falsch", "0"})
VOCABULARY_KINDS = frozenset({"country", "macro-region"})


@dataclass(frozen=True)
class Field:
    """A field of a record. `codes` names the closed list of its value or values, `refs` the kinds that it may point at.

    `type` is one of the constants above; OBJECT and OBJECTS have `fields` of their own. A value that is the `default` is
    left out of the one form; an `unordered` list is sorted in it.
    """

    name: str
    type: str = LINE
    required: bool = False
    codes: str = ""
    choices: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    longest: int = 0
    default: Any = None
    unordered: bool = False


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: its number in the file (0: the file itself), the field and the sentence."""

    row: int
    field: str
    message: str


class Faults:
    """Collects what is wrong with one row; at most `most` sentences are kept, all are counted."""

    def __init__(self, row: int = 0, most: int = 50) -> None:
        self.row, self.most, self.count = row, most, 0
        self.found: list[Fault] = []

    def add(self, name: str, message: str) -> None:
        self.count += 1
        if len(self.found) < self.most:
            self.found.append(Fault(self.row, name, message))

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass(frozen=True)
class Exchange:
    """How the records of a kind go out and come in.

    `read(keys, audience)` yields records sorted by id: those of the keys, or all; `audience` is PUBLIC or EVERYTHING.
    `write(record, before)` stores a complete, checked record; it flushes, touches what changed and keeps references
    that lead nowhere (`References`). `remove(key)` takes a record away that an import had added; Conflict, before it
    changes anything, where somebody has done something with it. `translate(given)` renames further spellings of fields,
    `identify(given)` makes an id for a row that has none, `match(ids)` tells which of other houses' ids are known here
    under another one, `twin(record)` names something else that is called the same. `finish(keys)` runs once after all
    rows were written. `check` sees rows whose fields are all right; with `checks_faulty` also what could be read of the
    others, so that all is told at once.
    """

    name: str
    kind: str
    order: int
    label: Any
    fields: tuple[Field, ...]
    read: Callable[[Sequence[str] | None, str], Iterable[Record]]
    write: Callable[[Record, Record | None], None]
    permission: str
    remove: Callable[[str], None] | None = None
    check: Callable[[Record, Faults], None] | None = None
    check_all: Callable[[Sequence[tuple[int, Record]]], list[Fault]] | None = None
    translate: Callable[[Record], Record] | None = None
    identify: Callable[[Record], str] | None = None
    match: Callable[[Sequence[str]], dict[str, str]] | None = None
    twin: Callable[[Record], str] | None = None
    finish: Callable[[Sequence[str]], None] | None = None
    personal: bool = False
    checks_faulty: bool = False

    def canonical(self, given: Mapping[str, Any], faults: Faults | None = None) -> Record:
        """The record in the one form that is compared and exported."""
        return _object(self.fields, given, "", faults)

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


def exchange_of(kind: str) -> Exchange | None:
    """The exchange by which things of this kind ("cluster") go in and out."""
    return next((one for one in registries.exchanges.values() if one.kind == kind), None)


def in_order() -> list[Exchange]:
    """All exchanges, those first that others refer to."""
    return sorted(registries.exchanges.values(), key=lambda one: (one.order, one.name))


# ---- references -----------------------------------------------------------------------------------------------------


def find(reference: str | None) -> int | None:
    """The number behind "kind/key", or None while there is no such thing here."""
    kind, _slash, key = (reference or "").partition("/")
    subject = registries.subjects.get(kind)
    return subject.find(key) if subject is not None and key else None


class References:
    """The references of a record while it is written: what leads nowhere is kept for the day on which it does."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        self.unresolved: list[tuple[str, str]] = []

    def find(self, name: str, reference: str | None) -> int | None:
        """The number behind the reference; without one, it is noted as unresolved."""
        found = find(reference)
        if reference and found is None:
            self.unresolved.append((name, reference))
        return found

    def keep(self) -> None:
        imports.keep_references(self.kind, self.key, self.unresolved)


def references_in(fields: Sequence[Field], record: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """(field, reference) of all references in a canonical record."""
    found: list[tuple[str, str]] = []
    for one in fields:
        value, name = record.get(one.name), prefix + one.name
        if value is None:
            continue
        if one.refs:
            found += [(name, ref) for ref in (value if isinstance(value, list) else [value]) if isinstance(ref, str)]
        elif one.type == OBJECT and isinstance(value, Mapping):
            found += references_in(one.fields, value, name + ".")
        elif one.type == OBJECTS and isinstance(value, list):
            for position, inner in enumerate(value):
                if isinstance(inner, Mapping):
                    found += references_in(one.fields, inner, f"{name}.{position}.")
    return found


# ---- the one form ---------------------------------------------------------------------------------------------------


def _object(fields: Sequence[Field], given: Mapping[str, Any], prefix: str, faults: Faults | None) -> Record:
    known = {one.name: one for one in fields}
    record: Record = {}
    for name, value in given.items():
        if is_empty(value):
            continue
        one = known.get(str(name))
        if one is not None:
            found = _value(one, value, prefix + one.name, faults)
        elif faults is None:
            found = value
        else:
            faults.add(prefix + str(name)[:80], _("There is no such field."))
            continue
        if not is_empty(found) and (one is None or one.default is None or found != one.default):
            record[str(name)] = found
    return record


def missing(fields: Sequence[Field], record: Mapping[str, Any], faults: Faults, prefix: str = "") -> None:
    """Note what a complete record must have and this one lacks."""
    for one in fields:
        value = record.get(one.name)
        if value is None:
            if one.required:
                faults.add(prefix + one.name, _("This is missing."))
        elif one.type == OBJECT and isinstance(value, Mapping):
            missing(one.fields, value, faults, f"{prefix}{one.name}.")
        elif one.type == OBJECTS and isinstance(value, list):
            for position, inner in enumerate(value):
                if isinstance(inner, Mapping):
                    missing(one.fields, inner, faults, f"{prefix}{one.name}.{position}.")


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: null, no words, an empty list or mapping. 0 and false say something."""
    return value is None or (isinstance(value, str | list | tuple | Mapping) and len(value) == 0)


def _value(one: Field, value: Any, name: str, faults: Faults | None) -> Any:
    """The value in its one form; what does not fit is noted, or kept as it is where nobody asks (an export)."""
    found, message = _READERS[one.type](one, value, name, faults)
    if message:
        if faults is None:
            return value
        faults.add(name, message)
        return None
    return found


Read = tuple[Any, str]


def _words(value: Any) -> str | None:
    """A plain value as words, None for a document."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat() if isinstance(value, date) else None


def _control(text: str) -> str:
    """The sentence about characters that cannot be seen, or nothing."""
    if "\x00" in text:
        return _("There is a NUL character in it.")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text) or BIDI.search(text):
        return _("There are control characters in it that cannot be seen.")
    return ""


def _line(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = _words(value)
    if words is None:
        return None, _("Plain words are expected here.")
    if message := _control(words):
        return None, message
    text = clean_line(words)
    longest = one.longest or LONGEST_LINE
    if len(text) > longest:
        return None, _("This is longer than %(most)s characters.", most=longest)
    if one.choices and text not in one.choices:
        return None, _("%(code)s is none of: %(choices)s.", code=text[:60], choices=", ".join(one.choices))
    if one.codes and text and text not in vocabulary(one.codes):
        return None, _("%(code)s is no code of the list %(list)s.", code=text[:60], list=one.codes)
    return text, ""


def _text(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = _words(value)
    if words is None:
        return None, _("Plain words are expected here.")
    if message := _control(words):
        return None, message
    text = clean_text(words)
    longest = one.longest or LONGEST_TEXT
    return (text, "") if len(text) <= longest else (None, _("This is longer than %(most)s characters.", most=longest))


def _int(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = (_words(value) or "").strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,19}", words) or abs(int(words)) > MAX_INT:
        return None, _("A whole number is expected here, without points and units.")
    return int(words), ""


def _flag(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = (_words(value) or "").strip().lower()
    return (words in _YES, "") if words in _YES | _NO else (None, _("Only true or false can stand here."))


def day_of(words: str) -> str | None:
    """A date as precise as it is given, a relative one ("+21d") as the day that it means today; None for no date. A German
    day (20.11.2026) is read as such.
    """
    if match := _RELATIVE.fullmatch(words):
        return (today() + timedelta(days=int(match[1]))).isoformat()
    if match := _GERMAN_DAY.fullmatch(words):
        words = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    match = _DATE.fullmatch(words)
    if match is None:
        return None
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    return words


def _date(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = (_words(value) or "").strip()
    found = day_of(words)
    if found is None or (one.type == DAY and len(found) != 10):
        full = _("A day is written 2026-11-28 or 28.11.2026.")
        return None, full if one.type == DAY else _("A date is written 2026, 2026-11, 2026-11-28 or 28.11.2026.")
    return found, ""


def _moment(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = (_words(value) or "").strip()
    day = day_of(words)
    if day is not None and len(day) == 10:
        return day, ""
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None, _("A moment is written 2026-11-28T10:30:00+01:00.")
    aware = found if found.tzinfo else found.replace(tzinfo=LOCAL)
    return aware.astimezone(LOCAL).isoformat(), ""


def _clock(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    words = (_words(value) or "").strip()
    fits = re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d(:00)?", words)
    return (words[:5].rjust(5, "0"), "") if fits else (None, _("A time of day is written 09:30."))


def _both(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    if one.type == NAME and isinstance(value, str):
        value = {"de": value, "en": value}
    if not isinstance(value, Mapping):
        return None, _("Both languages are expected here, in %(name)s.de and %(name)s.en.", name=name)
    longest = one.longest or (LONGEST_TEXT if one.type == BOTH else LONGEST_LINE)
    fields = tuple(Field(language, TEXT, longest=longest) for language in ("de", "en"))
    return _object(fields, value, name + ".", faults), ""


def listed(value: Any) -> list[Any] | None:
    """A list, from a list, a mapping of positions (columns `name.0`, `name.1`) or a cell ("a; b", or JSON)."""
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Mapping):
        if not all(str(key).isdecimal() and len(str(key)) < 6 for key in value):
            return None
        return [value[key] for key in sorted(value, key=lambda key: int(key))]
    words = _words(value)
    if words is None:
        return None
    if words.lstrip().startswith("["):
        try:
            found = json.loads(words)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return found
    return [part.strip() for part in words.split(";")]


def _list(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    found = listed(value)
    if found is None or len(found) > LONGEST_LIST:
        return None, _("A list is expected here, at most %(most)s long.", most=LONGEST_LIST)
    item = Field(one.name, REF if one.refs else LINE, codes=one.codes, choices=one.choices, refs=one.refs)
    items = [_value(item, part, name, faults) for part in found if not is_empty(part)]
    kept: list[Any] = []
    for part in items:
        if not is_empty(part) and part not in kept:
            kept.append(part)
    return (sorted(kept, key=str) if one.unordered else kept), ""


def _source(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    """One string or a list; a list of one is the string, unless a cell would take that for several."""
    found, message = _list(one, value, name, faults)
    single = found[0] if found and len(found) == 1 else ""
    return (single if single and ";" not in single and single[0] != "[" else found), message


def _ref(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    text, message = _line(Field(one.name), value, name, faults)
    if message or not text:
        return text, message
    kind, _slash, key = text.partition("/")
    if not key and len(one.refs) == 1:
        kind, key = one.refs[0], text
    if kind not in one.refs or not _ID.fullmatch(key):
        return None, _("%(value)s is no reference to: %(kinds)s.", value=text[:60], kinds=", ".join(one.refs))
    if kind in VOCABULARY_KINDS and find(f"{kind}/{key}") is None:
        return None, _("%(code)s is no code of the list %(list)s.", code=key, list=kind)
    return f"{kind}/{key}", ""


def _inner(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    if not isinstance(value, Mapping):
        names = ", ".join(f"{name}.{inner.name}" for inner in one.fields[:4])
        return None, _("Fields of its own are expected here, such as %(names)s.", names=names)
    return _object(one.fields, value, name + ".", faults), ""


def _objects(one: Field, value: Any, name: str, faults: Faults | None) -> Read:
    found = listed(value) if isinstance(value, Mapping | list | tuple) else None
    if (
        found is None
        or len(found) > LONGEST_LIST
        or not all(isinstance(part, Mapping) or is_empty(part) for part in found)
    ):
        return None, _("A list is expected here, at most %(most)s long.", most=LONGEST_LIST)
    items = [
        _object(one.fields, part, f"{name}.{position}.", faults)
        for position, part in enumerate(found)
        if not is_empty(part)
    ]
    return [part for part in items if part], ""


_READERS: dict[str, Callable[[Field, Any, str, Faults | None], Read]] = {
    LINE: _line, TEXT: _text, INT: _int, FLAG: _flag, DATE: _date, DAY: _date, MOMENT: _moment, CLOCK: _clock,
    BOTH: _both, NAME: _both, LIST: _list, SOURCE: _source, OBJECT: _inner, OBJECTS: _objects, REF: _ref,
}  # fmt: skip


def is_id(text: Any) -> bool:
    """Whether this can be the id of a record: letters without accents, digits, hyphens."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def moment_words(value: datetime | None) -> str:
    """A stored moment as records carry it: the day where it is midnight in Berlin, else with the time."""
    if value is None:
        return ""
    here = value.astimezone(LOCAL)
    return here.date().isoformat() if (here.hour, here.minute, here.second) == (0, 0, 0) else here.isoformat()


def moment_of(words: str | None) -> datetime | None:
    """The moment that a canonical record names; a day is its midnight in Berlin."""
    if not words:
        return None
    found = datetime.fromisoformat(words)
    return (found if found.tzinfo else found.replace(tzinfo=LOCAL)).astimezone(UTC)
