"""Sign-off: where an organisation wants it, what is written for it is read by one of its approvers before it is sent: a
first text, one that moderation returned, and a new version of a published one.

The text stays in the draft while it waits, so that releasing it makes the version and its author can take it back. Who
changed, released or returned it is told by the log, from which `history` is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from consult.accounts.models import Person
from consult.consultations.models import Consultation
from consult.core.access import Actor, check_not_suspended
from consult.core.audit import AuditRow
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Invalid
from consult.core.i18n import _, pick
from consult.core.notices import notify
from consult.core.states import move
from consult.ideas import mails, revisions, rules, sharing
from consult.ideas.drafting import draft_row
from consult.ideas.drafts import Content, title_in
from consult.ideas.models import AWAITING_RELEASE, DRAFT, PUBLISHED, RETURNED, Idea, IdeaDraft
from consult.organisations.models import Organisation, OrganisationMember
from consult.organisations.queries import organisations_by_ids
from consult.organisations.rules import may_approve

ASKED, RELEASED, GIVEN_BACK, TAKEN_BACK = (
    rules.MACHINE.events[act] for act in ("ask_release", "release", "return_draft", "take_back")
)
RELEASABLE = (AWAITING_RELEASE, RETURNED, PUBLISHED)  # an idea that is hidden or over waits for nothing
CHANGED = "idea.changed_in_release"
SHOWN = 50


@dataclass(frozen=True)
class Release:
    """One step of sign-off: when, what, and by whom (empty where the person is gone). `fields` are those that an approver
    changed."""

    at: datetime
    event: str
    name: str
    fields: tuple[str, ...] = ()


def approvers_of(organisation_id: int) -> list[Person]:
    """Those who may release what others of the organisation write, as long as their accounts are in use. One query."""
    members = select(OrganisationMember.person_id).where(
        OrganisationMember.organisation_id == organisation_id, OrganisationMember.role.in_(("approver", "manager"))
    )
    statement = select(Person).where(Person.id.in_(members), Person.deactivated_at.is_(None)).order_by(Person.id)
    return list(db.session.execute(statement).scalars())


def signing_organisation(actor: Actor, organisation_id: int | None) -> Organisation | None:
    """The organisation that has to release what the actor sends for it; None where it may be sent at once.

    An approver's own text is released by another approver, where there is one.
    """
    if organisation_id is None:
        return None
    organisation = organisations_by_ids([organisation_id]).get(organisation_id)
    if organisation is None or not organisation.signoff:
        return None
    others = [one for one in approvers_of(organisation_id) if one.id != actor.person_id]
    return None if may_approve(actor, organisation_id) and not others else organisation


def ask(actor: Actor, idea: Idea, content: Content, organisation: Organisation) -> Idea:
    """Put a draft before the organisation's approvers. Invalid where it has none at present."""
    check_not_suspended(actor)
    others = [one for one in approvers_of(organisation.id) if one.id != actor.person_id]
    if not others:
        raise Invalid(
            message=_(
                "At present nobody in %(organisation)s can release the idea. Please turn to those who speak for it.",
                organisation=pick(organisation.name),
            )
        )
    draft = draft_row(idea)
    before = draft.content
    content.release_note = ""
    draft.content = content.document()
    draft.edit_count += 1
    if idea.status == DRAFT:
        idea.author_id, idea.moved_at = sharing.author_for(actor, idea).person_id, now()
        idea.organisation_id = organisation.id
    revisions.record(idea, draft, before, actor)
    idea.release_asked_at, idea.reminded_at = now(), None
    move(rules.MACHINE, idea, "ask_release", actor)
    db.session.flush()
    notify(
        "idea.release_asked",
        [one.id for one in others],
        {"title": content.title, "title_in": idea.language, "idea_id": idea.id},
    )
    mails.ask_for_release(idea, others, content.title, actor, pick(organisation.name))
    return idea


def may_release(actor: Actor, idea: Idea) -> bool:
    """Whether the actor may release or return it: an approver, and not its author if there is another one."""
    if idea.organisation_id is None or not may_approve(actor, idea.organisation_id):
        return False
    if not rules.is_author(actor, idea):
        return True
    return all(one.id == actor.person_id for one in approvers_of(idea.organisation_id))


def history(idea_id: int) -> list[Release]:
    """What happened to an idea in its organisation, oldest first. One query."""
    rows = db.session.execute(
        select(AuditRow.at, AuditRow.event, Person.name, AuditRow.data)
        .outerjoin(Person, Person.id == AuditRow.actor_id)
        .where(
            AuditRow.subject_kind == "idea",
            AuditRow.subject_id == idea_id,
            AuditRow.event.in_((ASKED, RELEASED, GIVEN_BACK, TAKEN_BACK, CHANGED)),
        )
        .order_by(AuditRow.seq)
    )
    return [
        Release(at, event, name or "", tuple(data["fields"].split(",")) if event == CHANGED else ())
        for at, event, name, data in rows
    ]


def waiting_for(actor: Actor) -> list[tuple[Idea, str]]:
    """Ideas of others that the actor may release, with their titles, those waiting longest first. One query, and none for
    those who release nothing."""
    places = {one.organisation_id for one in actor.memberships if may_approve(actor, one.organisation_id)}
    if not places:
        return []
    rows = db.session.execute(
        select(Idea, IdeaDraft.content)
        .join(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(
            Idea.release_asked_at.is_not(None),
            Idea.status.in_(RELEASABLE),
            Idea.organisation_id.in_(places),
            Idea.author_id.is_distinct_from(actor.person_id),
        )
        .order_by(Idea.release_asked_at, Idea.id)
        .limit(SHOWN)
    )
    return [(idea, title_in(content)) for idea, content in rows]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a release: what it is called, whose it is, since when."""

    idea_id: int
    title: str
    organisation_id: int
    author_id: int | None
    since: datetime


def all_waiting(limit: int) -> list[Waiting]:
    """What waits for a release in any organisation, longest first, and can still be sent. One query."""
    taken = [or_(one.is_(None), one > now()) for one in (Consultation.evaluation_at, Consultation.results_at)]
    rows = db.session.execute(
        select(Idea.id, IdeaDraft.content, Idea.organisation_id, Idea.author_id, Idea.release_asked_at)
        .join(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .join(Consultation, Consultation.id == Idea.consultation_id)
        .where(Idea.release_asked_at.is_not(None), Idea.status.in_(RELEASABLE), Idea.organisation_id.is_not(None))
        .where(*taken)
        .order_by(Idea.release_asked_at, Idea.id)
        .limit(limit)
    )
    return [
        Waiting(idea_id, title_in(content), place or 0, author, since)
        for idea_id, content, place, author, since in rows
        if since is not None
    ]
