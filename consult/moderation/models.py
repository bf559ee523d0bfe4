"""Tables of moderation: what waits for a decision, what was decided and why, and what readers reported.

A case is about one version of one subject of any registered kind; the subject's own room keeps its text. A decision is
never changed after it was made, only reversed; it holds the statement of reasons as the author was given it (Regulation
(EU) 2022/2065, Art. 17).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime

# Where a case comes from: a text that waits to become public, one that is public and is looked at afterwards, a report.
SUBMISSION, LOOK, REPORT = "submission", "look", "report"
SOURCES = (SUBMISSION, LOOK, REPORT)

_WAITING = text("closed_at IS NULL")


class Case(Base):
    """Something that waits for a decision. At most one case of a subject is open; `closed_at` ends it.

    `version_id` is the version to decide about (a number of the subject's room, None where it has none). `due_at` is the
    promised time, `report_hint` the beginning of the newest report. `used_seconds` is working time that earlier cases of
    the same text used up before it was returned, so that the promise counts on and does not begin anew. `revision`
    refuses writes on a case that somebody else changed.

    `organisation_id` is the one under whose name the text was sent, for its history; it is found out with the signals.
    `text_hash`, `prints` and `signals` are what software noticed about the text soon after it came in (`examining`); they
    hold places in the text and numbers, never the text itself.
    """

    __tablename__ = "moderation_case"
    __private__ = True  # public is only how many wait, of which the figures say as of when they are
    __private__ = True
    __table_args__ = (
        Index(
            "ux_moderation_case_waiting", "kind", "subject_id", unique=True,
            sqlite_where=_WAITING, postgresql_where=_WAITING,
        ),
        Index("ix_moderation_case_queue", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_moderation_case_subject", "kind", "subject_id", "id"),
        Index("ix_moderation_case_text_hash", "text_hash", "id"),
        Index(  # holds all that the numbers above the queue are counted from
            "ix_moderation_case_counts", "kind", "consultation_id", "language", "due_at", "report_count", "claimed_by",
            "claimed_until", sqlite_where=_WAITING, postgresql_where=_WAITING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    version_id: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(20), default=SUBMISSION)
    consultation_id: Mapped[int | None] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_seconds: Mapped[int] = mapped_column(default=0)
    report_count: Mapped[int] = mapped_column(default=0)
    report_hint: Mapped[str] = mapped_column(String(200), default="")
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    claimed_name: Mapped[str] = mapped_column(String(120), default="")
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_example: Mapped[bool] = mapped_column(default=False)
    text_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    prints: Mapped[list[int]] = mapped_column(JSONType, default=list, server_default="[]")
    signals: Mapped[list[dict[str, Any]]] = mapped_column(JSONType, default=list, server_default="[]")
    examined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    def held_by_other(self, person_id: int | None, moment: datetime) -> bool:
        """Whether somebody else's lease is running at this moment."""
        return (
            self.status == "claimed"
            and self.claimed_by != person_id
            and self.claimed_until is not None
            and self.claimed_until > moment
        )


class Decision(Base):
    """What a moderator decided about a version, with everything that has to be known of it later.

    `passages` is a list of [text, remark]. `facts` says on what it was based: source of the case, number of reports, and
    `left` where the text was left as it is. `ground` is "terms" or "law", `legal_basis` the provision. `statement` is the
    statement of reasons in both languages of the interface; the note inside is in the language in which it was written.
    `waited_seconds` counts from the case's opening to the decision.

    `reason_texts` keeps title and template sentence of the reason as they were (version `reason_version` of the
    catalogue). `internal_note` is for moderators only and never leaves the desk. `target_id` is what a text was merged
    into, `held_back` the whole parts that a redaction holds back, each as [name, title]; `second` the names of the parts
    that a split moved under `second_title`. `overturned_id` is the decision that this one takes back.
    """

    __tablename__ = "moderation_decision"
    __table_args__ = (
        Index("ix_moderation_decision_subject", "kind", "subject_id", "id"),
        Index("ix_moderation_decision_moderator", "moderator_id", "made_at"),
        Index("ix_moderation_decision_made_at", "made_at", "id"),
        Index("ix_moderation_decision_overturned_id", "overturned_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    version_id: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(LongText, default="")
    passages: Mapped[list[list[str]]] = mapped_column(JSONType, default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    ground: Mapped[str] = mapped_column(String(20), default="")
    legal_basis: Mapped[str] = mapped_column(LongText, default="")
    statement: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    automated: Mapped[bool] = mapped_column(default=False)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    waited_seconds: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[bool] = mapped_column(default=True)
    reversed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    is_example: Mapped[bool] = mapped_column(default=False)
    internal_note: Mapped[str] = mapped_column(LongText, default="", server_default="")
    reason_version: Mapped[int] = mapped_column(default=1, server_default="1")
    reason_texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONType, default=dict, server_default="{}")
    target_id: Mapped[int | None]
    held_back: Mapped[list[list[str]]] = mapped_column(JSONType, default=list, server_default="[]")
    second: Mapped[list[str]] = mapped_column(JSONType, default=list, server_default="[]")
    second_title: Mapped[str] = mapped_column(String(300), default="", server_default="")
    overturned_id: Mapped[int | None]

    @property
    def number(self) -> str:
        """How people name it in letters: E-00042."""
        return f"E-{self.id:05d}"


class Report(Base):
    """A reader's notice that a text may break the rules or the law (Regulation (EU) 2022/2065, Art. 16).

    The secret of the receipt's address is kept as a hash only. Name and address may be empty: nobody has to give them.
    """

    __tablename__ = "moderation_report"
    __table_args__ = (
        Index("ix_moderation_report_subject", "kind", "subject_id"),
        Index("ix_moderation_report_created_at", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    url: Mapped[str] = mapped_column(LongText)
    title: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[str] = mapped_column(String(40))
    explanation: Mapped[str] = mapped_column(LongText)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    good_faith: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="de")
    status: Mapped[str] = mapped_column(String(20), default="received")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_case.id", ondelete="SET NULL"), index=True)
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waited_seconds: Mapped[int | None]


class Reason(Base):
    """An entry of the catalogue of reasons, in one version: what administrators wrote over or beside the shipped list.

    A change is a new row; the one before keeps its words and gets `replaced_at`. `ground` is "terms" or "law",
    `legal_basis` the rule or provision, `text` the template sentence of the statement. What `is_offered` denies can no
    longer be chosen; what was decided with it stays.
    """

    __tablename__ = "moderation_reason"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    text: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    ground: Mapped[str] = mapped_column(String(20), default="terms")
    legal_basis: Mapped[str] = mapped_column(LongText, default="")
    is_offered: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Print(Base):
    """One of the marks by which a case's text is found among 10,000 others: texts that share one may be alike."""

    __tablename__ = "moderation_print"
    __private__ = True
    __table_args__ = (Index("ix_moderation_print_value", "value", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class SecondLook(Base):
    """A decision that was drawn to be decided once more by somebody who does not know how it was decided.

    `reviewer_id` holds it until `held_until` and, with `made_at`, has decided. `first_outcome` keeps what the first
    decision was, `followed_at` when a difference led to the decision being taken back or the text being looked at again.
    """

    __tablename__ = "moderation_second_look"
    __private__ = True
    __table_args__ = (Index("ix_moderation_second_look_made_at", "made_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id", ondelete="CASCADE"), unique=True)
    consultation_id: Mapped[int | None]
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    first_outcome: Mapped[str] = mapped_column(String(20), default="")
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    followed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def agrees(self) -> bool:
        """Whether both moderators decided the same."""
        return self.outcome == self.first_outcome
