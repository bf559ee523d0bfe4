"""What belongs to a topic: links of the links room that editors set from the topic's side.

A thing is "about" a topic, so these links lead from the thing to the topic. What a source states stays as it is entered
until an editor takes it out, which ends it with today's date instead of forgetting it.
"""

from __future__ import annotations

from collections.abc import Sequence

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
from consult.topics.models import Topic

TYPE = "about_topic"
KINDS = ("cluster", "programme", "project", "activity", "idea")


def links_into(topic_id: int) -> list[Link]:
    """The visible links by which things belong to a topic; what was classified by us is not an editor's choice."""
    statement = select(Link).where(
        Link.to_kind == "topic", Link.to_id == topic_id, Link.type == TYPE, Link.status.in_(VISIBLE),
        Link.from_kind.in_(KINDS), Link.from_id.is_not(None),
    )  # fmt: skip
    return [link for link in db.session.execute(statement.order_by(Link.id)).scalars() if not link.derived]


def references(topic_id: int) -> list[str]:
    """The things that belong to a topic as a form writes them."""
    return [f"{link.from_kind}/{link.from_key}" for link in links_into(topic_id)]


def set_related(actor: Actor, topic: Topic, things: Sequence[SubjectInfo]) -> None:
    """Make these the things that belong to the topic."""
    wanted = {(thing.kind, thing.id): thing for thing in things}
    present = {(link.from_kind, link.from_id or 0): link for link in links_into(topic.id)}
    for end, link in present.items():
        if end not in wanted:
            move(MACHINE, link, "end", actor)
            link.to_date = link.to_date or today().isoformat()
            touch(*end)
    for end, thing in wanted.items():
        if end not in present:
            _add(actor, topic, thing)
            touch(*end)
    refresh_ends({("topic", topic.id), *wanted})


def _add(actor: Actor, topic: Topic, thing: SubjectInfo) -> None:
    """State it; what stood between the two (ended, or classified by us) makes room, its history stays in the log."""
    db.session.execute(
        delete(Link).where(
            Link.type == TYPE, Link.from_kind == thing.kind, Link.from_id == thing.id, Link.to_kind == "topic",
            Link.to_id == topic.id,
        )
    )  # fmt: skip
    link = Link(
        type=TYPE, role="", from_kind=thing.kind, from_id=thing.id, from_key=thing.key, to_kind="topic", to_id=topic.id,
        to_key=topic.slug, status=STATED, as_of=today().isoformat(), created_by=actor.person_id, created_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    audit.record("link.stated", actor, ("link", link.id), **{"from": "", "to": STATED})
