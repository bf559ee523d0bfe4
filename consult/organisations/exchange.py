"""Organisations as files, with the keys of `SCHEMA.md` and what a company says of itself (sector, size).

Who belongs to an organisation is no part of it: people have accounts in one house only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from consult.core.access import SYSTEM
from consult.core.db import db, sort_key
from consult.core.exchange import (
    BOTH,
    DATE,
    FLAG,
    INT,
    LINE,
    LIST,
    NAME,
    OBJECT,
    OBJECTS,
    SOURCE,
    TEXT,
    Exchange,
    Field,
    Record,
)
from consult.core.i18n import _l
from consult.core.imports import sorted_rows
from consult.core.registry import touch
from consult.organisations import operations
from consult.organisations.models import Organisation

KIND = "organisation"
_CITED = (
    Field("as_of", DATE), Field("source", SOURCE), Field("qualifier", codes="qualifiers"),
    Field("derived", FLAG, default=False), Field("basis", TEXT), Field("note", TEXT), Field("until", DATE),
)  # fmt: skip
_NAMED = (Field("name", LINE, True), Field("kind", codes="alias_kinds"), Field("from", DATE), *_CITED)
FIELDS = (
    Field("id", LINE, True, longest=80), Field("name", NAME, True, longest=200), Field("type", LINE, True,
    codes="organisation_types"), Field("short_name", longest=120), Field("role", BOTH), Field("source", SOURCE),
    Field("as_of", DATE), Field("country", codes="countries"),
    Field("seat", OBJECT, fields=(Field("city", longest=120), Field("address"), *_CITED)),
    Field("nuts", OBJECT, fields=(Field("nuts1", codes="nuts2024_de"), Field("nuts2", codes="nuts2024_de"), *_CITED)),
    Field("legal_form", OBJECT, fields=(Field("value", LINE, True, codes="legal_forms"), *_CITED)),
    Field("website", OBJECT, fields=(Field("domain", LINE, True, longest=280), *_CITED)),
    Field("founded", OBJECTS, fields=(Field("value", DATE, True), Field("of", codes="founding_kinds"), *_CITED)),
    Field("former_names", OBJECTS, fields=_NAMED), Field("later_names", OBJECTS, fields=_NAMED),
    Field("aliases", OBJECTS, fields=_NAMED),
    Field("figures", OBJECTS, fields=(Field("kind", LINE, True, codes="figure_kinds"), Field("value", INT, True),
                                      Field("unit"), *_CITED)),
    Field("note", BOTH), Field("traits", BOTH), Field("aims", OBJECTS, fields=(Field("de", TEXT), Field("en", TEXT))),
    Field("forms", LIST, codes="forms"), Field("sector", codes="nace_rev2_1", longest=1),
    Field("size_class", codes="size_classes"), Field("example", FLAG, default=False),
)  # fmt: skip

# Keys that have a column of their own; the rest stays in `data` as it came.
_COLUMNS = frozenset({"id", "name", "type", "role", "sector", "size_class", "example"})
_NAMES = frozenset(one.name for one in FIELDS)


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The organisations by their ids."""
    for one in sorted_rows(Organisation, Organisation.slug, keys):
        yield record_of(one)


def record_of(one: Organisation) -> Record:
    """An organisation as a record; where a column was edited since the facts came in, the column counts."""
    data = one.data or {}
    record: Record = {key: value for key, value in data.items() if key in _NAMES}
    record |= {
        "id": one.slug, "name": one.name, "type": one.type, "role": one.description, "short_name": one.short_name,
        "country": one.country, "sector": one.sector, "size_class": one.size_class,
    }  # fmt: skip
    if one.is_example:
        record["example"] = True
    record["nuts"] = _kept(data.get("nuts"), _nuts(data), one.nuts, "nuts1" if len(one.nuts) < 4 else "nuts2")
    record["legal_form"] = _kept(data.get("legal_form"), _value(data, "legal_form", "value"), one.legal_form, "value")
    site = _value(data, "website", "domain")
    record["website"] = _kept(data.get("website"), _site(site), one.website, "domain")
    if record["website"]:
        domain = record["website"].get("domain", "")
        record["website"] = {**record["website"], "domain": domain.removeprefix("https://")}
    return record


def _value(data: Record, key: str, inner: str) -> str:
    found = data.get(key)
    return str(found.get(inner, "")) if isinstance(found, dict) else ""


def _nuts(data: Record) -> str:
    return _value(data, "nuts", "nuts2") or _value(data, "nuts", "nuts1")


def _site(domain: str) -> str:
    return domain if not domain or domain.startswith("http://") else f"https://{domain}"


def _kept(mapping: Record | None, said: str, column: str, key: str) -> Record | None:
    """The mapping with its source while the column still says the same, else what the column says."""
    if not column:
        return None
    return dict(mapping) if mapping and said == column else {key: column}


def write(record: Record, before: Record | None) -> None:
    """Make the organisation what the record says; members and their sign-off stay."""
    values = {
        "short_name": record.get("short_name", ""), "country": record.get("country", ""), "nuts": _nuts(record),
        "legal_form": _value(record, "legal_form", "value"), "website": _site(_value(record, "website", "domain")),
        "description": record.get("role", {}), "sector": record.get("sector", ""),
        "size_class": record.get("size_class", ""), "is_example": record.get("example", False),
        "data": {key: value for key, value in record.items() if key not in _COLUMNS},
    }  # fmt: skip
    found = db.session.execute(select(Organisation).where(Organisation.slug == record["id"])).scalar()
    if found is None:
        operations.create_organisation(SYSTEM, record["name"], slug=record["id"], type=record["type"], **values)
        return
    found.name, found.type = record["name"], record["type"]
    found.name_key = sort_key(record["name"].get("de") or record["name"].get("en", ""))
    for name, value in values.items():
        setattr(found, name, value)
    touch(KIND, found.id)


def remove(key: str) -> None:
    """Take an organisation away."""
    found = db.session.execute(select(Organisation).where(Organisation.slug == key)).scalar()
    if found is not None:
        touch(KIND, found.id)
        db.session.delete(found)


def twin(record: Record) -> str:
    """The id of another organisation of the same name."""
    key = sort_key(record["name"].get("de") or record["name"].get("en", ""))
    query = select(Organisation.slug).where(Organisation.name_key == key, Organisation.slug != record["id"]).limit(1)
    return db.session.execute(query).scalar() or ""


EXCHANGE = Exchange(
    name="organisations", kind=KIND, order=20, label=_l("Organisations"), fields=FIELDS, read=read, write=write,
    remove=remove, twin=twin, permission="clusters.edit",
)  # fmt: skip
