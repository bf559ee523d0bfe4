"""Writing links: set, propose, confirm, decline, end; and keeping what a line shows of their ends.

Every function flushes and never commits. What an author links to an idea starts as a proposal; what leads to a thing
that nobody speaks for (a country, a topic) is a plain statement at once, since nobody could confirm it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Invalid, Refused
from consult.core.i18n import LANGUAGES, _, in_language
from consult.core.registry import SubjectInfo, describe, registries, touch
from consult.core.states import move
from consult.links import rules, telling
from consult.links.models import DECLINED, ENDED, PROPOSED, STATED, SUGGESTED, VISIBLE, Link, LinkEnd
from consult.links.relations import link_type

audit.declare("link.vouched", "side")
audit.declare("link.stated", "from", "to")
audit.declare("link.removed", "from")

End = tuple[str, int, str]


# ---- what a line shows of an end ------------------------------------------------------------------------------------


def _end_row(known: dict[str, SubjectInfo]) -> dict[str, Any]:
    info = next(iter(known.values()))
    return {
        "key": info.key,
        "title": {language: one.title for language, one in known.items()},
        "url": {language: one.url for language, one in known.items()},
        "language": {language: one.language for language, one in known.items() if one.language},
        "public": info.public,
        "region": info.region,
        "organisation_id": info.organisation_id,
        "consultation_id": info.consultation_id,
    }


def refresh_ends(ends: Iterable[tuple[str, int]]) -> int:
    """Renew what is known of these things; of those that are gone the row goes too. Returns how many rows changed."""
    wanted = sorted(set(ends))
    if not wanted:
        return 0
    described: dict[tuple[str, int], dict[str, SubjectInfo]] = {}
    for language in LANGUAGES:
        with in_language(language):
            for end, info in describe(wanted).items():
                described.setdefault(end, {})[language] = info
    changed = 0
    for kind in {kind for kind, _id in wanted}:
        ids = [end_id for one, end_id in wanted if one == kind]
        rows = {
            row.id: row
            for row in db.session.execute(select(LinkEnd).where(LinkEnd.kind == kind, LinkEnd.id.in_(ids))).scalars()
        }
        for end_id in ids:
            known, row = described.get((kind, end_id)), rows.get(end_id)
            if known is None:
                if row is not None:
                    db.session.delete(row)
                    changed += 1
                continue
            values = _end_row(known)
            if row is None:
                db.session.add(LinkEnd(kind=kind, id=end_id, **values))
                changed += 1
            elif any(getattr(row, name) != value for name, value in values.items()):
                if row.key != values["key"]:
                    _rename(kind, end_id, values["key"])
                for name, value in values.items():
                    setattr(row, name, value)
                changed += 1
    db.session.flush()
    return changed


def _rename(kind: str, end_id: int, key: str) -> None:
    """Links carry the public key of their ends; an idea, for one, gets its number only when it is sent."""
    db.session.execute(update(Link).where(Link.from_kind == kind, Link.from_id == end_id).values(from_key=key))
    db.session.execute(update(Link).where(Link.to_kind == kind, Link.to_id == end_id).values(to_key=key))


def refresh_touched(touched: set[tuple[str, int]]) -> None:
    """Before a commit: of the things that changed, renew those that are the end of a link."""
    linked: set[tuple[str, int]] = set()
    for kind in {kind for kind, _id in touched}:
        ids = [end_id for one, end_id in touched if one == kind]
        for column_kind, column_id in ((Link.from_kind, Link.from_id), (Link.to_kind, Link.to_id)):
            found = db.session.execute(select(column_id).where(column_kind == kind, column_id.in_(ids)).distinct())
            linked |= {(kind, end_id) for end_id in found.scalars() if end_id is not None}
    refresh_ends(linked)


def refresh_all() -> int:
    """Renew what is known of every end; the number of rows that were not right."""
    ends: set[tuple[str, int]] = set()
    for column_kind, column_id in ((Link.from_kind, Link.from_id), (Link.to_kind, Link.to_id)):
        rows = db.session.execute(select(column_kind, column_id).where(column_id.is_not(None)).distinct())
        ends |= {(kind, end_id) for kind, end_id in rows if end_id is not None}
    known = {(kind, end_id) for kind, end_id in db.session.execute(select(LinkEnd.kind, LinkEnd.id))}
    left_over = known - ends
    for kind, end_id in left_over:
        db.session.execute(delete(LinkEnd).where(LinkEnd.kind == kind, LinkEnd.id == end_id))
    return refresh_ends(ends) + len(left_over)


# ---- links ----------------------------------------------------------------------------------------------------------


def key_of(kind: str, subject_id: int) -> str:
    """The public key of a thing, else its number."""
    found = describe([(kind, subject_id)]).get((kind, subject_id))
    return (found.key if found else "") or str(subject_id)


def _touch_ends(link: Link) -> None:
    for kind, end_id in link.ends:
        if end_id is not None:
            touch(kind, end_id)


def _first_status(to_kind: str) -> str:
    subject = registries.subjects.get(to_kind)
    return PROPOSED if subject is not None and subject.may_manage is not None else STATED


def _new_link(actor: Actor, from_end: tuple[str, int, str], to_end: tuple[str, int, str], code: str, role: str) -> Link:
    moment = now()
    link = Link(
        type=code, role=role, from_kind=from_end[0], from_id=from_end[1], from_key=from_end[2], to_kind=to_end[0],
        to_id=to_end[1], to_key=to_end[2], status=_first_status(to_end[0]), as_of=today().isoformat(),
        confirmed_from_at=moment, created_by=actor.person_id, created_at=moment,
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    event = "link.proposed" if link.status == PROPOSED else "link.stated"
    audit.record(event, actor, ("link", link.id), detail=None, **{"from": "", "to": link.status})
    return link


def _split(code: str) -> tuple[str, str]:
    """Type and role: "proposes:host" is the type "proposes" in the role "host"."""
    name, _colon, role = code.partition(":")
    return name, role


def _checked(from_kind: str, from_id: int, ends: Sequence[End]) -> dict[tuple[str, int, str, str], None]:
    wanted: dict[tuple[str, int, str, str], None] = {}
    for kind, end_id, code in ends:
        name, role = _split(code)
        known = link_type(name)
        if known is None or not known.fits(from_kind, kind):
            raise Invalid(message=_("This kind of link does not fit these two things."))
        if (kind, end_id) == (from_kind, from_id):
            raise Invalid(message=_("A thing cannot be linked to itself."))
        wanted[(kind, end_id, name, role)] = None
    found = describe({(kind, end_id) for kind, end_id, _name, _role in wanted})
    if any((kind, end_id) not in found for kind, end_id, _name, _role in wanted):
        raise Invalid(message=_("One of the linked things does not exist any more."))
    return wanted


def set_links(actor: Actor, from_kind: str, from_id: int, ends: Sequence[End]) -> list[Link]:
    """Make these the links that people set from a thing: missing ones are added, those no longer named are removed.

    `ends` are (kind, id, type); "proposes:host" is a type with a role. Links that a source states, and links that the
    other side has confirmed, are left as they are; a confirmed link is ended, never silently removed. The caller has
    checked that the actor may edit the thing. Invalid for a type that does not fit, an unknown end or the thing itself.
    """
    wanted = _checked(from_kind, from_id, ends)
    own = (
        db.session.execute(select(Link).where(Link.from_kind == from_kind, Link.from_id == from_id, Link.key.is_(None)))
        .scalars()
        .all()
    )
    kept: dict[tuple[str, int, str, str], Link] = {}
    for link in own:
        place = (link.to_kind, link.to_id or 0, link.type, link.role)
        if place in wanted:
            kept[place] = link
        elif link.confirmed_to_at is None and link.status in (PROPOSED, STATED, SUGGESTED):
            audit.record("link.removed", actor, ("link", link.id), detail=None, **{"from": link.status})
            telling.tell_removed(actor, link)
            _touch_ends(link)
            db.session.delete(link)
    from_end = (from_kind, from_id, key_of(from_kind, from_id))
    for place in wanted:
        if place not in kept:
            kind, end_id, name, role = place
            kept[place] = _new_link(actor, from_end, (kind, end_id, key_of(kind, end_id)), name, role)
            _touch_ends(kept[place])
    refresh_ends({(from_kind, from_id), *((kind, end_id) for kind, end_id, _name, _role in wanted)})
    return [kept[place] for place in wanted]


def propose(actor: Actor, link: Link) -> None:
    """Take up a suggestion of the software for one's own side."""
    if not rules.can_propose(actor, link):
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    _vouch(actor, link, rules.sides_of(actor, link))
    move(rules.MACHINE, link, "propose", actor)
    telling.tell_proposed(actor, [link])
    _touch_ends(link)


