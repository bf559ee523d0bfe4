"""Programmes as files, with their calls. Who carries and who runs one may be named before it is here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.exchange import (
    BOTH,
    DATE,
    FLAG,
    INT,
    LINE,
    LIST,
    MOMENT,
    NAME,
    OBJECT,
    OBJECTS,
    REF,
    SOURCE,
    TEXT,
    Exchange,
    Field,
    Record,
    References,
    moment_of,
    moment_words,
)
from consult.core.i18n import _l
from consult.core.imports import sorted_rows, waiting_for
from consult.core.registry import describe, touch
from consult.links.ends_kept import loosen
from consult.programmes.models import Call, Programme

KIND = "programme"
_CITED = (Field("as_of", DATE), Field("source", SOURCE), Field("qualifier", codes="qualifiers"), Field("note", TEXT))
_CALL = (
    Field("id", LINE, True, longest=120), Field("title", NAME, True), Field("summary", BOTH), Field("opens", MOMENT),
    Field("closes", MOMENT), Field("rolling", FLAG, default=False), Field("website", longest=300), Field("source", SOURCE),
    Field("as_of", DATE), Field("example", FLAG, default=False),
)  # fmt: skip
FIELDS = (
    Field("id", LINE, True, longest=100), Field("title", NAME, True, longest=300),
    Field("kind", LINE, True, codes="programme_kinds"), Field("level", LINE, True, codes="programme_levels"),
    Field("summary", BOTH, True), Field("topics", LIST), Field("source", SOURCE), Field("as_of", DATE),
    Field("owner", REF, refs=("organisation",)), Field("implementer", REF, refs=("organisation",)),
    Field("region", codes="nuts2024_de"),
    Field("phases", OBJECTS, fields=(Field("code", LINE, True), Field("de", TEXT), Field("en", TEXT), *_CITED)),
    Field("amount_max", OBJECT, fields=(Field("value", INT, True), Field("unit", longest=8), Field("per", longest=40),
                                        Field("source", SOURCE))),
    Field("period", OBJECTS, fields=(Field("event"), Field("from", DATE), Field("until", DATE), *_CITED)),
    Field("results", OBJECTS, fields=(Field("kind", LINE, True), Field("value", INT, True), Field("unit"), *_CITED)),
    Field("aliases", OBJECTS, fields=(Field("name", LINE, True), Field("kind"), *_CITED)),
    Field("conflict", BOTH), Field("earlier_calls", OBJECTS, fields=(Field("name"), *_CITED)),
    Field("first_winners", OBJECT, fields=(Field("value", DATE, True), *_CITED)),
    Field("calls", OBJECTS, fields=_CALL), Field("example", FLAG, default=False),
)  # fmt: skip


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The programmes by their ids."""
    kept = waiting_for(KIND, keys)
    calls: dict[int, list[Call]] = {}
    for call in db.session.execute(select(Call).order_by(Call.id)).scalars():
        calls.setdefault(call.programme_id, []).append(call)
    names = _organisations()
    for one in sorted_rows(Programme, Programme.slug, keys):
        yield _record(one, sorted(calls.get(one.id, []), key=lambda call: call.slug), names, kept.get(one.slug, {}))


def _organisations() -> dict[int, str]:
    """References to the organisations that programmes name."""
    rows = db.session.execute(select(Programme.owner_id, Programme.implementer_id).distinct())
    ids = {("organisation", one) for row in rows for one in row if one is not None}
    return {number: f"{kind}/{info.key}" for (kind, number), info in describe(ids).items()}


def _record(one: Programme, calls: Sequence[Call], names: dict[int, str], kept: dict[str, list[str]]) -> Record:
    record: Record = {
        "id": one.slug, "title": one.title, "kind": one.kind, "level": one.level, "region": one.region,
        "summary": one.summary, "topics": one.topics, "phases": one.phases, "period": one.periods,
        "results": one.results, "aliases": one.aliases, "earlier_calls": one.earlier_calls,
        "first_winners": one.first_winners, "conflict": one.conflict, "as_of": one.as_of, "source": one.source,
        "owner": names.get(one.owner_id or 0) or next(iter(kept.get("owner", [])), None),
        "implementer": names.get(one.implementer_id or 0) or next(iter(kept.get("implementer", [])), None),
        "calls": [_call_record(call) for call in calls],
    }  # fmt: skip
    if one.amount_max is not None:
        record["amount_max"] = {
            "value": one.amount_max, "unit": one.amount_unit, "per": one.amount_per, "source": one.amount_source,
        }  # fmt: skip
    if one.is_example:
        record["example"] = True
    return record


