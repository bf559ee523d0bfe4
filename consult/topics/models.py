"""Topics: the tags of the agenda, and the topic of the month with its article, statement and contact."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.db import Base, JSONType, RenderedHTML, Text2, UTCDateTime

AGENDA, OF_THE_MONTH = "agenda-topic", "topic-of-the-month"

# The moment of publication of what has none: whoever asks for `published_at <= now()` never meets a draft.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Topic(Base):
    """An agenda topic (a tag with a description) or a topic of the month (an article).

    The article is Markdown in both languages and rendered when it is stored. `statement_kind` says whether a statement is
    "verbatim" or a "paraphrase", `statement_approved` whether the speaker has agreed; who did and when is for editors
    alone. Public is what has `published_at` behind it, whatever else is asked: it is NEVER for drafts and what was taken
    back, and `planned_for` for what is planned. `open_question` is asked in the article's words, `question_id` is the
    guiding question that it leads to. `text_states` tells how the languages of a text relate (`core.editing`), `picture`
    names the file by its content, `picture_sizes` holds [width, height] of each stored size, the largest first.
    """

    __tablename__ = "topic"
    __table_args__ = (Index("ix_topic_archive", "kind", "published_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    sort_key: Mapped[str] = mapped_column(String(200))
    description: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    series: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    original_title: Mapped[str] = mapped_column(String(200), default="")
    tags: Mapped[list[str]] = mapped_column(JSONType, default=list)
    teaser: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    article: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    article_html_de: Mapped[Markup | None] = mapped_column(RenderedHTML, default=Markup(""))
    article_html_en: Mapped[Markup | None] = mapped_column(RenderedHTML, default=Markup(""))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    contact_text: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    statement: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    statement_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    statement_kind: Mapped[str] = mapped_column(String(20), default="")
    statement_approved: Mapped[bool] = mapped_column(Boolean, default=False)
    statement_note: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    statement_source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    facts_note: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="SET NULL"), index=True)
    as_of: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[str] = mapped_column(String(12), default="published", server_default="published")
    planned_for: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    text_states: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict, server_default="{}")
    open_question: Mapped[dict[str, str]] = mapped_column(Text2, default=dict, server_default="{}")
    approved_who: Mapped[str] = mapped_column(String(200), default="", server_default="")
    approved_on: Mapped[date | None]
    approval_noted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approval_noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    picture: Mapped[str] = mapped_column(String(80), default="", server_default="", index=True)
    picture_sizes: Mapped[list[list[int]]] = mapped_column(JSONType, default=list, server_default="[]")
    picture_alt: Mapped[dict[str, str]] = mapped_column(Text2, default=dict, server_default="{}")
    picture_credit: Mapped[str] = mapped_column(String(200), default="", server_default="")


class TopicVersion(Base):
    """What a topic said from a moment on: all that can be edited, and the names of the fields that had changed."""

    __tablename__ = "topic_version"
    __private__ = True
    __table_args__ = (UniqueConstraint("topic_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    changed: Mapped[list[str]] = mapped_column(JSONType, default=list)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
