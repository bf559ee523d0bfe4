"""The curve of a cluster's members: drawn on the server from the dated observations of one unit.

Units are never mixed, and two points make no curve. What has no date stays out of the drawing and is named below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consult.clusters.models import Observation
from consult.clusters.readings import number
from consult.core.i18n import _, format_number
from consult.core.vocabularies import vocabulary
from consult.links.sources import readable_date, year_of

FEWEST = 3
LEFT, RIGHT, TOP, BOTTOM = 64, 600, 40, 205
LABEL_WIDTH = 64  # of the drawing's 640 units; a label takes so much on a phone, where letters are drawn larger


@dataclass(frozen=True)
class Point:
    """A mark: its place, its figure ("" where a label would cover another one), and whether the figure is exact."""

    x: int
    y: int
    label: str
    exact: bool


@dataclass(frozen=True)
class Curve:
    """What the template draws: `ticks` are (x, year), `lines` (y, value)."""

    unit: str
    title: str
    points: tuple[Point, ...]
    path: str
    ticks: tuple[tuple[int, str], ...]
    lines: tuple[tuple[int, str], ...]
    rows: tuple[tuple[str, str], ...]
    undated: tuple[str, ...]


def top_of_scale(highest: int) -> int:
    """The next round number above: 1, 2 or 5 times a power of ten, or four of them."""
    step = 1
    while step * 10 <= highest:
        step *= 10
    return next(step * factor for factor in (1, 2, 3, 4, 5, 6, 8, 10) if step * factor >= highest)


def _apart(places: Iterable[tuple[int, str]], width: int = LABEL_WIDTH) -> list[str]:
    """The labels of marks from left to right, without those that would cover the next one; the last one always stays."""
    kept: list[str] = []
    border = None
    for x, label in reversed(list(places)):
        free = border is None or border - x >= width
        kept.append(label if free else "")
        if free:
            border = x
    return kept[::-1]


def _dated(observations: Iterable[Observation]) -> list[tuple[float, Observation]]:
    found = [(year_of(one.as_of), one) for one in observations if one.number is not None]
    return sorted(
        ((year, one) for year, one in found if year is not None), key=lambda pair: (pair[0], pair[1].position)
    )


def curve(unit: str, observations: Iterable[Observation]) -> Curve | None:
    """The curve of the observations in this unit, or None if fewer than three are dated."""
    own = [one for one in observations if one.unit == unit]
    dated = _dated(own)
    if len(dated) < FEWEST or dated[0][0] == dated[-1][0]:
        return None
    first, last = dated[0][0], dated[-1][0]
    highest = top_of_scale(max(one.number or 0 for _year, one in dated))

    def place(year: float, value: int) -> tuple[int, int]:
        x = LEFT + (year - first) / (last - first) * (RIGHT - LEFT)
        return round(x), round(BOTTOM - value / highest * (BOTTOM - TOP))

    places = [place(year, one.number or 0) for year, one in dated]
    labels = _apart((x, format_number(one.number)) for (x, _y), (_year, one) in zip(places, dated, strict=True))
    years = list(dict.fromkeys(int(year) for year, _one in dated))
    marks = [(max(LEFT, place(year, 0)[0]), str(year)) for year in years]
    name = vocabulary("member_units").title(unit)
    told = [_("%(value)s (%(date)s)", value=number(one), date=readable_date(one.as_of)) for _year, one in dated]
    return Curve(
        unit=name,
        title=f"{name}: {', '.join(told)}.",
        points=tuple(
            Point(x, y, label, not one.qualifier)
            for (x, y), label, (_year, one) in zip(places, labels, dated, strict=True)
        ),
        path="M" + " ".join(f"{x} {y}" for x, y in places),
        ticks=tuple((x, word) for (x, _w), word in zip(marks, _apart(marks), strict=True) if word),
        lines=tuple(
            (place(first, value)[1], format_number(value)) for value in dict.fromkeys((0, highest // 2, highest))
        ),
        rows=tuple((readable_date(one.as_of), number(one)) for _year, one in dated),
        undated=tuple(number(one) for one in own if year_of(one.as_of) is None),
    )


def curves(observations: Iterable[Observation]) -> list[Curve]:
    """One curve for each unit that has enough dated observations."""
    members = [one for one in observations if one.kind == "members"]
    found = [curve(unit, members) for unit in dict.fromkeys(one.unit for one in members)]
    return [one for one in found if one is not None]
