"""Back office: overview and people. Jobs and the log are in `views_system`."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts import factors, mails, proof
from consult.accounts import operations as accounts
from consult.accounts import queries as people_queries
from consult.accounts.models import Person
from consult.admin import queries
from consult.admin.forms import GrantForm, PersonForm, PlaceForm, role_choices
from consult.core.access import ROLES, access, current_actor
from consult.core.clock import end_of_day
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.organisations import operations as organisations
from consult.organisations import queries as organisation_queries

blueprint = room_blueprint("admin", __name__)

STATES = ("active", "unconfirmed", "deactivated")


@blueprint.get("/admin/")
@access("admin")
def index() -> Any:
    """What needs an administrator, and the ways into the back office."""
    return render_template("admin/index.html", figures=queries.overview())


# ---- people ---------------------------------------------------------------------------------------------------------


@blueprint.get("/admin/people/")
@access("admin.people")
def people() -> Any:
    """People by name, address, role and state, newest first."""
    q = request.args.get("q", "").replace("\x00", "").strip()[:200]
    role, state = request.args.get("role", ""), request.args.get("state", "")
    role, state = role if role in ROLES else "", state if state in STATES else ""
    page = people_queries.people_page(q, role, state, request.args.get("after"))
    return render_template(
        "admin/people.html",
        page=page,
        roles=people_queries.roles_of([person.id for person in page.items]),
        q=q,
        role=role,
        state=state,
        role_choices=role_choices(),
    )


@blueprint.route("/admin/people/new", methods=["GET", "POST"])
@access("admin.people")
def new_person() -> Any:
    """Make an account; its owner gets a link that confirms the address."""
    form = PersonForm()
    if form.validate_on_submit():
        try:
            person = accounts.create_person(
                current_actor(),
                form.email.data,
                name=form.name.data,
                language=form.language.data,
                roles=(form.role.data,),
                source="admin",
            )
        except Invalid as refusal:
            form.take_errors(refusal)
        else:
            mails.send_invitation(person)
            flash_done(_("The account is made, and its owner gets a link by mail."))
            return see_other(path("admin.person", person_id=person.id))
    return render_template("admin/person_new.html", form=form), 422 if request.method == "POST" else 200


def _person(person_id: int) -> Person:
    person = people_queries.person_by_id(person_id)
    if person is None:
        raise NotFound()
    return person


def _person_page(person: Person, status: int = 200, **forms: Any) -> Any:
    kept = {
        "grant": forms.get("grant") or GrantForm(formdata=None),
        "place": forms.get("place") or PlaceForm(formdata=None),
    }
    grants = people_queries.grants_of(person.id)
    body = render_template(
        "admin/person.html",
        person=person,
        grants=grants,
        consultations={str(value): words for value, words, *_rest in kept["grant"].consultation.choices},
        sessions=people_queries.sessions_of(person.id),
        places=organisation_queries.places_of(person.id),
        factors=factors.factors_of(person.id),
        **kept,
    )
    return body, status


@blueprint.get("/admin/people/<int(max=2147483647):person_id>")
@access("admin.people")
def person(person_id: int) -> Any:
    """One person: state, roles, organisations, sessions."""
    return _person_page(_person(person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/roles")
@access("admin.people")
def grant_role(person_id: int) -> Any:
    """Give a role."""
    found, form = _person(person_id), GrantForm()
    if not form.validate():
        return _person_page(found, 422, grant=form)
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("admin.person", person_id=person_id))
    until = end_of_day(form.until.data) if form.until.data else None
    accounts.grant_role(current_actor(), found, form.role.data, form.consultation_id, until)
    flash_done(_("The role is given. It counts from the next page on that the person opens."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/roles/<int(max=2147483647):grant_id>/revoke")
@access("admin.people")
def revoke_role(person_id: int, grant_id: int) -> Any:
    """Take a role away."""
    found = next((one for one in people_queries.grants_of(person_id) if one.id == grant_id), None)
    if found is None:
        raise NotFound()
    accounts.revoke_role(current_actor(), found)
    flash_done(_("The role is taken away."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/places")
@access("admin.people")
def add_place(person_id: int) -> Any:
    """Put the person into an organisation."""
    found, form = _person(person_id), PlaceForm()
    if not form.validate():
        return _person_page(found, 422, place=form)
    chosen = organisation_queries.organisations_by_ids([int(form.organisation.data)])
    for organisation in chosen.values():
        organisations.add_member(current_actor(), organisation, found, form.member_role.data)
    flash_done(_("The person belongs to the organisation now."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/places/<int(max=2147483647):member_id>/remove")
@access("admin.people")
def remove_place(person_id: int, member_id: int) -> Any:
    """Take the person out of an organisation."""
    found = next((m for m, _o in organisation_queries.places_of(person_id) if m.id == member_id), None)
    if found is None:
        raise NotFound()
    organisations.remove_member(current_actor(), found)
    flash_done(_("The person does not belong to the organisation any more."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/deactivate")
@access("admin.people")
def deactivate(person_id: int) -> Any:
    """Lock the person out."""
    accounts.deactivate(current_actor(), _person(person_id))
    flash_done(_("The account is deactivated; all its sessions are ended."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/reactivate")
@access("admin.people")
def reactivate(person_id: int) -> Any:
    """Let the person in again."""
    accounts.reactivate(current_actor(), _person(person_id))
    flash_done(_("The account is active again."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/sessions/end")
@access("admin.people")
def end_sessions(person_id: int) -> Any:
    """Sign the person out everywhere; where it is oneself, everywhere else."""
    actor = current_actor()
    accounts.end_sessions(actor, _person(person_id).id, keep_session_id=actor.session_id)
    flash_done(_("All sessions of this account are ended."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int:person_id>/factors/reset")
@access("admin.people")
def reset_factors(person_id: int) -> Any:
    """Take the second factors of a person who lost them, once it is sure who asks."""
    factors.reset_factors(current_actor(), _person(person_id))
    flash_done(_("The second factors are gone, and all sessions of this account are ended."))
    return see_other(path("admin.person", person_id=person_id))


@blueprint.post("/admin/people/<int(max=2147483647):person_id>/invite")
@access("admin.people")
def invite(person_id: int) -> Any:
    """Mail the link once more by which the person confirms the address and signs in."""
    found = _person(person_id)
    if found.deactivated_at is not None:
        raise NotFound()
    mails.send_invitation(found)
    flash_done(_("The link is mailed."))
    return see_other(path("admin.person", person_id=person_id))
