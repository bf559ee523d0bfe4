"""The shipped relations: each becomes a link that a source states and nobody has confirmed yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import registries
from consult.links.models import STATED, Link
from consult.links.operations import refresh_ends
from consult.links.sources import sources

_PLAIN = ("id", "type", "from", "to", "source", "as_of", "from_date", "to_date", "note", "inferred", "derived")


class Ends:
    """Kind, key and number behind "type/id", each asked for once; no number while the thing is not here."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, str, int | None]] = {}

    def __getitem__(self, reference: str) -> tuple[str, str, int | None]:
        if reference not in self._found:
            kind, _slash, key = reference.partition("/")
            subject = registries.subjects.get(kind)
            self._found[reference] = (kind, key, subject.find(key) if subject is not None else None)
        return self._found[reference]


def state(record: dict[str, Any], known: Ends) -> Link:
    """A relation of the data set as a link; not yet in the session."""
    from_kind, from_key, from_id = known[record["from"]]
    to_kind, to_key, to_id = known[record["to"]]
    return Link(
        key=record["id"], type=record["type"], from_kind=from_kind, from_key=from_key, from_id=from_id,
        to_kind=to_kind, to_key=to_key, to_id=to_id, status=STATED, source=sources(record),
        as_of=record.get("as_of", ""), from_date=record.get("from_date", ""), to_date=record.get("to_date", ""),
        note=record.get("note", ""), inferred=bool(record.get("inferred")), derived=bool(record.get("derived")),
        attributes={key: value for key, value in record.items() if key not in _PLAIN}, created_at=now(),
    )  # fmt: skip


def add_relations(records: list[dict[str, Any]]) -> None:
    """Add those that are missing, find the ends that have come since, and remember what lines show of them."""
    shipped = db.session.execute(select(Link).where(Link.key.is_not(None))).scalars()
    known = {link.key: link for link in shipped}
    found = Ends()
    added = []
    for record in records:
        link = known.get(record["id"])
        if link is None:
            added.append(state(record, found))
        elif link.from_id is None or link.to_id is None:
            link.from_id, link.to_id = found[record["from"]][2], found[record["to"]][2]
    db.session.add_all(added)
    db.session.flush()
    keys = [record["id"] for record in records]
    ends: set[tuple[str, int]] = set()
    for start in range(0, len(keys), 500):
        rows = db.session.execute(select(Link).where(Link.key.in_(keys[start : start + 500]))).scalars()
        ends |= {(kind, end_id) for link in rows for kind, end_id in link.ends if end_id is not None}
    refresh_ends(ends)


def load(dataset: Dataset) -> None:
    """Load `relations.yaml`."""
    add_relations(dataset.records("relations"))
