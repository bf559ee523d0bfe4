"""Inviting late entries: for administrators and officials, on a page of the consultation's closed form."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flask import render_template

from consult.consultations.models import Consultation
from consult.consultations.queries import consultation_by_slug
from consult.core.access import access, current_actor
from consult.core.clock import today
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.text import slugify
from consult.core.web import flash_done, path, see_other
from consult.ideas import invitations
from consult.ideas.forms import LateForm
from consult.ideas.views import blueprint

FOUND = bool(blueprint)
SUGGESTED = timedelta(days=14)


def _consultation(slug: str) -> Consultation:
    found = consultation_by_slug(slug) if slugify(slug) == slug else None
    if found is None:
        raise NotFound()
    invitations.refuse_others(current_actor(), found.id)
    return found


@blueprint.get("/ideas/late/<slug>")
@access("signed-in")
def late(slug: str) -> Any:
    """Who was invited to send something after the end, and the form to invite more."""
    consultation = _consultation(slug)
    suggested = min(today() + SUGGESTED, invitations.latest_day(consultation))
    return _page(consultation, LateForm(formdata=None, data={"last_day": suggested}))


def _page(consultation: Consultation, form: LateForm) -> Any:
    return render_template(
        "ideas/late.html",
        consultation=consultation,
        form=form,
        rows=invitations.invitations_of(consultation.id),
        state_of=partial(_state_of, consultation),
        last_day_of=partial(invitations.last_day_of, consultation=consultation),
    )


def _state_of(consultation: Consultation, invitation: Any, sent: int) -> str:
    if sent:
        return "done"
    if invitation.revoked_at is not None:
        return "ended"
    return "invited" if today() <= invitations.last_day_of(invitation, consultation) else "lapsed"


@blueprint.post("/ideas/late/<slug>")
@access("signed-in")
def invite_late(slug: str) -> Any:
    """Mail an invitation."""
    allow_write()
    consultation, form = _consultation(slug), LateForm()
    if form.validate():
        try:
            invitations.invite_late(current_actor(), consultation, form.email.data, form.note.data, form.last_day.data)
        except Invalid as invalid:
            form.take_errors(invalid)
        else:
            flash_done(_("The link is on its way to %(address)s.", address=form.email.data))
            return see_other(path("ideas.late", slug=slug))
    return _page(consultation, form), 422


@blueprint.post("/ideas/late/<slug>/<int(max=2147483647):invitation_id>/revoke")
@access("signed-in")
def revoke_late(slug: str, invitation_id: int) -> Any:
    """Take an invitation back."""
    allow_write()
    invitations.revoke(current_actor(), _consultation(slug), invitation_id)
    flash_done(_("The invitation is taken back."))
    return see_other(path("ideas.late", slug=slug))
