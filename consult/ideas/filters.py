"""The filters of the list, between the address and the queries: what `?question=3&cluster=optonet` means, and how the page
shows what can be chosen and what is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from flask import request
from markupsafe import Markup

from consult.clusters import addresses
from consult.consultations.models import Consultation
from consult.consultations.queries import consultation_with_questions, current_consultation
from consult.core.fragments import for_the_same, fragment
from consult.core.i18n import LANGUAGE_NAMES, _, _l, _n, format_number, pick
from consult.core.templating import with_query, without_value
from consult.core.text import clean_line
from consult.core.vocabularies import term_title, vocabulary
from consult.ideas import queries
from consult.ideas.cards import Named
from consult.ideas.publishing import CLUSTER, CONSULTATION, LANGUAGE, PROJECT, QUESTION, REGION, RESPONSE, SECTOR
from consult.ideas.queries import BEST, COUNTED, NEWEST, SORTS, Counts, End, Filters, Tallies

SHOWN = (QUESTION, CLUSTER, PROJECT, SECTOR, REGION, LANGUAGE, RESPONSE)
KEPT = (CONSULTATION, *SHOWN)  # what an address may filter by; the present consultation needs no word
MOST = 24  # values taken from one facet of an address: all 16 Länder, all 21 sectors


@dataclass
class Chosen:
    """A list as its address asks for it: filters for the queries, and what the page needs to show them.

    `consultation` is that whose questions can be chosen: an earlier one where the address names it, else the present one.
    """

    filters: Filters
    tallies: Tallies
    consultation: Consultation | None
    questions: Mapping[int, Any] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)

    @cached_property
    def by_code(self) -> dict[tuple[str, str], End]:
        """The clusters and projects by their codes: each is asked for several times."""
        return {(end.kind, end.code): end for end in self.ends}

    def label(self, facet: str, code: str) -> str:
        """A code in words."""
        if facet == QUESTION:
            question = self.questions.get(int(code))
            return f"{question.position} {pick(question.short_title)}" if question else code
        if facet in (CLUSTER, PROJECT):
            return self.by_code[facet, code].title if (facet, code) in self.by_code else code
        if facet == SECTOR:
            return term_title("nace_rev2_1", code)
        if facet == REGION:
            return term_title("nuts2024_de", code)
        if facet == RESPONSE:
            return term_title("response_statuses", code)
        if facet == CONSULTATION:
            return pick(self.consultation.title) if self.consultation is not None else code
        return LANGUAGE_NAMES.get(code, code)

    def value(self, facet: str, code: str) -> str:
        """A code as the address carries it."""
        if facet == QUESTION:
            return str(self.questions[int(code)].position)
        if facet in (CLUSTER, PROJECT):
            return self.by_code[facet, code].key
        if facet == CONSULTATION and self.consultation is not None:
            return self.consultation.slug
        return code


_LEGENDS = {
    QUESTION: _l("Question"),
    CLUSTER: _l("Cluster"),
    PROJECT: _l("Project"),
    SECTOR: _l("Sector"),
    REGION: _l("Region"),
    LANGUAGE: _l("Language"),
    RESPONSE: _l("What becomes of it"),
    CONSULTATION: _l("Consultation"),
    "q": _l("Search"),
}


def legend(facet: str) -> str:
    """The name of a facet."""
    return str(_LEGENDS[facet])


def read_filters() -> Chosen:
    """The address's filters; what is no value of its facet is left out."""
    consultation, earlier = _consultation()
    questions = list(consultation.questions) if consultation is not None else []
    found, moved = _tallies()
    by_position = {str(one.position): str(one.id) for one in questions}
    known: dict[str, Callable[[str], str | None]] = {
        QUESTION: by_position.get,
        SECTOR: lambda value: value if value in vocabulary("nace_rev2_1") else None,
        REGION: lambda value: value if value in vocabulary("nuts2024_de") else None,
        LANGUAGE: lambda value: value if value in LANGUAGE_NAMES else None,
        RESPONSE: lambda value: value if value in vocabulary("response_statuses") else None,
        CLUSTER: _end_finder(found.ends, CLUSTER, moved),
        PROJECT: _end_finder(found.ends, PROJECT, {}),
    }
    codes = {facet: _codes(facet, known[facet]) for facet in SHOWN}
    if earlier and consultation is not None:
        codes[CONSULTATION] = (str(consultation.id),)
    query = clean_line(request.args.get("q"))[:200]
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS or (sort == BEST and query) else (BEST if query else NEWEST)
    filters = Filters({facet: given for facet, given in codes.items() if given}, query, sort)
    return Chosen(filters, found, consultation, {one.id: one for one in questions}, found.ends)


