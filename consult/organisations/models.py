"""Tables of organisations and of who belongs to them.

Facts that came with the data set and have no column of their own stay in `data`, with their sources, as they came.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime
from consult.organisations.rules import kind_of


class Organisation(Base):
    """A ministry, an agency, a company or another body. `name` and `description` are bilingual.

    `type` is a code of `organisation_types`; `name_key` is the German name as lists are ordered and names compared.
    With `signoff` an approver releases what members send. `verified_how` is "domain" (a member showed an address below the
    website's domain) or "administrator", with `verified_at`; empty where nobody has. `is_hidden` takes description and
    website out of what others read. One that was merged into another keeps its address as a redirect (`merged_into_id`) and,
    in `merge_record`, what leads back. `revision` refuses a change of what somebody else changed.
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
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_how: Mapped[str] = mapped_column(String(20), default="", server_default="")
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    merged_into_id: Mapped[int | None] = mapped_column(index=True)
    merged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    merge_record: Mapped[dict[str, Any] | None] = mapped_column(JSONType)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": revision}

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


class OrganisationInvitation(Base):
    """Somebody was asked by mail to belong to an organisation. `roles` are those they get; `answer` is the sentence of a
    refusal. At most one invitation of an address is open.
    """

    __tablename__ = "organisation_invitation"
    __private__ = True
    __table_args__ = (
        Index("ix_organisation_invitation_place", "organisation_id", "status"),
        Index(
            "ux_organisation_invitation_open", "organisation_id", "email_key", unique=True,
            sqlite_where=text("status = 'invited'"), postgresql_where=text("status = 'invited'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320))
    roles: Mapped[list[str]] = mapped_column(JSONType, default=list)
    note: Mapped[str] = mapped_column(LongText, default="")
    status: Mapped[str] = mapped_column(String(20), default="invited")
    answer: Mapped[str] = mapped_column(LongText, default="")
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OrganisationRequest(Base):
    """Somebody asks to belong to an organisation. At most one request of a person to a place is open."""

    __tablename__ = "organisation_request"
    __private__ = True
    __table_args__ = (
        Index("ix_organisation_request_place", "organisation_id", "status"),
        Index(
            "ux_organisation_request_open", "person_id", "organisation_id", unique=True,
            sqlite_where=text("status = 'asked'"), postgresql_where=text("status = 'asked'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(LongText, default="")
    status: Mapped[str] = mapped_column(String(20), default="asked")
    answer: Mapped[str] = mapped_column(LongText, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
