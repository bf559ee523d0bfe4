"""Consultation, guiding questions with their earlier wordings, and the counter of idea numbers.

A consultation's phase follows from its dates alone, so nothing has to be switched at midnight. Texts that people
read are bilingual documents; the introduction is rendered when it is stored.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.clock import local, now
from consult.core.db import Base, JSONType, RenderedHTML, Text2, UTCDateTime
from consult.core.i18n import pick

COMMENT_MODES = ("pre", "post", "trust")
MAX_QUESTIONS = 12
INACTIVE, ANNOUNCED, OPEN, CLOSED, EVALUATION, RESULTS = PHASES = (
    "inactive",
    "announced",
    "open",
    "closed",
    "evaluation",
    "results",
)


_FIRST_QUESTION = re.compile(r"^(.{10,220}?\?)\s+(\S.*)$", re.DOTALL)


def split_wording(text: str) -> tuple[str, str]:
    """A wording as (first question, what follows); all of it and nothing where it is one sentence or very long."""
    match = _FIRST_QUESTION.match(text.strip())
    return (match[1], match[2]) if match else (text.strip(), "")


class Consultation(Base):
    """A dialogue with one to twelve guiding questions.

    `opens_at` is the first moment in which something can be sent, `closes_at` the first in which nothing can any
    more: the midnights before the first and after the last day in Berlin. `version` counts the edits and protects
    from lost updates.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("promised_days between 1 and 60", name="promised_days"),
        Index("ix_consultation_current", "is_active", "listed", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    summary: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    introduction: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    introduction_html_de: Mapped[Markup | None] = mapped_column(RenderedHTML, default=Markup(""))
    introduction_html_en: Mapped[Markup | None] = mapped_column(RenderedHTML, default=Markup(""))
    languages: Mapped[list[str]] = mapped_column(JSONType, default=lambda: ["de", "en"])
    call_to_action: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    target_groups: Mapped[list[str]] = mapped_column(JSONType, default=list)
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    evaluation_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    results_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    example_dates: Mapped[bool] = mapped_column(Boolean, default=False)
    comment_mode: Mapped[str] = mapped_column(String(10), default="post")
    promised_days: Mapped[int] = mapped_column(Integer, default=2)
    office: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    listed: Mapped[bool] = mapped_column(Boolean, default=True)
    idea_count: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    version: Mapped[int] = mapped_column(Integer, default=1)

    questions: Mapped[list[Question]] = relationship(
        back_populates="consultation", lazy="raise", order_by="(Question.position, Question.id)"
    )

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    def introduction_html(self, language: str) -> Markup:
        """The rendered introduction in this language, else in the other one."""
        texts = {"de": self.introduction_html_de, "en": self.introduction_html_en}
        return texts.get(language) or texts["de"] or texts["en"] or Markup("")

    def phase_at(self, moment: datetime) -> str:
        """The phase at a moment; each begins exactly at its own."""
        if not self.is_active:
            return INACTIVE
        if self.opens_at is None or moment < self.opens_at:
            return ANNOUNCED
        for begins, phase in ((self.results_at, RESULTS), (self.evaluation_at, EVALUATION), (self.closes_at, CLOSED)):
            if begins is not None and moment >= begins:
                return phase
        return OPEN

    @property
    def phase(self) -> str:
        """The phase now: inactive, announced, open, closed, evaluation or results."""
        return self.phase_at(now())

    @property
    def opens_on(self) -> date | None:
        """The first day on which something can be sent."""
        return local(self.opens_at).date() if self.opens_at else None

    @property
    def closes_on(self) -> date | None:
        """The last day on which something can be sent."""
        return local(self.closes_at - timedelta(microseconds=1)).date() if self.closes_at else None

    @property
    def evaluation_on(self) -> date | None:
        """The day on which the evaluation begins."""
        return local(self.evaluation_at).date() if self.evaluation_at else None

    @property
    def results_on(self) -> date | None:
        """The day on which the results appear."""
        return local(self.results_at).date() if self.results_at else None

    @property
    def days_left(self) -> int | None:
        """Days after today on which something can still be sent; None when no end is set or it is over."""
        last = self.closes_on
        if last is None or self.phase != OPEN:
            return None
        return (last - local(now()).date()).days


class Question(Base):
    """A guiding question. `position` counts from 1 without gaps.

    `good_answer` is made up by the operator to show what helps; it is nobody's answer and is counted nowhere.
    `answer_count` and `last_answer_at` are stored and speak of published answers only.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("consultation_id", "position"),
        UniqueConstraint("consultation_id", "key", name="uq_question_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(80))
    short_title: Mapped[dict[str, str]] = mapped_column(Text2)
    text: Mapped[dict[str, str]] = mapped_column(Text2)
    help: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    good_answer: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    addressed_to: Mapped[list[str]] = mapped_column(JSONType, default=list)
    sub_questions: Mapped[list[str]] = mapped_column(JSONType, default=list)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reworded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    answer_count: Mapped[int] = mapped_column(Integer, default=0)
    last_answer_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    consultation: Mapped[Consultation] = relationship(back_populates="questions", lazy="raise")
    wordings: Mapped[list[QuestionWording]] = relationship(
        back_populates="question",
        lazy="raise",
        order_by="QuestionWording.id.desc()",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    def lead(self, language: str) -> str:
        """The first question of the wording in this language, else in the other one: what stands large."""
        return split_wording(pick(self.text, language))[0]

    def rest(self, language: str) -> str:
        """What the wording says after its first question."""
        return split_wording(pick(self.text, language))[1]

    @property
    def is_closed(self) -> bool:
        """Whether this question takes no answers any more, whatever the consultation's phase is."""
        return self.closed_at is not None


class QuestionWording(Base):
    """An earlier wording of a question and until when it stood. Never changed, gone only with its question."""

    __tablename__ = "question_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    text: Mapped[dict[str, str]] = mapped_column(Text2)
    until: Mapped[datetime] = mapped_column(UTCDateTime)

    question: Mapped[Question] = relationship(back_populates="wordings", lazy="raise")


class NumberCounter(Base):
    """The last number given to an idea of a consultation in a year."""

    __tablename__ = "number_counter"
    __private__ = True

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer, default=0)
