"""What editing in two languages needs, whatever is edited: the state of each text, two people at once, named things.

A text stands in two languages at the most. How the two relate is kept as one code a text ("de:human": German is the
original, English was translated by a person); from it follows the state of each: original, human, machine or missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from consult.core.clock import LOCAL, end_of_day, local, start_of_day
from consult.core.db import db, sort_key
from consult.core.errors import Conflict, NotFound
from consult.core.i18n import LANGUAGES, _, _l, current_language
from consult.core.registry import SubjectInfo, registries
from consult.core.text import clean_line

ORIGINAL, HUMAN, MACHINE, MISSING = "original", "human", "machine", "missing"
ORIGINS = {
    "de:human": _l("German is the original, English was translated by a person"),
    "de:machine": _l("German is the original, English was translated by a machine"),
    "en:human": _l("English is the original, German was translated by a person"),
    "en:machine": _l("English is the original, German was translated by a machine"),
}
FIRST_ORIGIN = "de:human"
STATES = {
    ORIGINAL: _l("original"),
    HUMAN: _l("translated by a person"),
    MACHINE: _l("translated by a machine"),
    MISSING: _l("missing"),
}

Row = TypeVar("Row")


# ---- the state of each text -----------------------------------------------------------------------------------------


def state_of(text: Mapping[str, str] | None, origin: str | None, language: str) -> str:
    """The state of a text in a language; "missing" only where the other language has one."""
    words = text or {}
    if not words.get(language):
        return MISSING if any(words.values()) else ""
    source, _colon, how = (origin or FIRST_ORIGIN).partition(":")
    if source == language or not words.get(source):
        return ORIGINAL
    return MACHINE if how == "machine" else HUMAN


def to_translate(texts: Mapping[str, Mapping[str, str]], origins: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, language, state) of the texts that somebody has to translate or to check."""
    found = []
    for name, text in texts.items():
        for language in LANGUAGES:
            state = state_of(text, origins.get(name), language)
            if state in (MISSING, MACHINE):
                found.append((name, language, state))
    return found


def machine_made(text: Mapping[str, str] | None, origin: str | None) -> bool:
    """Whether what the reader sees was translated by a machine and checked by nobody."""
    return state_of(text, origin, current_language()) == MACHINE


# ---- two people at once ---------------------------------------------------------------------------------------------


def lock(model: type[Row], number: int, seen: int | None = None) -> Row:
    """The row as it is now, kept from others until the transaction ends; Conflict where its revision is not the one seen."""
    table: Any = model
    statement = select(table).where(table.id == number).with_for_update().execution_options(populate_existing=True)
    row: Any = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound()
    if seen is not None and row.revision != seen:
        raise Conflict(_("Somebody else has saved this since you opened it."))
    found: Row = row
    return found


# ---- days and times in Germany --------------------------------------------------------------------------------------

_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?(?:\s?Uhr)?")


def parse_day(text: str) -> date | None:
    """A day as browsers send it (2027-03-31) or as people write it in German (31.3.2027), between 2000 and 2200."""
    german = _GERMAN_DAY.fullmatch(text)
    try:
        found = date(int(german[3]), int(german[2]), int(german[1])) if german else date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def parse_clock(text: str) -> time | None:
    """A time of day: 9:30, 09:30, 9.30 Uhr or 9."""
    found = _CLOCK.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


def at(day: date, clock: time | None) -> datetime:
    """The moment in Germany; without a time the beginning of the day."""
    return datetime.combine(day, clock, tzinfo=LOCAL) if clock is not None else start_of_day(day)


def until(day: date, clock: time | None) -> datetime:
    """The first moment that no longer belongs to it: at this time, or at the end of the day."""
    return at(day, clock) if clock is not None else end_of_day(day)


def day_value(moment: datetime | None) -> str:
    """The day of a moment as a form shows it."""
    return local(moment).date().isoformat() if moment is not None else ""


def clock_value(moment: datetime | None) -> str:
    """The time of a moment as a form shows it; nothing at midnight."""
    return f"{local(moment):%H:%M}" if moment is not None and local(moment).time() != time(0) else ""


# ---- things that somebody names -------------------------------------------------------------------------------------

_FOLDERS = {
    "clusters": "cluster", "programmes": "programme", "projects": "project", "activities": "activity", "ideas": "idea",
    "organisations": "organisation", "topics": "topic",
}  # fmt: skip
_ADDRESS = re.compile(r"^/(?:de|en)/(\w+)/([^/]+)/?$")
_SUGGESTED = 5


@dataclass(frozen=True)
class Named:
    """What a line names: a thing, or nothing and what may have been meant."""

    line: str
    info: SubjectInfo | None = None
    similar: tuple[SubjectInfo, ...] = field(default=())

    @property
    def problem(self) -> str:
        """What is wrong with the line, in a sentence; empty where it names a thing."""
        if self.info is not None:
            return ""
        if not self.similar:
            return _("“%(line)s” is not in the directory.", line=self.line[:80])
        names = "; ".join(f"{one.title} ({reference(one)})" for one in self.similar)
        return _("“%(line)s” is not clear. Perhaps: %(names)s", line=self.line[:80], names=names)


def reference(info: SubjectInfo) -> str:
    """How a form writes a thing so that it can be read back: kind and public key."""
    return f"{info.kind}/{info.key}"


def _by_key(kind: str, key: str) -> SubjectInfo | None:
    subject = registries.subjects.get(kind)
    number = subject.find(key) if subject is not None and key.isprintable() else None
    info = subject.describe([number]).get(number) if subject is not None and number is not None else None
    return info if info is not None and info.public else None


def named(line: str, kinds: Sequence[str]) -> Named:
    """The thing of one of these kinds that a line names: by the address of its page, by kind and key, or by its name."""
    line = clean_line(line)
    found = _ADDRESS.match(unquote(urlsplit(line).path)) if line.startswith(("/", "http://", "https://")) else None
    kind, key = (_FOLDERS.get(found[1], ""), found[2]) if found else (line.partition("/")[0], line.partition("/")[2])
    if kind in kinds:
        return Named(line, _by_key(kind, key))
    hits: list[SubjectInfo] = []
    for one in kinds:
        subject = registries.subjects.get(one)
        if subject is None:
            continue
        if subject.picker is None:
            by_key = _by_key(one, line)
            hits += [by_key] if by_key is not None else []
        else:
            hits += [info for info in subject.picker(line, _SUGGESTED + 1) if info.public]
    same = [info for info in hits if sort_key(info.title) == sort_key(line)]
    clear = same if len(same) == 1 else hits
    if len(clear) == 1:
        return Named(line, clear[0])
    return Named(line, None, tuple(hits[:_SUGGESTED]))


def lines_of(text: str) -> list[str]:
    """The lines of a field that hold something, each once."""
    return list(dict.fromkeys(line for raw in text.split("\n") if (line := clean_line(raw))))


def as_lines(items: Iterable[Any]) -> str:
    """Several entries, one a line."""
    return "\n".join(str(one) for one in items)
