"""The audit log: append-only, hash-chained, free of personal text.

A row carries ids, codes and hashes only. Personal or free text stands in `audit_detail`, and the row holds its salted
hash; erasure deletes detail and salt, after which `verify` reports "erased", not "broken". Rows are linked as the last
statement of the transaction (PostgreSQL: an advisory lock; SQLite: its write lock), so that writers queue only for that
moment.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, String, Table, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import Base, JSONType, UTCDateTime, begin, db, writing
from consult.core.rows import add_rows

_events: dict[str, frozenset[str]] = {}
_LOCK = 7_345_001  # number of the PostgreSQL advisory lock under which rows are linked
GENESIS = "0" * 64


class AuditRow(Base):
    """One event. `seq` counts without gaps from 1; `hash` covers all columns and the hash of the row before."""

    __tablename__ = "audit_row"
    __private__ = True
    __table_args__ = (Index("ix_audit_row_subject", "subject_kind", "subject_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    event: Mapped[str] = mapped_column(String(80), index=True)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None]
    subject_kind: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    detail_hash: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditDetail(Base):
    """Personal or free text of a row, with the salt of its hash; deleted by erasure."""

    __tablename__ = "audit_detail"
    __private__ = True

    seq: Mapped[int] = mapped_column(ForeignKey("audit_row.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(JSONType)


def declare(event: str, *keys: str) -> None:
    """Declare an event with the keys its rows must carry; done once, at import of the room."""
    _events[event] = frozenset(keys)


def declared() -> dict[str, frozenset[str]]:
    """All declared events with their keys."""
    return dict(_events)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _row_hash(row: AuditRow) -> str:
    return hashlib.sha256(
        _canonical(
            [
                row.seq, row.at.isoformat(), row.event, row.actor_kind, row.actor_id, row.subject_kind,
                row.subject_id, row.data, row.detail_hash, row.previous,
            ]
        )
    ).hexdigest()  # fmt: skip


def _detail_hash(salt: str, content: dict[str, Any]) -> str:
    return hashlib.sha256(salt.encode() + _canonical(content)).hexdigest()


def record(
    event: str,
    actor: Actor,
    subject: tuple[str, int] | None = None,
    *,
    detail: dict[str, Any] | None = None,
    **keys: int | str | bool | None,
) -> AuditRow:
    """Note an event; the row is linked and written with this transaction's commit.

    KeyError for an undeclared event or missing or unknown keys. `keys` are ids and codes; text about or from people
    belongs into `detail`.
    """
    expected = _events[event]
    if expected != set(keys):
        raise KeyError(f"{event}: expected {sorted(expected)}, got {sorted(keys)}")
    row = AuditRow(
        at=now(),
        event=event,
        actor_kind="system" if actor.is_system else "person" if actor.signed_in else "guest",
        actor_id=actor.person_id,
        subject_kind=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        data=dict(keys),
        detail_hash="",
    )
    begin()
    db.session.info.setdefault("audit", []).append((row, detail))
    return row


_HOLD = text("select pg_advisory_xact_lock(:n)")
_ROWS = cast(Table, AuditRow.__table__)
_LAST = select(_ROWS.c.seq, _ROWS.c.hash).order_by(_ROWS.c.seq.desc()).limit(1)
_COLUMNS = tuple(column.name for column in _ROWS.columns)


def link_pending(session: Session) -> None:
    """Give the collected rows their place in the chain. Runs right before the commit; see `core.unit`."""
    pending = session.info.pop("audit", [])
    if not pending:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_HOLD, {"n": _LOCK})
    last = session.connection().execute(_LAST).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    details = []
    for row, detail in pending:
        seq += 1
        row.seq, row.previous = seq, previous
        if detail:
            salt = secrets.token_hex(16)
            row.detail_hash = _detail_hash(salt, detail)
            details.append({"seq": seq, "salt": salt, "content": detail})
        row.hash = previous = _row_hash(row)
    add_rows(AuditRow, [{name: getattr(row, name) for name in _COLUMNS} for row, _detail in pending])
    add_rows(AuditDetail, details)


def forget_details(kind: str, subject_id: int) -> None:
    """The words in the rows about a thing go, since what it said was deleted for good; the rows and their chain stay."""
    here = select(AuditRow.seq).where(AuditRow.subject_kind == kind, AuditRow.subject_id == subject_id)
    db.session.execute(
        delete(AuditDetail).where(AuditDetail.seq.in_(here)).execution_options(synchronize_session=False)
    )


def record_apart(event: str, actor: Actor, subject: tuple[str, int] | None = None, **keys: Any) -> None:
    """Note an event in a short transaction of its own, so that it survives the rollback of the request around it.

    For refused access and failed sign-in. The session must hold no unflushed work: it is rolled back first.
    """
    with writing():
        record(event, actor, subject, **keys)
        db.session.commit()


@dataclass(frozen=True)
class Finding:
    """What `verify` says of one row: "broken" (with the reason) or "erased" (detail deleted, chain whole)."""

    seq: int
    state: str
    reason: str = ""


def verify() -> Iterator[Finding]:
    """Walk the chain from the beginning; yields nothing while all is as written. Stops at the first broken row."""
    previous, expected = GENESIS, 1
    details = {d.seq: d for d in db.session.execute(select(AuditDetail)).scalars()}
    for row in db.session.execute(select(AuditRow).order_by(AuditRow.seq)).scalars():
        if row.seq != expected:
            yield Finding(expected, "broken", "row is missing")
            return
        if row.previous != previous or row.hash != _row_hash(row):
            yield Finding(row.seq, "broken", "content differs from its hash")
            return
        if row.detail_hash:
            detail = details.get(row.seq)
            if detail is None:
                yield Finding(row.seq, "erased")
            elif _detail_hash(detail.salt, detail.content) != row.detail_hash:
                yield Finding(row.seq, "broken", "detail differs from its hash")
                return
        previous, expected = row.hash, row.seq + 1


declare("access.refused", "endpoint", "needed")
