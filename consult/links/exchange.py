"""Relations as files: every link that everyone may see, with its dates, its source and who stands by it.

Left out is what an idea says about others; that goes with the idea. An end that is not here keeps its name, is told to who
imports, and is found as soon as it appears. A link without a name of its own is called after its ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from consult.core.circles import circles
from consult.core.clock import now
from consult.core.db import db
from consult.core.exchange import (
    DATE,
    EVERYTHING,
    FLAG,
    INT,
    LINE,
    MOMENT,
    REF,
    SOURCE,
    TEXT,
    Exchange,
    Fault,
    Faults,
    Field,
    Record,
    References,
    moment_of,
    moment_words,
)
from consult.core.i18n import _, _l
from consult.core.imports import CHUNK
from consult.core.registry import touch
from consult.links.models import STATED, STATUSES, SUGGESTED, VISIBLE, Link, LinkEnd
from consult.links.relations import IDEA_TYPES, link_type

KIND = "relation"
ENDS = (
    "cluster", "organisation", "programme", "project", "activity", "topic", "idea", "offer", "consultation", "question",
    "country", "macro-region",
)  # fmt: skip
_ATTRIBUTES = (
    Field("kind", longest=40), Field("programme", REF, refs=("programme",)), Field("frame", REF, refs=("project",)),
    Field("jointly_with", REF, refs=("cluster", "organisation")),
    Field("on_behalf_of", REF, refs=("cluster", "organisation")),
    Field("rounds", longest=80), Field("amount_max", INT), Field("amount_min", INT), Field("unit", longest=40),
    Field("service", longest=80), Field("target_group", longest=80),
)  # fmt: skip
FIELDS = (
    Field("id", LINE, True, longest=200), Field("type", LINE, True, longest=40), Field("from", REF, True, refs=ENDS),
    Field("to", REF, True, refs=ENDS), Field("source", SOURCE), Field("as_of", DATE), Field("from_date", DATE),
    Field("to_date", DATE), Field("note", TEXT), Field("inferred", FLAG, default=False),
    Field("derived", FLAG, default=False), Field("role", longest=40), *_ATTRIBUTES,
    Field("status", choices=STATUSES, default=STATED), Field("confirmed_from", MOMENT), Field("confirmed_to", MOMENT),
)  # fmt: skip

# Types along which nothing may lead back to itself.
HIERARCHICAL = ("part_of", "successor_of", "alias_of", "member_of")
TAG = "--about-topic--"  # in the names of links that follow from the topics of a record


def name_of(from_kind: str, from_key: str, code: str, to_kind: str, to_key: str, role: str = "") -> str:
    """The name of a link that has none of its own."""
    return f"{from_kind}-{from_key}--{code}{'.' + role if role else ''}--{to_kind}-{to_key}"


def _parts(name: str) -> dict[str, str] | None:
    """What `name_of` was made of; None for any other name."""
    pieces = name.split("--")
    if len(pieces) != 3:
        return None
    found: dict[str, str] = {}
    for side, piece in (("from", pieces[0]), ("to", pieces[2])):
        kind = next((one for one in ENDS if piece.startswith(one + "-")), "")
        if not kind:
            return None
        found |= {f"{side}_kind": kind, f"{side}_key": piece.removeprefix(kind + "-")}
    code, _dot, role = pieces[1].partition(".")
    return {**found, "type": code, "role": role}


# ---- out ------------------------------------------------------------------------------------------------------------


def _ids(keys: Sequence[str] | None, audience: str) -> list[tuple[int, str]]:
    """Numbers of the links with their names, in the order of the names."""
    query = select(
        Link.id, Link.key, Link.from_kind, Link.from_key, Link.type, Link.to_kind, Link.to_key, Link.role
    ).where(
        ~and_(Link.from_kind == "idea", Link.type.in_(list(IDEA_TYPES))),
        Link.status.in_(VISIBLE) if audience != EVERYTHING else Link.status != SUGGESTED,
    )
    if keys is not None:
        named: list[ColumnElement[bool]] = [Link.key.in_(list(keys))]
        for parts in filter(None, map(_parts, keys)):
            named.append(and_(Link.key.is_(None), *(getattr(Link, name) == value for name, value in parts.items())))
        query = query.where(or_(*named))
    rows = db.session.execute(query)
    return sorted(((row[0], row[1] or name_of(*row[2:])) for row in rows), key=lambda row: row[1])


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The relations by their names; for everyone only those between things that everyone may see."""
    if keys is not None and len(keys) > CHUNK:  # many names that are made of ends would be a very long question
        for start in range(0, len(keys), CHUNK):
            yield from read(keys[start : start + CHUNK], audience)
        return
    names = _ids(keys, audience)
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        rows = db.session.execute(select(Link).where(Link.id.in_([row_id for row_id, _name in part]))).scalars()
        found = {link.id: link for link in rows}
        hidden = _hidden(list(found.values())) if audience != EVERYTHING else frozenset()
        for row_id, name in part:
            link = found.get(row_id)
            if link is not None and not hidden & set(link.ends):
                yield record_of(link, name)


