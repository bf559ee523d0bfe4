"""Status machines: who may leave which state by which act stands in a table, and one function moves.

`move` is the only writer of any `status` column, and it returns the log row it wrote. Tests hold both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from consult.core import audit
from consult.core.access import Actor
from consult.core.errors import Conflict
from consult.core.i18n import _


@dataclass(frozen=True)
class Transition:
    """From `source` by `act` to `target`; `who` names the kinds of actor, as in the design's table."""

    source: str
    act: str
    target: str
    who: str = ""


class Machine:
    """The states and transitions of one kind of thing. Each act writes the audit event `kind.<act's past form>`."""

    def __init__(self, kind: str, initial: str, transitions: Iterable[Transition], events: dict[str, str]) -> None:
        self.kind = kind
        self.initial = initial
        self.transitions = tuple(transitions)
        self.events = events  # act -> audit event
        self._table = {(t.source, t.act): t for t in self.transitions}
        for act in {t.act for t in self.transitions}:
            audit.declare(events[act], "from", "to")

    @property
    def states(self) -> frozenset[str]:
        return frozenset({self.initial} | {t.source for t in self.transitions} | {t.target for t in self.transitions})

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(t.act for t in self.transitions)

    def target(self, state: str, act: str) -> str | None:
        """Where the act leads from this state, or None if it is not possible there."""
        transition = self._table.get((state, act))
        return transition.target if transition else None


def move(machine: Machine, thing: Any, act: str, actor: Actor, **detail: Any) -> audit.AuditRow:
    """Carry out an act: set `thing.status` and write the audit row, which is returned.

    Conflict if the state does not allow it. Whether the actor may is the caller's rule, checked before.
    """
    target = machine.target(thing.status, act)
    if target is None:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    source, thing.status = thing.status, target
    return audit.record(
        machine.events[act], actor, (machine.kind, thing.id), detail=detail or None, **{"from": source, "to": target}
    )
