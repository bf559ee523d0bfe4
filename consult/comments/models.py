"""Tables of comments: threads of two levels below any registered subject, with the history of each text.

What people read stands in the comment itself, so that a thread is one query; every text it ever had stands in
`CommentVersion`, for moderators. Name and organisation are kept as they were when the comment was written.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, RenderedHTML, UTCDateTime


def new_key() -> str:
    """A name that stays the same wherever the comment is taken; the number of its row means nothing elsewhere."""
    return f"c-{secrets.token_hex(8)}"


class Comment(Base):
    """A comment or, with `parent_id`, an answer to one; the parent is always a comment without parent.

    `version_id` is the version whose text stands in `body` and `html`. `edited_at` is set by an edit after the first
    quarter of an hour. `redactions` are the passages that moderation has taken out of `body` and `html`, with reason and
    decision; the version keeps the text as it was written. `author_id` is None for examples and for people who have left.
    `key` is the stable name of a comment: that of the shipped content, or a random one.
    """

    __tablename__ = "comment"
    __lively__ = True
    __table_args__ = (
        Index("ix_comment_thread", "subject_kind", "subject_id", "parent_id", "created_at", "id"),
        Index("ix_comment_parent", "parent_id", "created_at", "id"),
        Index("ix_comment_author", "author_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(80), unique=True, default=new_key)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(120), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")
    body: Mapped[str] = mapped_column(LongText, default="")
    html: Mapped[Markup] = mapped_column(RenderedHTML, default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    status: Mapped[str] = mapped_column(String(20), default="pending")
    version_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_example: Mapped[bool] = mapped_column(default=False)
    redactions: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list, server_default="[]")
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}


class CommentVersion(Base):
    """A text that a comment had or has. Never changed; emptied when its author removes the comment."""

    __tablename__ = "comment_version"
    __private__ = True
    __table_args__ = (UniqueConstraint("comment_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(LongText, default="")
    html: Mapped[Markup] = mapped_column(RenderedHTML, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
