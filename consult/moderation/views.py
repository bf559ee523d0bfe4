"""Pages of moderation: queue and case. Reading changes nothing; a lease is taken by POST."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from markupsafe import Markup

from consult.core import audit
from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _, current_language
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.moderation import checks, desk, leases, listing, operations, queries, rules
from consult.moderation.drawing import queue_rows
from consult.moderation.forms import DecisionForm
from consult.moderation.listing import Filters
from consult.moderation.models import Case, Decision
from consult.moderation.rules import UNDO
from consult.moderation.statements import outcome_word, spoken_outcome

blueprint = room_blueprint("moderation", __name__)

VIEWS = ("changes", "text", "raw")
PASSAGE_ROWS = 2

audit.declare("answer.read", "case_id", "parts")


@blueprint.get("/moderation/")
@access("moderation.queue")
def queue() -> str:
    """What waits, oldest promise first."""
    actor = current_actor()
    filters = Filters.of(request.args)
    found = listing.queue(actor, filters, request.args.get("after"))
    rows = queue_rows(found.rows, filters.values())
    return render_template("moderation/queue.html", queue=found, rows=rows, filters=filters)


@blueprint.get("/moderation/decided")
@access("moderation.queue")
def decided() -> str:
    """What the reader has decided, newest first."""
    return render_template(
        "moderation/decided.html", page=listing.decided_by(current_actor(), request.args.get("after"))
    )


@blueprint.get("/moderation/cases/<int(max=2147483647):case_id>")
@access("moderation.queue")
def case(case_id: int) -> str:
    """Everything that is needed to decide, with the form."""
    return _case_page(desk.case_view(current_actor(), case_id, _wanted_preview()), DecisionForm(formdata=None))


def _wanted_preview() -> tuple[str, bool] | None:
    """(reader, after) where the address asks for the text as somebody reads it."""
    shown = request.args.get("view", "")
    if shown not in ("public", "preview"):
        return None
    reader = request.args.get("as", "public")
    return (reader if reader in desk.READERS else "public"), request.args.get("state") != "now"


def _case_page(view: desk.CaseView, form: DecisionForm, refusal: str = "") -> str:
    """The page of a case; `refusal` says why a decision was not taken, which keeps what was typed."""
    form.offer(view.outcomes, view.as_it_is, with_files=bool(view.holdable))
    form.version.data = queries.version_text(view.case)
    if not form.is_submitted():
        form.outcome.data = view.outcomes[0] if view.outcomes else None
    if view.restricted:
        _note_look(view)
    shown = request.args.get("view", "")
    if view.preview is not None:
        shown = "preview"
    elif shown not in VIEWS or (shown == "changes" and not view.has_changes):
        shown = "changes" if view.has_changes else "text"
    rows = max(PASSAGE_ROWS, len(form.passage.data), len(form.passage_note.data))
    if "more" in request.form:
        rows = min(rows + PASSAGE_ROWS, checks.MAX_PASSAGES)
    return render_template(
        "moderation/case.html",
        view=view,
        form=form,
        filters=Filters.of(request.args),
        shown=shown,
        rows=rows,
        row=listing.row_of(current_actor(), view.case, view.info),
        keys=form.keys(current_language()),
        refusal=refusal,
        undo_until=lambda decision: decision.made_at + UNDO,
    )


def _note_look(view: desk.CaseView) -> None:
    """Log that answers for the agency or the ministry are about to be read; without the log row there is no page.

    The row has a transaction of its own, before the page, which must begin as a writer.
    """
    subject = (view.case.kind, view.case.subject_id)
    set_reading(False)
    try:
        audit.record_apart("answer.read", current_actor(), subject, case_id=view.case.id, parts=view.restricted)
    finally:
        set_reading(True)


@blueprint.post("/moderation/cases/<int(max=2147483647):case_id>")
@access("moderation.decide")
def decide(case_id: int) -> Any:
    """Decide; then the next case. The button `more` only gives more rows for passages."""
    actor, form = current_actor(), DecisionForm()
    if "more" in request.form:
        return _case_again(case_id, form)
    try:
        decision = operations.decide(actor, case_id, form.choice())
    except Invalid as invalid:
        form.take_errors(invalid)
        return _case_again(case_id, form), 422
    except Conflict as conflict:
        return _case_again(case_id, form, str(conflict.message)), 409
    _flash_decision(decision)
    return _to_next(case_id)


def _to_next(case_id: int | None = None) -> Any:
    """The next free case of the queue that the address describes, reserved at once; the queue where there is none.

    `case_id` is the one that was looked at last: first what stands behind it, then from the beginning.
    """
    actor, filters = current_actor(), Filters.of(request.args)
    last = db.session.get(Case, case_id) if case_id is not None else None
    found = leases.claim_next(actor, listing.candidates(actor, filters, last)) if last is not None else None
    if found is None:
        rest = listing.candidates(actor, filters)
        found = leases.claim_next(actor, rest.where(Case.id != case_id) if case_id is not None else rest)
    if found is None:
        return see_other(url_for(".queue", **filters.values()))
    return see_other(url_for(".case", case_id=found.id, **filters.values()))


@blueprint.post("/moderation/next")
@access("moderation.decide")
def following() -> Any:
    """Open the next case; `skip` is the number of one that is left to others and given back."""
    number = request.form.get("skip", "")
    skipped = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if skipped is not None:
        case = db.session.get(Case, skipped)
        if case is not None and rules.can_release(current_actor(), case):
            operations.release(current_actor(), skipped)
    answer = _to_next(skipped)
    if answer.location.split("?")[0].endswith(path("moderation.queue")):
        flash_done(_("There is no other case for you at the moment."))
    return answer


def _case_again(case_id: int, form: DecisionForm, refusal: str = "") -> str:
    """The case as it is now, with what was typed; nothing of the refused decision stays in the transaction."""
    db.session.rollback()
    set_reading(True)
    return _case_page(desk.case_view(current_actor(), case_id), form, refusal)


def _flash_decision(decision: Decision) -> None:
    """What was decided, with the way back for the next ten minutes."""
    flash(
        Markup('<b>{}</b> <a href="{}">{}</a>').format(
            _("Decided: %(outcome)s.", outcome=outcome_word(spoken_outcome(decision))),
            path("moderation.case", case_id=decision.case_id),
            _("Take it back within the next 10 minutes"),
        ),
        "done",
    )


@blueprint.post("/moderation/cases/<int(max=2147483647):case_id>/claim")
@access("moderation.decide")
def claim(case_id: int) -> Any:
    """Take the case for twenty minutes."""
    operations.claim(current_actor(), case_id)
    flash_done(_("The case is yours for 20 minutes."))
    return see_other(url_for(".case", case_id=case_id))


@blueprint.post("/moderation/cases/<int(max=2147483647):case_id>/release")
@access("moderation.decide")
def release(case_id: int) -> Any:
    """Give the case back."""
    operations.release(current_actor(), case_id)
    flash_done(_("The case is free for others again."))
    return see_other(url_for(".queue"))


@blueprint.post("/moderation/decisions/<int(max=2147483647):decision_id>/reverse")
@access("moderation.decide")
def reverse(decision_id: int) -> Any:
    """Take a decision back."""
    decision = operations.reverse(current_actor(), decision_id)
    flash_done(_("Taken back. The case is open again."))
    return see_other(url_for(".case", case_id=decision.case_id))


@blueprint.post("/moderation/look")
@access("moderation.decide")
def look() -> Any:
    """Open a case about a published text on one's own initiative. Fields `kind` and `id`."""
    number = request.form.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(_("There is nothing here to look at."))
    found = operations.look_again(current_actor(), request.form.get("kind", ""), int(number))
    return see_other(url_for(".case", case_id=found.id))
