"""Editing in the browser: administrators make and change consultations and their questions.

Everything works without JavaScript. The buttons for questions (add, move, take out) send the whole form and show it again
with everything that was typed; only *Save* writes.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from consult.consultations import operations, queries, rules, words
from consult.consultations.forms import ConsultationForm, differing, empty_values, rearranged, reconciled, values_of
from consult.consultations.models import MAX_QUESTIONS, Consultation
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, room_blueprint, see_other

blueprint = room_blueprint("consultations_admin", __name__)


@blueprint.get("/admin/consultations/")
@access("admin.consultations")
def index() -> str:
    """All consultations that this administrator may edit."""
    found = [one for one in queries.all_consultations() if rules.can_edit(current_actor(), one)]
    return render_template(
        "consultations/admin_list.html", consultations=found, words=words, may_create=rules.can_create(current_actor())
    )


@blueprint.route("/admin/consultations/new", methods=["GET", "POST"])
@access("admin.consultations")
def new() -> Any:
    """A new consultation."""
    if not rules.can_create(current_actor()):
        raise Refused(_("Only administrators of the whole site create consultations."))
    if request.method != "POST":
        return _page(ConsultationForm(formdata=None, data=empty_values()), None)
    form = ConsultationForm()
    if act := request.form.get("act"):
        return _arranged(form, act)
    if form.validate_on_submit():
        allow_write()
        try:
            consultation = operations.create_consultation(current_actor(), form.slug.data, form.draft())
        except Invalid as invalid:
            return _refused(form, invalid, None)
        return _saved(consultation)
    return _page(form, None, 422)


@blueprint.route("/admin/consultations/<slug>", methods=["GET", "POST"])
@access("admin.consultations")
def edit(slug: str) -> Any:
    """One consultation with its questions."""
    consultation = queries.consultation_with_questions(slug)
    if consultation is None or not rules.can_edit(current_actor(), consultation):
        raise NotFound()
    if request.method != "POST":
        return _page(ConsultationForm(formdata=None, data=values_of(consultation)), consultation)
    form = ConsultationForm()
    if act := request.form.get("act"):
        return _arranged(form, act, consultation)
    if form.validate_on_submit():
        allow_write()
        try:
            changed = operations.change_consultation(current_actor(), consultation.id, form.draft(), form.seen_version)
        except Invalid as invalid:
            return _refused(form, invalid, consultation)
        except (Conflict, StaleDataError) as conflict:
            return _overtaken(form, conflict, slug)
        return _saved(changed)
    return _page(form, consultation, 422)


def _arranged(form: ConsultationForm, act: str, consultation: Consultation | None = None) -> Any:
    """The page with its rows as the button says; a question that has answers stays, with a sentence why."""
    verb, _dash, place = act.partition("-")
    rows = form.questions.entries
    if verb == "remove" and consultation is not None and place in map(str, range(len(rows))):
        row = rows[int(place)].form
        stored = {str(question.id): question for question in consultation.questions}
        if (question := stored.get(row.id.data)) is not None and operations.question_in_use(question):
            row.closed.errors = [_("This question has answers and stays. You can close or reword it.")]
            return _page(form, consultation, 422)
    return _page(ConsultationForm(formdata=None, data=rearranged(form, act)), consultation)


def _saved(consultation: Consultation) -> Response:
    flash_done(_("Saved: %(title)s.", title=pick(consultation.title)))
    return see_other(url_for("consultations_admin.edit", slug=consultation.slug))


def _refused(form: ConsultationForm, invalid: Invalid, consultation: Consultation | None) -> Any:
    about_questions = invalid.fields.pop("questions", None)
    form.take_errors(invalid)
    if about_questions:
        form.form_errors.append(str(about_questions))
    return _page(form, consultation, 422, about_questions=about_questions)


def _overtaken(form: ConsultationForm, conflict: Exception, slug: str) -> Any:
    """Somebody saved first: what was typed stays, what is stored now stands beside it, and sending again decides."""
    db.session.rollback()
    consultation = queries.consultation_with_questions(slug)
    if consultation is None:
        raise NotFound()
    stored = values_of(consultation)
    message = getattr(conflict, "message", "") or _("Somebody else has changed this consultation since you opened it.")
    again = ConsultationForm(formdata=None, data=reconciled(form, stored))
    return _page(again, consultation, 409, conflict=str(message), differences=differing(form, stored))


def _page(form: ConsultationForm, consultation: Consultation | None, status: int = 200, **more: Any) -> Any:
    more = {"about_questions": None, "conflict": "", "differences": [], **more}
    body = render_template(
        "consultations/admin_edit.html", form=form, consultation=consultation, words=words, most=MAX_QUESTIONS, **more
    )
    return body, status