def _hidden(links: Sequence[Link]) -> frozenset[tuple[str, int | None]]:
    """Those ends that not everyone may see."""
    ids = {end_id for link in links for _kind, end_id in link.ends if end_id is not None}
    rows = db.session.execute(select(LinkEnd.kind, LinkEnd.id).where(LinkEnd.id.in_(ids), LinkEnd.public.is_(False)))
    return frozenset((kind, end_id) for kind, end_id in rows)


def record_of(link: Link, name: str) -> Record:
    """A link as a record."""
    record: Record = {
        **(link.attributes or {}), "id": name, "type": link.type, "from": f"{link.from_kind}/{link.from_key}",
        "to": f"{link.to_kind}/{link.to_key}", "source": link.source, "as_of": link.as_of,
        "from_date": link.from_date, "to_date": link.to_date, "note": link.note, "role": link.role,
        "inferred": link.inferred, "derived": link.derived, "status": link.status,
        "confirmed_from": moment_words(link.confirmed_from_at), "confirmed_to": moment_words(link.confirmed_to_at),
    }  # fmt: skip
    return record


# ---- in -------------------------------------------------------------------------------------------------------------


def _values(record: Record, refs: References) -> dict[str, Any]:
    source = record.get("source") or []
    values: dict[str, Any] = {
        "type": record["type"], "role": record.get("role", ""), "status": record.get("status", STATED),
        "source": [source] if isinstance(source, str) else source, "as_of": record.get("as_of", ""),
        "from_date": record.get("from_date", ""), "to_date": record.get("to_date", ""), "note": record.get("note", ""),
        "inferred": record.get("inferred", False), "derived": record.get("derived", False),
        "attributes": {one.name: record[one.name] for one in _ATTRIBUTES if one.name in record},
        "confirmed_from_at": moment_of(record.get("confirmed_from")),
        "confirmed_to_at": moment_of(record.get("confirmed_to")),
    }  # fmt: skip
    for side in ("from", "to"):
        kind, _slash, key = record[side].partition("/")
        values |= {f"{side}_kind": kind, f"{side}_key": key, f"{side}_id": refs.find(side, record[side])}
    return values


def _same_ends(record: Record) -> Link | None:
    from_kind, _slash, from_key = record["from"].partition("/")
    to_kind, _slash, to_key = record["to"].partition("/")
    statement = select(Link).where(
        Link.from_kind == from_kind, Link.from_key == from_key, Link.to_kind == to_kind, Link.to_key == to_key,
        Link.type == record["type"], Link.role == record.get("role", ""),
    )  # fmt: skip
    return db.session.execute(statement).scalar()


def _own_name(record: Record) -> str | None:
    """The name to store: none if it only says the ends once more."""
    from_kind, _slash, from_key = record["from"].partition("/")
    to_kind, _slash, to_key = record["to"].partition("/")
    made = name_of(from_kind, from_key, record["type"], to_kind, to_key, record.get("role", ""))
    return None if record["id"] == made else str(record["id"])


