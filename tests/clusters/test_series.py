"""The curve of members: one unit, enough dated points, labels that do not cover each other."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.clusters.models import Observation
from consult.clusters.series import BOTTOM, LABEL_WIDTH, LEFT, RIGHT, TOP, curve, curves, top_of_scale
from consult.core.i18n import in_language


def _members(*pairs: tuple[str, int], unit: str = "members", **columns: Any) -> list[Observation]:
    return [
        Observation(
            kind="members",
            position=place,
            as_of=as_of,
            number=number,
            unit=unit,
            code="",
            value="",
            qualifier="",
            source=[],
            details={},
            note="",
            basis="",
            derived=False,
            **columns,
        )  # fmt: skip
        for place, (as_of, number) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(1, 1), (7, 8), (11, 20), (135, 200), (379, 400), (1200, 2000), (43800, 50000), (999, 1000), (1000, 1000)],
)
def test_the_scale_ends_at_a_round_number(highest: int, top: int) -> None:
    assert top_of_scale(highest) == top


def test_two_points_make_no_curve(app: Flask) -> None:
    assert curve("members", _members(("2004", 11), ("2015", 82))) is None
    assert curve("members", _members(("2004", 11), ("2004", 82), ("2004", 90))) is None
    assert curve("members", _members(("2004", 11), ("2015", 82), ("", 135))) is None


def test_units_have_curves_of_their_own(app: Flask) -> None:
    own = _members(("2004", 11), ("2015", 82), ("2019", 106))
    others = _members(("2010", 350), ("2011", 360), ("2012", 370), unit="actors")
    with in_language("de"):
        found = curves([*own, *others, *_members(("2013", 76), unit="companies")])
    assert [one.unit for one in found] == ["Mitglieder", "Akteure"]
    assert [len(one.points) for one in found] == [3, 3]


def test_points_stand_in_time_and_in_the_frame(app: Flask) -> None:
    with in_language("de"):
        found = curve("members", _members(("2019-11", 111), ("2004", 11), ("2015-05-13", 82), ("", 135)))
    assert found is not None
    assert [point.x for point in found.points] == sorted(point.x for point in found.points)
    assert (found.points[0].x, found.points[-1].x) == (LEFT, RIGHT)
    assert all(TOP <= point.y <= BOTTOM for point in found.points)
    assert found.undated == ("135",)
    assert found.title == "Mitglieder: 11 (2004), 82 (13. Mai 2015), 111 (November 2019)."


def test_labels_do_not_cover_each_other(app: Flask) -> None:
    months = _members(*((f"2019-{month:02d}", 100 + month) for month in range(1, 13)), ("2004", 11))
    found = curve("members", months)
    assert found is not None
    shown = [point.x for point in found.points if point.label]
    assert len(found.points) == 13 and len(shown) < 13
    assert all(right - left >= LABEL_WIDTH for left, right in zip(shown, shown[1:], strict=False))
    assert found.points[-1].label == "112"
    years = [x for x, _word in found.ticks]
    assert all(right - left >= LABEL_WIDTH for left, right in zip(years, years[1:], strict=False))


def test_bounds_are_told_from_figures(app: Flask) -> None:
    observations = _members(("2004", 11), ("2015", 82), ("2019", 106))
    observations[1].qualifier = "more-than"
    found = curve("members", observations)
    assert found is not None
    assert [point.exact for point in found.points] == [True, False, True]
