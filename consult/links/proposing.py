"""One link at a time: proposed by who speaks for one of its ends, and told with everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, or_, select
from sqlalchemy.orm import aliased

from consult.core import audit
from consult.core.access import Actor
from consult.core.audit import AuditRow
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _, format_day
from consult.core.registry import describe, registries, touch
from consult.core.rows import columns_of, looked_at, rows_of
from consult.core.states import move
from consult.links import rules
from consult.links.models import DECLINED, ENDED, PROPOSED, STATED, STATUSES, Link, LinkEnd
from consult.links.operations import refresh_ends, renew
from consult.links.queries import EndRow, LinkView, end_columns, end_info
from consult.links.relations import link_type, relation_label
from consult.links.telling import tell_proposed

APART = "apart"  # mark in `Link.attributes`: set on its own, so that a new version of a text does not take it away
End = tuple[str, int]
EVENTS = ("link.proposed", "link.stated", "link.vouched", "link.confirmed", "link.declined", "link.ended")


def propose_between(actor: Actor, start: End, goal: End, code: str) -> Link:
    """Propose a link from `start` to `goal`. It is confirmed once the other side says so; where nobody speaks for the
    other side it is a plain statement. What has ended is proposed anew. Refused for who speaks for neither; Conflict where
    there is such a link, or the other side has declined it."""
    known = link_type(code)
    if known is None or not known.fits(start[0], goal[0]):
        raise Invalid({"type": _("This kind of link does not fit these two things.")})
    if start == goal:
        raise Invalid({"end": _("A thing cannot be linked to itself.")})
    infos = describe([start, goal])
    if start not in infos or goal not in infos or not (infos[start].public and infos[goal].public):
        raise Invalid({"end": _("One of the linked things does not exist any more.")})
    sides = [side for side, end in ((rules.FROM, start), (rules.TO, goal)) if rules.speaks_for(actor, *end)]
    if not sides:
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    known_link = _like(start, goal, code)
    if known_link is not None:
        return _again(actor, known_link)
    moment = now()
    other = goal if sides == [rules.FROM] else start
    subject = registries.subjects.get(other[0])
    link = Link(
        type=code, role="", from_kind=start[0], from_id=start[1], from_key=infos[start].key, to_kind=goal[0],
        to_id=goal[1], to_key=infos[goal].key, as_of=today().isoformat(), created_by=actor.person_id, created_at=moment,
        status=PROPOSED if subject is not None and subject.may_manage is not None else STATED, attributes={APART: True},
        confirmed_from_at=moment if rules.FROM in sides else None, confirmed_to_at=moment if rules.TO in sides else None,
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    event = "link.proposed" if link.status == PROPOSED else "link.stated"
    audit.record(event, actor, ("link", link.id), detail=None, **{"from": "", "to": link.status})
    if len(sides) == 2:
        move(rules.MACHINE, link, "confirm", actor)
    tell_proposed(actor, [link])
    refresh_ends({start, goal})
    for kind, end_id in (start, goal):
        touch(kind, end_id)
    return link


def _like(start: End, goal: End, code: str) -> Link | None:
    like = select(Link).where(
        Link.from_kind == start[0], Link.from_id == start[1], Link.to_kind == goal[0], Link.to_id == goal[1],
        Link.type == code, Link.role == "",
    )  # fmt: skip
    return db.session.execute(like.limit(1).with_for_update()).scalar_one_or_none()


def _again(actor: Actor, link: Link) -> Link:
    """What was so once is proposed anew; Conflict where it is so, or where the other side has declined it."""
    if rules.can_renew(actor, link):
        link.attributes = {**link.attributes, APART: True}
        renew(actor, link)
        return link
    if link.status in (DECLINED, ENDED):
        raise Conflict(_("The other side has declined this link. Only from there can it be proposed again."))
    raise Conflict(_("There is such a link already."))


@lru_cache(maxsize=1)
def _with_ends() -> Select[Any]:
    """The links of a thing with both ends; put together once, as every idea's page asks it."""
    start, goal = aliased(LinkEnd), aliased(LinkEnd)
    kind, subject = bindparam("kind", type_=String), bindparam("subject", type_=Integer)
    statement: Any = (
        select(*end_columns(start), *end_columns(goal), *columns_of(Link))
        .select_from(Link)
        .outerjoin(start, (start.kind == Link.from_kind) & (start.id == Link.from_id))
        .outerjoin(goal, (goal.kind == Link.to_kind) & (goal.id == Link.to_id))
        .where(
            or_((Link.from_kind == kind) & (Link.from_id == subject), (Link.to_kind == kind) & (Link.to_id == subject)),
            Link.status.in_(bindparam("statuses", expanding=True)),
        )
        .order_by(Link.id)
    )
    return statement


def all_links(kind: str, subject_id: int, statuses: Sequence[str] = STATUSES) -> list[LinkView]:
    """The links of a thing in these states, of which everyone may see the other end, in order of entry; one query.

    Without what frames a link (`links_of` knows it): for things whose links people set themselves. The links are only
    looked at.
    """
    values = {"kind": kind, "subject": subject_id, "statuses": list(statuses)}
    found = []
    half = len(EndRow._fields)
    for row in rows_of(_with_ends(), values):
        link = looked_at(Link, row[2 * half :])
        outgoing = (link.from_kind, link.from_id) == (kind, subject_id)
        other = EndRow(*(row[half : 2 * half] if outgoing else row[:half]))
        if other.public:  # None where there is no such end
            found.append(LinkView(link, end_info(other), relation_label(link.type, outgoing, link.role), outgoing))
    return found


def history(link_ids: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """What happened to links and when, as the log tells it: link -> (moment, event); one query."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    statement = (
        select(AuditRow.subject_id, AuditRow.at, AuditRow.event)
        .where(AuditRow.event.in_(EVENTS), AuditRow.subject_kind == "link", AuditRow.subject_id.in_(list(link_ids)))
        .order_by(AuditRow.seq)
    )
    for link_id, at, event in db.session.execute(statement):
        found.setdefault(int(link_id or 0), []).append((at, event))
    return found


def history_steps(events: Sequence[tuple[datetime, str]]) -> list[dict[str, Any]]:
    """What happened to a link, in words for a timeline."""
    texts = {
        "link.proposed": _("proposed"),
        "link.stated": _("entered"),
        "link.vouched": _("confirmed by one side"),
        "link.confirmed": _("confirmed by both sides"),
        "link.declined": _("declined"),
        "link.ended": _("ended"),
    }
    return [{"when": format_day(at), "iso": at.isoformat(), "text": texts[event]} for at, event in events]
