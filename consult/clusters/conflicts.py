"""Two people change one portrait at the same time: nothing is lost, and each sees what the other did.

Fields that the second person did not touch take the new values; those that only they changed keep what they typed; of
those that both changed the page shows all three: as it was, as it is now, as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consult.clusters import wording
from consult.clusters.models import ClusterVersion


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed meanwhile, in words. `mine` is "" where the second person did not touch it."""

    heading: str
    was: str
    now: str
    mine: str
    both: bool


@dataclass(frozen=True)
class Resolved:
    """The values to show in the form now, and what is told about them."""

    values: dict[str, Any]
    clashes: tuple[Clash, ...]


def revision_of(seen: str) -> int:
    """The revision within what a form carried; 0 where it carried nothing usable."""
    head = seen.partition(".")[0]
    return int(head) if head.isdecimal() and len(head) < 9 else 0


def base_of(versions: Sequence[ClusterVersion]) -> dict[str, Any] | None:
    """The values that the second person began with, if a version since then remembers them."""
    return dict(versions[0].before) if versions else None


def resolve(base: Mapping[str, Any] | None, present: Mapping[str, Any], typed: Mapping[str, Any]) -> Resolved:
    """Join what was typed with what is there by now; without a base everything typed is kept."""
    values: dict[str, Any] = {}
    clashes = []
    for name, mine in typed.items():
        theirs = present.get(name)
        before = base.get(name, theirs) if base is not None else theirs
        mine_sorted = sorted(mine) if isinstance(mine, list) else mine
        touched = mine_sorted != before
        values[name] = mine if touched else theirs
        changed = theirs != before
        if changed or (base is None and touched):
            clashes.append(
                Clash(
                    wording.field_title(name), wording.value_words(name, before), wording.value_words(name, theirs),
                    wording.value_words(name, mine) if touched else "", touched and mine_sorted != theirs,
                )
            )  # fmt: skip
    return Resolved(values, tuple(clashes))
