"""An organisation's page about a text of theirs: read it, talk about it among themselves, change it, release or return it;
and the author's way back.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.errors import Conflict, Invalid
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.ideas import frames, inside, previews, release_pages, releasing, rules, signoff, tokens, words
from consult.ideas.forms import NoteForm, ReleaseForm, seen_count
from consult.ideas.models import RETURNED, Idea
from consult.ideas.views import blueprint
from consult.organisations.rules import may_approve

FOUND = bool(blueprint)


@blueprint.route("/ideas/releases/<int(max=2147483647):idea_id>", methods=["GET", "POST"])
@access("signed-in")
def release(idea_id: int) -> Any:
    """Read, talk, decide: for those who write or release in the organisation; anybody else finds nothing here."""
    idea = releasing.inside(current_actor(), idea_id)
    if request.method != "POST":
        return _page(idea, ReleaseForm(formdata=None))
    allow_write()
    form = ReleaseForm()
    if not form.validate():
        return _page(idea, form), 422
    try:
        return _decide(idea, form)
    except Invalid as invalid:
        form.take_errors(release_pages.named(invalid, idea.consultation_id))
        return _page(idea, form), 422
    except Conflict as conflict:
        return _page(idea, form, conflict), 409


def _decide(idea: Idea, form: ReleaseForm) -> Any:
    actor, seen = current_actor(), seen_count(form.seen.data)
    if "return" in request.form:
        releasing.return_draft(actor, idea.id, seen, form.note.data)
        flash_done(_("The idea is with its author again, with your sentence."))
    else:
        sent = releasing.release(actor, idea.id, seen)
        flash_done(_("Released. The moderation has the idea: %(number)s.", number=sent.number))
    return see_other(path("ideas.release", idea_id=idea.id))


@blueprint.post("/ideas/releases/<int(max=2147483647):idea_id>/notes")
@access("signed-in")
def note(idea_id: int) -> Any:
    """Say something about the text inside the organisation."""
    allow_write()
    idea = releasing.inside(current_actor(), idea_id)
    form = NoteForm()
    if not form.validate():
        return _page(idea, ReleaseForm(formdata=None), note_form=form), 422
    inside.write_note(current_actor(), idea, form.body.data, releasing.title_of(idea))
    flash_done(_("Those who write and release in your organisation read it; nobody else does."))
    return see_other(path("ideas.release", idea_id=idea.id) + "#notes")


def _page(idea: Idea, form: ReleaseForm, conflict: Conflict | None = None, note_form: NoteForm | None = None) -> Any:
    actor = current_actor()
    waits = idea.waits_for_release and idea.status in signoff.RELEASABLE
    frame = frames.draft_frame(idea) if waits else None
    steps = signoff.history(idea.id)
    was_changed = any(one.event == signoff.CHANGED for one in steps)
    form.seen.data = str(frame.edit_count) if frame is not None else ""
    return render_template(
        "ideas/release.html",
        form=form,
        note_form=note_form or NoteForm(formdata=None),
        draft=frame,
        answers=previews.previewed(frame, previews.AUTHOR) if frame is not None else [],
        news=release_pages.news(idea, frame) if frame is not None else None,
        changes=release_pages.changes(idea, frame) if frame is not None and was_changed else [],
        notes=inside.notes_on(idea),
        title=frame.content.title if frame is not None else releasing.title_of(idea),
        number=idea.number,
        status="awaiting_release" if waits else idea.status,
        timeline=words.release_steps(steps),
        may_decide=waits and signoff.may_release(actor, idea),
        is_over=frame is not None and not rules.can_send_in(frame.consultation, RETURNED),
        may_approve=may_approve(actor, idea.organisation_id or 0),
        is_own=rules.is_author(actor, idea),
        draft_url=words.draft_path(idea) if rules.can_edit(actor, idea) else "",
        status_url=path("ideas.status", token=tokens.status_token(idea.draft_key)),
        note_url=path("ideas.note", idea_id=idea.id),
        conflict=str(conflict.message) if conflict is not None else "",
    )


@blueprint.post("/ideas/status/<token>/take-back")
@access("public")
def take_back(token: str) -> Any:
    """The author takes what waits for a release back, and goes on writing."""
    allow_write()
    idea = releasing.take_back(current_actor(), frames.idea_by_status_token(token).id)
    flash_done(_("The idea is a draft again, open to those who write for your organisation."))
    return see_other(words.draft_path(idea))
