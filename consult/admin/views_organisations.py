"""Back office: organisations, who vouches for them, and two entries that are one."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.admin.views import blueprint
from consult.core.access import access, current_actor
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _
from consult.core.text import clean_line
from consult.core.web import flash_done, path, see_other
from consult.organisations import merging, profile, queries
from consult.organisations.models import Organisation


@blueprint.get("/admin/organisations")
@access("admin.people")
def organisations() -> str:
    """All organisations by name."""
    q = clean_line(request.args.get("q"))[:100]
    return render_template(
        "admin/organisations.html", page=queries.organisations_page(q, request.args.get("after")), q=q
    )


def _found(organisation_id: int) -> Organisation:
    organisation = queries.organisations_by_ids([organisation_id]).get(organisation_id)
    if organisation is None:
        raise NotFound()
    return organisation


def _page(organisation: Organisation, status: int = 200, error: str = "", typed: str = "") -> Any:
    target = organisation.merged_into_id
    body = render_template(
        "admin/organisation.html",
        organisation=organisation,
        members=queries.members_of(organisation.id),
        alike=profile.alike(organisation.name.get("de", ""), organisation.website, organisation.id),
        target=queries.organisations_by_ids([target]).get(target) if target is not None else None,
        error=error,
        typed=typed,
    )
    return body, status


@blueprint.get("/admin/organisations/<int:organisation_id>")
@access("admin.people")
def organisation(organisation_id: int) -> Any:
    """One organisation: who vouches for it, who belongs to it, what it may be a second entry of."""
    return _page(_found(organisation_id))


@blueprint.post("/admin/organisations/<int:organisation_id>/verify")
@access("admin.people")
def verify_organisation(organisation_id: int) -> Any:
    """Vouch for it, or no longer. Field `on`."""
    on = request.form.get("on") == "1"
    profile.set_verified(current_actor(), _found(organisation_id), on)
    flash_done(_("The organisation is confirmed.") if on else _("The organisation is no longer confirmed."))
    return see_other(path("admin.organisation", organisation_id=organisation_id))


@blueprint.post("/admin/organisations/<int:organisation_id>/merge")
@access("admin.people")
def merge_organisation(organisation_id: int) -> Any:
    """Make it one with another, named by its address. Field `target`."""
    source, typed = _found(organisation_id), clean_line(request.form.get("target"))[:300]
    target = queries.organisation_by_slug(typed.rstrip("/").rpartition("/")[2])
    if target is None:
        return _page(source, 422, _("There is no organisation under this address."), typed)
    try:
        merging.merge(current_actor(), source, target)
    except Invalid as invalid:
        return _page(source, 422, str(invalid.fields["target"]), typed)
    flash_done(_("The two are one now; the old address leads on."))
    return see_other(path("admin.organisation", organisation_id=target.id))


@blueprint.post("/admin/organisations/<int:organisation_id>/unmerge")
@access("admin.people")
def unmerge_organisation(organisation_id: int) -> Any:
    """Take a merger back."""
    merging.unmerge(current_actor(), _found(organisation_id))
    flash_done(_("The two are separate again."))
    return see_other(path("admin.organisation", organisation_id=organisation_id))
