"""What other rooms do when a case moves: reports are answered, complaints know their parties.

Rooms above this one register here in their `init_app`; an entry of the same name replaces the one before, so that a second
application in one process starts clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from consult.core.access import Actor
from consult.moderation.models import Case, Decision


@dataclass(frozen=True)
class CaseHooks:
    """`taken(actor, case)`: somebody looks at it. `closed(actor, case, decision)`: it is decided, or, without a decision,
    its author has withdrawn the text. `reopened(actor, decision)`: the maker has taken the decision back.
    `overturned(actor, old, new)`: somebody else has. `party(actor, kind, subject_id)`: whether the actor has a part in a
    dispute about the text and therefore never decides on it.
    """

    taken: Callable[[Actor, Case], None] = lambda _actor, _case: None
    closed: Callable[[Actor, Case, Decision | None], None] = lambda _actor, _case, _decision: None
    reopened: Callable[[Actor, Decision], None] = lambda _actor, _decision: None
    overturned: Callable[[Actor, Decision, Decision], None] = lambda _actor, _old, _new: None
    party: Callable[[Actor, str, int], bool] = lambda _actor, _kind, _subject_id: False


HOOKS: dict[str, CaseHooks] = {}


def register(name: str, hooks: CaseHooks) -> None:
    """Take part in the life of cases under a name."""
    HOOKS[name] = hooks


def tell_taken(actor: Actor, case: Case) -> None:
    """Somebody looks at the case."""
    for hooks in HOOKS.values():
        hooks.taken(actor, case)


def tell_closed(actor: Actor, case: Case, decision: Decision | None) -> None:
    """The case is closed."""
    for hooks in HOOKS.values():
        hooks.closed(actor, case, decision)


def tell_reopened(actor: Actor, decision: Decision) -> None:
    """A decision was taken back by its maker."""
    for hooks in HOOKS.values():
        hooks.reopened(actor, decision)


def tell_overturned(actor: Actor, old: Decision, new: Decision) -> None:
    """A decision was taken back by somebody else."""
    for hooks in HOOKS.values():
        hooks.overturned(actor, old, new)


def is_party(actor: Actor, kind: str, subject_id: int) -> bool:
    """Whether the actor has a part in a dispute about the text."""
    return any(hooks.party(actor, kind, subject_id) for hooks in HOOKS.values())
