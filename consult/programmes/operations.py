"""Writes of programmes, their calls, and the reminders that people set for deadlines. They flush and never commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.editing import lock
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.registry import SubjectInfo, touch
from consult.core.text import slugify
from consult.notifications.operations import follow, unfollow
from consult.programmes import rules
from consult.programmes.models import Call, Programme, Reminder
from consult.programmes.related import Target, set_related

audit.declare("programme.created", "revision")
audit.declare("programme.edited", "revision")
audit.declare("call.created", "programme_id", "revision")
audit.declare("call.edited", "programme_id", "revision", "moved")
audit.declare("call.removed", "programme_id")

FUNDED_KINDS = ("cluster", "project")


def funded_by(programme: Programme) -> Target:
    """What links lead to that tell who was funded by a programme."""
    return Target("programme", programme.id, programme.slug, "funded_by_programme", FUNDED_KINDS)


def _check_editor(actor: Actor) -> None:
    if not rules.can_edit(actor):
        raise Refused(_("Only editors keep programmes and calls."))


def free_slug(model: type[Programme] | type[Call], title: str, most: int) -> str:
    """An address part that nobody has yet."""
    base, number = slugify(title)[: most - 6], 1
    slug = base
    while db.session.execute(select(model.id).where(model.slug == slug)).first():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _titled(texts: Mapping[str, dict[str, str]]) -> str:
    title = texts["title"].get("de") or texts["title"].get("en") or ""
    if not title:
        raise Invalid({"title_de": _("Please write a title.")})
    return title


def _fill(thing: Programme | Call, texts: Mapping[str, dict[str, str]], values: Mapping[str, Any]) -> None:
    for name, value in {**texts, **values}.items():
        setattr(thing, name, value)
    if isinstance(thing, Programme):
        thing.sort_key = sort_key(thing.title.get("de") or thing.title.get("en") or "")


def create_programme(
    actor: Actor, texts: Mapping[str, dict[str, str]], values: Mapping[str, Any], funded: list[SubjectInfo]
) -> Programme:
    """A new programme; it is public at once."""
    _check_editor(actor)
    moment = now()
    programme = Programme(
        slug=free_slug(Programme, _titled(texts), 100), title={}, sort_key="", summary={}, kind="", level="",
        created_at=moment, updated_at=moment, edited_at=moment, revision=1,
    )  # fmt: skip
    _fill(programme, texts, values)
    db.session.add(programme)
    db.session.flush()
    set_related(actor, funded_by(programme), funded)
    audit.record("programme.created", actor, ("programme", programme.id), revision=1)
    touch("programme", programme.id)
    return programme


def save_programme(
    actor: Actor, programme_id: int, seen: int, texts: Mapping[str, dict[str, str]], values: Mapping[str, Any],
    funded: list[SubjectInfo],
) -> Programme:  # fmt: skip
    """Store what an editor wrote; Conflict where somebody saved since."""
    _check_editor(actor)
    programme = lock(Programme, programme_id, seen)
    _titled(texts)
    _fill(programme, texts, values)
    programme.revision += 1
    programme.updated_at = programme.edited_at = now()
    set_related(actor, funded_by(programme), funded)
    audit.record("programme.edited", actor, ("programme", programme.id), revision=programme.revision)
    touch("programme", programme.id)
    db.session.flush()
    return programme


# ---- calls ----------------------------------------------------------------------------------------------------------


def _check_dates(values: Mapping[str, Any]) -> None:
    opens, closes = values.get("opens_at"), values.get("closes_at")
    if opens is not None and closes is not None and closes <= opens:
        raise Invalid({"closes_on": _("A call closes after it has opened.")})


def create_call(
    actor: Actor, programme_id: int, texts: Mapping[str, dict[str, str]], values: Mapping[str, Any]
) -> Call:
    """A new call of a programme."""
    _check_editor(actor)
    programme = lock(Programme, programme_id)
    _check_dates(values)
    moment = now()
    call = Call(
        programme_id=programme.id, slug=free_slug(Call, _titled(texts), 120), title={}, revision=1, created_at=moment,
        updated_at=moment, edited_at=moment,
    )  # fmt: skip
    _fill(call, texts, values)
    db.session.add(call)
    db.session.flush()
    audit.record("call.created", actor, ("call", call.id), programme_id=programme.id, revision=1)
    touch("programme", programme.id)
    return call


def save_call(
    actor: Actor, call_id: int, seen: int, texts: Mapping[str, dict[str, str]], values: Mapping[str, Any]
) -> Call:
    """Store what an editor wrote. Where the deadline moves, reminders move along and who set one is told."""
    _check_editor(actor)
    call = lock(Call, call_id, seen)
    _titled(texts)
    _check_dates(values)
    before = call.closes_at
    _fill(call, texts, values)
    call.revision += 1
    call.updated_at = call.edited_at = now()
    moved = call.closes_at != before
    audit.record(
        "call.edited", actor, ("call", call.id), programme_id=call.programme_id, revision=call.revision, moved=moved
    )
    if moved:
        _move_reminders(call)
    touch("programme", call.programme_id)
    touch("call", call.id)
    db.session.flush()
    return call


def _move_reminders(call: Call) -> None:
    """A reminder that would come again before the new deadline comes again; everybody hears of the new date at once."""
    moment = now()
    people = []
    for reminder in db.session.execute(select(Reminder).where(Reminder.call_id == call.id)).scalars():
        reminder.due_at = rules.remind_at(call.closes_at, reminder.days_before) if call.closes_at else None
        if reminder.due_at is not None and reminder.due_at > moment:
            reminder.sent_at = None
        people.append(reminder.person_id)
    notify("programmes.moved", people, notice_context(call), dedupe=f"call-moved:{call.id}:{call.revision}")


def notice_context(call: Call) -> dict[str, Any]:
    """What a notice about a call needs."""
    programme = db.session.get_one(Programme, call.programme_id)
    return {
        "title": call.title,
        "slug": call.slug,
        "programme": programme.slug,
        "closes_at": call.closes_at.isoformat() if call.closes_at else "",
    }


def remove_call(actor: Actor, call_id: int, seen: int) -> None:
    """Take a call out that was entered by mistake, with the reminders for it."""
    _check_editor(actor)
    call = lock(Call, call_id, seen)
    audit.record("call.removed", actor, ("call", call.id), programme_id=call.programme_id)
    touch("programme", call.programme_id)
    db.session.delete(call)
    db.session.flush()


# ---- reminders ------------------------------------------------------------------------------------------------------


def remind(actor: Actor, call_id: int, days: int) -> Reminder:
    """Remind the actor so many days before the deadline; a second time only the number of days changes.

    Invalid for a number that is not offered or would come too late; Conflict where there is no deadline to come.
    """
    if actor.person_id is None:
        raise Refused(_("Please sign in to be reminded."))
    call = db.session.get(Call, call_id)
    if call is None:
        raise NotFound()
    moment = now()
    if call.closes_at is None or call.closes_at <= moment:
        raise Conflict(_("This call has no deadline to come, so there is nothing to be reminded of."))
    if days not in rules.days_offered(call, moment):
        raise Invalid({"days": _("A reminder this many days before the deadline would come too late.")})
    statement = select(Reminder).where(Reminder.call_id == call.id, Reminder.person_id == actor.person_id)
    reminder = db.session.execute(statement.with_for_update()).scalar_one_or_none()
    if reminder is None:
        reminder = Reminder(call_id=call.id, person_id=actor.person_id, days_before=days, created_at=moment)
        db.session.add(reminder)
    reminder.days_before = days
    reminder.due_at, reminder.sent_at = rules.remind_at(call.closes_at, days), None
    follow(actor, "call", call.id)
    db.session.flush()
    return reminder


def forget_reminder(actor: Actor, call_id: int) -> None:
    """The actor does not want to be reminded any more."""
    db.session.execute(delete(Reminder).where(Reminder.call_id == call_id, Reminder.person_id == actor.person_id))
    unfollow(actor, "call", call_id)


def send_due(limit: int = 200) -> int:
    """Remind those whose moment has come, each once; returns how many. The mark is set in the notice's transaction."""
    moment = now()
    rows = db.session.execute(
        select(Reminder, Call)
        .join(Call, Call.id == Reminder.call_id)
        .where(Reminder.sent_at.is_(None), Reminder.due_at <= moment, Call.closes_at > moment)
        .order_by(Reminder.due_at, Reminder.id)
        .limit(limit)
        .with_for_update(of=Reminder, skip_locked=True)
    ).all()
    for reminder, call in rows:
        context = {**notice_context(call), "days": reminder.days_before}
        notify("programmes.deadline", [reminder.person_id], context)
        reminder.sent_at = moment
    db.session.flush()
    return len(rows)
