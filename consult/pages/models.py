"""The written pages as the operator changed them; what was never changed stands in the shipped templates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, Text2, UTCDateTime


class PageText(Base):
    """One version of one written page in both languages, as Markdown. It is never changed after it was stored.

    `number` counts from 1 (the shipped text is 0), `valid_from` is the day on which it begins to count, `change` says in
    a sentence what is new, `significant` that all who have an account are told.
    """

    __tablename__ = "page_text"
    __table_args__ = (UniqueConstraint("name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    number: Mapped[int]
    body: Mapped[dict[str, str]] = mapped_column(Text2)
    change: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    valid_from: Mapped[date] = mapped_column(Date)
    significant: Mapped[bool] = mapped_column(Boolean, default=False)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
