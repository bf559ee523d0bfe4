"""Tables of organisations and of who belongs to them.

Facts that came with the data set and have no column of their own stay in `data`, with their sources, as they came.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, Text2, UTCDateTime
from consult.organisations.rules import kind_of


class Organisation(Base):
    """A ministry, an agency, a company or another body. `name` and `description` are bilingual.

    `type` is a code of `organisation_types`; `name_key` is the German name as lists are ordered and names compared.
    With `signoff` an approver releases what members send.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(Text2)
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    short_name: Mapped[str] = mapped_column(String(120), default="")
    type: Mapped[str] = mapped_column(String(40), default="company")
    country: Mapped[str] = mapped_column(String(2), default="")
    nuts: Mapped[str] = mapped_column(String(5), default="")
    sector: Mapped[str] = mapped_column(String(1), default="")
    size_class: Mapped[str] = mapped_column(String(10), default="")
    legal_form: Mapped[str] = mapped_column(String(20), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    data: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    is_example: Mapped[bool] = mapped_column(default=False)
    signoff: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    @property
    def kind(self) -> str:
        """ "ministry", "agency" or "": decides who reads answers that are not public."""
        return kind_of(self.type)


class OrganisationMember(Base):
    """A person's role in an organisation: author, approver, contact or manager. A person may have several.

    A change moves the content version, since what an actor belongs to is remembered under it.
    """

    __tablename__ = "organisation_member"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="author")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