def _vouch(actor: Actor, link: Link, sides: Sequence[str]) -> None:
    for side in sides:
        if getattr(link, f"confirmed_{side}_at") is None:
            setattr(link, f"confirmed_{side}_at", now())
            audit.record("link.vouched", actor, ("link", link.id), side=side)


def confirm(actor: Actor, link: Link) -> None:
    """Stand by a link for the sides that the actor speaks for; with the second side it is confirmed."""
    if not rules.can_confirm(actor, link):
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    possible = rules.MACHINE.target(link.status, "confirm") is not None
    stood = telling.sides_standing(link)
    if possible:
        _vouch(actor, link, rules.open_sides(actor, link))
    if not possible or (link.confirmed_from_at and link.confirmed_to_at):
        move(rules.MACHINE, link, "confirm", actor)
        telling.tell("links.confirmed", actor, [link], proposer=stood)
    _touch_ends(link)


def decline(actor: Actor, link: Link) -> None:
    """Say that a link is not so; it is no longer shown."""
    if not rules.can_decline(actor, link):
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    move(rules.MACHINE, link, "decline", actor)
    telling.tell("links.declined", actor, [link], proposer=telling.sides_standing(link))
    _touch_ends(link)


def end(actor: Actor, link: Link) -> None:
    """Say that a link was so until today."""
    if not rules.can_end(actor, link):
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    before = link.status
    move(rules.MACHINE, link, "end", actor)
    link.to_date = link.to_date or today().isoformat()
    telling.tell_ended(actor, link, before)
    _touch_ends(link)


