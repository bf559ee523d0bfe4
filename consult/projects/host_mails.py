"""Letters of a host to those who take part: another date or place, cancelled, postponed, on again, a message.

They are written by a job, a few at a time, each in the person's language and in the transaction that goes on to the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from consult.core import jobs
from consult.core.db import db
from consult.core.i18n import _, pick
from consult.core.text import render_markdown
from consult.core.web import address
from consult.projects import mails, places, words
from consult.projects.mails import Letter, Place
from consult.projects.models import Activity, ActivityMessage, Participation

BATCH = 25
INVOLVED = ("requested", "waiting", "offered", "confirmed")
AFTERWARDS = (*INVOLVED, "attended", "absent")  # a message may also come after the date


def _was(before: Mapping[str, Any]) -> list[tuple[str, str]]:
    """When and where it was to be, in words."""
    moments = {
        name: datetime.fromisoformat(before[name]) if before.get(name) else None for name in ("starts_at", "ends_at")
    }
    former = Activity(status="planned", **{key: before[key] for key in ("city", "country", "venue", "format")})
    former.set_dates(moments["starts_at"], moments["ends_at"], before["precision"])
    day, time = words.day_words(former), words.time_words(former)
    where = ", ".join(part for part in (former.venue, words.place_words(former)) if part)
    return [(_("Was to be"), ", ".join(part for part in (day, time, where) if part))]


def _changed(before: Mapping[str, Any]) -> Callable[[Place], Letter]:
    def write(place: Place) -> Letter:
        letter = mails.about_place(
            place,
            _("Another date or place: %(title)s", title=place.title),
            _("Date or place have changed."),
            [_("The host has changed it: %(title)s. Your place stays yours.", title=place.title)],
            after=[
                *place.calendar,
                _("You cannot come then? Please give up your place on the page behind the button."),
            ],
        )
        letter.facts += _was(before)
        return letter

    return write


def _off(place: Place) -> Letter:
    cancelled = place.activity.status == "cancelled"
    return Letter(
        subject=_("Cancelled: %(title)s", title=place.title)
        if cancelled
        else _("Postponed: %(title)s", title=place.title),
        heading=_("It does not take place.") if cancelled else _("It does not take place on this date."),
        lines=[_("You were registered: %(title)s. The host writes:", title=place.title)],
        quote=pick(place.activity.status_note),
        facts=place.facts,
        button=(_("To the activity"), place.page),
        after=[] if cancelled else [_("As soon as there is a new date, we write to you. Your registration stays.")],
    )


def _resumed(place: Place) -> Letter:
    return mails.about_place(
        place,
        _("It takes place: %(title)s", title=place.title),
        _("It takes place after all."),
        [_("The host has planned it again: %(title)s. Your registration still counts.", title=place.title)],
        after=place.calendar,
    )


def _message(message: ActivityMessage) -> Callable[[Place], Letter]:
    def write(place: Place) -> Letter:
        paragraphs = [words for part in message.body.split("\n\n") if (words := render_markdown(part).striptags())]
        whole = address("activities.message", slug=place.activity.slug, message_id=message.id)
        return mails.about_place(
            place,
            _("%(title)s: %(subject)s", title=place.title, subject=message.title),
            message.title,
            [
                _("%(host)s writes to those who take part: %(title)s", host=message.host_name, title=place.title),
                *paragraphs,
            ],
            after=[
                _("The message on the platform: %(url)s", url=whole),
                _("You do not want messages about this activity? You switch them off on the page behind the button."),
            ],
        )

    return write


def _letter(payload: Mapping[str, Any]) -> Callable[[Place], Letter] | None:
    """The letter of a job, or None where there is nothing to say any more."""
    what = payload["what"]
    if what == "message":
        message = db.session.get(ActivityMessage, payload["message_id"])
        return _message(message) if message is not None and message.status == "published" else None
    if what == "changed":
        return _changed(payload["before"])
    return _resumed if what == "resumed" else _off


@jobs.handler("activities.tell")
def tell(payload: dict[str, Any]) -> None:
    """Write to some of those who take part and go on with the rest in a further job, so that no transaction is long.

    Letters, the next job and "done" are one commit: nobody is written to twice, nobody is forgotten.
    """
    activity = places.lock_activity(payload["activity_id"])
    write = _letter(payload)
    if write is None or (payload["what"] in ("cancelled", "postponed") and activity.status != payload["what"]):
        return
    statement = (
        select(Participation)
        .join(Participation.activity)
        .where(
            Participation.activity_id == activity.id,
            Participation.status.in_(AFTERWARDS if payload["what"] == "message" else INVOLVED),
            Participation.position > payload["after"],
        )
        .options(contains_eager(Participation.activity))
        .order_by(Participation.position)
        .limit(BATCH)
    )
    if payload["what"] == "message":
        statement = statement.where(Participation.wants_messages)
    rows = db.session.execute(statement).scalars().all()
    for participation in rows:
        mails.send_letter(activity, participation, f"activities.{payload['what']}", write)
    if len(rows) == BATCH:
        jobs.enqueue("activities.tell", {**payload, "after": rows[-1].position})
