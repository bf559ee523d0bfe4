"""Writes about taking part in activities: join, give up, take an offered place, decide, lapse.

Each begins with the lock of the activity's row, so that at any moment one of them alone works on its places; see
`places`. They flush and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from consult.core.access import SYSTEM, Actor, check_not_suspended
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.organisations import acting
from consult.projects import activity_queries, mails, places, queries, rules
from consult.projects.models import Activity, Participation
from consult.projects.refusals import Closed

LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Joined:
    """What came of joining. `new` is false where the person took part already; `ahead` is how many wait before them."""

    participation: Participation
    new: bool
    ahead: int = 0


def ends_of(activity: Activity) -> list[queries.End]:
    """Who may speak as host: the organiser and the leads of the activity's project. One query where there is a project."""
    ends = queries.leads_of(activity.project_id)
    if activity.organiser_id is not None:
        ends.append((activity.organiser_kind, activity.organiser_id))
    return ends


def manages(actor: Actor, activity: Activity) -> bool:
    """Whether the actor may act as host; no query for those who could not in any case."""
    if actor.may("projects.edit"):
        return True
    if not rules.may_speak_for_others(actor):
        return False
    return rules.can_manage(actor, ends_of(activity))


def _ahead(participation: Participation) -> int:
    return activity_queries.ahead_of(participation) if participation.status == "waiting" else 0


def _first_status(activity: Activity) -> str:
    if activity.host_accepts:
        return "requested"
    return "waiting" if activity.full else "confirmed"


def join_activity(
    actor: Actor, activity_id: int, *, role: str, message: str, language: str, organisation_id: int | None = None
) -> Joined:
    """Give the actor a place, or the last place in the queue, or ask the host: whatever the activity offers now.

    `organisation_id` is for whom they join. Who takes part already keeps what they have. Closed where registration is;
    Invalid for a part that is not offered.
    """
    if actor.person_id is None:
        raise Refused(_("Please sign in, or give your e-mail address."))
    check_not_suspended(actor)
    activity = places.lock_activity(activity_id)
    present = activity_queries.own_participation(activity.id, actor.person_id)
    if present is not None:
        return Joined(present, new=False, ahead=_ahead(present))
    if reason := activity.registration_closed_by(now()):
        raise Closed(reason)
    if activity.roles and role not in activity.roles:
        raise Invalid({"role": _("Please choose one of the entries in the list.")})
    acting.checked(actor, organisation_id)
    status = _first_status(activity)
    participation = places.enter(
        activity, actor.person_id, actor, status=status, role=role if activity.roles else "", message=message,
        language=language, organisation_id=organisation_id,
    )  # fmt: skip
    ahead = _ahead(participation)
    mails.send(activity, participation, status, ahead)
    if status == "requested":
        _tell_host(activity)
    elif status == "waiting":
        places.fill(activity)
    return Joined(participation, new=True, ahead=ahead)


def _tell_host(activity: Activity) -> None:
    notify(
        "activities.requested",
        queries.people_speaking_for(ends_of(activity)),
        {"slug": activity.slug, "title": activity.title},
    )


def leave_activity(actor: Actor, participation_id: int) -> Participation:
    """Give up one's place, request or place in the queue; what became free goes on at once. Possible until the beginning."""
    activity, participation = places.lock_participation(participation_id)
    if participation.person_id != actor.person_id:
        raise Refused(_("This place belongs to somebody else."))
    if not participation.live:
        return participation
    if not rules.can_cancel(actor, activity, participation, now()):
        raise Conflict(_("The activity has begun. A place can be given up until the beginning only."))
    places.act(activity, participation, "cancel", actor)
    mails.send(activity, participation, "cancelled")
    places.fill(activity)
    return participation


def confirm_place(actor: Actor, participation_id: int) -> Participation:
    """Take the place that is held for the actor. Doing it again changes nothing; Conflict when it has gone on."""
    activity, participation = places.lock_participation(participation_id)
    if participation.person_id != actor.person_id:
        raise Refused(_("This place belongs to somebody else."))
    if participation.status == "confirmed":
        return participation
    if not rules.can_confirm(actor, activity, participation, now()):
        raise Conflict(_("The place was held until a moment that is over now, so it has gone on to the next person."))
    places.act(activity, participation, "confirm", actor)
    mails.send(activity, participation, "confirmed")
    return participation


def decide_request(actor: Actor, participation_id: int, outcome: str, note: str) -> Participation:
    """The host accepts a request (with a place, or onto the waiting list when all are taken) or declines with a sentence."""
    activity, participation = places.lock_participation(participation_id)
    if not rules.can_decide(actor, ends_of(activity), participation.person_id):
        raise Refused(_("Only the host decides about requests, and nobody about their own."))
    if outcome not in ("accept", "decline"):
        raise Invalid({"outcome": _("Please choose one of the entries in the list.")})
    if outcome == "decline" and not note:
        raise Invalid({"note": _("Please write a sentence; the person gets it by e-mail.")})
    if outcome == "accept":
        outcome = "enlist" if activity.full else "accept"
        if outcome == "enlist" and not activity.waiting_list:
            raise Conflict(_("All places are taken, and there is no waiting list."))
    participation.note = note[:LONGEST_NOTE]
    places.act(activity, participation, outcome, actor)
    db.session.flush()
    mails.send(
        activity, participation, "declined" if outcome == "decline" else participation.status, _ahead(participation)
    )
    places.fill(activity)
    return participation


def record_attendance(actor: Actor, participation_id: int, present: bool) -> Participation:
    """Note whether somebody with a place was there; can be corrected."""
    activity, participation = places.lock_participation(participation_id)
    if not rules.can_manage(actor, ends_of(activity)):
        raise Refused(_("Only the host notes who was there."))
    if not rules.can_record_attendance(activity, now()):
        raise Conflict(_("Who was there can be noted from the beginning on."))
    if participation.status != ("attended" if present else "absent"):
        places.act(activity, participation, "attend" if present else "miss", actor)
    return participation


# ---- by the clock ---------------------------------------------------------------------------------------------------


def activities_with_late_offers() -> list[int]:
    """Activities in which a held place was not taken in time."""
    statement = (
        select(Participation.activity_id)
        .join(Activity, Activity.id == Participation.activity_id)
        .where(
            Participation.status == "offered",
            Participation.offered_until <= now(),
            Activity.status.not_in(("cancelled", "postponed")),
        )
        .distinct()
        .order_by(Participation.activity_id)
    )
    return list(db.session.execute(statement).scalars())


def lapse_offers(activity_id: int) -> int:
    """Let held places whose time is over go on to the next; returns how many lapsed."""
    activity = places.lock_activity(activity_id)
    late = db.session.execute(
        select(Participation)
        .where(
            Participation.activity_id == activity.id,
            Participation.status == "offered",
            Participation.offered_until <= now(),
        )
        .order_by(Participation.position)
        .execution_options(populate_existing=True)
    ).scalars().all()  # fmt: skip
    for participation in late:
        places.act(activity, participation, "lapse", SYSTEM)
        db.session.flush()
        mails.send(activity, participation, "lapsed")
    places.fill(activity)
    return len(late)
