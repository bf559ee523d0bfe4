"""Programmes: funding, competitions, calls and measures that clusters and projects use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

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
