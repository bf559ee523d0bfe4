"""Who may do what to projects and activities, and for how long a place is held: the room's policy on one page.

`ends` are the things for which a person must speak in order to act for the project or as host: (kind, id) of the
organisations and clusters that organise it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from consult.core.access import Actor
from consult.projects.machines import MEMBERSHIP, PARTICIPATION
from consult.projects.models import Activity, Membership, Participation, Project

LONGEST_HOLD = timedelta(hours=48)
SHORTEST_HOLD = timedelta(minutes=30)
LAST_OFFER = timedelta(hours=1)

# A mailed link to confirm an address with: long enough for a weekend.
LINK_LIFETIME = timedelta(days=3)

# The degree without duties: nobody has to agree to it.
FREE_ROLE = "informed"

End = tuple[str, int]

# Members of an organisation who write in its name; a mere contact does not.
WRITERS = ("author", "approver", "manager")


def speaks_for(actor: Actor, ends: Collection[End]) -> bool:
    """Whether the actor belongs to one of these organisations or manages one of these clusters."""
    return any(
        (kind == "organisation" and number in actor.organisation_ids)
        or (kind == "cluster" and number in actor.cluster_ids)
        for kind, number in ends
    )


def may_speak_for_others(actor: Actor) -> bool:
    """Whether there is anything at all that the actor could speak for."""
    return actor.signed_in and bool(actor.memberships or actor.cluster_ids)


def can_manage(actor: Actor, ends: Collection[End]) -> bool:
    """Whether the actor decides about requests: an editor, or who speaks for an organiser."""
    return actor.signed_in and (actor.may("projects.edit") or speaks_for(actor, ends))


def writing_ends(actor: Actor) -> list[End]:
    """The organisations in whose name the actor writes, and the clusters that they manage."""
    organisations = [one.organisation_id for one in actor.memberships if one.role in WRITERS]
    return [*(("organisation", number) for number in organisations), *(("cluster", one) for one in actor.cluster_ids)]


def can_edit(actor: Actor, ends: Collection[End]) -> bool:
    """Change what is said of a project or an activity: an editor, or who writes for one that leads or hosts it."""
    return actor.signed_in and (actor.may("projects.edit") or bool(set(writing_ends(actor)) & set(ends)))


def can_create_activity(actor: Actor, organiser: End | None) -> bool:
    """Enter an activity: editors for anybody, cluster managers for their own cluster."""
    if not actor.signed_in:
        return False
    if actor.may("projects.edit"):
        return True
    return organiser is not None and organiser[0] == "cluster" and organiser[1] in actor.cluster_ids


def can_decide(actor: Actor, ends: Collection[End], person_id: int) -> bool:
    """Who manages decides about everyone but themselves."""
    return can_manage(actor, ends) and actor.person_id != person_id


def can_cancel(actor: Actor, activity: Activity, participation: Participation, moment: datetime) -> bool:
    """Whether the person may give up the place: it is theirs, the state allows it, the activity has not begun."""
    return (
        participation.person_id == actor.person_id
        and PARTICIPATION.target(participation.status, "cancel") is not None
        and not activity.has_begun(moment)
    )


def can_confirm(actor: Actor, activity: Activity, participation: Participation, moment: datetime) -> bool:
    """Whether the person may take the place held for them; the moment at which it lapses no longer counts."""
    return (
        participation.person_id == actor.person_id
        and participation.status == "offered"
        and activity.status not in ("cancelled", "postponed")
        and participation.offered_until is not None
        and moment < participation.offered_until
        and not activity.has_begun(moment)
    )


def can_record_attendance(activity: Activity, moment: datetime) -> bool:
    """Who was there can be said from the beginning on."""
    return activity.has_begun(moment)


def can_leave(actor: Actor, membership: Membership) -> bool:
    """Whether the person may end or take back their own part in a project."""
    return membership.person_id == actor.person_id and MEMBERSHIP.target(membership.status, "leave") is not None


def hold_time(moment: datetime, starts_at: datetime | None) -> timedelta | None:
    """For how long a place that became free is held for the next on the list; None when it is too late to offer one.

    48 hours. Where fewer than eight days are left, a quarter of the time until the beginning, so that at least three
    more people can be asked; never less than half an hour. In the last hour nobody is asked any more.
    """
    if starts_at is None:
        return LONGEST_HOLD
    left = starts_at - moment
    if left <= LAST_OFFER:
        return None
    return max(SHORTEST_HOLD, min(LONGEST_HOLD, left / 4))


def joining_closed_by(project: Project, moment: datetime) -> str:
    """Why a project takes nobody: "unknown" (no source says how), "closed", "deadline"; "" if it takes requests.

    A project that is closed but keeps a waiting list takes requests as well; they wait.
    """
    if project.joining is None or not project.joining.get("roles"):
        return "unknown"
    if project.joining_until is not None and project.joining_until <= moment:
        return "deadline"
    if not project.joining_open and not project.joining.get("waiting_list"):
        return "closed"
    return ""


def role_is_full(project: Project, role: str, accepted: int) -> bool:
    """Whether as many as the project looks for were accepted in this degree."""
    capacity = (project.role(role) or {}).get("capacity")
    return capacity is not None and accepted >= capacity


def role_takes_requests(project: Project, role: str, accepted: int) -> bool:
    """Whether one may ask for this degree: it is offered, and has room or a waiting list."""
    if project.role(role) is None:
        return False
    return not role_is_full(project, role, accepted) or bool((project.joining or {}).get("waiting_list"))
