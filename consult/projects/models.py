"""Tables of projects and activities, and of who takes part in them.

A project is joined by degree (`Membership`), an activity takes a place (`Participation`). The counters of an activity are
stored, because every list shows free places; they change only under the lock of the activity's row (`places.py`) and can
be counted again at any time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, RenderedHTML, Text2, UTCDateTime, sort_key
from consult.core.i18n import current_language

# Where a thing without a known date stands in a list: behind all that lies before it, ahead of all that is to come.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SOME_DAY = datetime(9999, 1, 1, tzinfo=UTC)

SEATED = ("confirmed", "attended", "absent")
GIVEN_UP = ("cancelled", "lapsed")
OVER = ("completed", "cancelled", "postponed")


class Project(Base):
    """A project, alliance or joint offer.

    `joining` is None where no source says how to take part; otherwise {open, waiting_list, note, roles: [{role,
    capacity}]}. `data` holds facts with their sources as in the data set. `starts` is as precise as its source: "2017",
    "2017-09" or "2017-09-01". `edited_at` is set by people's edits: what it stands on no longer moves with the demo.
    """

    __tablename__ = "project"
    __allow_unmapped__ = True  # for `known_leads`

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    summary: Mapped[dict[str, str]] = mapped_column(Text2)
    region: Mapped[str] = mapped_column(String(8), default="", index=True)
    countries: Mapped[list[str]] = mapped_column(JSONType, default=list)
    topics: Mapped[list[str]] = mapped_column(JSONType, default=list)
    starts: Mapped[str] = mapped_column(String(10), default="")
    lifecycle: Mapped[str] = mapped_column(String(20), default="")
    joining: Mapped[dict[str, Any] | None] = mapped_column(JSONType)
    joining_open: Mapped[bool] = mapped_column(default=False)
    joining_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    sort_de: Mapped[str] = mapped_column(String(200))
    sort_en: Mapped[str] = mapped_column(String(200))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    text_states: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict, server_default="{}")

    __table_args__ = (Index("ix_project_sort_de", "sort_de", "id"), Index("ix_project_sort_en", "sort_en", "id"))

    # Who leads it, as (kind, id), where the page at hand has read the links already; no column.
    known_leads: Any = None

    def set_title(self, title: dict[str, str]) -> None:
        """Set the title together with the keys by which lists are sorted."""
        self.title = title
        self.sort_de = sort_key(title.get("de") or title.get("en") or "")
        self.sort_en = sort_key(title.get("en") or title.get("de") or "")

    @property
    def sort_title(self) -> str:
        return self.sort_en if current_language() == "en" else self.sort_de

    def role(self, code: str) -> dict[str, Any] | None:
        """What the project says about a degree of taking part, or None where it is not offered."""
        roles = (self.joining or {}).get("roles", [])
        return next((dict(one) for one in roles if one["role"] == code), None)


class Membership(Base):
    """A person's part in a project, one live row for each degree. `note` is the sentence of who decided."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(LongText, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    note: Mapped[str] = mapped_column(LongText, default="")
    status: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(5), default="de")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None]

    project: Mapped[Project] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_membership_project", "project_id", "status", "role"),
        Index(
            "uq_membership_live", "project_id", "person_id", "role", unique=True,
            sqlite_where=text("status IN ('asked', 'accepted')"), postgresql_where=text("status IN ('asked', 'accepted')"),
        ),
    )  # fmt: skip


