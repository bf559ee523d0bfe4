"""The page of an organisation, its profile form, and making one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request

from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.organisations import facts, profile, queries, rules
from consult.organisations.forms import ProfileForm
from consult.organisations.models import Organisation

blueprint = room_blueprint("organisations", __name__)


def found(slug: str) -> Organisation:
    """The organisation of this address."""
    organisation = queries.organisation_by_slug(slug)
    if organisation is None:
        raise NotFound()
    return organisation


@blueprint.get("/organisations/<slug>")
@access("public")
def show(slug: str) -> Any:
    """What is publicly known of an organisation; its members also see who they are."""
    organisation = found(slug)
    if organisation.merged_into_id is not None:
        target = queries.organisations_by_ids([organisation.merged_into_id]).get(organisation.merged_into_id)
        if target is None:
            raise NotFound()
        return redirect(path("organisations.show", slug=target.slug), code=301)
    actor = current_actor()
    inside = rules.is_member(actor, organisation.id)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        rows=facts.rows(organisation),
        notes=facts.notes(organisation),
        sources=facts.source_words((organisation.data or {}).get("source")),
        members=queries.members_of(organisation.id) if inside else None,
        looks_after=rules.may_look_after(actor, organisation.id),
        asked=None if inside else queries.request_of(actor.person_id, organisation.id),
        report_url=request.path,
    )


# ---- profile --------------------------------------------------------------------------------------------------------


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@access("signed-in")
def new() -> Any:
    """Enter the organisation one works for; what may be there already is asked about first."""
    form = ProfileForm()
    form.offer()
    if request.method != "POST":
        form.type.data, form.country.data = "company", "DE"
        form.name_de.data = request.args.get("name", "")[:160]
        return _profile_page(form, None)
    allow_write()
    valid = form.validate()
    alike = profile.alike(form.name_de.data, form.website.data) if valid and not form.anyway.data else []
    if not valid or alike:
        return _profile_page(form, None, 422, alike=alike)
    try:
        organisation = profile.create(current_actor(), form.values())
    except Invalid as invalid:
        form.take_errors(invalid)
        return _profile_page(form, None, 422)
    flash_done(_("The organisation is entered, and you speak for it."))
    return see_other(path("organisations.show", slug=organisation.slug))


@blueprint.route("/organisations/<slug>/edit", methods=["GET", "POST"])
@access("signed-in")
def edit(slug: str) -> Any:
    """Change the profile: who speaks for the organisation, and the administration."""
    organisation, actor = found(slug), current_actor()
    if organisation.merged_into_id is not None or not rules.may_look_after(actor, organisation.id):
        raise Refused(_("Only those who speak for the organisation can do this."))
    form = ProfileForm()
    form.offer()
    if request.method != "POST":
        _fill(form, organisation)
        return _profile_page(form, organisation)
    if not form.validate():
        return _profile_page(form, organisation, 422)
    try:
        profile.change(actor, organisation, form.values(), int(form.seen.data) if form.seen.data.isdigit() else -1)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _profile_page(form, organisation, 422)
    except Conflict as conflict:
        db.session.rollback()
        set_reading(True)
        form.form_errors.append(str(conflict.message))
        present = found(slug)
        form.seen.data = str(present.revision)
        return _profile_page(form, present, 409, newest=facts.rows(present))
    flash_done(_("Your changes are saved."))
    return see_other(path("organisations.show", slug=organisation.slug))


def _fill(form: ProfileForm, organisation: Organisation) -> None:
    for name in profile.COLUMNS:
        form[name].data = getattr(organisation, name)
    for language in ("de", "en"):
        form[f"name_{language}"].data = organisation.name.get(language, "")
        form[f"description_{language}"].data = (organisation.description or {}).get(language, "")
    form.seen.data = str(organisation.revision)


def _profile_page(form: ProfileForm, organisation: Organisation | None, status: int = 200, **more: Any) -> Any:
    body = render_template(
        "organisations/edit.html",
        form=form,
        organisation=organisation,
        alike=more.get("alike", []),
        newest=more.get("newest"),
    )
    return body, status
