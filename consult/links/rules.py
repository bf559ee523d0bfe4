"""Who may move a link: the policy on one page, and the machine that holds it.

A side is spoken for by whoever may manage the thing at that end (`SubjectKind.may_manage`). Editors may end a link that
has become wrong, but they confirm for nobody.
"""

from __future__ import annotations

from consult.core.access import Actor
from consult.core.registry import registries
from consult.core.states import Machine, Transition
from consult.links.models import CONFIRMED, DECLINED, ENDED, PROPOSED, STATED, SUGGESTED, Link

FROM, TO = "from", "to"

MACHINE = Machine(
    "link",
    PROPOSED,
    [
        Transition(SUGGESTED, "propose", PROPOSED, "side"),
        Transition(SUGGESTED, "decline", DECLINED, "side"),
        Transition(PROPOSED, "confirm", CONFIRMED, "other side"),
        Transition(PROPOSED, "decline", DECLINED, "side"),
        Transition(STATED, "confirm", CONFIRMED, "both sides"),
        Transition(STATED, "decline", DECLINED, "side"),
        Transition(CONFIRMED, "end", ENDED, "side or editor"),
        Transition(STATED, "end", ENDED, "side or editor"),
        Transition(PROPOSED, "end", ENDED, "side or editor"),
        Transition(DECLINED, "renew", PROPOSED, "side that had declined"),
        Transition(ENDED, "renew", PROPOSED, "side"),
        Transition(ENDED, "restate", STATED, "side, where nobody speaks for the other end"),
    ],
    {
        "renew": "link.proposed",
        "restate": "link.stated",
        "propose": "link.proposed",
        "confirm": "link.confirmed",
        "decline": "link.declined",
        "end": "link.ended",
    },
)


def speaks_for(actor: Actor, kind: str, subject_id: int | None) -> bool:
    """Whether the actor may confirm links of this thing."""
    subject = registries.subjects.get(kind)
    if subject is None or subject.may_manage is None or subject_id is None or not actor.signed_in:
        return False
    return subject.may_manage(actor, subject_id)


def sides_of(actor: Actor, link: Link) -> tuple[str, ...]:
    """The sides that the actor speaks for: none, "from", "to" or both."""
    return tuple(
        side for side, (kind, end_id) in zip((FROM, TO), link.ends, strict=True) if speaks_for(actor, kind, end_id)
    )


def open_sides(actor: Actor, link: Link) -> tuple[str, ...]:
    """The sides that the actor speaks for and that have not confirmed yet."""
    return tuple(side for side in sides_of(actor, link) if getattr(link, f"confirmed_{side}_at") is None)


def waits_for(actor: Actor, link: Link, side: str) -> bool:
    """Whether this side of a shown link has not confirmed yet and the actor may say so; derived links have no sides."""
    return not link.derived and link.status in (PROPOSED, STATED) and side in open_sides(actor, link)


def can_propose(actor: Actor, link: Link) -> bool:
    return bool(sides_of(actor, link))


def can_confirm(actor: Actor, link: Link) -> bool:
    return bool(open_sides(actor, link))


def can_decline(actor: Actor, link: Link) -> bool:
    return bool(open_sides(actor, link))


def can_renew(actor: Actor, link: Link) -> bool:
    """Whether what people had linked may be so again: what has ended for either side, what was declined for the side that
    did. What a source states is no matter of a new word."""
    if link.key is not None or link.derived:
        return False
    return (link.status == ENDED and bool(sides_of(actor, link))) or (
        link.status == DECLINED and bool(open_sides(actor, link))
    )


def may_end_here(actor: Actor, link: Link) -> bool:
    """Whether the link's page offers to end it: to a side that stands by it; the other one confirms or declines."""
    if link.derived or MACHINE.target(link.status, "end") is None:
        return False
    return any(getattr(link, f"confirmed_{side}_at") is not None for side in sides_of(actor, link))


def can_end(actor: Actor, link: Link) -> bool:
    return bool(sides_of(actor, link)) or (actor.signed_in and actor.may("clusters.edit"))