def _consultation() -> tuple[Consultation | None, bool]:
    """The consultation that the address names and everyone may see, and that it is another one than the present; else the
    present one."""
    present = current_consultation(with_questions=True)
    slug = request.args.get(CONSULTATION, "")
    if not slug or (present is not None and present.slug == slug):
        return present, False
    named = consultation_with_questions(slug)
    return (named, True) if named is not None and named.listed else (present, False)


def _values(facet: str) -> list[str]:
    return [value[:120] for value in dict.fromkeys(request.args.getlist(facet)) if value and "\x00" not in value][:MOST]


def _tallies() -> tuple[Tallies, dict[str, str]]:
    """The numbers beside the facets, and where the names of clusters in the address lead that are no clusters any more:
    links and saved searches outlive a merger."""
    asked = {kind: _values(kind) for kind in (CLUSTER, PROJECT)}
    found = queries.tallies(asked)
    known = {end.key for end in found.ends if end.kind == CLUSTER}
    strange = [key for key in asked[CLUSTER] if key not in known]
    moved = addresses.moved(strange) if strange else {}
    if moved:
        found = queries.tallies({**asked, CLUSTER: [moved.get(key, key) for key in asked[CLUSTER]]})
    return found, moved


def _end_finder(ends: list[End], kind: str, moved: Mapping[str, str]) -> Callable[[str], str | None]:
    by_key = {end.key: end.code for end in ends if end.kind == kind}
    return lambda value: by_key.get(value) or by_key.get(moved.get(value, value))


def _codes(facet: str, known: Callable[[str], str | None]) -> tuple[str, ...]:
    found = (known(value) for value in _values(facet))
    return tuple(dict.fromkeys(code for code in found if code is not None))


# ---- what the page shows --------------------------------------------------------------------------------------------


class _Form(NamedTuple):
    """All that the form of the filters shows."""

    tallies: tuple[tuple[Any, ...], ...]
    questions: tuple[Named, ...]
    codes: tuple[tuple[str, tuple[str, ...]], ...]
    q: str
    sort: str
    total: int
    capped: bool
    counts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    chips: int
    earlier: str


def form(chosen: Chosen, counts: Counts, chips: int) -> Markup:
    """The form of the filters as HTML, made anew only where a number or a name in it changed. `chips` are those chosen."""
    asked = chosen.filters
    named = tuple(Named(one.id, one.position, pick(one.short_title)) for one in chosen.questions.values())
    # without filters the numbers are those of the tallies
    limited = tuple((facet, tuple(codes.items())) for facet, codes in counts.codes.items()) if asked.active else ()
    words = _Form(
        chosen.tallies.rows, named, tuple(asked.codes.items()), asked.q, asked.sort, counts.total, counts.capped, limited,
        chips, chosen.consultation.slug if asked.codes.get(CONSULTATION) and chosen.consultation is not None else "",
    )  # fmt: skip
    return for_the_same(_drawn, words)


