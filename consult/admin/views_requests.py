"""Back office: requests about personal data that come by letter, mail or telephone, with what is due when."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts import data_requests
from consult.accounts.data_requests import Received
from consult.accounts.models import DataRequest
from consult.admin.forms import (
    REQUEST_CHANNELS,
    REQUEST_KINDS,
    REQUEST_OUTCOMES,
    DataAnswerForm,
    DataExtensionForm,
    DataRequestForm,
)
from consult.admin.views import blueprint
from consult.core.access import access, current_actor
from consult.core.clock import today
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _
from consult.core.web import flash_done, path, see_other

WORDS = {"kinds": REQUEST_KINDS, "channels": REQUEST_CHANNELS, "outcomes": REQUEST_OUTCOMES}


@blueprint.get("/admin/data-requests/")
@access("admin.people")
def data_requests_list() -> str:
    """What is open, with what is due first; with `state=answered` what was answered, the latest first."""
    answered = request.args.get("state") == "answered"
    return render_template(
        "admin/data_requests.html",
        page=data_requests.page_of(answered, request.args.get("after")),
        answered=answered,
        waiting=data_requests.open_count(),
        today=today(),
        **WORDS,
    )


@blueprint.route("/admin/data-requests/new", methods=["GET", "POST"])
@access("admin.people")
def new_data_request() -> Any:
    """Enter a request that came in."""
    form = DataRequestForm()
    if request.method == "POST" and form.validate():
        given = Received(
            kind=form.kind.data, channel=form.channel.data, received_on=form.received_on.data, name=form.name.data,
            contact=form.contact.data, email=form.email.data or "", body=form.body.data,
        )  # fmt: skip
        try:
            made = data_requests.receive(current_actor(), given)
        except Invalid as refusal:
            db.session.rollback()
            form.take_errors(refusal)
        else:
            flash_done(_("The request is on the list. We remind you a week before the answer is due."))
            return see_other(path("admin.data_request", request_id=made.id))
    elif request.method == "GET":
        form.received_on.data = today()
    return render_template("admin/data_request_new.html", form=form), 422 if request.method == "POST" else 200


def _found(request_id: int) -> DataRequest:
    found = data_requests.by_id(request_id)
    if found is None:
        raise NotFound()
    return found


@blueprint.route("/admin/data-requests/<int(max=2147483647):request_id>", methods=["GET", "POST"])
@access("admin.people")
def data_request(request_id: int) -> Any:
    """One request; `act` is "answer", "extend" or "reopen"."""
    found, actor, act = _found(request_id), current_actor(), request.form.get("act", "")
    answer, longer, refusal, status = DataAnswerForm(), DataExtensionForm(), "", 200
    if request.method == "POST":
        try:
            if act == "reopen":
                data_requests.reopen(actor, request_id)
            elif act == "extend":
                data_requests.extend(actor, request_id, longer.because.data)
            elif answer.validate():
                note = answer.note.data
                data_requests.answer(actor, request_id, answer.outcome.data, answer.answered_on.data, note)
            if not answer.errors:
                flash_done(_("Your changes are saved."))
                return see_other(path("admin.data_request", request_id=request_id))
            status = 422
        except Invalid as invalid:
            (longer if act == "extend" else answer).take_errors(invalid)
            status = 422
        except Conflict as conflict:
            refusal, status = str(conflict.message), 409
        db.session.rollback()
        set_reading(True)
        found = _found(request_id)
    else:
        answer.answered_on.data = today()
        answer.note.data = found.note
    body = render_template(
        "admin/data_request.html", one=found, answer=answer, longer=longer, refusal=refusal, today=today(), **WORDS
    )
    return body, status
