"""How people come to belong to an organisation and how they leave: invited by mail, or asking; and their roles there.

What always holds: nobody becomes a member without a word from both sides; the last manager does not go while others stay;
what somebody wrote for the organisation stays with it, and their access ends with the same commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.accounts.models import Person
from consult.accounts.operations import issue_token
from consult.accounts.queries import people_by_ids, person_by_id
from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Gone, Invalid, NotFound, Refused
from consult.core.forms import email_key, email_problem
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.states import Machine, Transition, move
from consult.organisations import mails, profile, queries, rules
from consult.organisations.models import Organisation, OrganisationInvitation, OrganisationMember, OrganisationRequest

audit.declare("organisation.roles_changed", "person_id", "roles")
audit.declare("organisation.member_left", "person_id")
audit.declare("organisation.invited", "invitation_id")
audit.declare("organisation.asked", "request_id")

INVITATION_LIFETIME = timedelta(days=14)
MOST_OPEN = 50  # open invitations of one organisation: nobody writes to half the country in a company's name
PURPOSE = "organisation"

INVITATION = Machine(
    "organisation_invitation",
    "invited",
    [
        Transition("invited", "accept", "accepted", "who was invited"),
        Transition("invited", "decline", "declined", "who was invited"),
        Transition("invited", "withdraw", "withdrawn", "manager"),
        Transition("invited", "lapse", "lapsed", "job"),
    ],
    {
        "accept": "organisation.invitation_accepted",
        "decline": "organisation.invitation_declined",
        "withdraw": "organisation.invitation_withdrawn",
        "lapse": "organisation.invitation_lapsed",
    },
)
REQUEST = Machine(
    "organisation_request",
    "asked",
    [
        Transition("asked", "accept", "accepted", "manager; an administrator where there is none"),
        Transition("asked", "decline", "declined", "manager; an administrator where there is none"),
        Transition("asked", "withdraw", "withdrawn", "who asked"),
    ],
    {
        "accept": "organisation.request_accepted",
        "decline": "organisation.request_declined",
        "withdraw": "organisation.request_withdrawn",
    },
)


def _checked(roles: Iterable[str], field: str = "roles") -> list[str]:
    wanted = [role for role in rules.MEMBER_ROLES if role in set(roles)]
    if not wanted:
        raise Invalid({field: _("Please choose at least one role.")})
    return wanted


def _check_manages(actor: Actor, organisation: Organisation) -> None:
    if organisation.merged_into_id is not None:
        raise Conflict(_("This organisation was merged into another one."))
    if not rules.may_look_after(actor, organisation.id):
        raise Refused(_("Only those who speak for the organisation can do this."))


def _place(organisation_id: int, person_id: int, roles: Iterable[str]) -> None:
    """Exactly these roles from now on."""
    wanted = set(roles)
    statement = select(OrganisationMember).where(
        OrganisationMember.organisation_id == organisation_id, OrganisationMember.person_id == person_id
    )
    present = {member.role: member for member in db.session.execute(statement).scalars()}
    for role, member in present.items():
        if role not in wanted:
            db.session.delete(member)
    db.session.add_all(
        OrganisationMember(organisation_id=organisation_id, person_id=person_id, role=role)
        for role in rules.MEMBER_ROLES
        if role in wanted and role not in present
    )
    db.session.flush()


def join(actor: Actor, organisation: Organisation, person: Person, roles: Sequence[str]) -> None:
    """Both sides have said so: the person belongs to it now, with what they were already."""
    known = {member.role for member, one in queries.members_of(organisation.id) if one.id == person.id}
    _place(organisation.id, person.id, known | set(roles))
    for role in sorted(set(roles) - known):
        audit.record(
            "organisation.member_added", actor, ("organisation", organisation.id), person_id=person.id, role=role
        )
    profile.verify_by_domain(organisation, person)


# ---- invited --------------------------------------------------------------------------------------------------------


def invite(
    actor: Actor, organisation: Organisation, email: str, roles: Iterable[str], note: str = ""
) -> OrganisationInvitation:
    """Ask somebody by mail. Invalid at `email` for a wrong address or somebody who belongs to it or is asked already."""
    _check_manages(actor, organisation)
    if problem := email_problem(email):
        raise Invalid({"email": problem})
    wanted = _checked(roles)
    key = email_key(email)
    if any(person.email_key == key for _member, person in queries.members_of(organisation.id)):
        raise Invalid({"email": _("This person belongs to the organisation already.")})
    if len(queries.open_invitations(organisation.id)) >= MOST_OPEN:
        raise Invalid({"email": _("Too many invitations are open. Please withdraw some first.")})
    invitation = OrganisationInvitation(
        organisation_id=organisation.id, email=email.strip(), email_key=key, roles=wanted, note=note.strip(),
        invited_by=actor.person_id, expires_at=now() + INVITATION_LIFETIME,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
            db.session.flush()
    except IntegrityError:
        raise Invalid({"email": _("This address is invited already.")}) from None
    audit.record("organisation.invited", actor, ("organisation", organisation.id), invitation_id=invitation.id)
    raw = issue_token(PURPOSE, email, {"invitation_id": invitation.id}, INVITATION_LIFETIME)
    mails.send_invitation(organisation, invitation, actor, raw)
    return invitation


def open_invitation(invitation_id: int) -> OrganisationInvitation:
    """The invitation while it can be answered, kept from other writers. Gone otherwise."""
    statement = select(OrganisationInvitation).where(OrganisationInvitation.id == invitation_id).with_for_update()
    found = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None or found.status != "invited" or found.expires_at <= now():
        raise Gone(_("This invitation was answered, withdrawn or is too old."))
    return found


def accept_invitation(actor: Actor, invitation: OrganisationInvitation, person: Person) -> Organisation:
    """The invited person, known by the link in their mailbox, says yes."""
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    move(INVITATION, invitation, "accept", actor)
    invitation.person_id, invitation.answered_at = person.id, now()
    join(actor, organisation, person, invitation.roles)
    _tell_inviter(invitation, organisation, person.name or invitation.email, accepted=True)
    return organisation


def decline_invitation(actor: Actor, invitation: OrganisationInvitation, answer: str) -> None:
    """The invited person says no, with or without a sentence; the inviter reads it, nobody else."""
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    move(INVITATION, invitation, "decline", actor)
    invitation.answer, invitation.answered_at = answer.strip()[:1000], now()
    _tell_inviter(invitation, organisation, invitation.email, accepted=False)


def withdraw_invitation(actor: Actor, organisation: Organisation, invitation_id: int) -> None:
    """Take an invitation back; its link no longer counts."""
    _check_manages(actor, organisation)
    invitation = open_invitation(invitation_id)
    if invitation.organisation_id != organisation.id:
        raise NotFound()
    move(INVITATION, invitation, "withdraw", actor)
    invitation.answered_at = now()


def lapse_invitations() -> int:
    """End what nobody answered in time; returns how many."""
    statement = select(OrganisationInvitation).where(
        OrganisationInvitation.status == "invited", OrganisationInvitation.expires_at <= now()
    )
    found = db.session.execute(statement.limit(500)).scalars().all()
    for invitation in found:
        move(INVITATION, invitation, "lapse", SYSTEM)
    return len(found)


def _tell_inviter(invitation: OrganisationInvitation, organisation: Organisation, who: str, *, accepted: bool) -> None:
    context = {
        "organisation": organisation.name, "slug": organisation.slug, "who": who, "person_id": invitation.person_id,
        "accepted": accepted, "answer": invitation.answer,
    }  # fmt: skip
    notify("organisation.answered", [invitation.invited_by], context)


# ---- asking ---------------------------------------------------------------------------------------------------------


def ask(actor: Actor, organisation: Organisation, message: str) -> OrganisationRequest | None:
    """Ask to belong to it. Where nobody belongs to it yet and the address lies below its website's domain, the first one
    speaks for it at once (None is returned); otherwise its managers, or the administration, decide.
    """
    if organisation.merged_into_id is not None:
        raise Conflict(_("This organisation was merged into another one."))
    person = person_by_id(actor.person_id or 0)
    if person is None or not person.is_active:
        raise Refused(_("Please sign in."))
    if rules.is_member(actor, organisation.id):
        raise Conflict(_("You belong to this organisation already."))
    if profile.domain_fits(organisation, person.email) and not queries.members_of(organisation.id):
        join(actor, organisation, person, ("manager", "author"))
        return None
    request = OrganisationRequest(organisation_id=organisation.id, person_id=person.id, message=message.strip()[:2000])
    try:
        with db.session.begin_nested():
            db.session.add(request)
            db.session.flush()
    except IntegrityError:
        raise Conflict(_("You have asked already; the answer is still open.")) from None
    audit.record("organisation.asked", actor, ("organisation", organisation.id), request_id=request.id)
    context = {"organisation": organisation.name, "slug": organisation.slug, "who": person.name, "person_id": person.id}
    notify("organisation.asked", queries.deciders(organisation.id), context)
    return request


def _open_request(request_id: int) -> OrganisationRequest:
    statement = select(OrganisationRequest).where(OrganisationRequest.id == request_id).with_for_update()
    found = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def answer_request(
    actor: Actor, organisation: Organisation, request_id: int, *, accept: bool, roles: Iterable[str], answer: str
) -> None:
    """Let the person in with these roles, or say no with a sentence. Invalid where a refusal has none."""
    request = _open_request(request_id)
    if request.organisation_id != organisation.id:
        raise NotFound()
    if not rules.may_decide_requests(actor, organisation.id, queries.has_manager(organisation.id)):
        raise Refused(_("Only those who speak for the organisation can do this."))
    if request.person_id == actor.person_id:
        raise Refused(_("Somebody else has to decide about your own request."))
    if not accept and not answer.strip():
        raise Invalid({"answer": _("Please say why in a sentence.")})
    wanted = _checked(roles) if accept else []
    move(REQUEST, request, "accept" if accept else "decline", actor)
    request.decided_by, request.answered_at, request.answer = actor.person_id, now(), answer.strip()[:1000]
    person = people_by_ids([request.person_id])[request.person_id]
    if accept:
        join(actor, organisation, person, wanted)
    context = {
        "organisation": organisation.name, "slug": organisation.slug, "accepted": accept, "answer": request.answer,
    }  # fmt: skip
    notify("organisation.decided", [person.id], context)


def withdraw_request(actor: Actor, organisation: Organisation) -> None:
    """Take one's own open request back."""
    statement = select(OrganisationRequest).where(
        OrganisationRequest.person_id == actor.person_id, OrganisationRequest.organisation_id == organisation.id,
        OrganisationRequest.status == "asked",
    )  # fmt: skip
    request = db.session.execute(statement).scalar_one_or_none()
    if request is None:
        raise NotFound()
    move(REQUEST, request, "withdraw", actor)
    request.answered_at = now()


