"""Filters of the lists as they stand in the address: read from the query, shown beside the list, taken out by a chip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from consult.core.i18n import _, _n
from consult.core.text import clean_line
from consult.projects.facets import Counts

MOST_VALUES = 20
Label = Callable[[str], str]


@dataclass(frozen=True)
class FacetShape:
    """A facet: the name of its parameter, its heading, the words of a code, and the order of its codes (None: by words)."""

    name: str
    legend: Any
    label: Label
    order: Sequence[str] | None = None


def chosen_codes(names: Sequence[str]) -> dict[str, list[str]]:
    """The codes chosen in the address by facet; at most a few of each, since every one costs."""
    return {
        name: [clean_line(code)[:120] for code in request.args.getlist(name) if code][:MOST_VALUES] for name in names
    }


def words_sought() -> str:
    """The words sought in the list."""
    return clean_line(request.args.get("q"))[:200]


def groups(shapes: Sequence[FacetShape], counts: Counts, chosen: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The facets as the page's filter macro takes them: values that occur or are chosen."""
    shown = []
    for shape in shapes:
        picked = chosen.get(shape.name, [])
        codes = set(counts.codes(shape.name)) | (set(picked) & set(shape.order or picked))
        if shape.order is not None:
            ordered = [code for code in shape.order if code in codes]
        else:
            ordered = sorted(codes, key=lambda code, label=shape.label: label(code).casefold())  # type: ignore[misc]
        options = [
            {"value": code, "label": shape.label(code), "count": counts.of(shape.name, code), "checked": code in picked}
            for code in ordered
        ]
        shown.append({"name": shape.name, "legend": shape.legend, "options": options})
    return shown


def chips(
    shapes: Sequence[FacetShape], chosen: dict[str, list[str]], q: str, without: Callable[[str, str], str]
) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    found = [{"label": _("“%(words)s”", words=q), "url": without("q", q)}] if q else []
    for shape in shapes:
        for code in chosen.get(shape.name, []):
            found.append({"label": shape.label(code), "url": without(shape.name, code)})
    return found


def ways_out(
    shapes: Sequence[FacetShape], counts: Counts, chosen: dict[str, list[str]], address: Callable[..., str]
) -> list[tuple[str, str]]:
    """For an empty list: (sentence, address) of the lists that one filter less would give."""
    found = []
    for shape in shapes:
        if number := counts.without.get(shape.name, 0):
            words = ", ".join(shape.label(code) for code in chosen[shape.name])
            sentence = _n(
                "Without “%(filter)s” there is %(num)s.",
                "Without “%(filter)s” there are %(num)s.",
                number,
                filter=words,
            )
            found.append((sentence, address(**{shape.name: None})))
    return found
