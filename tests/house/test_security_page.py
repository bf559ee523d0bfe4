"""`docs/security.md` names for each requirement what holds it; what it names is there."""

from __future__ import annotations

import re

from tests.house.source import ROOT

STATES = {"held", "in part", "by design", "operator", "missing"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith("|---")
]


def test_every_row_has_a_state_and_what_is_held_has_its_test() -> None:
    rows = [row for row in ROWS if row[2] != "state"]
    assert len(rows) > 70
    for _number, what, state, how in rows:
        assert state in STATES, f"{what}: {state}"
        tests = re.findall(r"`(tests/[\w/]+\.py)`", how)
        assert tests or state != "held", f"{what} names no test"
        assert how, f"{what} says nothing of how"


def test_every_file_that_it_names_is_there() -> None:
    words = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tests|consult|tools)/[\w/.]+)`", words))
    assert len(named) > 30
    missing = sorted(one for one in named if not (ROOT / one).exists())
    assert not missing, missing
