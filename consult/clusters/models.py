"""The directory: clusters, what has been observed about them, and the codes by which they are found.

A cluster row holds what lists and cards need. What a portrait shows stands in observations: one row for each value that
some source gave at some time. None of them is "the right one", so conflicting ones stay side by side.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.db import Base, JSONType, LongText, Text2, UTCDateTime

IMPORTED, CLAIMED, CONFIRMED = "imported", "claimed", "confirmed"
STATUSES = (IMPORTED, CLAIMED, CONFIRMED)


class Cluster(Base):
    """A cluster, network or initiative. `status` tells who stands by the portrait, `lifecycle` whether it is active.

    `as_of` is the date of the newest evidence, as precise as its source; empty where nothing is dated. `members` and the
    columns beside it are the newest dated member observation (else the last undated one), for cards. `name_key` holds
    all names folded for search.
    """

    __tablename__ = "cluster"
    __table_args__ = (Index("ix_cluster_order", "sort_key", "id"),)

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

    observations: Mapped[list[Observation]] = relationship(
        lazy="raise", order_by="Observation.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Observation(Base):
    """One value of one kind, as one source gave it.

    What carries the value depends on the kind: `code` (a term of a closed list, or the kind of a figure, founding or
    alias), `value` (words, a date, a domain), `number`, `text` (both languages) or `details` (several codes at once, and
    what belongs to the value: level of a label, number of founders). `derived` marks our own classification; then there
    is no source. `note` and `basis` are remarks for editors.
    """

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


class ClusterFacet(Base):
    """A code by which a cluster is found: "sector" C, "technology" advanced-materials ..."""

    __tablename__ = "cluster_facet"
    __table_args__ = (Index("ix_cluster_facet_code", "facet", "code", "cluster_id"),)

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), primary_key=True)


class ClusterFacetCount(Base):
    """How many clusters have a code: what stands beside the filters while none is chosen. Facet "" counts all.

    Derived from `ClusterFacet`; `operations.recount_facets` makes it anew.
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
