"""Pages of complaints: the one that everybody reaches by a signed address, and the desk of those who decide."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for

from consult.core import audit
from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, current_language, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.moderation.rules import moderates
from consult.moderation.statements import statement_of
from consult.redress import complaint_queries, complaints, disputes, rules
from consult.redress.complaint_queries import ComplaintView, Target
from consult.redress.forms import AnswerForm, ComplaintForm, DisputeForm
from consult.redress.models import Complaint
from consult.redress.views import blueprint

PRIVATE = {"Cache-Control": "private, no-store"}


# ---- for whom a decision concerns -----------------------------------------------------------------------------------


@blueprint.get("/complaints/<token>")
@access("public")
def complaint(token: str) -> Any:
    """What was decided, the form to complain about it, and later the answer; who has the address may read it."""
    target = complaint_queries.target_of(token)
    return _complaint_page(target, token, ComplaintForm(formdata=None)), 200, PRIVATE


def _complaint_page(target: Target, token: str, form: ComplaintForm, refusal: str = "") -> str:
    found = complaint_queries.complaint_about(target)
    return render_template(
        "redress/complaint.html",
        target=target,
        token=token,
        form=form,
        refusal=refusal,
        complaint=found,
        answer=pick(found.answer).split("\n\n") if found is not None and found.answer else [],
        statement=statement_of(target.decision, current_language()) if target.decision and not target.report else None,
        paragraphs=pick(target.measure.statement).split("\n\n") if target.measure else [],
        days=current_app.config["SETTINGS"].complaint_days,
    )


@blueprint.post("/complaints/<token>")
@access("public")
def complain(token: str) -> Any:
    """Complain. Field `body`."""
    allow_write()
    form = ComplaintForm()
    target = complaint_queries.target_of(token)
    status, refusal = 422, ""
    if form.validate():
        try:
            complaints.file_complaint(current_actor(), target, form.body.data, current_language())
        except Invalid as invalid:
            form.take_errors(invalid)
        except (Conflict, Refused) as refused:
            status, refusal = refused.status, str(refused.message)
        else:
            return see_other(path("redress.complaint", token=token))
    db.session.rollback()
    set_reading(True)
    return _complaint_page(complaint_queries.target_of(token), token, form, refusal), status, PRIVATE


# ---- for those who decide -------------------------------------------------------------------------------------------


@blueprint.get("/moderation/complaints/")
@access("moderation.queue")
def complaint_list() -> str:
    """What waits, earliest promise first; or, with `show=answered`, what is answered."""
    answered = request.args.get("show") == "answered"
    page = complaint_queries.complaints_page(current_actor(), answered, request.args.get("after"))
    count = complaint_queries.waiting_count(current_actor())
    misuse = moderates(current_actor(), None)
    return render_template(
        "redress/complaints.html", page=page, answered=answered, count=count, misuse=misuse, moment=now()
    )


@blueprint.get("/moderation/complaints/<int(max=2147483647):complaint_id>")
@access("moderation.queue")
def complaint_case(complaint_id: int) -> str:
    """Everything that is needed to answer a complaint, with the form."""
    return _case_page(_visible(complaint_id), AnswerForm(formdata=None))


def _visible(complaint_id: int) -> ComplaintView:
    view = complaint_queries.complaint_view(current_actor(), complaint_id)
    if not rules.can_see(current_actor(), view.complaint):
        raise NotFound(_("There is no such complaint."))
    return view


def _case_page(view: ComplaintView, form: AnswerForm, refusal: str = "", dispute: DisputeForm | None = None) -> str:
    found = view.complaint
    may_decide = found.status != "answered" and rules.can_decide(current_actor(), found, bool(view.tie))
    form.offer(complaints.acts_for(found) if may_decide else ())
    dispute = dispute or DisputeForm(formdata=None)
    dispute.offer()
    shown = may_decide and _note_look(view)
    parts = view.review.parts if view.review is not None else []
    return render_template(
        "redress/complaint_case.html",
        view=view,
        complaint=found,
        form=form,
        dispute=dispute,
        refusal=refusal,
        may_decide=may_decide,
        parts=[(part, part.audience in rules.RESTRICTED and not may_decide) for part in parts],
        looked=shown,
        statement=statement_of(view.decision, current_language()) if view.decision else None,
        answer=pick(found.answer).split("\n\n") if found.answer else [],
        paragraphs=pick(view.measure.statement).split("\n\n") if view.measure else [],
    )


def _note_look(view: ComplaintView) -> bool:
    """Log that answers for the agency or the ministry are about to be read; without the log row there is no page."""
    parts = sum(1 for part in view.review.parts if part.audience in rules.RESTRICTED) if view.review else 0
    if not parts or view.case is None:
        return False
    subject, case_id = (view.case.kind, view.case.subject_id), view.case.id
    set_reading(False)
    try:
        audit.record_apart("answer.read", current_actor(), subject, case_id=case_id, parts=parts)
    finally:
        set_reading(True)
    return True


@blueprint.post("/moderation/complaints/<int(max=2147483647):complaint_id>")
@access("moderation.decide")
def answer_complaint(complaint_id: int) -> Any:
    """Answer a complaint; what the answer says happens at once."""
    allow_write()
    form = AnswerForm()
    try:
        found = complaints.decide(current_actor(), complaint_id, form.answer())
    except Invalid as invalid:
        form.take_errors(invalid)
        return _again(complaint_id, form), 422
    except Conflict as conflict:
        return _again(complaint_id, form, str(conflict.message)), 409
    flash_done(_("Answered: %(number)s. The answer is on its way.", number=found.number))
    return see_other(url_for(".complaint_list"))


def _again(complaint_id: int, form: AnswerForm, refusal: str = "") -> str:
    """The page as it is now, with what was typed; nothing of the refused answer stays in the transaction."""
    db.session.rollback()
    set_reading(True)
    return _case_page(_visible(complaint_id), form, refusal)


@blueprint.post("/moderation/complaints/<int(max=2147483647):complaint_id>/take")
@access("moderation.decide")
def take_complaint(complaint_id: int) -> Any:
    """Say that one is working on it."""
    allow_write()
    complaints.take(current_actor(), complaint_id)
    flash_done(_("You are working on this complaint now."))
    return see_other(url_for(".complaint_case", complaint_id=complaint_id))


@blueprint.post("/moderation/complaints/<int(max=2147483647):complaint_id>/disputes")
@access("moderation.decide")
def record_dispute(complaint_id: int) -> Any:
    """Note that the matter went to a body out of court, or what that body decided."""
    allow_write()
    form = DisputeForm()
    form.offer()
    found: Complaint = complaint_queries.complaint_by_id(complaint_id)
    try:
        disputes.record_dispute(
            current_actor(), found, body=form.body.data, outcome=form.outcome.data or "",
            is_followed=form.is_followed.data, note=form.note.data,
        )  # fmt: skip
    except Invalid as invalid:
        form.take_errors(invalid)
        db.session.rollback()
        set_reading(True)
        return _case_page(_visible(complaint_id), AnswerForm(formdata=None), dispute=form), 422
    flash_done(_("Noted."))
    return see_other(url_for(".complaint_case", complaint_id=complaint_id))
