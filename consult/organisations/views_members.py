"""Who belongs to an organisation: the members' page with invitations and requests, joining, leaving, the mailed link."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts import proof
from consult.accounts.models import Person
from consult.accounts.operations import confirm_person, ensure_person, take_token
from consult.accounts.queries import person_by_id, usable_token
from consult.core.access import Actor, access, current_actor
from consult.core.db import db
from consult.core.errors import Conflict, Gone, Invalid, Refused
from consult.core.forms import email_key
from consult.core.i18n import _, current_language, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.organisations import membership, profile, queries, rules
from consult.organisations.forms import AnswerForm, AskForm, DeclineForm, InviteForm, RolesForm
from consult.organisations.models import Organisation
from consult.organisations.views import blueprint, found


def _inside(slug: str) -> tuple[Organisation, Actor]:
    """The organisation and the actor, who belongs to it or looks after it."""
    organisation, actor = found(slug), current_actor()
    if not rules.is_member(actor, organisation.id) and not rules.may_look_after(actor, organisation.id):
        raise Refused(_("Only members see this page."))
    return organisation, actor


def _members_page(organisation: Organisation, actor: Actor, status: int = 200, **forms: Any) -> Any:
    looks_after = rules.may_look_after(actor, organisation.id)
    decides = rules.may_decide_requests(actor, organisation.id, queries.has_manager(organisation.id))
    invite = forms.get("invite") or InviteForm(formdata=None, roles=["author"])
    invite.roles.offer()
    people: dict[int, tuple[Person, list[str]]] = {}
    for member, person in queries.members_of(organisation.id):
        people.setdefault(person.id, (person, []))[1].append(member.role)
    body = render_template(
        "organisations/members.html",
        organisation=organisation,
        people=[(person, roles, _roles_form(roles)) for person, roles in people.values()],
        looks_after=looks_after,
        invite=invite,
        invitations=queries.open_invitations(organisation.id) if looks_after else [],
        requests=[(one, person, _answer_form(one.id, forms)) for one, person in queries.open_requests(organisation.id)]
        if decides
        else [],
    )
    return body, status


def _roles_form(roles: list[str]) -> RolesForm:
    form = RolesForm(formdata=None, roles=roles)
    form.roles.offer()
    return form


def _answer_form(request_id: int, forms: dict[str, Any]) -> AnswerForm:
    given: AnswerForm | None = forms.get("answer")
    if given is None or forms.get("request_id") != request_id:
        given = AnswerForm(formdata=None, roles=["author"])
    given.roles.offer()
    return given


@blueprint.get("/organisations/<slug>/members")
@access("signed-in")
def members(slug: str) -> Any:
    """Members see who belongs to it; who speaks for it looks after them."""
    return _members_page(*_inside(slug))


@blueprint.post("/organisations/<slug>/members/invite")
@access("signed-in")
def invite(slug: str) -> Any:
    """Invite somebody by mail."""
    organisation, actor = _inside(slug)
    allow_write()
    form = InviteForm()
    form.roles.offer()
    if not form.validate():
        return _members_page(organisation, actor, 422, invite=form)
    try:
        membership.invite(actor, organisation, form.email.data, form.roles.data or [], form.note.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _members_page(organisation, actor, 422, invite=form)
    flash_done(_("The invitation is on its way to %(email)s.", email=form.email.data))
    return see_other(path("organisations.members", slug=slug))


@blueprint.post("/organisations/<slug>/members/invitations/<int:invitation_id>/withdraw")
@access("signed-in")
def withdraw_invitation(slug: str, invitation_id: int) -> Any:
    """Take an invitation back."""
    membership.withdraw_invitation(current_actor(), found(slug), invitation_id)
    flash_done(_("The invitation no longer counts."))
    return see_other(path("organisations.members", slug=slug))


@blueprint.post("/organisations/<slug>/members/requests/<int:request_id>")
@access("signed-in")
def answer_request(slug: str, request_id: int) -> Any:
    """Let somebody in ("accept") or not ("decline")."""
    organisation, actor = _inside(slug)
    form = AnswerForm()
    form.roles.offer()
    accept = "accept" in request.form
    if not form.validate():
        return _members_page(organisation, actor, 422, answer=form, request_id=request_id)
    try:
        membership.answer_request(
            actor, organisation, request_id, accept=accept, roles=form.roles.data or [], answer=form.answer.data
        )
    except Invalid as invalid:
        form.take_errors(invalid)
        return _members_page(organisation, actor, 422, answer=form, request_id=request_id)
    flash_done(_("The person belongs to the organisation now.") if accept else _("The person is told."))
    return see_other(path("organisations.members", slug=slug))


@blueprint.post("/organisations/<slug>/members/<int:person_id>/roles")
@access("signed-in")
def set_roles(slug: str, person_id: int) -> Any:
    """Give a member other roles."""
    organisation, actor = _inside(slug)
    form = RolesForm()
    form.roles.offer()
    try:
        membership.set_roles(actor, organisation, person_id, form.roles.data or [])
    except Invalid as invalid:
        raise Conflict(str(invalid.fields["roles"])) from None
    flash_done(_("Your changes are saved."))
    return see_other(path("organisations.members", slug=slug))


@blueprint.post("/organisations/<slug>/members/<int:person_id>/remove")
@access("signed-in")
def remove(slug: str, person_id: int) -> Any:
    """Take a member out; their access ends at once."""
    membership.leave(current_actor(), found(slug), person_id)
    flash_done(_("The person does not belong to the organisation any more."))
    return see_other(path("organisations.members", slug=slug))


@blueprint.post("/organisations/<slug>/leave")
@access("signed-in")
def leave(slug: str) -> Any:
    """Leave an organisation."""
    actor = current_actor()
    membership.leave(actor, found(slug), actor.person_id or 0)
    flash_done(_("You no longer belong to the organisation. What you wrote for it stays with it."))
    return see_other(path("organisations.show", slug=slug))


@blueprint.post("/organisations/<slug>/signoff")
@access("signed-in")
def signoff(slug: str) -> Any:
    """Switch on or off that somebody releases what members send. Field `on`."""
    on = request.form.get("on") == "1"
    profile.set_signoff(current_actor(), found(slug), on)
    flash_done(
        _("From now on somebody of you releases what members send.") if on else _("From now on members send at once.")
    )
    return see_other(path("organisations.members", slug=slug))


# ---- joining --------------------------------------------------------------------------------------------------------


@blueprint.route("/organisations/<slug>/join", methods=["GET", "POST"])
@access("signed-in")
def join(slug: str) -> Any:
    """Ask to belong to it."""
    organisation, form = found(slug), AskForm()
    if request.method != "POST" or not form.validate():
        body = render_template("organisations/join.html", organisation=organisation, form=form)
        return body, 422 if form.errors else 200
    allow_write()
    asked = membership.ask(current_actor(), organisation, form.message.data)
    flash_done(
        _("You have asked. We tell you as soon as there is an answer.")
        if asked is not None
        else _("Your address shows that you work there: you speak for the organisation from now on.")
    )
    return see_other(path("organisations.show", slug=slug))


@blueprint.post("/organisations/<slug>/join/withdraw")
@access("signed-in")
def withdraw_request(slug: str) -> Any:
    """Take one's own request back."""
    membership.withdraw_request(current_actor(), found(slug))
    flash_done(_("Your request is taken back."))
    return see_other(path("organisations.show", slug=slug))


