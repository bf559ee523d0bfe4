"""What imports leave behind: references whose end is not here yet, and what each import did, so that it can be undone.

A reference of an imported record may name something that comes later or never. It is kept here by the names of both ends,
exported again as it came, and settled as soon as its end appears. A record that cannot stand without its end (a comment
without its idea) waits here as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, UTCDateTime, db

PREVIEWED, DONE, UNDONE = "previewed", "done", "undone"
CHUNK = 200


class UnresolvedReference(Base):
    """A reference ("organisation/bw-i") that stands in the field of a record and leads nowhere yet.

    `kind` and `key` name the record. With `record`, the record itself waits: it is kept here as it was imported.
    """

    __tablename__ = "unresolved_reference"
    __private__ = True  # no page shows them to readers
    __table_args__ = (UniqueConstraint("kind", "key", "field", "reference", name="uq_unresolved_reference_place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(250), index=True)
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONType)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ImportRun(Base):
    """One import: looked at (`previewed`, with the file), carried out (`done`, with what it changed) or `undone`.

    `changes` holds for each row that was written whether it is new, the record before, and what shows that nobody has
    changed it since. Of people's texts (ideas, comments) no copy is kept.
    """

    __tablename__ = "import_run"
    __private__ = True
    __table_args__ = (Index("ix_import_run_made", "made_by", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(200), default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    state: Mapped[str] = mapped_column(String(12), default=PREVIEWED)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    made_by: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


# ---- references -----------------------------------------------------------------------------------------------------


def waiting_for(kind: str, keys: Sequence[str] | None = None) -> dict[str, dict[str, list[str]]]:
    """Unresolved references of records of a kind: key -> field -> references, in the order in which they stand."""
    query = select(UnresolvedReference.key, UnresolvedReference.field, UnresolvedReference.reference).where(
        UnresolvedReference.kind == kind, UnresolvedReference.record.is_(None)
    )
    if keys is not None:
        query = query.where(UnresolvedReference.key.in_(keys))
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, field, reference in db.session.execute(query.order_by(UnresolvedReference.id)):
        found[key][field].append(reference)
    return found


def keep_references(kind: str, key: str, unresolved: Iterable[tuple[str, str]]) -> None:
    """Make these (field, reference) the unresolved references of a record; what it had before is forgotten."""
    db.session.execute(
        delete(UnresolvedReference).where(UnresolvedReference.kind == kind, UnresolvedReference.key == key)
    )
    db.session.add_all(
        UnresolvedReference(kind=kind, key=key, field=field, reference=reference)
        for field, reference in dict.fromkeys(unresolved)
    )


def keep_record(kind: str, key: str, field: str, reference: str, record: dict[str, Any]) -> None:
    """Let a record wait as a whole for what `field` names."""
    keep_references(kind, key, [])
    db.session.add(UnresolvedReference(kind=kind, key=key, field=field, reference=reference, record=record))
    db.session.flush()


def waiting_records(kind: str, keys: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """The records of a kind that wait as a whole, by key."""
    query = select(UnresolvedReference.key, UnresolvedReference.record).where(
        UnresolvedReference.kind == kind, UnresolvedReference.record.is_not(None)
    )
    if keys is not None:
        query = query.where(UnresolvedReference.key.in_(keys))
    return {key: record for key, record in db.session.execute(query) if record}


def take_waiting(kind: str, reference: str) -> list[dict[str, Any]]:
    """The records of a kind that waited for this reference; they wait no more."""
    query = select(UnresolvedReference).where(
        UnresolvedReference.kind == kind, UnresolvedReference.reference == reference,
        UnresolvedReference.record.is_not(None),
    )  # fmt: skip
    rows = db.session.execute(query.order_by(UnresolvedReference.key)).scalars().all()
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    return [row.record for row in rows if row.record]


# ---- reading --------------------------------------------------------------------------------------------------------


def sorted_rows(
    model: Any, key: Any, keys: Sequence[str] | None = None, where: Sequence[Any] = (), options: Sequence[Any] = ()
) -> Iterator[Any]:
    """Rows of a model in the order of their public keys, the same on every database, some hundred in memory at a time.

    `keys` restricts them, `where` are further conditions, `options` what is loaded with them.
    """
    query = select(model.id, key).where(*where)
    if keys is not None:
        query = query.where(key.in_(keys))
    ids = [row_id for row_id, _key in sorted(db.session.execute(query).all(), key=lambda row: row[1])]
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        statement = select(model).where(model.id.in_(part)).options(*options)
        found = {
            one.id: one for one in db.session.execute(statement.execution_options(populate_existing=True)).scalars()
        }
        yield from [found[one] for one in part if one in found]
