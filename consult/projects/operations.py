"""Writes about taking part in projects: ask, take back, decide.

Asking needs the project's row locked, so that two who are accepted at the same moment do not share the last place of a
degree. They flush and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from consult.core import audit
from consult.core.access import Actor, check_not_suspended
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.states import move
from consult.notifications.operations import follow, unfollow
from consult.organisations import acting
from consult.projects import mails, queries, rules
from consult.projects.machines import MEMBERSHIP
from consult.projects.models import Membership, Project
from consult.projects.refusals import Closed

LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Asked:
    """What came of asking to take part; `new` is false where the person had asked or takes part already."""

    membership: Membership
    new: bool


def lock_project(project_id: int) -> Project:
    """The project as it is now, for this transaction alone until its end."""
    project = db.session.execute(
        select(Project).where(Project.id == project_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if project is None:
        raise NotFound()
    return project


def manages(actor: Actor, project: Project) -> bool:
    """Whether the actor decides for the project; no query for those who could not in any case."""
    if actor.may("projects.edit"):
        return True
    if not rules.may_speak_for_others(actor):
        return False
    return rules.can_manage(actor, queries.leads_of(project.id))


def join_project(
    actor: Actor, project_id: int, *, role: str, message: str, language: str, organisation_id: int | None = None
) -> Asked:
    """Ask to take part in a degree. The degree without duties needs nobody's consent and counts at once; who has it
    follows the project, and hears of the ideas that speak to it.

    `organisation_id` is for whom they join. Who asked or takes part already keeps what they have. Closed where the project
    takes nobody, or nobody in this degree.
    """
    if actor.person_id is None:
        raise Refused(_("Please sign in, or give your e-mail address."))
    check_not_suspended(actor)
    project = lock_project(project_id)
    present = queries.own_memberships(project.id, actor.person_id).get(role)
    if present is not None:
        return Asked(present, new=False)
    if reason := rules.joining_closed_by(project, now()):
        raise Closed(reason)
    if project.role(role) is None:
        raise Invalid({"role": _("Please choose one of the entries in the list.")})
    if not rules.role_takes_requests(project, role, queries.accepted_count(project.id, role)):
        raise Closed("role")
    acting.checked(actor, organisation_id)
    status = "accepted" if role == rules.FREE_ROLE else "asked"
    membership = Membership(
        project_id=project.id, person_id=actor.person_id, role=role, message=message, status=status,
        organisation_id=organisation_id, language=language, created_at=now(),
    )  # fmt: skip
    db.session.add(membership)
    db.session.flush()
    audit.record("membership.asked", actor, ("membership", membership.id), project_id=project.id, role=role, to=status)
    mails.send_membership(project, membership, status)
    if role == rules.FREE_ROLE:
        follow(actor, "project", project.id)
    if status == "asked":
        notify(
            "projects.asked",
            queries.people_speaking_for(queries.leads_of(project.id)),
            {"slug": project.slug, "title": project.title, "role": role},
        )
    return Asked(membership, new=True)


def leave_project(actor: Actor, project_id: int, role: str = "") -> list[Membership]:
    """Take back a request or end one's part, in one degree or (without `role`) in all; returns what ended."""
    lock_project(project_id)
    ended = []
    for membership in queries.own_memberships(project_id, actor.person_id).values():
        if role in ("", membership.role) and rules.can_leave(actor, membership):
            move(MEMBERSHIP, membership, "leave", actor)
            ended.append(membership)
            if membership.role == rules.FREE_ROLE:
                unfollow(actor, "project", project_id)
    db.session.flush()
    return ended


def decide_membership(actor: Actor, project_id: int, membership_id: int, outcome: str, note: str) -> Membership:
    """The lead accepts a request, declines it, or ends a part; the last two with a sentence.

    Never more are accepted than the project looks for. Conflict where somebody else decided in the meantime.
    """
    project = lock_project(project_id)
    found = queries.request_by_id(project_id, membership_id)
    if found is None:
        raise NotFound()
    membership = found[0]
    if not rules.can_decide(actor, queries.leads_of(project_id), membership.person_id):
        raise Refused(_("Only the project's lead decides about requests, and nobody about their own."))
    if outcome not in ("accept", "decline", "end"):
        raise Invalid({"outcome": _("Please choose one of the entries in the list.")})
    if outcome != "accept" and not note:
        raise Invalid({"note": _("Please write a sentence; the person gets it by e-mail.")})
    accepted = queries.accepted_count(project_id, membership.role)
    if outcome == "accept" and rules.role_is_full(project, membership.role, accepted):
        raise Conflict(_("In this part everyone the project looked for has been found."))
    move(MEMBERSHIP, membership, outcome, actor)
    membership.note = note[:LONGEST_NOTE]
    membership.decided_at, membership.decided_by = now(), actor.person_id
    db.session.flush()
    mails.send_membership(project, membership, membership.status)
    return membership