# ---- roles and leaving ----------------------------------------------------------------------------------------------


def _check_manager_stays(organisation_id: int, person_id: int, roles: Iterable[str]) -> None:
    """While others belong to it, somebody speaks for it."""
    members = queries.members_of(organisation_id)
    others = [(member, person) for member, person in members if person.id != person_id]
    is_manager = any(member.role == "manager" and person.id == person_id for member, person in members)
    if is_manager and "manager" not in set(roles) and others and not any(m.role == "manager" for m, _p in others):
        raise Conflict(_("Somebody has to speak for the organisation. Please give this role to somebody else first."))


def set_roles(actor: Actor, organisation: Organisation, person_id: int, roles: Iterable[str]) -> None:
    """Give a member exactly these roles. They count from the member's next request on."""
    _check_manages(actor, organisation)
    wanted = _checked(roles)
    if person_id not in queries.member_ids(organisation.id):
        raise NotFound()
    _check_manager_stays(organisation.id, person_id, wanted)
    _place(organisation.id, person_id, wanted)
    audit.record(
        "organisation.roles_changed", actor, ("organisation", organisation.id), person_id=person_id,
        roles=",".join(wanted),
    )  # fmt: skip


def leave(actor: Actor, organisation: Organisation, person_id: int) -> None:
    """A member goes: of their own will, or taken out by who speaks for the organisation. What they wrote for it stays."""
    if person_id != actor.person_id:
        _check_manages(actor, organisation)
    if person_id not in queries.member_ids(organisation.id):
        raise NotFound()
    _check_manager_stays(organisation.id, person_id, ())
    _place(organisation.id, person_id, ())
    audit.record("organisation.member_left", actor, ("organisation", organisation.id), person_id=person_id)
    if person_id != actor.person_id:
        notify("organisation.left", [person_id], {"organisation": organisation.name, "slug": organisation.slug})
