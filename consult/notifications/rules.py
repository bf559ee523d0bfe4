"""Who may see and change notices: everyone their own."""

from __future__ import annotations

from consult.core.access import Actor


def is_theirs(actor: Actor, person_id: int) -> bool:
    """Whether the notice, follow or preference is the actor's own."""
    return actor.person_id is not None and actor.person_id == person_id
