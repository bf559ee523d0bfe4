"""Responses of the office to ideas, and the commitments in them.

What is public and what is being written stand apart: `ResponseDraft` is a private table, so that saving renews no page.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, RenderedHTML, UTCDateTime

# States of a response and of a commitment; `rules` says who leads from one to the other.
DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
PROMISED, IN_WORK, KEPT, BROKEN = "promised", "in_work", "kept", "broken"
OPEN = frozenset({PROMISED, IN_WORK})  # still to be kept


class Response(Base):
    """What an office says to one or several ideas. `version` is the number of the wording that everyone reads, 0 before the
    first one; `organisation_id` is the office in whose name it was published last. `revision` grows with every saving, `key`
    is that of the page on which it was begun, so that a form that is sent twice begins one response.
    """

    __tablename__ = "response"
    __table_args__ = (Index("ix_response_newest", "consultation_id", "status", "published_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id", ondelete="RESTRICT"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(12), default=DRAFT)
    version: Mapped[int] = mapped_column(Integer, default=0)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def is_unseen(self) -> bool:
        """Whether no public page shows it, nor did before this change."""
        return self.version == 0 and not inspect(self).attrs.version.history.deleted


class ResponseDraft(Base):
    """What is being written: a response that nobody has read yet, or its next wording. `content` is `drafts.Content`."""

    __tablename__ = "response_draft"
    __private__ = True

    response_id: Mapped[int] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)


class ResponseVersion(Base):
    """A wording as it was published; never changed afterwards. `position` is a code of `response_statuses`."""

    __tablename__ = "response_version"
    __table_args__ = (UniqueConstraint("response_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    position: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(160), default="")
    body: Mapped[str] = mapped_column(LongText)
    html: Mapped[Markup] = mapped_column(RenderedHTML)
    language: Mapped[str] = mapped_column(String(5), default="de")
    published_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class ResponseIdea(Base):
    """An idea that a published response speaks to. `told_version` is the wording of which its people were told."""

    __tablename__ = "response_idea"

    response_id: Mapped[int] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    told_version: Mapped[int] = mapped_column(Integer, default=0)


class Commitment(Base):
    """What an office has promised in a published response: `unit` does it, by `due_on` where a day is set.

    `first_due_on` is the day that was promised first; what was said of it since are its reports. It is never taken out of a
    response: what is not kept says so, with the reason.
    """

    __tablename__ = "commitment"
    __table_args__ = (Index("ix_commitment_due", "status", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(160), default="")
    due_on: Mapped[date | None]
    first_due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(12), default=PROMISED)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    revision: Mapped[int] = mapped_column(Integer, default=1)


class CommitmentReport(Base):
    """What was reported on a commitment, in public: where it stands since, and until when it is promised now."""

    __tablename__ = "commitment_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(LongText)
    due_on: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
