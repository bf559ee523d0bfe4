"""Tables of notices: what a person was told, what they follow and search, which kinds they want no mail of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, UTCDateTime


class Notice(Base):
    """An entry in a person's list. `context` holds the plain values from which its kind makes text and link."""

    __tablename__ = "notice"
    __private__ = True
    __table_args__ = (Index("ix_notice_list", "person_id", "created_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    context: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Follow(Base):
    """A person wants to hear of a thing. What it is, its kind's room knows."""

    __tablename__ = "follow"
    __private__ = True
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject_id"),
        Index("ix_follow_subject", "kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class MailPreference(Base):
    """Whether a person wants mail of a kind of notice. No row means yes."""

    __tablename__ = "mail_preference"
    __private__ = True
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    wanted: Mapped[bool] = mapped_column(default=True)


class SavedSearch(Base):
    """A list that a person wants to hear of: its kind and what its address asks for.

    Everything that came until `seen_at` the person knows or was told. A search that is not active rests.
    """

    __tablename__ = "saved_search"
    __private__ = True
    __table_args__ = (
        Index("ix_saved_search_person", "person_id", "id"),
        Index("ix_saved_search_due", "is_active", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, list[str]]] = mapped_column(JSONType, default=dict)
    title: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    is_active: Mapped[bool] = mapped_column(default=True)