def renew(actor: Actor, link: Link) -> None:
    """Let a link be so again: the side that had declined thinks better of it, or one side proposes what has ended anew.

    Who stood by it when it was declined still does, so the other word confirms it; what has ended waits for both again.
    """
    if not rules.can_renew(actor, link):
        raise Refused(_("Only who speaks for one of the two sides may do this."))
    moment, mine = now(), rules.sides_of(actor, link)
    if link.status == ENDED:
        link.confirmed_from_at = link.confirmed_to_at = None
        link.created_at, link.created_by, link.as_of, link.to_date = moment, actor.person_id, today().isoformat(), ""
    stood = telling.sides_standing(link)
    for side in mine:
        if getattr(link, f"confirmed_{side}_at") is None:
            setattr(link, f"confirmed_{side}_at", moment)
    other = link.from_kind if mine == (rules.TO,) else link.to_kind
    move(rules.MACHINE, link, "restate" if link.status == ENDED and _first_status(other) == STATED else "renew", actor)
    if link.status == PROPOSED and link.confirmed_from_at and link.confirmed_to_at:
        move(rules.MACHINE, link, "confirm", actor)
        telling.tell("links.confirmed", actor, [link], proposer=stood)
    telling.tell_proposed(actor, [link])
    _touch_ends(link)


def merge_ends(kind: str, old_id: int, new_id: int) -> None:
    """After two things became one: the links of the old one belong to the new one, except those it has already."""
    new_key = key_of(kind, new_id)
    query = select(Link).where(
        or_(
            (Link.from_kind == kind) & (Link.from_id == old_id),
            (Link.to_kind == kind) & (Link.to_id == old_id),
        )
    )
    for link in db.session.execute(query).scalars().all():
        sides = {
            side: (new_id, new_key) if getattr(link, f"{side}_kind") == kind and getattr(link, f"{side}_id") == old_id
            else (getattr(link, f"{side}_id"), getattr(link, f"{side}_key"))
            for side in (rules.FROM, rules.TO)
        }  # fmt: skip
        taken = _place_taken(link, sides["from"][1], sides["to"][1])
        itself = sides["from"][0] == sides["to"][0] and link.from_kind == link.to_kind
        if taken or itself:
            continue
        for side, (end_id, end_key) in sides.items():
            setattr(link, f"{side}_id", end_id)
            setattr(link, f"{side}_key", end_key)
        touch_ends(link)
    db.session.flush()
    touch(kind, new_id)
    refresh_ends({(kind, new_id)})


def touch_ends(link: Link) -> None:
    """Say of both ends that what is seen of them may have changed: lists are filtered by what an idea is linked to."""
    for kind, end_id in link.ends:
        if end_id is not None:
            touch(kind, end_id)


def _place_taken(link: Link, from_key: str, to_key: str) -> bool:
    """Whether there is a link like this one between these ends already."""
    like = select(Link.id).where(
        Link.from_kind == link.from_kind, Link.from_key == from_key, Link.to_kind == link.to_kind,
        Link.to_key == to_key, Link.type == link.type, Link.role == link.role,
    )  # fmt: skip
    return db.session.execute(like).first() is not None


def taken_or_itself(link: Link, side: str, end_id: int, end_key: str) -> bool:
    """Whether a link whose end on this side became another thing would double one, or lead from a thing to itself."""
    ends = {"from": (link.from_kind, link.from_id, link.from_key), "to": (link.to_kind, link.to_id, link.to_key)}
    ends[side] = (ends[side][0], end_id, end_key)
    return ends["from"][:2] == ends["to"][:2] or _place_taken(link, ends["from"][2], ends["to"][2])


# ---- people's data --------------------------------------------------------------------------------------------------


def export_person(person_id: int) -> dict[str, Any]:
    """The links that a person has set."""
    rows = db.session.execute(select(Link).where(Link.created_by == person_id).order_by(Link.id)).scalars()
    return {
        "links": [
            {
                "type": row.type,
                "from": f"{row.from_kind}/{row.from_key}",
                "to": f"{row.to_kind}/{row.to_key}",
                "status": row.status,
                "created": row.created_at.isoformat(),
            }
            for row in rows
        ]
    }


def erase_person(person_id: int) -> None:
    """Links stay, since they tell about things; who set them is forgotten."""
    db.session.execute(update(Link).where(Link.created_by == person_id).values(created_by=None))


__all__ = [
    "DECLINED",
    "ENDED",
    "VISIBLE",
    "confirm",
    "decline",
    "end",
    "merge_ends",
    "propose",
    "set_links",
    "touch_ends",
]
