"""Pages of quality: decide a drawn case once more without knowing how it was decided, and what comes of it in figures."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import RadioField

from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid
from consult.core.forms import ChoiceField, Form, TextField
from consult.core.i18n import _, _l
from consult.core.web import flash_done, path, see_other
from consult.moderation import quality, second_looks
from consult.moderation.catalogue import DEFAULT_REASON, reason_choices
from consult.moderation.forms import OUTCOME_CHOICES
from consult.moderation.models import Case, SecondLook
from consult.moderation.views import blueprint


class LookForm(Form):
    """A second decision."""

    outcome = RadioField(_l("How would you decide?"), validate_choice=False)
    reason = ChoiceField(_l("Reason"), validate_choice=False, default=DEFAULT_REASON)
    note = TextField(_l("Remark for the comparison"))

    def offer(self, outcomes: tuple[str, ...]) -> None:
        """Offer the decisions that the first one could choose from."""
        self.outcome.choices = [(code, str(OUTCOME_CHOICES[code][0])) for code in outcomes]
        self.reason.choices = reason_choices()


class FollowForm(Form):
    """What follows from a difference."""

    note = TextField(_l("One sentence about it"))


@blueprint.get("/moderation/second-looks")
@access("moderation.decide")
def second_looks_list() -> str:
    """How many wait, and what the reader has made."""
    actor = current_actor()
    return render_template(
        "moderation/second_looks.html", number=second_looks.number_open(actor), made=second_looks.made_by(actor)
    )


@blueprint.post("/moderation/second-looks")
@access("moderation.decide")
def second_look_next() -> Any:
    """Take the oldest one that waits."""
    look = second_looks.take_next(current_actor())
    if look is None:
        flash_done(_("There is no second look for you at the moment."))
        return see_other(path("moderation.second_looks_list"))
    return see_other(path("moderation.second_look", look_id=look.id))


@blueprint.get("/moderation/second-looks/<int(max=2147483647):look_id>")
@access("moderation.decide")
def second_look(look_id: int) -> str:
    """The text with the form; afterwards both decisions side by side."""
    actor = current_actor()
    if _is_made(look_id):
        return _result_page(look_id, FollowForm(formdata=None))
    view = second_looks.blind_view(actor, look_id)
    form = LookForm(formdata=None)
    form.offer(view.outcomes)
    return render_template("moderation/second_look.html", view=view, form=form)


def _is_made(look_id: int) -> bool:
    look = db.session.get(SecondLook, look_id)
    return look is not None and look.made_at is not None


def _result_page(look_id: int, form: FollowForm) -> str:
    look, decision, case = second_looks.result(current_actor(), look_id)
    way = second_looks.way_out(look, decision)
    return render_template(
        "moderation/second_look_done.html", look=look, decision=decision, case=case, way=way, form=form
    )


@blueprint.post("/moderation/second-looks/<int(max=2147483647):look_id>")
@access("moderation.decide")
def second_look_make(look_id: int) -> Any:
    """Keep the second decision."""
    form = LookForm()
    try:
        second_looks.make(current_actor(), look_id, form.outcome.data or "", form.reason.data or "", form.note.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        db.session.rollback()
        set_reading(True)
        view = second_looks.blind_view(current_actor(), look_id)
        form.offer(view.outcomes)
        return render_template("moderation/second_look.html", view=view, form=form), 422
    return see_other(path("moderation.second_look", look_id=look_id))


@blueprint.post("/moderation/second-looks/<int(max=2147483647):look_id>/follow")
@access("moderation.decide")
def second_look_follow(look_id: int) -> Any:
    """Take the first decision back, or open a case about the text."""
    form = FollowForm()
    try:
        outcome = second_looks.follow(current_actor(), look_id, form.note.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        db.session.rollback()
        set_reading(True)
        return _result_page(look_id, form), 422
    except Conflict:
        db.session.rollback()
        raise
    if isinstance(outcome, Case):
        return see_other(path("moderation.case", case_id=outcome.id))
    flash_done(_("The first decision is taken back; the author is told."))
    return see_other(path("moderation.second_look", look_id=look_id))


@blueprint.get("/moderation/quality")
@access("moderation.queue")
def quality_page() -> str:
    """Agreement and other figures of the last 90 or 365 days."""
    wanted = request.args.get("days", "")
    days = next((one for one in quality.SPANS if str(one) == wanted), quality.SPANS[0])
    return render_template(
        "moderation/quality.html", figures=quality.quality(current_actor(), days), spans=quality.SPANS
    )
