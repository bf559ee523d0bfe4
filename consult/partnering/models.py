"""Tables of partnering: what is offered or looked for, every version of its text, and who showed interest.

An offer belongs to a thing of another room (cluster, organisation, idea, project), named by kind and number; no foreign
key leads there, since that room may lie beside or above this one. What lists show of the owner is kept here and renewed
when the owner changes, so that a list of offers asks no other room.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, RenderedHTML, Text2, UTCDateTime

OFFER, REQUEST = "offer", "request"
KINDS = (OFFER, REQUEST)
OWNER_KINDS = ("organisation", "cluster", "idea", "project")

SUBMITTED, PUBLISHED, RETURNED, REJECTED = "submitted", "published", "returned", "rejected"
CLOSED, WITHDRAWN, EXPIRED, HIDDEN, REMOVED = "closed", "withdrawn", "expired", "hidden", "removed"

# States of a version.
WAITING, CURRENT, SUPERSEDED = "waiting", "current", "superseded"
REDACTED, HELD, UNDONE = "redacted", "held", "undone"

ASKED, ACCEPTED, DECLINED, CONCLUDED, LAPSED = "asked", "accepted", "declined", "concluded", "lapsed"
_LIVE = text("status IN ('asked', 'accepted')")


class Offer(Base):
    """Something offered or looked for. The columns from `anonymous` to `months` follow the public version, or the newest
    one while none is public; `stage_position` and `theme_count` are derived for matching.

    `expires_at` is a midnight in Berlin, set when the offer becomes public and `months` long. With `anonymous` nobody but
    moderators and those who speak for the owner learns who the owner is. `owner_public` tells whether the owner has a
    public page. `reminded_at` is when the mail about the coming end left, for the present period.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("ix_offer_list", "status", "published_at", "id"),
        Index("ix_offer_match", "status", "kind", "category"),
        Index("ix_offer_owner", "owner_kind", "owner_id", "status"),
        Index("ix_offer_expiry", "status", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    owner_key: Mapped[str] = mapped_column(String(120), default="")
    owner_title: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    owner_public: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(12), default=SUBMITTED)
    anonymous: Mapped[bool] = mapped_column(default=False)
    category: Mapped[str] = mapped_column(String(40))
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    teaser: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    sector: Mapped[str] = mapped_column(String(4), default="")
    country: Mapped[str] = mapped_column(String(2), default="DE")
    region: Mapped[str] = mapped_column(String(8), default="")
    stage: Mapped[str] = mapped_column(String(20), default="")
    stage_position: Mapped[int] = mapped_column(default=0)
    format: Mapped[str] = mapped_column(String(12), default="hybrid")
    languages: Mapped[list[str]] = mapped_column(JSONType, default=list)
    countries: Mapped[list[str]] = mapped_column(JSONType, default=list)
    topics: Mapped[list[str]] = mapped_column(JSONType, default=list)
    technologies: Mapped[list[str]] = mapped_column(JSONType, default=list)
    theme_count: Mapped[int] = mapped_column(default=0)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="SET NULL"), index=True)
    deadline: Mapped[date | None]
    months: Mapped[int] = mapped_column(default=12)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    public_version_id: Mapped[int | None]
    waiting_version_id: Mapped[int | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def is_public(self) -> bool:
        """Whether everyone may read it at this moment; what ran out is not public from midnight on, job or no job."""
        return self.status == PUBLISHED and self.expires_at is not None and self.expires_at > now()

    @property
    def was_public(self) -> bool:
        return self.published_at is not None

    @property
    def shows_owner(self) -> bool:
        """Whether the public learns who offers or looks."""
        return not self.anonymous and self.owner_public

    @property
    def owner(self) -> tuple[str, int]:
        return self.owner_kind, self.owner_id


class OfferVersion(Base):
    """A text as it was sent, with all fields of its form. Never changed after it was sent, except that its owner may
    become hidden, which holds at once and for older texts too.

    `title` and `body` (Markdown) hold the languages that were written. `fields` are the values of `publishing.COLUMNS`.
    `redacts_id` is the version of which a moderator blacked out passages to make this one.
    """

    __tablename__ = "offer_version"
    __table_args__ = (UniqueConstraint("offer_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    title: Mapped[dict[str, str]] = mapped_column(Text2)
    body: Mapped[dict[str, str]] = mapped_column(Text2)
    html_de: Mapped[Markup] = mapped_column(RenderedHTML, default=Markup(""))
    html_en: Mapped[Markup] = mapped_column(RenderedHTML, default=Markup(""))
    fields: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    redacts_id: Mapped[int | None]
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def html(self, language: str) -> Markup:
        """The text in this language; empty where it was not written in it."""
        return self.html_en if language == "en" else self.html_de


class OfferFacet(Base):
    """A code by which an offer is found and matched: "topic" innovation, "wants" FI, "language" en ..."""

    __tablename__ = "offer_facet"
    __table_args__ = (Index("ix_offer_facet_code", "facet", "code", "offer_id"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), primary_key=True)


class OfferInterest(Base):
    """A person's interest in an offer, on behalf of a thing they speak for (`from_kind`, `from_id`) or of themselves.

    `contact` is what the interested person wants to be reached by, `answer_contact` what the other side chose; each is
    shown to the other side only while `shared_at` is set (the interested person agrees) and the interest was accepted (the
    other side agrees). `reason` is a code of `interest_decline_reasons`, `outcome` one of `interest_outcomes`. After the
    period of retention texts and contacts are emptied (`emptied_at`); what is counted stays.
    """

    __tablename__ = "offer_interest"
    __table_args__ = (
        Index(
            "ux_offer_interest_live", "offer_id", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_offer_interest_offer", "offer_id", "status", "id"),
        Index("ix_offer_interest_person", "person_id", "id"),
        Index("ix_offer_interest_status", "status", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    from_kind: Mapped[str] = mapped_column(String(20), default="")
    from_id: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(12), default=ASKED)
    wants: Mapped[str] = mapped_column(LongText, default="")
    brings: Mapped[str] = mapped_column(LongText, default="")
    when_how: Mapped[str] = mapped_column(LongText, default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    contact: Mapped[str] = mapped_column(LongText, default="")
    shared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer_contact: Mapped[str] = mapped_column(LongText, default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    outcome_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    emptied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def contacts_open(self) -> bool:
        """Whether both sides have agreed to be known to each other."""
        return self.status in (ACCEPTED, CONCLUDED) and self.shared_at is not None
