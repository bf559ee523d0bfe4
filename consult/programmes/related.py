"""Links that editors set from the side of what is linked to: who was funded by a programme, what belongs to a topic.

They lead from the named thing to the one that is edited. What a source states stays as it was entered until an editor
takes it out, which ends it with today's date instead of forgetting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.registry import SubjectInfo, touch
from consult.core.states import move
from consult.links.models import STATED, VISIBLE, Link
from consult.links.operations import refresh_ends
from consult.links.rules import MACHINE


@dataclass(frozen=True)
class Target:
    """What the links lead to: kind, number and public key of the thing, their type, and what they may come from."""

    kind: str
    id: int
    key: str
    type: str
    kinds: tuple[str, ...]


def links_into(target: Target) -> list[Link]:
    """The visible links of this type; what was classified by us is not an editor's choice."""
    statement = select(Link).where(
        Link.to_kind == target.kind, Link.to_id == target.id, Link.type == target.type, Link.status.in_(VISIBLE),
        Link.from_kind.in_(target.kinds), Link.from_id.is_not(None), Link.derived.is_(False),
    )  # fmt: skip
    return list(db.session.execute(statement.order_by(Link.id)).scalars())


def references(target: Target) -> list[str]:
    """The things at the other ends as a form writes them."""
    return [f"{link.from_kind}/{link.from_key}" for link in links_into(target)]


def set_related(actor: Actor, target: Target, things: Sequence[SubjectInfo]) -> None:
    """Make these the things that are linked to it."""
    wanted = {(thing.kind, thing.id): thing for thing in things}
    present = {(link.from_kind, link.from_id or 0): link for link in links_into(target)}
    for end, link in present.items():
        if end not in wanted:
            move(MACHINE, link, "end", actor)
            link.to_date = link.to_date or today().isoformat()
            touch(*end)
    for end, thing in wanted.items():
        if end not in present:
            _add(actor, target, thing)
            touch(*end)
    refresh_ends({(target.kind, target.id), *wanted})


def _add(actor: Actor, target: Target, thing: SubjectInfo) -> None:
    """State it; what stood between the two (ended, or classified by us) makes room, its history stays in the log."""
    db.session.execute(
        delete(Link).where(
            Link.type == target.type, Link.from_kind == thing.kind, Link.from_id == thing.id,
            Link.to_kind == target.kind, Link.to_id == target.id,
        )
    )  # fmt: skip
    link = Link(
        type=target.type, role="", from_kind=thing.kind, from_id=thing.id, from_key=thing.key, to_kind=target.kind,
        to_id=target.id, to_key=target.key, status=STATED, as_of=today().isoformat(), created_by=actor.person_id,
        created_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    audit.record("link.stated", actor, ("link", link.id), detail=None, **{"from": "", "to": STATED})