# ---- the mailed link ------------------------------------------------------------------------------------------------


@blueprint.route("/organisations/invitations/<token>", methods=["GET", "POST"])
@access("public")
def invitation(token: str) -> Any:
    """The link of an invitation: "accept" or "decline". It shows that the mailbox is theirs, so it signs in as well."""
    link = usable_token(membership.PURPOSE, token)
    if link is None:
        return render_template("organisations/spent.html"), 410
    try:
        invited = membership.open_invitation(link.payload["invitation_id"])
    except Gone:
        return render_template("organisations/spent.html"), 410
    organisation = queries.organisations_by_ids([invited.organisation_id])[invited.organisation_id]
    form = DeclineForm()
    if request.method != "POST" or not form.validate():
        other = current_actor().signed_in and email_key(current_actor().email) != invited.email_key
        body = render_template(
            "organisations/invitation.html", organisation=organisation, invitation=invited, form=form, other=other
        )
        return body, 422 if form.errors else 200
    take_token(membership.PURPOSE, token)
    if "decline" in request.form:
        membership.decline_invitation(current_actor(), invited, form.answer.data)
        flash_done(_("You have declined. Thank you for the answer."))
        return see_other(path("pages.home"))
    return _accept(invited.id, invited.email, organisation)


def _accept(invitation_id: int, email: str, organisation: Organisation) -> Any:
    actor = current_actor()
    person = person_by_id(actor.person_id) if actor.person_id is not None else None
    signs_in = person is None
    if person is None:
        person = ensure_person(email, current_language())
        confirm_person(person)
        db.session.flush()
        if not person.is_active:
            raise Refused(_("This account cannot be used to sign in."))
    acting = Actor(person_id=person.id, name=person.name, email=person.email, session_id=actor.session_id)
    membership.accept_invitation(acting, membership.open_invitation(invitation_id), person)
    flash_done(_("You belong to %(organisation)s from now on.", organisation=pick(organisation.name)))
    target = path("organisations.show", slug=organisation.slug)
    return proof.go_on(person, "link", target) if signs_in else see_other(target)
