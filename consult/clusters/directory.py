"""The directory as its page shows it: filters with their numbers, what is chosen, maps, and ways out of an empty list.

What depends on the choice alone (filters and maps) is made once a change and choice and shared by all readers, as long as
the choice is one that many make; it is the larger part of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from consult.clusters import forms, maps, queries
from consult.clusters.facets import COUNTRY, REGION, SEVERAL
from consult.clusters.forms import FACETS, Selection
from consult.clusters.readings import COUNTED, count_of
from consult.core.i18n import _
from consult.core.templating import with_query, without_value
from consult.core.vocabularies import vocabulary

# Shown whole, since the reader should learn that there are these and no others.
ALWAYS = ("form",)


@dataclass(frozen=True)
class Frame:
    """What stands around the portraits. `members` are the organisations that belong to those that fit, each counted once,
    and how many of them belong to several."""

    total: int
    members: tuple[int, int]
    filters: Markup
    map: Markup

    @property
    def counted(self) -> bool:
        """Whether the total is exact."""
        return self.total <= COUNTED


def facet_groups(selection: Selection, counts: queries.Counts) -> list[dict[str, Any]]:
    """The filters with their numbers; a code that nobody has is left out unless it is chosen."""
    groups = []
    for facet in FACETS:
        chosen = selection.codes.get(facet.name, ())
        codes = [term.code for term in facet.vocabulary] + [code for code in chosen if code not in facet.vocabulary]
        options = [
            {
                "value": code,
                "label": forms.title_of(facet.name, code),
                "count": counts.get((facet.name, code), 0),
                "checked": code in chosen,
            }
            for code in codes
            if counts.get((facet.name, code)) or code in chosen or facet.name in ALWAYS
        ]
        if len(options) > 1 or chosen:  # a filter with one answer filters nothing
            groups.append({"name": facet.name, "legend": facet.legend, "options": options})
    return groups


def chosen_chips(selection: Selection) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    chips = []
    if selection.words:
        chips.append({"label": _("Search: %(query)s", query=selection.words), "url": with_query(q=None)})
    for facet, codes in selection.codes.items():
        chips += [{"label": forms.title_of(facet, code), "url": without_value(facet, code)} for code in codes]
    return chips


def ways_out(selection: Selection) -> list[tuple[str, str]]:
    """For an empty list: (sentence, address) of the lists that one filter less would give."""
    found = []
    for name, count in queries.counts_without(selection).items():
        words = (
            selection.words if name == "q" else ", ".join(forms.title_of(name, code) for code in selection.codes[name])
        )
        url = with_query(q=None) if name == "q" else with_query(**{name: None})
        found.append((_("Without “%(filter)s” there are %(num)s.", filter=words, num=count_of(count)), url))
    return found


@dataclass(frozen=True)
class Map:
    """One of the two maps with its table; `several` clusters stand in more than one place."""

    kind: str
    tiles: Sequence[maps.Tile]
    drawings: Sequence[maps.Drawing]
    rows: Sequence[maps.Tile]
    others: Sequence[str]
    several: int


def map_of(kind: str, selection: Selection, counts: queries.Counts) -> Map:
    """The map that the address asks for: Länder ("") or focus countries."""
    drawings: Sequence[maps.Drawing] = ()
    if kind == forms.WORLD_MAP:
        chosen = selection.codes.get(COUNTRY, ())
        drawings = maps.countries(counts, chosen, lambda code: with_query(country=code))
        regions = maps.macro_regions(counts, chosen, lambda code: with_query(country=code))
        tiles = [*drawings[0].tiles, *drawings[1].tiles]
        facet = COUNTRY
        rows, others = maps.by_number(tiles, regions), maps.without_number(tiles)
    else:
        facet = REGION
        tiles = maps.laender(counts, selection.codes.get(REGION, ()), lambda code: with_query(region=code))
        rows, others = maps.by_number(tiles), maps.without_number(tiles)
    return Map(kind, tiles, drawings, rows, others, counts.get((SEVERAL, facet), 0))


def form_definitions() -> list[tuple[str, str]]:
    """What the forms mean, in words: beside the filter of that name."""
    return [(term.title(), term.text("definition")) for term in vocabulary("forms")]
