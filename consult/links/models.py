"""The link between two things of any kind, and what is known of its ends.

Both ends are kept as a kind with the number of the row and the public key, since a relation may name something that is
not in the directory (yet). No foreign key leads to the ends: this room knows no other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime

SUGGESTED, STATED, PROPOSED, CONFIRMED = "suggested", "stated", "proposed", "confirmed"
DECLINED, ENDED = "declined", "ended"
STATUSES = (SUGGESTED, STATED, PROPOSED, CONFIRMED, DECLINED, ENDED)
# Suggestions of software and what a side declined are no business of the public.
VISIBLE = (STATED, PROPOSED, CONFIRMED)


class Link(Base):
    """A relation of `type` that leads from one end to the other.

    `from_id` and `to_id` are None while the thing behind the key is not here. Dates are as precise as their source:
    YYYY, YYYY-MM or YYYY-MM-DD. `confirmed_from_at` and `confirmed_to_at` tell since when each side stands by it; both
    together make the status "confirmed". `key` is the stable name of a shipped relation.
    """

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("from_kind", "from_key", "to_kind", "to_key", "type", "role", name="uq_link_ends"),
        Index("ix_link_from", "from_kind", "from_id", "status"),
        Index("ix_link_to", "to_kind", "to_id", "status"),
        Index("ix_link_type", "type", "from_kind", "to_kind", "to_id"),
        Index("ix_link_belonging", "to_kind", "from_kind", "from_id", "type", "to_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    type: Mapped[str] = mapped_column(String(40))
    from_kind: Mapped[str] = mapped_column(String(40))
    from_id: Mapped[int | None]
    from_key: Mapped[str] = mapped_column(String(120))
    to_kind: Mapped[str] = mapped_column(String(40))
    to_id: Mapped[int | None]
    to_key: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(12), default=STATED)
    role: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    as_of: Mapped[str] = mapped_column(String(10), default="")
    from_date: Mapped[str] = mapped_column(String(10), default="")
    to_date: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    inferred: Mapped[bool] = mapped_column(Boolean, default=False)
    derived: Mapped[bool] = mapped_column(Boolean, default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    confirmed_from_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_to_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def ends(self) -> tuple[tuple[str, int | None], tuple[str, int | None]]:
        """Kind and number of both ends, from and to."""
        return (self.from_kind, self.from_id), (self.to_kind, self.to_id)


class LinkEnd(Base):
    """What a line about an end shows: derived from the end's own room and renewed whenever that room touches it.

    With it a page lists links to things of seven kinds in one query. `title`, `url` and `language` are bilingual
    documents: the words, the address and the language of the words, by language of the page.
    """

    __tablename__ = "link_end"
    __table_args__ = (Index("ix_link_end_key", "kind", "key", "id"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    url: Mapped[dict[str, str]] = mapped_column(JSONType)
    language: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict)
    public: Mapped[bool] = mapped_column(Boolean, default=True)
    region: Mapped[str] = mapped_column(String(8), default="")
    organisation_id: Mapped[int | None]
    consultation_id: Mapped[int | None]
