"""Tables of redress: complaints, measures against misuse, disputes before a body out of court.

Reports and decisions lie with moderation, whose queue shows them. What is counted in public figures is never deleted
before its retention is over, only freed of names, so that the figures of a past period stay what they were.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime

# Who complains: the author of a restricted text, who reported in vain, whom a measure concerns.
AUTHOR, REPORTER, CONCERNED = "author", "reporter", "measure"
PARTIES = (AUTHOR, REPORTER, CONCERNED)

# What a measure is about: writing texts, or reporting and complaining.
TEXTS, NOTICES = "texts", "notices"
SCOPES = (TEXTS, NOTICES)

WARNING, SUSPENSION = "warning", "suspension"
STEPS = (WARNING, SUSPENSION)

_OF_AUTHOR = text("party = 'author'")


class Measure(Base):
    """A warning or a suspension after misuse (Regulation (EU) 2022/2065, Art. 23).

    `items` lists what it rests on: [kind, id] of reports, complaints or decisions that a human found manifestly unfounded
    or manifestly illegal; `number_manifest` of `number_all` in the same time, `gravity` and `intention` are the criteria
    of Art. 23 (3). `statement` is the statement of reasons as sent. A suspension runs until `ends_at`; `ended_at` is when
    it was over, by time or by a complaint. Somebody without account is known by the address alone.
    """

    __tablename__ = "redress_measure"
    __table_args__ = (
        Index("ix_redress_measure_decided_at", "decided_at", "id"),
        Index("ix_redress_measure_running", "status", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    email_key: Mapped[str] = mapped_column(String(320), default="", index=True)
    scope: Mapped[str] = mapped_column(String(12))
    step: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12), default="active")
    items: Mapped[list[list[str | int]]] = mapped_column(JSONType, default=list)
    number_manifest: Mapped[int] = mapped_column(default=0)
    number_all: Mapped[int] = mapped_column(default=0)
    gravity: Mapped[str] = mapped_column(LongText, default="")
    intention: Mapped[str] = mapped_column(LongText, default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    statement: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    language: Mapped[str] = mapped_column(String(5), default="de")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def number(self) -> str:
        """How people name it in letters: S-00042."""
        return f"S-{self.id:05d}"

    def runs_at(self, moment: datetime) -> bool:
        """Whether it is a suspension that is in force at this moment."""
        return (
            self.step == SUSPENSION and self.status == "active" and self.ends_at is not None and self.ends_at > moment
        )


class Complaint(Base):
    """A complaint against a decision, a refused report or a measure (Regulation (EU) 2022/2065, Art. 20).

    At most one against each. `decision_id` is the decision that it is about, also where a reader complains about the
    answer to a report. `answer` is the answer as sent, in both languages; `new_decision_id` the decision that followed.
    `due_at` is the promised time. `is_manifest` says that a human found it manifestly unfounded.
    """

    __tablename__ = "redress_complaint"
    __table_args__ = (
        Index(
            "ux_redress_complaint_author", "decision_id", unique=True,
            sqlite_where=_OF_AUTHOR, postgresql_where=_OF_AUTHOR,
        ),
        Index("ix_redress_complaint_created_at", "created_at", "id"),
        Index("ix_redress_complaint_waiting", "status", "due_at", "id"),
        Index("ix_redress_complaint_subject", "kind", "subject_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    party: Mapped[str] = mapped_column(String(12))
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id", ondelete="SET NULL"), index=True
    )
    report_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_report.id", ondelete="SET NULL"), unique=True)
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("redress_measure.id", ondelete="SET NULL"), unique=True)
    kind: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(300), default="")
    consultation_id: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    body: Mapped[str] = mapped_column(LongText)
    status: Mapped[str] = mapped_column(String(12), default="received")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    is_manifest: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(LongText, default="")
    answer: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    new_decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id", ondelete="SET NULL"), index=True
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waited_seconds: Mapped[int | None]
    in_time: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def subject(self) -> tuple[str, int] | None:
        """The text that it is about, None for a complaint against a measure."""
        return (self.kind, self.subject_id) if self.subject_id is not None else None


class Dispute(Base):
    """A complaint that went to a certified body out of court (Art. 21), as far as the figures ask (Art. 24 (1) a).

    `outcome` is empty while it runs, then "operator", "complainant", "settled" or "withdrawn".
    """

    __tablename__ = "redress_dispute"
    __table_args__ = (Index("ix_redress_dispute_opened_at", "opened_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("redress_complaint.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(String(300))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    is_followed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(LongText, default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
