"""Topics: the tags of the agenda, and the topic of the month with its article, statement and contact."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup
from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.db import Base, JSONType, RenderedHTML, Text2, UTCDateTime

AGENDA, OF_THE_MONTH = "agenda-topic", "topic-of-the-month"


class Topic(Base):
    """An agenda topic (a tag with a description) or a topic of the month (an article).

    The article is Markdown in both languages and rendered when it is stored. A statement is never a person's wording:
    `statement_kind` says that it is a paraphrase, `statement_approved` whether the speaker has agreed. `published_at` in
    the future keeps a topic of the month from the public; `question_id` is the question that the article leads to.
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
