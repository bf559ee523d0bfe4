"""The directory: clusters, what has been observed about them, and the codes by which they are found.

A cluster row holds what lists and cards need. What a portrait shows stands in observations: one row for each value that
some source gave at some time. None of them is "the right one", so conflicting ones stay side by side.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime

IMPORTED, CLAIMED, CONFIRMED = "imported", "claimed", "confirmed"
STATUSES = (IMPORTED, CLAIMED, CONFIRMED)


class Cluster(Base):
    """A cluster, network or initiative. `status` tells who stands by the portrait, `lifecycle` whether it is active.

    `as_of` is the date of the newest evidence, as precise as its source; empty where nothing is dated. `members` and the
    columns beside it are the newest dated member observation (else the last undated one), for cards. `name_key` holds
    all names folded for search.

    `revision` grows with every change of content, so that two editors notice each other. A portrait that is not `listed`
    stands in no list and counts nowhere: it was taken out, or merged into `merged_into_id` (a plain number, so that the
    table is never rebuilt for it). `interruptions` are {from, until, why} of times in which it was dormant or taken out.
    `text_states` tells by field and language how a text came about, `text_gaps` which are to be translated ("name:en").
    `verified` holds for each group of fields since when and by whom it is vouched for. `asked_at` and `reminders` belong
    to the yearly question that is under way; `dormant_since` is set after it stayed without an answer. `observations` are
    those that stand; replaced ones are kept beside them.
    """

    __tablename__ = "cluster"
    __table_args__ = (
        Index("ix_cluster_order", "sort_key", "id"),
        Index("ix_cluster_portfolio", "portfolio", "nuts1"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(Text2)
    short_name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(LongText, default="")
    status: Mapped[str] = mapped_column(String(12), default=IMPORTED)
    form: Mapped[str] = mapped_column(String(40), default="unassigned")
    scope: Mapped[str] = mapped_column(String(20), default="")
    legal_form: Mapped[str] = mapped_column(String(20), default="")
    lifecycle: Mapped[str] = mapped_column(String(20), default="")
    seat: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str] = mapped_column(String(2), default="DE")
    nuts1: Mapped[str] = mapped_column(String(8), default="")
    nuts2: Mapped[str] = mapped_column(String(8), default="")
    main_sector: Mapped[str] = mapped_column(String(4), default="")
    portfolio: Mapped[str] = mapped_column(String(40), default="")
    sectors: Mapped[list[str]] = mapped_column(JSONType, default=list)
    ecosystems: Mapped[list[str]] = mapped_column(JSONType, default=list)
    key_technologies: Mapped[list[str]] = mapped_column(JSONType, default=list)
    topics: Mapped[list[str]] = mapped_column(JSONType, default=list)
    services: Mapped[list[str]] = mapped_column(JSONType, default=list)
    strengths: Mapped[dict[str, str]] = mapped_column(Text2, default=dict)
    website: Mapped[str] = mapped_column(String(200), default="")
    named_in: Mapped[list[str]] = mapped_column(JSONType, default=list)
    members: Mapped[int | None]
    members_unit: Mapped[str] = mapped_column(String(40), default="")
    members_qualifier: Mapped[str] = mapped_column(String(20), default="")
    members_as_of: Mapped[str] = mapped_column(String(10), default="")
    members_source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    as_of: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    listed: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    listed_on: Mapped[date | None] = mapped_column(Date)
    merged_into_id: Mapped[int | None]
    interruptions: Mapped[list[dict[str, str]]] = mapped_column(JSONType, default=list, server_default="[]")
    text_states: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONType, default=dict, server_default="{}")
    text_gaps: Mapped[str] = mapped_column(String(120), default="", server_default="")
    verified: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONType, default=dict, server_default="{}")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    dormant_since: Mapped[date | None] = mapped_column(Date)
    contact_email: Mapped[str] = mapped_column(String(320), default="", server_default="")

    observations: Mapped[list[Observation]] = relationship(
        lazy="raise", order_by="Observation.position", cascade="all, delete-orphan", passive_deletes=True,
        foreign_keys="Observation.cluster_id",
        primaryjoin="and_(Cluster.id == Observation.cluster_id, Observation.replaced_at.is_(None))",
    )  # fmt: skip


class Observation(Base):
    """One value of one kind, as one source gave it.

    What carries the value depends on the kind: `code` (a term of a closed list, or the kind of a figure, founding or
    alias), `value` (words, a date, a domain), `number`, `text` (both languages) or `details` (several codes at once, and
    what belongs to the value: level of a label, number of founders). `derived` marks our own classification; then there
    is no source. `note` and `basis` are remarks for editors.

    `entered_by` is who typed it in, `entered_as` for whom ("management", "editors", "contact"; "" for what was imported),
    `verified_on` the day on which somebody vouched for it. It held `until` a date, if one is given. A corrected
    observation is kept with `replaced_at`. `origin_id` is the portrait that brought it along in a merger; who shows it
    sets `origin_name` (`mergers.name_origins`).
    """

    origin_name = ""

    __tablename__ = "cluster_observation"
    __table_args__ = (Index("ix_cluster_observation_place", "cluster_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[str] = mapped_column(LongText, default="")
    number: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[dict[str, str] | None] = mapped_column(Text2)
    unit: Mapped[str] = mapped_column(String(40), default="")
    qualifier: Mapped[str] = mapped_column(String(20), default="")
    as_of: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[list[str]] = mapped_column(JSONType, default=list)
    derived: Mapped[bool] = mapped_column(Boolean, default=False)
    basis: Mapped[str] = mapped_column(LongText, default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    entered_as: Mapped[str] = mapped_column(String(12), default="", server_default="")
    entered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_on: Mapped[date | None] = mapped_column(Date)
    until: Mapped[str] = mapped_column(String(10), default="", server_default="")
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id", ondelete="SET NULL"), index=True)


class ClusterVersion(Base):
    """A change of a portrait, as somebody sent it: applied at once, or waiting for moderation.

    `changes` is what `changes.py` describes; `before` the parts as they read before it, `undo` what takes it back once it
    was applied. `base_revision` is the revision that its author saw. `answer` is the sentence of the decision.
    """

    __tablename__ = "cluster_version"
    __private__ = True  # what it changes in public it changes in the tables above
    __table_args__ = (UniqueConstraint("cluster_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    author_role: Mapped[str] = mapped_column(String(12), default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    base_revision: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    undo: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    note: Mapped[str] = mapped_column(LongText, default="")
    answer: Mapped[str] = mapped_column(LongText, default="")


class ClusterClaim(Base):
    """Somebody says to speak for a portrait and proves it. `proof_email` lies at the domain of the website.

    `question` and `answer` are what the editors asked back and what came of it; `reason` is said with a refusal.
    """

    __tablename__ = "cluster_claim"
    __private__ = True
    __table_args__ = (Index("ix_cluster_claim_status", "status", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    organisation: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[str] = mapped_column(String(120), default="")
    proof: Mapped[str] = mapped_column(LongText, default="")
    proof_url: Mapped[str] = mapped_column(String(500), default="")
    proof_email: Mapped[str] = mapped_column(String(320), default="")
    proof_email_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    question: Mapped[str] = mapped_column(LongText, default="")
    answer: Mapped[str] = mapped_column(LongText, default="")
    reason: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class ClusterMerger(Base):
    """A portrait became part of another one. `moved` holds what went along, so that it can be taken back."""

    __tablename__ = "cluster_merger"

    id: Mapped[int] = mapped_column(primary_key=True)
    old_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(LongText, default="")
    moved: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    merged_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class ClusterAddress(Base):
    """A further address that leads to a portrait: another name ("alias"), or the address of a merged one ("merged")."""

    __tablename__ = "cluster_address"

    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default="alias")


class ClusterFacet(Base):
    """A code by which a cluster is found: "sector" C, "technology" advanced-materials ..."""

    __tablename__ = "cluster_facet"
    __table_args__ = (Index("ix_cluster_facet_code", "facet", "code", "cluster_id"),)

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), primary_key=True)


class ClusterFacetCount(Base):
    """How many clusters have a code: what stands beside the filters while none is chosen. Facet "" counts all.

    Facets "any" and "several" tell of a facet how many clusters have any of its codes, and how many have several. Derived
    from `ClusterFacet`; `facets.recount_all` makes it anew.
    """

    __tablename__ = "cluster_facet_count"

    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]


class ClusterManager(Base):
    """A person who speaks for a cluster. A change moves the content version, under which the gate remembers it."""

    __tablename__ = "cluster_manager"

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