class Activity(Base):
    """An event or offer with a date, a place and perhaps a number of places.

    `precision` is how exact the source is: "time", "day", "month", "year" or "" for an unknown date; `starts_at` and
    `ends_at` then span the whole day, month or year. `sort_at` and `over_at` are derived from them and never empty.
    `capacity` None means as many as like to; `held_back` places are given out by the host alone. The counters change
    only under the lock of this row. `last_position` numbers the participations in the order in which they came. `revision`
    counts edits of the facts, not the comings and goings; `status_note` says why it was cancelled or postponed.
    """

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="SET NULL"), index=True)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    title_key: Mapped[str] = mapped_column(String(401), default="")
    kind: Mapped[str] = mapped_column(String(40), index=True)
    summary: Mapped[dict[str, str]] = mapped_column(Text2)
    audience: Mapped[dict[str, str] | None] = mapped_column(Text2)
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    all_day: Mapped[bool] = mapped_column(default=False)
    precision: Mapped[str] = mapped_column(String(6), default="")
    sort_at: Mapped[datetime] = mapped_column(UTCDateTime)
    over_at: Mapped[datetime] = mapped_column(UTCDateTime)
    city: Mapped[str] = mapped_column(String(120), default="", index=True)
    country: Mapped[str] = mapped_column(String(2), default="")
    venue: Mapped[str] = mapped_column(String(200), default="")
    format: Mapped[str] = mapped_column(String(12), default="")
    status: Mapped[str] = mapped_column(String(12), default="announced")
    capacity: Mapped[int | None]
    held_back: Mapped[int] = mapped_column(default=0)
    registration: Mapped[bool] = mapped_column(default=False)
    registration_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_list: Mapped[bool] = mapped_column(default=True)
    host_accepts: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[str]] = mapped_column(JSONType, default=list)
    roles: Mapped[list[str]] = mapped_column(JSONType, default=list)
    topics: Mapped[list[str]] = mapped_column(JSONType, default=list)
    organiser_kind: Mapped[str] = mapped_column(String(20), default="")
    organiser_id: Mapped[int | None]
    confirmed_count: Mapped[int] = mapped_column(default=0)
    offered_count: Mapped[int] = mapped_column(default=0)
    waiting_count: Mapped[int] = mapped_column(default=0)
    last_position: Mapped[int] = mapped_column(default=0)
    data: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    text_states: Mapped[dict[str, str]] = mapped_column(JSONType, default=dict, server_default="{}")
    status_note: Mapped[dict[str, str]] = mapped_column(Text2, default=dict, server_default="{}")

    project: Mapped[Project | None] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("capacity IS NULL OR (capacity >= 0 AND held_back >= 0)", name="capacity"),
        CheckConstraint("confirmed_count >= 0 AND offered_count >= 0 AND waiting_count >= 0", name="counters"),
        Index("ix_activity_order", "sort_at", "id"),
        Index("ix_activity_over", "over_at"),
        Index("ix_activity_organiser", "organiser_kind", "organiser_id"),
    )

    def set_title(self, title: dict[str, str]) -> None:
        """Set the title together with the key by which it is found."""
        self.title = title
        self.title_key = "\n".join(sort_key(title.get(language, "")) for language in ("de", "en"))

    def set_dates(self, starts_at: datetime | None, ends_at: datetime | None, precision: str) -> None:
        """Set when it happens, together with what lists are sorted by."""
        self.starts_at, self.ends_at = starts_at, ends_at or starts_at
        self.precision = precision
        self.all_day = precision != "time"
        unknown = LONG_AGO if self.status in OVER else SOME_DAY
        self.sort_at = starts_at or unknown
        self.over_at = self.ends_at or unknown

    @property
    def places(self) -> int | None:
        """Places that may be given out on joining: all but those held back; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.held_back)

    @property
    def free(self) -> int | None:
        """Places neither taken nor held for somebody on the waiting list; None without a limit."""
        places = self.places
        return None if places is None else max(0, places - self.confirmed_count - self.offered_count)

    @property
    def full(self) -> bool:
        """Whether who joins now has to wait: no place free, or others wait already."""
        return self.free is not None and (self.free == 0 or self.waiting_count > 0)

    def is_past(self, moment: datetime) -> bool:
        return self.over_at <= moment

    def has_begun(self, moment: datetime) -> bool:
        return self.starts_at is not None and self.starts_at <= moment

    def registration_open(self, moment: datetime | None = None) -> bool:
        """Whether people can join at this moment, with a place or onto the waiting list."""
        return self.registration_closed_by(moment or now()) == ""

    def registration_closed_by(self, moment: datetime) -> str:
        """Why nobody can join: "none", "cancelled", "postponed", "past", "deadline", "full"; "" if one can."""
        if self.status in ("cancelled", "postponed"):
            return self.status
        if self.status == "completed" or self.is_past(moment) or self.has_begun(moment):
            return "past"
        if not self.registration:
            return "none"
        if self.registration_until is not None and self.registration_until <= moment:
            return "deadline"
        if self.full and not self.waiting_list and not self.host_accepts:
            return "full"
        return ""


class Participation(Base):
    """A person's place at an activity, or their place in the queue for one.

    At most one row of a person and an activity is live (not cancelled, not lapsed). `position` is the order in which
    people came, without ties. `offered_until` is set while a place is held. The link in the mails carries a token of
    which only the hash is kept here.
    """

    __tablename__ = "participation"
    __private__ = True  # what the public sees of it are the activity's counters

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="")
    message: Mapped[str] = mapped_column(LongText, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    note: Mapped[str] = mapped_column(LongText, default="")
    status: Mapped[str] = mapped_column(String(12))
    position: Mapped[int]
    offered_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    language: Mapped[str] = mapped_column(String(5), default="de")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    wants_messages: Mapped[bool] = mapped_column(default=True, server_default=true())

    activity: Mapped[Activity] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_participation_queue", "activity_id", "status", "position"),
        Index("ix_participation_offers", "status", "offered_until"),
        Index(
            "uq_participation_live", "activity_id", "person_id", unique=True,
            sqlite_where=text("status NOT IN ('cancelled', 'lapsed')"),
            postgresql_where=text("status NOT IN ('cancelled', 'lapsed')"),
        ),
        Index("uq_participation_position", "activity_id", "position", unique=True),
    )  # fmt: skip

    @property
    def live(self) -> bool:
        return self.status not in GIVEN_UP


class ActivityMessage(Base):
    """What a host tells about an activity: to everyone (`audience` "public") or to those who take part ("participants").

    It is read only after moderation has published it. `version_id` is the version whose words stand in `title`, `body` and
    `html`. `mailed_at` is set once those who take part were written to, so that they are written to once.
    """

    __tablename__ = "activity_message"
    __table_args__ = (Index("ix_activity_message_list", "activity_id", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    host_name: Mapped[str] = mapped_column(String(200), default="")
    audience: Mapped[str] = mapped_column(String(12), default="participants")
    language: Mapped[str] = mapped_column(String(5), default="de")
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(LongText, default="")
    html: Mapped[Markup] = mapped_column(RenderedHTML, default="")
    status: Mapped[str] = mapped_column(String(12), default="pending")
    version_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    activity: Mapped[Activity] = relationship(lazy="raise")

    __mapper_args__: dict[str, Any] = {"version_id_col": revision}


class ActivityMessageVersion(Base):
    """The words that a message had or has; never changed, emptied when its host withdraws it."""

    __tablename__ = "activity_message_version"
    __private__ = True
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("activity_message.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[str] = mapped_column(LongText, default="")
    html: Mapped[Markup] = mapped_column(RenderedHTML, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
