"""Pages about misuse: who gave cause, and the page on which a human judges case by case. For the whole site only."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, see_other
from consult.redress import measures, misuse_queries, rules
from consult.redress.forms import MeasureForm
from consult.redress.misuse_queries import Concerned
from consult.redress.views import blueprint


def _refuse_others(person_id: int | None = None) -> None:
    if not rules.can_judge_misuse(current_actor(), person_id):
        raise Refused(_("Only moderators of the whole site decide about this, and nobody about themselves."))


@blueprint.get("/moderation/misuse/")
@access("moderation.decide")
def misuse() -> str:
    """Those who gave cause to look, and the measures so far."""
    _refuse_others()
    rows = misuse_queries.reporters_with_cause() + misuse_queries.authors_with_cause()
    return render_template("redress/misuse.html", rows=rows, measures=misuse_queries.recent_measures())


@blueprint.get("/moderation/misuse/<scope>/<key>")
@access("moderation.decide")
def misuse_of(scope: str, key: str) -> str:
    """Every single case of one person, with the form."""
    concerned = misuse_queries.concerned_by(scope, key)
    _refuse_others(concerned.person_id)
    return _page(concerned, MeasureForm(formdata=None))


def _page(concerned: Concerned, form: MeasureForm, refusal: str = "") -> str:
    record = misuse_queries.record_of(concerned)
    form.offer()
    form.seen.data = str(record.measures[0].id) if record.measures else "0"
    return render_template(
        "redress/misuse_of.html", record=record, concerned=concerned, form=form, refusal=refusal,
        longest=measures.LONGEST_DAYS,
    )  # fmt: skip


@blueprint.post("/moderation/misuse/<scope>/<key>")
@access("moderation.decide")
def judge(scope: str, key: str) -> Any:
    """Warn or suspend."""
    allow_write()
    concerned = misuse_queries.concerned_by(scope, key)
    form = MeasureForm()
    try:
        measure = measures.decide_measure(current_actor(), concerned, form.judgement())
    except Invalid as invalid:
        form.take_errors(invalid)
        status, refusal = 422, ""
    except Conflict as conflict:
        status, refusal = 409, str(conflict.message)
    else:
        flash_done(_("Decided: %(number)s. The statement of reasons is on its way.", number=measure.number))
        return see_other(url_for(".misuse"))
    db.session.rollback()
    set_reading(True)
    return _page(misuse_queries.concerned_by(scope, key), form, refusal), status
