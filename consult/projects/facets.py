"""Counts beside filters, from one bounded read.

At most BOUND rows are looked at; where there are more, the filters stand without numbers, since a count that costs more
than the page is none that a reader waits for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BOUND = 1000

Codes = Mapping[str, frozenset[str]]
Chosen = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Counts:
    """How many rows match all filters (`total`, None beyond the bound), and how many each value would leave.

    `without` tells for each facet in use how many there are when it alone is given up.
    """

    total: int | None
    values: dict[str, Counter[str]] = field(default_factory=dict)
    without: dict[str, int] = field(default_factory=dict)

    def of(self, name: str, code: str) -> int | None:
        return None if self.total is None else self.values.get(name, Counter())[code]

    def codes(self, name: str) -> list[str]:
        """The values that occur, alphabetically."""
        return sorted(self.values.get(name, Counter()))


def _fits(row: Codes, chosen: Chosen, leave_out: str = "") -> bool:
    return all(name == leave_out or not codes or row[name] & set(codes) for name, codes in chosen.items())


def count(rows: Sequence[Codes], chosen: Chosen, names: Sequence[str]) -> Counts:
    """Counts of the values of each facet among the rows that the other facets leave."""
    values: dict[str, Counter[str]] = {}
    for name in names:
        values[name] = Counter(code for row in rows if _fits(row, chosen, leave_out=name) for code in row[name])
    if len(rows) > BOUND:
        return Counts(None, values)
    without = {name: sum(_fits(row, chosen, leave_out=name) for row in rows) for name in names if chosen.get(name)}
    return Counts(sum(_fits(row, chosen) for row in rows), values, without)
