"""The page `/search`: one field, hits of all kinds; kind and language as filters in the address, with their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from consult.core.access import access
from consult.core.i18n import LANGUAGES, _
from consult.core.registry import registries
from consult.core.text import clean_line
from consult.core.web import room_blueprint
from consult.search.queries import RANKED, Hit, did_you_mean, results, search_hits

SIZE = 20
FEW = 3  # so few hits get a suggestion beside them

blueprint = room_blueprint("search", __name__)


@blueprint.get("/search")
@access("public")
def index() -> Any:
    """Hits of the words `q`, of one `kind` and one `language` where the address names them."""
    query = clean_line(request.args.get("q"))[:200]
    kind = request.args.get("kind", "")
    kind = kind if kind in registries.searchables else ""
    language = request.args.get("language", "")
    language = language if language in LANGUAGES else ""
    every = search_hits(query, limit=RANKED + 1) if query else []
    # of the newest 1,000 hits of all kinds one kind may have few; asked for alone, it gets a thousand of its own
    found = search_hits(query, [kind], limit=RANKED + 1) if kind and len(every) > RANKED else _of(every, kind)
    chosen = [hit for hit in found[:RANKED] if not language or language in hit.languages]
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 5 else 0
    return render_template(
        "search/index.html",
        query=query,
        kind=kind,
        language=language,
        total=len(chosen),
        capped=len(found) > RANKED,
        kinds=_kinds(every[:RANKED], language, kind, len(chosen)),
        languages=_languages(found[:RANKED]),
        results=results(query, chosen[start : start + SIZE]) if chosen else [],
        next_after=start + SIZE if len(chosen) > start + SIZE else None,
        start=start,
        suggestion=did_you_mean(query) if query and len(every) <= FEW else None,
    )


def _of(hits: Sequence[Hit], kind: str) -> Sequence[Hit]:
    return [hit for hit in hits if not kind or hit.kind == kind]


def _kinds(hits: Sequence[Hit], language: str, chosen: str, count: int) -> list[tuple[str, Any, int]]:
    """(kind, label, number of hits) in the order of the registry; the chosen kind's number is that of its own list."""
    counts = Counter(hit.kind for hit in hits if not language or language in hit.languages)
    if chosen:
        counts[chosen] = count
    return [
        (name, one.label, counts[name])
        for name, one in registries.searchables.items()
        if counts[name] or name == chosen
    ]


def _languages(hits: Sequence[Hit]) -> list[tuple[str, Any, int]]:
    """(language, label, number of hits) of what can be read in each language."""
    counts = Counter(code for hit in hits for code in hit.languages)
    labels = {"de": _("In German"), "en": _("In English")}
    return [(code, labels[code], counts[code]) for code in LANGUAGES if counts[code]]
