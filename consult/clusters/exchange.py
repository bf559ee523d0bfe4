"""Portraits as files: a record of the data set from a cluster and its observations, and back.

Each observation stands below the key that `SCHEMA.md` gives its kind. What an edited portrait holds beyond (a second
statement about something of which the schema knows one) stands below `observations`, so that nothing is lost. A portrait
that comes in again keeps the observations that have not changed, with all that is known of them here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.clusters import addresses, columns, loading
from consult.clusters.models import Cluster, Observation
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.exchange import (
    DATE,
    DAY,
    EVERYTHING,
    FLAG,
    INT,
    LINE,
    LIST,
    MOMENT,
    NAME,
    OBJECT,
    OBJECTS,
    SOURCE,
    TEXT,
    Exchange,
    Faults,
    Field,
    Record,
    moment_of,
    moment_words,
)
from consult.core.i18n import _, _l
from consult.core.imports import sorted_rows
from consult.core.registry import touch
from consult.links.ends_kept import loosen

KIND = "cluster"
_ENTERED = ("management", "editors", "contact")
_COMMON = (
    Field("unit", longest=40), Field("qualifier", codes="qualifiers"), Field("as_of", DATE), Field("source", SOURCE),
    Field("derived", FLAG, default=False), Field("basis", TEXT), Field("note", TEXT), Field("until", DATE),
    Field("verified_on", DATE),
    Field("entered_as", choices=_ENTERED), Field("entered_at", MOMENT),
)  # fmt: skip


def _one(name: str, *own: Field, required: bool = False) -> Field:
    return Field(name, OBJECT, required, fields=(*own, *_COMMON))


def _many(name: str, *own: Field) -> Field:
    return Field(name, OBJECTS, fields=(*own, *_COMMON))


def _values(name: str, codes: str) -> Field:
    return _one(name, Field("values", LIST, True, codes=codes))


_WORDS = (Field("de", TEXT), Field("en", TEXT))
_SEAT = (Field("city", longest=120), Field("country", codes="countries"))
_STATES = tuple(Field(language, choices=columns.TEXT_STATES) for language in ("de", "en"))

FIELDS = (
    Field("id", LINE, True, longest=100), Field("name", NAME, True, longest=200), Field("short_name", longest=120),
    _many("stated_as", *_WORDS), Field("named_in", LIST), _one("form", Field("value", LINE, True, codes="forms")),
    _one("scope", Field("value", LINE, True, codes="scope_levels")),
    _one("legal_form", Field("value", LINE, True, codes="legal_forms")),
    _one("status", Field("value", LINE, True, codes="lifecycle")),
    _many("founded", Field("value", DATE, True), Field("of", codes="founding_kinds"), Field("founders", INT)),
    _one("seat", *_SEAT), _many("seat_observations", *_SEAT), _one("seat_note", *_WORDS),
    _one("nuts", Field("nuts1", codes="nuts2024_de"), Field("nuts2", codes="nuts2024_de")),
    _values("regions_covered", "nuts2024_de"),
    _one("nace", Field("main", codes="nace_rev2_1"), Field("sections", LIST, codes="nace_rev2_1"),
         Field("divisions", LIST, codes="nace_rev2_1")),
    _values("ecosystems", "ecosystems"), _one("portfolio", Field("value", LINE, True, codes="portfolios")),
    _values("key_technologies", "key_technologies"), _one("topics", Field("values", LIST, True)),
    _one("strengths", *_WORDS), _one("website", Field("domain", LINE, True, longest=200)),
    _many("services", Field("code", LINE, True, codes="services")),
    _many("openness", Field("aspect", LINE, True, codes="openness_aspects"), Field("value", FLAG)),
    _many("members", Field("value", INT, True)),
    _many("figures", Field("kind", LINE, True, codes="figure_kinds"), Field("value", INT, True)),
    _many("labels", Field("scheme", LINE, True, codes="label_schemes"), Field("level"), Field("awarded", DATE),
          Field("valid_until", DATE), Field("evidence")),
    _many("aliases", Field("kind", codes="alias_kinds"), Field("name", LINE, True), Field("from", DATE)),
    _many("not_to_be_confused_with", Field("name", LINE, True)),
    _many("observations", Field("kind", LINE, True, longest=40), Field("code", longest=80), Field("value", TEXT),
          Field("number", INT), *_WORDS, Field("details", TEXT)),
    Field("listed", FLAG, default=True), Field("listed_on", DAY),
    Field("interruptions", OBJECTS, fields=(Field("from", DATE), Field("until", DATE), Field("why"))),
    Field("text_states", OBJECT, fields=tuple(Field(one, OBJECT, fields=_STATES) for one in columns.TEXTS)),
)  # fmt: skip

_SHAPES = {**loading.SINGLE, **loading.SEVERAL}
_NAMES = {one.name: {inner.name for inner in one.fields} for one in FIELDS}
_GENERIC = ("", "code", "value")


# ---- out ------------------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The portraits by their ids; those that were taken out or merged only for who may see everything."""
    where = [] if audience == EVERYTHING else [Cluster.listed]
    for cluster in sorted_rows(Cluster, Cluster.slug, keys, where, [selectinload(Cluster.observations)]):
        yield record_of(cluster)


