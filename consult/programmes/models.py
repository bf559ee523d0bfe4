"""Programmes: funding, competitions, calls and measures that clusters and projects use; their calls with deadlines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, Text2, UTCDateTime


class Programme(Base):
    """A programme. `owner_id` carries it, `implementer_id` runs it. Money in whole units of `amount_unit`.

    `phases`, `periods`, `results`, `aliases` and `earlier_calls` keep the records of the data set, each with its source;
    conflicting ones stay side by side. `conflict` tells in words where sources differ.
    """

    __tablename__ = "programme"
    __table_args__ = (Index("ix_programme_order", "sort_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    sort_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40), index=True)
    level: Mapped[str] = mapped_column(String(20), index=True)
    region: Mapped[str] = mapped_column(String(8), default="")
    summary: Mapped[dict[str, str]] = mapped_column(Text2)
    topics: Mapped[list[str]] = mapped_column(JSONType, default=list)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    implementer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    amount_max: Mapped[int | None] = mapped_column(BigInteger)
    amount_unit: Mapped[str] = mapped_column(String(8), default="")
    amount_per: Mapped[str] = mapped_column(String(40), default="")
    amount_source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    phases: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    periods: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    aliases: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    earlier_calls: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list)
    first_winners: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    conflict: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    as_of: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    text_states: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict, server_default="{}")
    is_example: Mapped[bool] = mapped_column(default=False, server_default=false())
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Call(Base):
    """A call of a programme: from when and until when one can apply.

    `opens_at` is the first moment in which one can, `closes_at` the first in which one cannot any more: midnight in Berlin
    stands for the whole day before. `rolling` says that one can apply at any time, so that no deadline is missing. Whether
    it is open follows from these alone (`rules.state_of`).
    """

    __tablename__ = "programme_call"
    __table_args__ = (
        Index("ix_programme_call_programme", "programme_id", "closes_at", "id"),
        Index("ix_programme_call_dates", "closes_at", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    summary: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    text_states: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict)
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rolling: Mapped[bool] = mapped_column(default=False)
    website: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    as_of: Mapped[str] = mapped_column(String(10), default="")
    is_example: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Reminder(Base):
    """Somebody wants to be reminded of a call's deadline. `due_at` is derived; `sent_at` is set with the notice."""

    __tablename__ = "call_reminder"
    __private__ = True
    __table_args__ = (UniqueConstraint("call_id", "person_id"), Index("ix_call_reminder_due", "sent_at", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("programme_call.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    days_before: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
