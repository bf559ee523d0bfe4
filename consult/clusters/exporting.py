"""The directory as a file: every portrait that the list shows, in the order of the list, whatever its length.

Codes stand beside their words, so that both people and programs can use it; every figure has its unit, date and source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response

from consult.clusters import queries
from consult.clusters.facets import COUNTRY, LABEL, REGION
from consult.clusters.forms import BY_NAME, Selection, title_of
from consult.clusters.linked_data import CONTENT_TYPE, JSON_LD, item_list
from consult.clusters.models import Cluster
from consult.core import outlets
from consult.core.atom import Entry, identifier
from consult.core.i18n import _, _l, pick, picked_language
from consult.core.outlets import ATOM
from consult.core.tables import CSV, JSON, XLSX, Column, download, table_response
from consult.core.vocabularies import vocabulary
from consult.core.web import address
from consult.links.sources import readable_source

FORMATS = {CSV: "CSV", XLSX: "XLSX", JSON: "JSON"}
LIST_FORMATS = {**FORMATS, JSON_LD: "JSON-LD", ATOM: outlets.FORMATS[ATOM]}

# Filters whose codes are given as they are found, and once more in words.
LISTED = ("form", REGION, "sector", "ecosystem", "technology", "service", COUNTRY, LABEL, "open", "legal")

COLUMNS = (
    Column("id", _l("Identifier")),
    Column("name", _l("Name"), 40),
    Column("short_name", _l("Short name")),
    Column("seat", _l("Seat")),
    Column("strengths", _l("Strengths"), 60),
    *(Column(name, BY_NAME[name].legend) for name in LISTED),
    *(Column(f"{name}_codes", _l("%(what)s, codes", what=BY_NAME[name].legend)) for name in LISTED),
    Column("members", _l("Number of members")),
    Column("members_qualifier", _l("Qualifier")),
    Column("members_unit", _l("Unit")),
    Column("members_as_of", _l("Date of the number")),
    Column("members_source", _l("Source of the number"), 40),
    Column("as_of", _l("Newest evidence")),
    Column("status", _l("Who stands by it")),
    Column("website", _l("Website")),
    Column("url", _l("Address of the portrait"), 40),
)

STATUS = {"imported": _l("from public sources, not confirmed"), "claimed": _l("taken over, not confirmed yet"),
          "confirmed": _l("confirmed by the cluster")}  # fmt: skip


def row_of(cluster: Cluster, codes: dict[str, list[str]]) -> list[Any]:
    """A portrait as a row of `COLUMNS`; what is not known stays empty."""
    listed = [codes.get(name, []) for name in LISTED]
    known = cluster.members is not None
    return [
        cluster.slug,
        cluster.name,
        cluster.short_name,
        cluster.seat,
        cluster.strengths,
        *([title_of(name, code) for code in found] for name, found in zip(LISTED, listed, strict=True)),
        *listed,
        cluster.members,
        vocabulary("qualifiers").title(cluster.members_qualifier) if known else None,
        vocabulary("member_units").title(cluster.members_unit) if known else None,
        cluster.members_as_of,
        [readable_source(one) for one in cluster.members_source],
        cluster.as_of,
        STATUS.get(cluster.status, cluster.status),
        cluster.website,
        address("clusters.show", slug=cluster.slug),
    ]


def rows(parts: Iterator[tuple[Sequence[Cluster], queries.CodesOf]]) -> Iterator[list[Any]]:
    """The rows of all parts, one at a time."""
    for clusters, codes in parts:
        for cluster in clusters:
            yield row_of(cluster, codes.get(cluster.id, {}))


def _entry(cluster: Cluster) -> Entry:
    return Entry(
        id=identifier(f"clusters/{cluster.slug}"), title=pick(cluster.name), language=picked_language(cluster.name),
        url=address("clusters.show", slug=cluster.slug), published=cluster.created_at, updated=cluster.updated_at,
        summary=pick(cluster.strengths), categories=[*cluster.sectors, *cluster.key_technologies],
    )  # fmt: skip


def as_file(fmt: str, selection: Selection) -> Response:
    """What the list shows, as a download."""
    if fmt == ATOM:
        found = queries.latest(selection, outlets.FEED_SIZE)
        return outlets.newest_first("list/clusters", _("Clusters"), map(_entry, found))
    if fmt == JSON_LD:
        parts = (clusters for clusters, _codes in queries.every_cluster(selection))
        return download(item_list(parts), f"{_('clusters')}.{JSON_LD}", CONTENT_TYPE)
    return table_response(fmt, _("clusters"), COLUMNS, rows(queries.every_cluster(selection)), sheet=_("Clusters"))
