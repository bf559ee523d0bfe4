"""The filters of the list, between the address and the queries."""

from __future__ import annotations

from typing import Any

from flask import request

from consult.core.i18n import _, _l, _n, format_number
from consult.core.templating import with_query, without_value
from consult.core.text import clean_line
from consult.core.vocabularies import vocabulary
from consult.partnering import queries, words
from consult.partnering.models import KINDS
from consult.partnering.queries import ENDING, FACETS, NEWEST, SORTS, Counts, OfferFilter

MOST = 24  # values taken from one facet of an address: all 16 Länder, all 21 sectors
LEGENDS: dict[str, Any] = {
    "kind": _l("What is it?"),
    "category": _l("Kind of cooperation"),
    "topic": _l("Topic"),
    "technology": _l("Key technology"),
    "sector": _l("Sector"),
    "country": _l("Country"),
    "region": _l("Land"),
    "wants": _l("Partners from"),
    "stage": _l("Stage of the value chain"),
    "format": _l("How"),
    "language": _l("Language"),
    "programme": _l("Programme"),
    "owner": _l("From"),
}
ORDERED = {"category": "cooperation_categories", "stage": "value_chain_stages"}
Titles = dict[str, dict[str, str]]


def read() -> OfferFilter:
    """What the address asks for; a code that no offer has finds nothing, which is no error."""
    chosen = {}
    for facet in FACETS:
        values = [clean_line(value)[:80] for value in request.args.getlist(facet)]
        codes = list(dict.fromkeys(value for value in values if value))[:MOST]
        if codes:
            chosen[facet] = codes
    sort = request.args.get("sort", NEWEST)
    return OfferFilter(clean_line(request.args.get("q"))[:200], chosen, sort if sort in SORTS else NEWEST)


def groups(wanted: OfferFilter, counts: Counts, titles: Titles) -> list[dict[str, Any]]:
    """The groups of the filter form. Beside a facet that is in use itself no numbers stand: they would mislead."""
    found = []
    for facet in FACETS:
        used = wanted.chosen.get(facet, [])
        codes = [*counts.known.get(facet, {}), *(code for code in used if code not in counts.known.get(facet, {}))]
        numbers = None if used else counts.codes.get(facet, {})
        options = [
            {
                "value": code,
                "label": words.facet_title(facet, code, titles),
                "checked": code in used,
                "count": numbers.get(code, 0) if numbers is not None else None,
            }
            for code in _in_order(facet, codes, titles)
        ]
        found.append({"name": facet, "legend": LEGENDS[facet], "options": options})
    orders = {NEWEST: _("newest first"), ENDING: _("ending soon first")}
    sorts = [{"value": name, "label": label, "checked": name == wanted.sort} for name, label in orders.items()]
    found.append({"name": "sort", "legend": _("Sort by"), "kind": "radio", "options": sorts})
    return found


def _in_order(facet: str, codes: list[str], titles: Titles) -> list[str]:
    if facet == "kind":
        return [kind for kind in KINDS if kind in codes]
    if facet in ORDERED:
        order = [term.code for term in vocabulary(ORDERED[facet])]
        return sorted(codes, key=lambda code: (order.index(code) if code in order else len(order), code))
    return sorted(codes, key=lambda code: words.facet_title(facet, code, titles).casefold())


def chips(wanted: OfferFilter, titles: Titles) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    found = [
        {"label": words.facet_title(facet, code, titles), "url": without_value(facet, code)}
        for facet in FACETS
        for code in wanted.chosen.get(facet, [])
    ]
    if wanted.q:
        found.append({"label": _("“%(words)s”", words=wanted.q), "url": with_query(q=None)})
    return found


def ways_out(wanted: OfferFilter, titles: Titles) -> list[tuple[str, str]]:
    """For an empty list: (sentence, address) of the lists that one filter less would give; three at most."""
    names = [*wanted.chosen, *(["q"] if wanted.q else [])][:3]
    fewer = [
        OfferFilter(
            "" if name == "q" else wanted.q, {facet: codes for facet, codes in wanted.chosen.items() if facet != name}
        )
        for name in names
    ]
    found = []
    for name, number in zip(names, queries.totals(fewer), strict=True):
        if number:
            labels = [words.facet_title(name, code, titles) for code in wanted.chosen.get(name, [])] or [wanted.q]
            sentence = _n(
                "Without “%(filter)s” there is %(num)s.", "Without “%(filter)s” there are %(num)s.", number,
                filter=", ".join(labels),
            )  # fmt: skip
            found.append((sentence, with_query(**{name: None})))
    return found


def total_words(counts: Counts) -> str:
    """How many there are, in words."""
    return _n("%(number)s entry", "%(number)s entries", counts.total, number=format_number(counts.total))
