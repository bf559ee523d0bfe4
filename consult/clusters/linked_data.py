"""Portraits in the words of schema.org, one or a whole list, for machines that know them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from consult.clusters import exchange
from consult.clusters.models import Cluster
from consult.core.exchange import PUBLIC, Record
from consult.core.web import address

JSON_LD = "jsonld"
CONTENT_TYPE = "application/ld+json"
CONTEXT = "https://schema.org"


def organisation(record: Record) -> dict[str, Any]:
    """The portrait in the words of schema.org, as far as these reach."""
    seat = record.get("seat", {})
    name = record["name"]
    found: dict[str, Any] = {
        "@type": "Organization",
        "@id": address("clusters.show", slug=record["id"], lang_code="de"),
        "identifier": record["id"],
        "name": [{"@language": language, "@value": words} for language, words in sorted(name.items())],
        "alternateName": list(filter(None, [record.get("short_name"), *(one["name"] for one in record.get("aliases", []))])),
        "description": [
            {"@language": language, "@value": record["strengths"][language]}
            for language in ("de", "en")
            if record.get("strengths", {}).get(language)
        ],
        "url": f"https://{record['website']['domain']}" if record.get("website", {}).get("domain") else None,
        "address": {
            "@type": "PostalAddress", "addressLocality": seat.get("city"), "addressCountry": seat.get("country"),
        } if seat.get("city") else None,
        "foundingDate": next((one["value"] for one in record.get("founded", [])), None),
        "knowsAbout": [code for key in ("key_technologies", "ecosystems") for code in record.get(key, {}).get("values", [])],
        "award": [
            " ".join(filter(None, (one["scheme"], one.get("level"), one.get("awarded")))) for one in record.get("labels", [])
        ],
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def item_list(parts: Iterable[Sequence[Cluster]]) -> Iterator[bytes]:
    """An `ItemList` of organisations in the order of the parts, in pieces of the file."""
    yield f'{{"@context": "{CONTEXT}", "@type": "ItemList", "itemListElement": ['.encode()
    place = 0
    for clusters in parts:
        records = {record["id"]: record for record in exchange.read([one.slug for one in clusters], PUBLIC)}
        for cluster in clusters:
            if cluster.slug not in records:  # taken out at this moment
                continue
            place += 1
            item = {"@type": "ListItem", "position": place, "item": organisation(records[cluster.slug])}
            yield (",\n" if place > 1 else "\n").encode() + json.dumps(item, ensure_ascii=False).encode()
    yield f'\n], "numberOfItems": {place}}}\n'.encode()
