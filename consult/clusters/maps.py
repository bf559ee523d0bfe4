"""Schematic maps: the sixteen Länder, Europe and the world as tiles of equal size, each with its number and its link.

Nothing here is measured: a tile stands roughly where its country lies, so that small countries are as easy to read and to
hit as large ones. The same numbers stand in a table beside each map. Pure: numbers go in, tiles come out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from consult.clusters.facets import COUNTRY, MACRO_REGIONS, REGION
from consult.core.db import sort_key
from consult.core.vocabularies import LAND_LETTERS, vocabulary

Counts = Mapping[tuple[str, str], int]
Link = Callable[[str], str]

SIZE, PITCH = 60, 64
SHADES = 4

# (column, row) of each country of the closed list; a test finds those that are missing.
EUROPE = {
    "IS": (0, 0), "NO": (4, 0), "SE": (5, 0), "FI": (6, 0), "EE": (7, 1), "IE": (0, 2), "GB": (1, 2), "DK": (4, 2),
    "LV": (7, 2), "NL": (3, 3), "DE": (4, 3), "PL": (5, 3), "LT": (6, 3), "BE": (2, 4), "LU": (3, 4), "CZ": (5, 4),
    "SK": (6, 4), "FR": (2, 5), "CH": (3, 5), "LI": (4, 5), "AT": (5, 5), "HU": (6, 5), "RO": (7, 5), "PT": (0, 6),
    "ES": (1, 6), "IT": (4, 6), "SI": (5, 6), "HR": (6, 6), "BG": (7, 6), "MT": (4, 7), "GR": (7, 7), "CY": (8, 7),
}  # fmt: skip
WORLD = {
    "CA": (0, 0), "US": (0, 1), "BR": (1, 3), "IN": (5, 2), "CN": (6, 1), "KR": (7, 1), "JP": (8, 1), "SG": (6, 3),
}  # fmt: skip
# Where Europe lies in the map of the world: a place without a number of its own.
EUROPE_IN_WORLD = (3, 0)


@dataclass(frozen=True)
class Tile:
    """A country or Land: its place in the drawing, its number, and how dark it is (0 to 4, by the share of the largest)."""

    code: str
    letters: str
    name: str
    number: int
    shade: int
    url: str
    current: bool
    x: int = 0
    y: int = 0


@dataclass(frozen=True)
class Drawing:
    """A map: its tiles and its size."""

    tiles: tuple[Tile, ...]
    width: int
    height: int


def shade(number: int, most: int) -> int:
    """How dark a tile is; 0 only where there is nothing."""
    return -(-SHADES * number // most) if most and number else 0


def laender(counts: Counts, chosen: Collection[str], link: Link) -> list[Tile]:
    """The sixteen Länder with the number of clusters that act there."""
    numbers = {code: counts.get((REGION, code), 0) for code in LAND_LETTERS}
    most = max(numbers.values())
    return [
        Tile(
            code, letters, vocabulary("nuts2024_de").title(code), numbers[code], shade(numbers[code], most), link(code),
            code in chosen,
        )
        for code, letters in LAND_LETTERS.items()
    ]  # fmt: skip


def countries(counts: Counts, chosen: Collection[str], link: Link) -> tuple[Drawing, Drawing]:
    """Europe and the rest of the world with the number of clusters that name each country; shaded alike."""
    numbers = {term.code: counts.get((COUNTRY, term.code), 0) for term in vocabulary("countries")}
    most = max(numbers.values())

    def drawing(places: Mapping[str, tuple[int, int]], *further: tuple[int, int]) -> Drawing:
        tiles = tuple(
            Tile(
                code, code, vocabulary("countries").title(code), numbers.get(code, 0), shade(numbers.get(code, 0), most),
                link(code), code in chosen, column * PITCH, row * PITCH,
            )
            for code, (column, row) in places.items()
        )  # fmt: skip
        taken = [*places.values(), *further]
        return Drawing(tiles, *(PITCH * (max(ends) + 1) - PITCH + SIZE for ends in zip(*taken, strict=True)))

    return drawing(EUROPE), drawing(WORLD, EUROPE_IN_WORLD)


def macro_regions(counts: Counts, chosen: Collection[str], link: Link) -> list[Tile]:
    """The macro-regions that somebody names: they have no place on a map of countries."""
    return [
        Tile(term.code, "", term.title(), number, 0, link(term.code), term.code in chosen)
        for term in vocabulary(MACRO_REGIONS)
        if (number := counts.get((COUNTRY, term.code), 0))
    ]


def by_number(*groups: Collection[Tile]) -> list[Tile]:
    """The tiles that have a number, the largest first: the table beside a map."""
    named = [tile for group in groups for tile in group if tile.number]
    return sorted(named, key=lambda tile: (-tile.number, sort_key(tile.name)))


def without_number(*groups: Collection[Tile]) -> list[str]:
    """The names of the others."""
    return sorted((tile.name for group in groups for tile in group if not tile.number), key=sort_key)
