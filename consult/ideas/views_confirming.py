"""Confirming the address of somebody without an account: the page that waits for it, the link once more, and the page behind
the link."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.db import reading
from consult.core.errors import Gone, Invalid, NotFound
from consult.core.i18n import _, current_language
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.ideas import frames, operations, tokens
from consult.ideas.forms import AddressForm
from consult.ideas.frames import Frame
from consult.ideas.models import AWAITING
from consult.ideas.repeats import Sent
from consult.ideas.views import blueprint


def awaiting_page(frame: Frame, form: AddressForm) -> Any:
    """The page of a draft whose address is not confirmed yet."""
    return render_template("ideas/awaiting.html", draft=frame, form=form)


def awaiting_post(frame: Frame) -> Any:
    """Send the link once more, or withdraw."""
    allow_write()
    if "delete" in request.form:
        operations.withdraw(current_actor(), frame.idea_id or 0)
        flash_done(_("Your idea is withdrawn. Nothing of it was published."))
        return see_other(path("ideas.status", token=frame.status_token))
    with reading():
        form = AddressForm()
        if not form.validate():
            return awaiting_page(frame, form), 422
    try:
        operations.ask_again(current_actor(), frame.idea_id or 0, form.email.data, current_language())
    except Invalid as invalid:
        form.take_errors(invalid)
        return awaiting_page(frame, form), 422
    flash_done(_("The link is on its way to %(address)s.", address=form.email.data))
    return see_other(path("ideas.draft", token=frame.token))


@blueprint.route("/ideas/confirm/<token>", methods=["GET", "POST"])
@access("public")
def confirm(token: str) -> Any:
    """The page behind the mailed link: its button confirms the address and sends the idea. Later it leads to the status."""
    with reading():
        try:
            frame = frames.draft_frame(frames.idea_by_confirm_token(token))
        except NotFound:
            raise Gone(
                _("This link is not valid any more: a newer one was sent, or its seven days are over.")
            ) from None
    if frame.status != AWAITING:
        return see_other(path("ideas.status", token=frame.status_token))
    if request.method != "POST":
        operations.check_confirmable(frame.consultation)
        return render_template("ideas/confirm.html", draft=frame)
    idea = operations.confirm(frame.idea_id or 0)
    if isinstance(idea, Sent):
        flash_done(_("You have sent this text already: it has the number %(number)s.", number=idea.number))
        return see_other(path("ideas.status", token=tokens.status_token(idea.draft_key)))
    flash_done(_("We have your idea: %(number)s.", number=idea.number))
    return see_other(path("ideas.status", token=frame.status_token))