def _drawn(words: _Form) -> Markup:
    tallies = queries.tallies_of_rows(words.tallies)
    filters = Filters(dict(words.codes), words.q, words.sort)
    chosen = Chosen(filters, tallies, None, {one.id: one for one in words.questions}, tallies.ends)
    numbers = {facet: dict(codes) for facet, codes in words.counts} if filters.active else tallies.counts
    groups = facet_groups(chosen, Counts(words.total, words.capped, numbers))
    hidden = {CONSULTATION: words.earlier} if words.earlier else {}
    return fragment("ideas/_filters.html", groups=groups, q=words.q, chosen=words.chips, hidden=hidden)


def facet_groups(chosen: Chosen, counts: Counts) -> list[dict[str, Any]]:
    """The groups of the filter form. Beside a facet that is in use itself no numbers stand: they would mislead."""
    found = []
    for facet in SHOWN:
        used = chosen.filters.codes.get(facet, ())
        codes = list(chosen.tallies.of(facet))
        codes += [code for code in used if code not in codes]
        numbers = None if used or counts.capped else counts.codes.get(facet, {})
        options = [
            {
                "value": chosen.value(facet, code),
                "label": chosen.label(facet, code),
                "checked": code in used,
                "count": numbers.get(code, 0) if numbers is not None else None,
            }
            for code in _in_order(chosen, facet, codes)
        ]
        found.append({"name": facet, "legend": legend(facet), "options": options})
    found.append(sort_group(chosen))
    return found


def _in_order(chosen: Chosen, facet: str, codes: list[str]) -> list[str]:
    """Questions by position, languages as they are, the rest by their name; unknown ones are left out."""
    if facet == QUESTION:
        return sorted((c for c in codes if int(c) in chosen.questions), key=lambda c: chosen.questions[int(c)].position)
    if facet == RESPONSE:
        return [code for code, _words in vocabulary("response_statuses").choices() if code in codes]
    if facet in (CLUSTER, PROJECT):
        codes = [code for code in codes if (facet, code) in chosen.by_code]
    return sorted(codes, key=lambda code: chosen.label(facet, code).casefold())


def sort_words() -> dict[str, str]:
    """The orders of the list."""
    return {
        NEWEST: _("newest first"),
        "supported": _("most supported"),
        "discussed": _("most discussed"),
        BEST: _("best match first"),
    }


def sort_group(chosen: Chosen) -> dict[str, Any]:
    names = [*([BEST] if chosen.filters.q else []), *SORTS]
    options = [{"value": name, "label": sort_words()[name], "checked": name == chosen.filters.sort} for name in names]
    return {"name": "sort", "legend": _("Sort by"), "kind": "radio", "options": options}


def chips(chosen: Chosen) -> list[dict[str, str]]:
    """The chosen filters, each with the address of the list without it."""
    found = [
        {
            "label": chosen.label(facet, code) if facet != QUESTION else f"{legend(facet)} {chosen.label(facet, code)}",
            "url": without_value(facet, chosen.value(facet, code)),
        }
        for facet in KEPT
        for code in chosen.filters.codes.get(facet, ())
    ]
    if chosen.filters.q:
        found.append({"label": _("“%(words)s”", words=chosen.filters.q), "url": with_query(q=None, sort=None)})
    return found


def alternatives(chosen: Chosen) -> list[dict[str, str]]:
    """For an empty list: each filter that stands in the way, with the number and the address without it."""
    return [
        {
            "label": _("without “%(filter)s”", filter=_described(chosen, name)),
            "count": _("more than %(number)s", number=format_number(COUNTED))
            if count > COUNTED
            else format_number(count),
            "url": with_query(**{name: None}),
        }
        for name, count in queries.fewer_filters(chosen.filters, chosen.tallies)
    ]


def _described(chosen: Chosen, name: str) -> str:
    if name == "q":
        return chosen.filters.q
    return ", ".join(chosen.label(name, code) for code in chosen.filters.codes[name])


def total_words(counts: Counts) -> str:
    """How many ideas there are, in words."""
    if counts.capped:
        return _("More than %(number)s ideas", number=format_number(COUNTED))
    return _n("%(number)s idea", "%(number)s ideas", counts.total, number=format_number(counts.total))