def write(record: Record, before: Record | None) -> None:
    """State the relation, or make it what the record says; a state that changed is a row of its own, never overwritten."""
    refs = References(KIND, record["id"])
    values, name = _values(record, refs), _own_name(record)
    link = db.session.execute(select(Link).where(Link.key == record["id"])).scalar() if name else None
    link = link or _same_ends(record)
    if link is not None and link.status != values["status"]:
        values["created_by"], values["created_at"] = link.created_by, link.created_at
        _touch(link)
        db.session.delete(link)
        db.session.flush()
        link = None
    if link is None:
        link = Link(key=name, **{"created_at": now(), **values})
        db.session.add(link)
    else:
        _touch(link)
        link.key = name
        for column, value in values.items():
            if getattr(link, column) != value:
                setattr(link, column, value)
    db.session.flush()
    refs.keep()
    _touch(link)


def _touch(link: Link) -> None:
    for kind, end_id in link.ends:
        if end_id is not None:
            touch(kind, end_id)


def remove(key: str) -> None:
    """Take a relation away."""
    for row_id, _name in _ids([key], EVERYTHING):
        link = db.session.get(Link, row_id)
        if link is not None:
            _touch(link)
            db.session.delete(link)


def check(record: Record, faults: Faults) -> None:
    """The ends fit the type, are not the same, and are not joined like this under another name."""
    kind = link_type(record["type"])
    if kind is None:
        faults.add(
            "type", _("%(code)s is no code of the list %(list)s.", code=record["type"][:60], list="relation_types")
        )
        return
    if record["from"] == record["to"]:
        faults.add("to", _("A relation leads to something else than itself."))
    ends = [record[side].partition("/")[0] for side in ("from", "to")]
    if not kind.fits(ends[0], ends[1]):
        faults.add("type", _("A relation of this type does not lead from %(from_kind)s to %(to_kind)s.", from_kind=ends[0],
                             to_kind=ends[1]))  # fmt: skip
    if record.get("from_date", "") > record.get("to_date", "9999"):
        faults.add("to_date", _("The end lies before the beginning."))
    there = _same_ends(record)
    if there is not None and there.key not in (None, _own_name(record)) and TAG not in (there.key or ""):
        faults.add("id", _("The two are joined like this already, under the id %(id)s.", id=there.key))


def check_all(rows: Sequence[tuple[int, Record]]) -> list[Fault]:
    """What only shows when all rows are looked at: the same relation twice, and circles."""
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], int] = {}
    for row, record in rows:
        place = (record["from"], record["to"], record["type"], record.get("role", ""))
        if place in seen:
            faults.append(Fault(row, "to", _("The same relation stands in row %(row)s already.", row=seen[place])))
        seen.setdefault(place, row)
    for code in HIERARCHICAL:
        own = [(row, record) for row, record in rows if record["type"] == code]
        if own:
            faults += _circles(code, own)
    return faults


def _circles(code: str, rows: Sequence[tuple[int, Record]]) -> list[Fault]:
    replaced = {record["id"] for _row, record in rows}
    query = select(Link.key, Link.from_kind, Link.from_key, Link.to_kind, Link.to_key).where(
        Link.type == code, Link.status.in_(VISIBLE)
    )
    edges = [
        (f"{from_kind}/{from_key}", f"{to_kind}/{to_key}")
        for key, from_kind, from_key, to_kind, to_key in db.session.execute(query)
        if key not in replaced
    ]
    found = circles([*edges, *((record["from"], record["to"]) for _row, record in rows)])
    return [
        Fault(row, "to", _("Along relations of this type the thing would lead back to itself."))
        for row, record in rows
        if record["from"] in found and record["to"] in found and record["from"] != record["to"]
    ]


EXCHANGE = Exchange(
    name="relations", kind=KIND, order=60, label=_l("Relations"), fields=FIELDS, read=read, write=write, remove=remove,
    check=check, check_all=check_all, permission="clusters.edit",
)  # fmt: skip
