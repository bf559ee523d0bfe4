"""One portrait as a file: JSON with every observation, JSON-LD (schema.org) for machines that know it, CSV for a sheet.

Remarks that editors noted for themselves are left out; what was classified here says so in place of a source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response

from consult.clusters import addresses, exchange
from consult.clusters.linked_data import CONTENT_TYPE, CONTEXT, JSON_LD, organisation
from consult.clusters.models import Cluster
from consult.clusters.views_finding import blueprint
from consult.core.access import Actor, access
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.exchange import PUBLIC, Record
from consult.core.i18n import _, _l, pick
from consult.core.registry import Panel
from consult.core.tables import CSV, FORMATS, JSON, XLSX, Column, attachment, table_response
from consult.core.web import path
from consult.links.sources import readable_source

REMARKS = frozenset({"note", "basis", "evidence", "entered_at"})
COLUMNS = (
    Column("field", _l("Field")), Column("code", _l("Code")), Column("value", _l("Value"), 40), Column("unit", _l("Unit")),
    Column("qualifier", _l("Qualifier")), Column("as_of", _l("Date")), Column("source", _l("Source"), 40),
)  # fmt: skip
_PLAIN = ("id", "name", "short_name")
_CITED = frozenset({"unit", "qualifier", "as_of", "source", "derived", *REMARKS})


def _without_remarks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_remarks(one) for name, one in value.items() if name not in REMARKS}
    return [_without_remarks(one) for one in value] if isinstance(value, list) else value


def profile(slug: str) -> Record:
    """The portrait as everyone may read it; NotFound if there is none."""
    found = next(iter(exchange.read([slug], PUBLIC)), None)
    if found is None:
        other = addresses.leads_to(slug)
        found = next(iter(exchange.read([other.slug], PUBLIC)), None) if other is not None else None
    if found is None:
        raise NotFound(_("We have no portrait under this address."))
    kept: Record = _without_remarks(exchange.EXCHANGE.canonical(found))
    return kept


def rows_of(record: Record) -> Iterator[list[Any]]:
    """A row for each thing that is known, with its date and source."""
    for name, content in record.items():
        if name in ("text_states", "interruptions", "listed_on", "named_in"):
            continue
        for one in content if isinstance(content, list) else [content]:
            if not isinstance(one, dict) or name in _PLAIN:
                yield [name, "", one, "", "", "", ""]
                continue
            said = {key: value for key, value in one.items() if key not in _CITED}
            words = pick({key: said.pop(key) for key in ("de", "en") if key in said})
            code = next((said.pop(key) for key in ("code", "of", "kind", "scheme", "aspect") if key in said), "")
            main = next((said.pop(key) for key in ("value", "values", "city", "domain", "name") if key in said), words)
            rest = [f"{key}: {_flat(value)}" for key, value in said.items()]
            source = one.get("source") or []
            cited = [readable_source(each) for each in ([source] if isinstance(source, str) else source)]
            value = main if not rest else "; ".join(filter(None, [_flat(main), *rest]))
            yield [
                name, code, value, one.get("unit", ""), one.get("qualifier", ""), one.get("as_of", ""),
                cited or (_("classified by us") if one.get("derived") else ""),
            ]  # fmt: skip


def _flat(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


@blueprint.get("/clusters/<slug>.<any(json, jsonld, csv, xlsx):fmt>")
@access("public")
def profile_file(slug: str, fmt: str) -> Response:
    """One portrait as a file."""
    record = profile(slug)
    if fmt in (CSV, XLSX):
        return table_response(fmt, record["id"], COLUMNS, rows_of(record))
    content = {"@context": CONTEXT, **organisation(record)} if fmt == JSON_LD else record
    body = json.dumps(content, ensure_ascii=False, sort_keys=fmt == JSON, indent=2) + "\n"
    content_type = CONTENT_TYPE if fmt == JSON_LD else FORMATS[JSON].content_type
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = attachment(f"{record['id']}.{fmt}")
    return response


def _panel(cluster_id: int, _actor: Actor) -> dict[str, Any] | None:
    cluster = db.session.get(Cluster, cluster_id)  # the page has it already
    if cluster is None or not cluster.listed:
        return None
    labels = {JSON: "JSON", JSON_LD: "JSON-LD", CSV: "CSV", XLSX: "XLSX"}
    return {
        "files": [(label, path("clusters.profile_file", slug=cluster.slug, fmt=fmt)) for fmt, label in labels.items()]
    }


PANEL = Panel("clusters.show", 95, "clusters/_profile_files.html", _panel)
