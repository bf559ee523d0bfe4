"""The page on which an organisation's approvers read what waits, and release or return it; and the author's way back."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.ideas import frames, previews, releasing, rules, signoff, tokens, words
from consult.ideas.forms import ReleaseForm, seen_count
from consult.ideas.models import AWAITING_RELEASE, DRAFT, Idea
from consult.ideas.views import blueprint

FOUND = bool(blueprint)


@blueprint.route("/ideas/releases/<int(max=2147483647):idea_id>", methods=["GET", "POST"])
@access("signed-in")
def release(idea_id: int) -> Any:
    """Read and decide. The author is led to their own page; anybody else finds nothing here."""
    actor = current_actor()
    try:
        idea = releasing.releasable(actor, idea_id)
    except NotFound:
        return _to_author(idea_id)
    if request.method != "POST":
        return _page(idea, ReleaseForm(formdata=None))
    allow_write()
    form = ReleaseForm()
    if not form.validate():
        return _page(idea, form), 422
    try:
        return _decide(idea, form)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _page(idea, form), 422
    except Conflict as conflict:
        return _page(idea, form, conflict), 409


def _to_author(idea_id: int) -> Any:
    idea = db.session.get(Idea, idea_id)
    if idea is None or not rules.is_author(current_actor(), idea):
        raise NotFound()
    return see_other(path("ideas.status", token=tokens.status_token(idea.draft_key)))


def _decide(idea: Idea, form: ReleaseForm) -> Any:
    actor, seen = current_actor(), seen_count(form.seen.data)
    if "return" in request.form:
        releasing.return_draft(actor, idea.id, seen, form.note.data)
        flash_done(_("The idea is with its author again, with your sentence."))
    else:
        sent = releasing.release(actor, idea.id, seen)
        flash_done(_("Released. The moderation has the idea: %(number)s.", number=sent.number))
    return see_other(path("ideas.release", idea_id=idea.id))


def _page(idea: Idea, form: ReleaseForm, conflict: Conflict | None = None) -> Any:
    waits = idea.status == AWAITING_RELEASE
    title = releasing.title_of(idea) if idea.status != DRAFT else _("Idea")  # a draft is its author's alone
    steps = words.release_steps(signoff.history(idea.id))
    may_decide = waits and signoff.may_release(current_actor(), idea)
    number, status, is_own = idea.number, idea.status, rules.is_author(current_actor(), idea)
    frame = frames.draft_frame(idea) if waits else None
    form.seen.data = str(frame.edit_count) if frame is not None else ""
    return render_template(
        "ideas/release.html",
        form=form,
        draft=frame,
        answers=previews.previewed(frame, previews.AUTHOR) if frame is not None else [],
        title=title,
        number=number,
        status=status,
        timeline=steps,
        may_decide=may_decide,
        is_own=is_own,
        conflict=str(conflict.message) if conflict is not None else "",
    )


@blueprint.post("/ideas/status/<token>/take-back")
@access("public")
def take_back(token: str) -> Any:
    """The author takes what waits for a release back, and goes on writing."""
    allow_write()
    idea = releasing.take_back(current_actor(), frames.idea_by_status_token(token).id)
    flash_done(_("The idea is your draft again. Nobody else reads it."))
    return see_other(words.draft_path(idea))