def record_of(cluster: Cluster) -> Record:
    """A cluster, with its observations loaded, as a record."""
    record: Record = {
        "id": cluster.slug, "name": cluster.name, "short_name": cluster.short_name, "named_in": cluster.named_in,
        "listed_on": cluster.listed_on.isoformat() if cluster.listed_on else None,
        "interruptions": cluster.interruptions, "text_states": cluster.text_states,
    }  # fmt: skip
    if not cluster.listed:
        record["listed"] = False
    left = list(cluster.observations)
    for key, shape in loading.SINGLE.items():
        chosen = _chosen(cluster, left, key, shape[0])
        if chosen is not None and _fits(chosen, key, shape):
            record[key] = _mapping(chosen, shape)
            left.remove(chosen)
    for key, shape in loading.SEVERAL.items():
        own = [one for one in left if one.kind == shape[0] and _fits(one, key, shape)]
        record[key] = [_mapping(one, shape) for one in own]
        left = [one for one in left if one not in own]
    record["observations"] = [{"kind": one.kind, **_mapping(one, _GENERIC, packed=True)} for one in left]
    return record


def _chosen(cluster: Cluster, left: Sequence[Observation], key: str, kind: str) -> Observation | None:
    if key == "seat" and not cluster.seat:
        return None  # sources contradict each other: all of them stand below `seat_observations`
    return columns.present(left, kind)


def _fits(one: Observation, key: str, shape: tuple[str, str, str]) -> bool:
    """Whether the key's mapping can carry all that the observation holds."""
    _kind, code_key, value_key = shape
    return (
        (not one.code or bool(code_key))
        and (not one.value or bool(value_key))
        and one.details.keys() <= _NAMES[key]
        and not ("until" in one.details and one.until)
    )


def _mapping(one: Observation, shape: tuple[str, str, str], packed: bool = False) -> Record:
    _kind, code_key, value_key = shape
    found: Record = {**(one.text or {}), **({} if packed else one.details)}
    if packed and one.details:
        found["details"] = json.dumps(one.details, ensure_ascii=False, sort_keys=True)
    if code_key and one.code:
        found[code_key] = one.code
    if value_key and one.value:
        found[value_key] = one.value
    if one.number is not None:
        found["number" if packed else "value"] = one.number
    for name in ("unit", "qualifier", "as_of", "source", "basis", "note", "entered_as"):
        if value := getattr(one, name):
            found[name] = value
    if one.derived:
        found["derived"] = True
    if one.until:
        found["until"] = one.until
    if one.verified_on:
        found["verified_on"] = one.verified_on.isoformat()
    if one.entered_at:
        found["entered_at"] = moment_words(one.entered_at)
    return found


# ---- in -------------------------------------------------------------------------------------------------------------


def write(record: Record, before: Record | None) -> None:
    """Make the portrait what the record says."""
    statement = select(Cluster).where(Cluster.slug == record["id"]).options(selectinload(Cluster.observations))
    cluster = db.session.execute(statement).scalar()
    name = {language: record["name"].get(language, "") for language in ("de", "en")}
    if cluster is None:
        cluster = Cluster(slug=record["id"], created_at=now(), updated_at=now(), name=name, sort_key="", revision=0)
        cluster.observations = []
        db.session.add(cluster)
    cluster.name = {language: words for language, words in name.items() if words}
    cluster.short_name = record.get("short_name") or next(iter(cluster.name.values()))[:120]
    cluster.named_in = record.get("named_in", [])
    cluster.listed = record.get("listed", True)
    listed_on = record.get("listed_on")
    cluster.listed_on = date.fromisoformat(listed_on) if listed_on else None
    cluster.interruptions = [{"from": "", "until": "", "why": "", **one} for one in record.get("interruptions", [])]
    cluster.text_states = record.get("text_states", {})
    cluster.observations = _kept(cluster.observations, list(_observations(record)))
    cluster.revision = (cluster.revision or 0) + 1
    db.session.flush()
    columns.refresh(cluster, cluster.observations)
    if "seat" not in record:
        cluster.seat = ""
    addresses.refresh(cluster, cluster.observations)
    touch(KIND, cluster.id)


