"""Imports: looked at first, then carried out as a whole or not at all, and taken back if they were wrong.

`plan` reads a file and says of every row what it would do (added, changed, unchanged, refused and why). `carry_out` does the
same and then writes, but only if no row was refused: nothing is ever half imported. Doing it again changes nothing. What
points at something that is not here is kept and settled when its end appears (`settle`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from sqlalchemy import delete, select

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.exchange import (
    EVERYTHING,
    Exchange,
    Fault,
    Faults,
    Record,
    exchange_of,
    find,
    is_empty,
    is_id,
    missing,
    references_in,
)
from consult.core.exchange_files import BadFile, Row, rows_of
from consult.core.i18n import _
from consult.core.imports import DONE, UNDONE, ImportRun, UnresolvedReference, waiting_records
from consult.core.registry import describe, registries

audit.declare("import.done", "kind", "added", "changed", "unresolved")
audit.declare("import.undone", "kind", "rows")

ADDED, CHANGED, UNCHANGED, REFUSED = "added", "changed", "unchanged", "refused"
BATCH = 300
MOST_FAULTS = 1_000
MOST_TWINS = 2_000  # rows for which something of the same name is looked for
ROUNDS = 10  # how long a chain of records that wait for each other may be

Mapped = Mapping[str, str | None]


@dataclass(frozen=True)
class Line:
    """What an import does with one row: `fields` are those that change, `unresolved` what points nowhere yet.

    `twin` is the id of something else that has the same name as what is new: perhaps the same thing twice.
    """

    row: int
    key: str
    outcome: str
    fields: tuple[str, ...] = ()
    unresolved: tuple[tuple[str, str], ...] = ()
    twin: str = ""


@dataclass
class Plan:
    """What an import would do or did. `faults` are kept up to a number, `fault_count` counts them all."""

    exchange: Exchange
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    written: bool = False

    @property
    def refused(self) -> bool:
        return self.fault_count > 0

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.outcome for line in self.lines)
        return {outcome: found[outcome] for outcome in (ADDED, CHANGED, UNCHANGED, REFUSED)}

    @property
    def unresolved(self) -> list[tuple[int, str, str, str]]:
        """(row, id, field, reference) of all that points at something that is not here."""
        return [(line.row, line.key, *one) for line in self.lines for one in line.unresolved]

    def refuse(self, faults: Sequence[Fault], count: int) -> None:
        self.fault_count += count
        self.faults += faults[: max(0, MOST_FAULTS - len(self.faults))]


@dataclass
class _Entry:
    """A row on its way: its id here, what it says, what is there, and what it makes of it."""

    row: Row
    key: str
    faults: Faults
    before: Record | None = None
    after: Record = field(default_factory=dict)
    named: bool = True  # whether the row itself says its id


# ---- looking ---------------------------------------------------------------------------------------------------------


def plan(exchange: Exchange, name: str, content: bytes, mapping: Mapped | None = None) -> Plan:
    """What an import of this file would do. Reads only."""
    found = Plan(exchange)
    seen: dict[str, int] = {}
    ends: list[tuple[int, Record]] = []
    known = _Known()
    try:
        for _row in rows_of(exchange, name, content, mapping):
            pass  # once through without asking the database: a file that cannot be taken as a whole is refused in seconds
        for batch in _batches(rows_of(exchange, name, content, mapping)):
            for entry in _entries(exchange, batch, seen):
                if exchange.check_all is not None and not entry.faults:
                    ends.append((entry.row.number, _ends_of(exchange, entry.after)))
                found.lines.append(_line(entry, exchange, look_for_twin=len(found.lines) < MOST_TWINS))
                if entry.faults:
                    found.refuse(entry.faults.found, entry.faults.count)
    except BadFile as bad:
        found.refuse(bad.faults, len(bad.faults))
    if exchange.check_all is not None and ends:
        _refuse_lines(found, exchange.check_all(ends))
    found.lines = [_with_unresolved(line, known, seen, exchange) for line in found.lines]
    if not found.lines and not found.faults:
        found.refuse([Fault(0, "", _("There are no rows in the file."))], 1)
    return found


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _entries(exchange: Exchange, batch: Sequence[Row], seen: dict[str, int], checked: bool = False) -> list[_Entry]:
    """The rows of a batch with what is there already and what would be; `seen` are the ids of the rows before.

    What was `checked` a moment ago is not asked of the database once more.
    """
    entries = [_entry(exchange, row) for row in batch]
    if exchange.match is not None:
        known = exchange.match([entry.key for entry in entries if entry.key])
        for entry in entries:
            entry.key = known.get(entry.key, entry.key)
    there = present(exchange, [entry.key for entry in entries if entry.key])
    for entry in entries:
        if not entry.key:
            continue
        if entry.key in seen:
            entry.faults.add(*_twice(entry, seen[entry.key]))
        seen.setdefault(entry.key, entry.row.number)
        entry.before = there.get(entry.key)
        _merge(exchange, entry, checked)
    return entries


def _twice(entry: _Entry, row: int) -> tuple[str, str]:
    """Where and how it is said that a row stands in the file twice; an id that was made here means nothing to its reader."""
    if entry.named:
        return "id", _("%(id)s stands in row %(row)s already.", id=entry.key, row=row)
    return "", _("The same stands in row %(row)s already.", row=row)


def present(exchange: Exchange, keys: Sequence[str]) -> dict[str, Record]:
    """The records of these ids as they are here, in canonical form."""
    if not keys:
        return {}
    return {one["id"]: exchange.canonical(one) for one in exchange.read(sorted(set(keys)), EVERYTHING)}


def _entry(exchange: Exchange, row: Row) -> _Entry:
    faults = Faults(row.number)
    for fault in row.faults:
        faults.add(fault.field, fault.message)
    given = exchange.translate(row.given) if exchange.translate is not None else row.given
    key = given.get("id")
    if is_empty(key) and exchange.identify is not None and not row.faults:
        key = exchange.identify(given)
    if not is_id(key):
        if not row.faults:
            faults.add("id", _("An id of letters, digits and hyphens is needed, the same in every import."))
        key = ""
    named = not is_empty(given.get("id"))
    return _Entry(Row(row.number, {**given, "id": key}), str(key), faults, named=named)


def _merge(exchange: Exchange, entry: _Entry, checked: bool) -> None:
    """What the record is after this row: what the row does not name stays, what it names empty goes."""
    given = {**entry.row.given, "id": entry.key}
    values = exchange.canonical(given, entry.faults)
    kept = {name: value for name, value in (entry.before or {}).items() if name not in given}
    entry.after = {**kept, **values}
    lacking = Faults(entry.row.number)
    missing(exchange.fields, entry.after, lacking)
    told = [fault.field for fault in entry.faults.found]
    for fault in lacking.found:  # all at once; what was there, but not as it should be, is no second fault
        if not any(one == fault.field or one.startswith(f"{fault.field}.") for one in told):
            entry.faults.add(fault.field, fault.message)
    if exchange.check is not None and not checked and (exchange.checks_faulty or not entry.faults):
        exchange.check(entry.after, entry.faults)


def _line(entry: _Entry, exchange: Exchange, look_for_twin: bool) -> Line:
    if entry.faults:
        return Line(entry.row.number, entry.key, REFUSED)
    references = tuple(references_in(exchange.fields, entry.after))
    if entry.before is None:
        twin = exchange.twin(entry.after) if exchange.twin is not None and look_for_twin else ""
        return Line(entry.row.number, entry.key, ADDED, (), references, twin)
    names = entry.before.keys() | entry.after.keys()
    fields = tuple(sorted(one for one in names if entry.before.get(one) != entry.after.get(one)))
    return Line(entry.row.number, entry.key, CHANGED if fields else UNCHANGED, fields, references)


class _Known:
    """Which references lead somewhere, each looked up once."""

    def __init__(self) -> None:
        self.found: dict[str, bool] = {}

    def __getitem__(self, reference: str) -> bool:
        if reference not in self.found:
            self.found[reference] = find(reference) is not None
        return self.found[reference]


def _with_unresolved(line: Line, known: _Known, seen: Mapping[str, int], exchange: Exchange) -> Line:
    """The line with those of its references that lead nowhere, neither here nor within the file."""
    open_ends = tuple(
        (name, reference)
        for name, reference in line.unresolved
        if not (reference.startswith(f"{exchange.kind}/") and reference.partition("/")[2] in seen)
        and not known[reference]
    )
    return replace(line, unresolved=open_ends)


def _ends_of(exchange: Exchange, record: Record) -> Record:
    """What rules about all rows together need: references, codes and ids, none of the texts."""
    return {name: value for name, value in record.items() if isinstance(value, str) and len(value) < 300}


def _refuse_lines(found: Plan, faults: Sequence[Fault]) -> None:
    found.refuse(list(faults), len(faults))
    rows = {fault.row for fault in faults}
    found.lines = [
        Line(line.row, line.key, REFUSED) if line.row in rows and line.outcome != REFUSED else line
        for line in found.lines
    ]


# ---- writing ---------------------------------------------------------------------------------------------------------


def carry_out(
    actor: Actor,
    exchange: Exchange,
    name: str,
    content: bytes,
    mapping: Mapped | None = None,
    run: ImportRun | None = None,
) -> tuple[Plan, ImportRun | None]:
    """Import the file if every row of it can be taken; else nothing is written. Flushes, never commits.

    `run` is the row of an import that was looked at before; without it, it gets one of its own.
    """
    found = plan(exchange, name, content, mapping)
    if found.refused:
        return found, None
    changes: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for batch in _batches(rows_of(exchange, name, content, mapping)):
        written = []
        for entry in _entries(exchange, batch, seen, checked=True):
            if entry.faults:  # the file is the same as a moment ago, so somebody changed what is there
                raise Conflict(_("Somebody changed what is there while the file was read. Please try again."))
            if entry.before != entry.after:
                exchange.write(entry.after, entry.before)
                written.append(entry)
        db.session.flush()
        settle_now()
        changes += _changes(exchange, written)
    if exchange.finish is not None and changes:
        exchange.finish([change["id"] for change in changes])
        settle_now()
    found.written = True
    run = run or ImportRun(kind=exchange.name, filename=name[:200], mapping=dict(mapping or {}))
    run.state, run.changes, run.done_at, run.made_by = DONE, changes, now(), actor.person_id
    counts = run.counts = found.counts | {"unresolved": len(found.unresolved)}
    db.session.add(run)
    db.session.flush()
    audit.record(
        "import.done", actor, ("import", run.id), kind=exchange.name, added=counts[ADDED], changed=counts[CHANGED],
        unresolved=counts["unresolved"],
    )  # fmt: skip
    return found, run


def _changes(exchange: Exchange, written: Sequence[_Entry]) -> list[dict[str, Any]]:
    """What undoing needs to know of written rows: what was there, and what shows that nobody has changed it since.

    Of people's texts no copy is kept, so only new ones can be taken back.
    """
    there = present(exchange, [entry.key for entry in written])
    return [
        {
            "id": entry.key,
            "added": entry.before is None,
            "before": None if exchange.personal else entry.before,
            "after": _digest(there.get(entry.key)),
        }
        for entry in written
    ]


def _digest(record: Record | None) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def settle_now() -> None:
    """Let the index and whatever hangs on changes follow now, so that a long import does not heap them up."""
    for _round in range(ROUNDS):
        touched = db.session.info.pop("touched", None)
        if not touched:
            return
        for hook in registries.on_touch:
            hook(touched)
        db.session.flush()


def settle(touched: set[tuple[str, int]]) -> None:
    """Before a commit: what waited for one of these things finds its end now."""
    if db.session.execute(select(UnresolvedReference.id).limit(1)).first() is None:
        return
    arrived = {f"{kind}/{info.key}" for (kind, _id), info in describe(touched).items() if info.key}
    for start in range(0, len(arrived), 500):
        part = sorted(arrived)[start : start + 500]
        query = (
            select(UnresolvedReference).where(UnresolvedReference.reference.in_(part)).order_by(UnresolvedReference.id)
        )
        for row in db.session.execute(query).scalars().all():
            _settle_one(row)


def _settle_one(row: UnresolvedReference) -> None:
    exchange = exchange_of(row.kind)
    if exchange is None or row not in db.session:
        return
    key, waiting = row.key, row.record
    if waiting is not None:
        db.session.delete(row)
        db.session.flush()
        exchange.write(exchange.canonical(waiting), None)
        return
    for record in present(exchange, [key]).values():
        exchange.write(record, record)


def undo(actor: Actor, run: ImportRun, exchange: Exchange | None = None) -> list[str]:
    """Take an import back; what somebody changed since stays as it is and is returned by id. Flushes, never commits.

    `exchange` is that of the import where it is none of the registered ones.
    """
    exchange = exchange or registries.exchanges.get(run.kind)
    if run.state != DONE or exchange is None:
        raise Conflict(_("This import is not there to be taken back."))
    left: list[str] = []
    for start in range(0, len(run.changes), BATCH):
        part = run.changes[start : start + BATCH]
        there = present(exchange, [change["id"] for change in part])
        for change in reversed(part):
            now_there = there.get(change["id"])
            if _digest(now_there) != change["after"]:
                left.append(change["id"])
            elif change["added"] and exchange.remove is not None:
                left += [] if _remove(exchange, change["id"]) else [change["id"]]
            elif change["before"] is not None:
                exchange.write(change["before"], now_there)
            else:
                left.append(change["id"])
        db.session.flush()
        settle_now()
    if exchange.finish is not None:
        exchange.finish([change["id"] for change in run.changes])
    run.state, run.undone_at = UNDONE, now()
    audit.record("import.undone", actor, ("import", run.id), kind=run.kind, rows=len(run.changes) - len(left))
    return sorted(left)


def _remove(exchange: Exchange, key: str) -> bool:
    """Take away what was added; False where its room says that it is not to be taken away any more."""
    waits = bool(waiting_records(exchange.kind, [key]))
    if exchange.remove is not None and not waits:
        try:
            exchange.remove(key)
        except Conflict:
            return False
    db.session.execute(
        delete(UnresolvedReference).where(UnresolvedReference.kind == exchange.kind, UnresolvedReference.key == key)
    )
    return True
