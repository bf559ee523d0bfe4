"""The page `/search`: one field, hits of all kinds, each kind as a filter in the address."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access
from consult.core.registry import registries
from consult.core.text import clean_line
from consult.core.web import room_blueprint
from consult.search.queries import RANKED, did_you_mean, results, search_hits

SIZE = 20

blueprint = room_blueprint("search", __name__)


@blueprint.get("/search")
@access("public")
def index() -> Any:
    query = clean_line(request.args.get("q"))[:200]
    kind = request.args.get("kind", "")
    kind = kind if kind in registries.searchables else ""
    hits = search_hits(query) if query else []
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.kind] = counts.get(hit.kind, 0) + 1
    chosen = [hit for hit in hits if not kind or hit.kind == kind]
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 5 else 0
    return render_template(
        "search/index.html",
        query=query,
        kind=kind,
        total=len(chosen),
        capped=len(hits) >= RANKED,
        kinds=[(name, registries.searchables[name].label, count) for name, count in sorted(counts.items())],
        results=results(query, chosen[start : start + SIZE]) if chosen else [],
        next_after=start + SIZE if len(chosen) > start + SIZE else None,
        start=start,
        suggestion=did_you_mean(query) if query and not hits else None,
    )
