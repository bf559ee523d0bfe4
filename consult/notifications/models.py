"""Tables of notices: what a person was told, what they follow, which kinds they want no mail of."""

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
