"""The page `/search`: one field, hits of all kinds; facets in the address, as links with their counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from consult.core.access import access
from consult.core.i18n import LANGUAGES, _
from consult.core.limits import allow_search
from consult.core.outlets import FORMATS
from consult.core.registry import SubjectInfo, describe, registries
from consult.core.templating import with_query
from consult.core.text import clean_line
from consult.core.vocabularies import vocabulary
from consult.core.web import room_blueprint
from consult.search import listing_files
from consult.search.asking import query_groups
from consult.search.drawing import results_drawn
from consult.search.finding import Codes, fits, found
from consult.search.queries import results, suggestion

SIZE = 20
LONGEST = 200  # characters of a query
CHOICES = ("kind", "language", "year", "region", "consultation")
FEW = 3  # so few hits get a suggestion beside them
MOST_OPTIONS = 12  # of a facet
NUMBER = re.compile(r"[A-Za-z]+(?:-\d+)+")

blueprint = room_blueprint("search", __name__)


@dataclass(frozen=True)
class Facet:
    """A facet as the page shows it: (code, label, number of hits, whether it is chosen) of each code, and its heading."""

    name: str
    label: str
    options: Sequence[tuple[str, Any, int, bool]]
    every: str  # what stands for no choice
    is_chosen: bool

    def tabs(self) -> list[dict[str, Any]]:
        """Its links, as `tabs` draws them: to all hits, and to those of each code."""
        every = with_query(**{self.name: None})
        # behind the rest of the address unless the facet stands in it already; codes are letters and digits
        begin = f"{every}{'&' if '?' in every else '?'}{self.name}="
        links: list[dict[str, Any]] = [{"label": self.every, "url": every, "current": not self.is_chosen}]
        for code, label, count, chosen in self.options:
            url = with_query(**{self.name: code}) if self.is_chosen else begin + code
            links.append({"label": label, "url": url, "current": chosen, "count": count})
        return links


@blueprint.get("/search")
@access("public")
def index() -> Any:
    """Hits of the words `q`, of one code of each facet that the address names."""
    query = clean_line(request.args.get("q"))[:LONGEST]
    chosen = choices(request.args)
    if query:
        allow_search()
    every, hits = found(query, chosen)
    documents, total = hits.documents, len(hits.documents)
    if (fmt := request.args.get("format", "")) in FORMATS and query:
        return listing_files.answer(fmt, query, documents)
    start = place_after(request.args.get("after", ""), documents)
    facets = _facets(every.combinations(), chosen, total)
    shown = documents[start : start + SIZE]
    return render_template(
        "search/index.html",
        query=query,
        chosen=chosen,
        total=total,
        hits=hits,
        without=len(every.documents) if chosen else 0,
        facets=facets,
        results=results_drawn(results(query, shown)) if shown else "",
        next_after=f"{start + SIZE}-{shown[-1]}" if total > start + SIZE else None,
        start=start,
        formats=FORMATS,
        chips=[{"label": _("“%(words)s”", words=query)}, *({"label": label} for label in _chosen_labels(facets))]
        if query
        else [],
        numbered=_numbered(query),
        says_nothing=bool(query) and not query_groups(query),
        suggestion=suggestion(query) if query and (every.partly or len(every.documents) <= FEW) else None,
    )


def place_after(cursor: str, documents: Sequence[int]) -> int:
    """How many hits come before those behind a cursor, which names the last document that was shown and how many there were
    until then: where that one still is a hit, what has come or gone before it moves no page; else the number counts.
    """
    number, _sign, document = cursor.partition("-")
    if not (_is_number(number) and _is_number(document)):
        return 0
    if int(document) in documents:
        return documents.index(int(document)) + 1
    return min(int(number), len(documents))


def _numbered(query: str) -> SubjectInfo | None:
    """The public thing that has this number, as it stands on receipts and in letters."""
    if not NUMBER.fullmatch(query):
        return None
    for kind in registries.searchables:
        if kind in registries.subjects and (known := registries.subjects[kind].find(query.upper())) is not None:
            info = describe([(kind, known)]).get((kind, known))
            return info if info is not None and info.public else None
    return None


def _chosen_labels(facets: Sequence[Facet]) -> list[Any]:
    return [label for facet in facets for _code, label, _count, current in facet.options if current]


def choices(arguments: Mapping[str, str]) -> dict[str, str]:
    """What the address chooses, as far as it can be; the rest is left out of account."""
    asked = {name: arguments.get(name, "") for name in CHOICES}
    sound = {
        "kind": asked["kind"] in registries.searchables,
        "language": asked["language"] in LANGUAGES,
        "year": _is_number(asked["year"]),
        "region": bool(asked["region"]) and asked["region"] in vocabulary("nuts2024_de"),
        "consultation": _is_number(asked["consultation"]),
    }
    return {name: code for name, code in asked.items() if sound[name]}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _facets(combinations: Sequence[tuple[Codes, int]], chosen: dict[str, str], count: int) -> list[Facet]:
    """All facets that distinguish the hits. A code's number is that of its list, with what else is chosen."""
    labels = {
        "kind": (_("Kinds of results"), _("All")),
        "language": (_("Language of the text"), _("In any language")),
        "region": (_("Land"), _("All Länder")),
        "year": (_("Year"), _("All years")),
        "consultation": (_("Consultation"), _("All consultations")),
    }
    facets = []
    for name, (label, every) in labels.items():
        others = {one: code for one, code in chosen.items() if one != name}
        counts: Counter[str] = Counter()
        for codes, number in combinations:
            if not others or fits(codes, others):
                for code in codes[name]:
                    counts[code] += number
        if name in chosen:
            counts[chosen[name]] = count
        options = [(code, text, counts[code], chosen.get(name) == code) for code, text in _named(name, counts, chosen)]
        if len(options) > 1 or name in chosen:
            facets.append(Facet(name, label, options, every, name in chosen))
    return facets


def _named(name: str, counts: Counter[str], chosen: dict[str, str]) -> list[tuple[str, Any]]:
    """(code, label) of the codes that are counted, in the order of their list; years from the newest."""
    if name == "kind":
        return [(code, one.label) for code, one in registries.searchables.items() if code in counts]
    if name == "language":
        spoken = {"de": _("In German"), "en": _("In English")}
        return [(code, spoken[code]) for code in LANGUAGES if code in counts]
    if name == "year":
        return [(code, code) for code in sorted(counts, key=int, reverse=True)][:MOST_OPTIONS]
    most = [code for code, _number in counts.most_common(MOST_OPTIONS)]
    if name == "region":
        lands = vocabulary("nuts2024_de")
        return sorted(((code, lands.title(code)) for code in most if code in lands), key=lambda one: one[1])
    infos = describe(("consultation", int(code)) for code in most) if len(most) > 1 or name in chosen else {}
    return [(str(info.id), info.title) for info in infos.values() if info.public]