def _observations(record: Record) -> Iterator[Observation]:
    """All observations of a record: those without a key of their own first, so that the named ones count."""
    position = 0
    for row in record.get("observations", []):
        position += 1
        yield _generic(row, position)
    for key, shape in (*loading.SEVERAL.items(), *loading.SINGLE.items()):
        rows = record.get(key, [])
        for row in rows if isinstance(rows, list) else [rows]:
            position += 1
            yield _observation(row, shape, position)


_TRAIL = ("verified_on", "entered_as", "entered_at")


def _observation(row: Record, shape: tuple[str, str, str], position: int) -> Observation:
    plain = {name: value for name, value in row.items() if name not in _TRAIL}
    until = "" if shape[0] == "alias" else plain.pop("until", "")
    if ("de" in plain) != ("en" in plain):
        plain = {"de": "", "en": "", **plain}
    return _dated(loading.observation(plain, *shape, position), row, until)


def _generic(row: Record, position: int) -> Observation:
    found = Observation(
        position=position, kind=row["kind"], code=row.get("code", ""), value=row.get("value", ""),
        number=row.get("number"), text={one: row[one] for one in ("de", "en") if one in row} or None,
        unit=row.get("unit", ""), qualifier=row.get("qualifier", ""), as_of=row.get("as_of", ""),
        source=_list(row.get("source")), derived=bool(row.get("derived")), basis=row.get("basis", ""),
        note=row.get("note", ""), details=json.loads(row.get("details") or "{}"),
    )  # fmt: skip
    return _dated(found, row, row.get("until", ""))


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _dated(found: Observation, row: Record, until: str) -> Observation:
    found.until = until
    found.verified_on = date.fromisoformat(row["verified_on"]) if row.get("verified_on") else None
    found.entered_as, found.entered_at = row.get("entered_as", ""), moment_of(row.get("entered_at"))
    return found


_CONTENT = (
    "kind", "code", "value", "number", "text", "unit", "qualifier", "as_of", "source", "derived", "basis", "note", "details",
    "until", "verified_on", "entered_as", "entered_at",
)  # fmt: skip


def _content(one: Observation) -> str:
    """All that an observation says, for comparing; texts that are not there and empty ones are the same."""
    values = {name: getattr(one, name) or None for name in _CONTENT}
    values["text"] = {language: words for language, words in (one.text or {}).items() if words}
    return json.dumps(values, sort_keys=True, default=str)


def _kept(there: Sequence[Observation], wanted: Sequence[Observation]) -> list[Observation]:
    """The wanted observations, each as the row that says the same already where there is one."""
    known: dict[str, list[Observation]] = {}
    for one in there:
        known.setdefault(_content(one), []).append(one)
    found = []
    for position, one in enumerate(wanted, 1):
        same = known.get(_content(one))
        row = same.pop(0) if same else one
        row.position = position
        found.append(row)
    return found


def remove(key: str) -> None:
    """Take a portrait away."""
    cluster = db.session.execute(select(Cluster).where(Cluster.slug == key)).scalar()
    if cluster is not None:
        touch(KIND, cluster.id)
        loosen(KIND, cluster.id)
        addresses.drop(cluster.id)
        db.session.delete(cluster)


def check(record: Record, faults: Faults) -> None:
    """What the fields alone do not tell."""
    if record["id"] in addresses.RESERVED:
        faults.add("id", _("This address means something else already."))
    for key in ("members", "figures"):
        for position, one in enumerate(record.get(key, [])):
            if one["value"] == 0:
                faults.add(f"{key}.{position}.value", _("Unknown is left out and never 0."))
    for position, one in enumerate(record.get("observations", [])):
        if "details" in one and not _is_mapping(one["details"]):
            faults.add(f"observations.{position}.details", _("A mapping in JSON is expected here."))


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def twin(record: Record) -> str:
    """The id of another portrait of the same name."""
    key = sort_key(record["name"].get("de") or record["name"].get("en", ""))
    query = select(Cluster.slug).where(Cluster.sort_key == key, Cluster.slug != record["id"]).limit(1)
    return db.session.execute(query).scalar() or ""


EXCHANGE = Exchange(
    name="clusters", kind=KIND, order=30, label=_l("Clusters"), fields=FIELDS, read=read, write=write, remove=remove,
    check=check, twin=twin, permission="clusters.edit",
)  # fmt: skip