def _call_record(call: Call) -> Record:
    record: Record = {
        "id": call.slug, "title": call.title, "summary": call.summary, "opens": moment_words(call.opens_at),
        "closes": moment_words(call.closes_at), "website": call.website, "source": call.source, "as_of": call.as_of,
    }  # fmt: skip
    if call.rolling:
        record["rolling"] = True
    if call.is_example:
        record["example"] = True
    return record


def _sources(record: Record) -> list[str]:
    found = record.get("source") or []
    return [found] if isinstance(found, str) else list(found)


def write(record: Record, before: Record | None) -> None:
    """Make the programme what the record says."""
    refs, moment = References(KIND, record["id"]), now()
    owner_id = refs.find("owner", record.get("owner"))
    implementer_id = refs.find("implementer", record.get("implementer"))
    one = db.session.execute(select(Programme).where(Programme.slug == record["id"])).scalar()
    if one is None:
        one = Programme(slug=record["id"], created_at=moment)
        db.session.add(one)
    amount, title = record.get("amount_max", {}), record["title"]
    one.title, one.sort_key = title, sort_key(title.get("de") or title.get("en", ""))
    one.kind, one.level, one.region = record["kind"], record["level"], record.get("region", "")
    one.summary, one.topics, one.conflict = record["summary"], record.get("topics", []), record.get("conflict", {})
    one.owner_id, one.implementer_id = owner_id, implementer_id
    one.amount_max, one.amount_unit, one.amount_per = amount.get("value"), amount.get("unit", ""), amount.get("per", "")
    one.amount_source, one.phases, one.periods = _sources(amount), record.get("phases", []), record.get("period", [])
    one.results, one.aliases = record.get("results", []), record.get("aliases", [])
    one.earlier_calls, one.first_winners = record.get("earlier_calls", []), record.get("first_winners", {})
    one.as_of, one.source = record.get("as_of", ""), _sources(record)
    one.is_example, one.updated_at = record.get("example", False), moment
    if before is not None and before != record:
        one.revision += 1
    db.session.flush()
    _write_calls(one, record.get("calls", []))
    refs.keep()
    touch(KIND, one.id)


def _write_calls(programme: Programme, records: Sequence[Record]) -> None:
    """The calls as the record lists them; reminders of those that stay are kept."""
    there = {
        call.slug: call for call in db.session.execute(select(Call).where(Call.programme_id == programme.id)).scalars()
    }
    for slug, call in there.items():
        if slug not in {record["id"] for record in records}:
            db.session.delete(call)
    for record in records:
        row = there.get(record["id"])
        if row is None:
            row = Call(programme_id=programme.id, slug=record["id"])
            db.session.add(row)
        row.title, row.summary, row.website = record["title"], record.get("summary", {}), record.get("website", "")
        row.opens_at, row.closes_at = moment_of(record.get("opens")), moment_of(record.get("closes"))
        row.rolling, row.is_example = record.get("rolling", False), record.get("example", False)
        row.source, row.as_of, row.updated_at = _sources(record), record.get("as_of", ""), now()
    db.session.flush()


def remove(key: str) -> None:
    """Take a programme away."""
    one = db.session.execute(select(Programme).where(Programme.slug == key)).scalar()
    if one is not None:
        touch(KIND, one.id)
        loosen(KIND, one.id)
        db.session.delete(one)


EXCHANGE = Exchange(
    name="programmes", kind=KIND, order=40, label=_l("Programmes"), fields=FIELDS, read=read, write=write, remove=remove,
    permission="programmes.edit",
)  # fmt: skip
