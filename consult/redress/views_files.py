"""The file of a case, to print and as JSON. Each look at what is not public is logged before anything is shown."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request

from consult.core import audit
from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.moderation.models import Case
from consult.redress import files, rules
from consult.redress.views import blueprint

audit.declare("report.names_read", "case_id")
audit.declare("case.file_read", "case_id")

PRIVATE = {"Cache-Control": "private, no-store"}


def _file(case_id: int) -> tuple[Case, dict[str, Any]]:
    actor = current_actor()
    case = files.readable_case(actor, case_id)
    look = files.look_of(actor, case, request.args.get("names") == "1")
    found = files.case_file(case, look)
    subject, case_id = (case.kind, case.subject_id), case.id
    db.session.expunge(case)
    set_reading(False)
    try:
        if number := files.has_restricted(found):
            audit.record_apart("answer.read", actor, subject, case_id=case_id, parts=number)
        if look.reporters and found["reports"]:
            audit.record_apart("report.names_read", actor, subject, case_id=case_id)
        audit.record_apart("case.file_read", actor, subject, case_id=case_id)
    finally:
        set_reading(True)
    return case, found


@blueprint.get("/moderation/cases/<int(max=2147483647):case_id>/file")
@access("signed-in")
def case_file(case_id: int) -> Any:
    """Everything on record about one text, on one page to print; `names=1` shows who reported to those who decide."""
    case, found = _file(case_id)
    may_see_names = rules.can_see_reporters(current_actor(), case.consultation_id, False)
    return render_template("redress/file.html", file=found, may_see_names=may_see_names), 200, PRIVATE


@blueprint.get("/moderation/cases/<int(max=2147483647):case_id>/file.json")
@access("signed-in")
def case_file_json(case_id: int) -> Any:
    """The same for programs."""
    _case, found = _file(case_id)
    return current_app.json.response(found), 200, PRIVATE
