"""When two write at a draft at once, two people or one in two windows: what only one changed is taken over, and for the
rest both texts stand on a page of their own, where a person chooses. It works without scripts, and neither text is lost on
the way.

The page's form is the writing form with few fields: `pick-answer-2` says which text counts, `answer-2` carries one's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import after_this_request, flash, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from consult.core.access import current_actor
from consult.core.i18n import _, _n
from consult.core.web import flash_done
from consult.ideas import drafting, placing, revisions
from consult.ideas.drafting import Changes
from consult.ideas.drafts import Content
from consult.ideas.forms import IdeaForm
from consult.ideas.frames import Frame
from consult.ideas.merging import fields_of, value_of
from consult.ideas.release_pages import label_of, words_of
from consult.moderation.diff import word_diff

MINE, THEIRS, BOTH = "mine", "theirs", "both"
PICK = "pick-"
FILE_FIELDS = ("attachment_file", "attachment_title", "attachment_audience")


@dataclass(frozen=True)
class Clash:
    """A field in which the two texts differ: its name in the form, both texts, and what differs word by word."""

    name: str
    label: str
    theirs: str
    difference: Markup
    mine: str
    is_text: bool
    picked: str


def kept(page: Any, status: int = 422) -> Any:
    """Answer with this status, and yet keep what was saved: it is set after the request's commit."""

    @after_this_request
    def say_so(response: Response) -> Response:
        if response.status_code == 200:
            response.status_code = status
        return response

    return page


def _picks() -> dict[str, str]:
    """The choices of a merge page: name of the field -> what was picked."""
    return {name.removeprefix(PICK): value for name, value in request.form.items() if name.startswith(PICK)}


def changes_of(form: IdeaForm, frame: Frame) -> Changes:
    """What the form carried, as the choices of a merge page leave it."""
    sent: Any = request.form
    picks = _picks()
    if picks:
        sent = sent.copy()
        for name, picked in picks.items():
            if picked == THEIRS or name not in form:
                sent.poplist(name)
            elif picked == BOTH:
                stored = words_of(
                    _field(name, frame), value_of(fields_of(frame.content.document()), _field(name, frame))
                )
                form[name].data = f"{stored}\n\n{form[name].data}".strip()
                form[name].validate(form)
    return form.changes(sent, frame.questions)


def unanswered(form: IdeaForm) -> list[str]:
    """Fields of a merge page for which nothing was chosen; an error stands at each."""
    open_ = [name for name in request.form.getlist("clash") if name in form and name not in _picks()]
    for name in open_:
        form[name].errors = [*form[name].errors, _("Please choose which text counts.")]
    return open_


def _field(name: str, frame: Frame) -> str:
    """A field of the form as merging names it."""
    kind, _dash, position = name.rpartition("-")
    question = frame.by_position.get(int(position)) if kind and position.isdigit() else None
    return f"{kind}-{question.id}" if question is not None else name


def _in_form(field: str, frame: Frame) -> str:
    """A field of merging as the form names it."""
    kind, _dash, number = field.rpartition("-")
    position = next((one.position for one in frame.questions if number == str(one.id)), None)
    return f"{kind}-{position}" if kind and position is not None else field


def merge(
    frame: Frame, form: IdeaForm, conflict: drafting.EditedElsewhere, files: Callable[[Frame, IdeaForm], None]
) -> Any:
    """Store both sides' changes as far as they do not touch each other; for the rest show the page that lets choose. None
    where there is nothing to choose.

    `files` takes in the file that came with the form: no text speaks against it.
    """
    actor = current_actor()
    draft = drafting.save_merged(frame.idea_id or 0, conflict.merged, seen=conflict.edit_count, tab="", actor=actor)
    frame.edit_count, frame.content, frame.has_draft = draft.edit_count, Content.of_document(draft.content), True
    files(frame, form)
    who = _("Another window")
    if frame.organisation_id is not None:
        who = revisions.last_other(draft, actor) or _("Somebody of your organisation")
    names = [_in_form(one, frame) for one in conflict.merged.conflicts]
    names += [one.name for one in form if one.name in request.form and not form.holds_good(one.name)]
    names = [one for one in dict.fromkeys(names) if one in form and one not in FILE_FIELDS]
    if names:
        for fault in file_faults(form):
            flash(fault, "warning")
        return kept(page(frame, form, names, who), 409)
    flash_done(_both_are_saved(frame, conflict.merged.taken, who))
    return None


def file_faults(form: IdeaForm) -> list[str]:
    """What is wrong with the file that came with a form."""
    return [str(error) for name in FILE_FIELDS for error in form[name].errors]


def _both_are_saved(frame: Frame, fields: list[str], who: str) -> str:
    questions = {one.id: one for one in frame.questions}
    taken = ", ".join(label_of(one, questions) for one in fields) or _("the same places as yours")
    if frame.organisation_id is None:
        return _n(
            "Another window had saved meanwhile. Both changes are saved; the other one is in: %(fields)s.",
            "Another window had saved meanwhile. Both changes are saved; the other ones are in: %(fields)s.",
            len(fields), fields=taken,
        )  # fmt: skip
    return _n(
        "%(who)s was writing at the same time. Both changes are saved; the other one is in: %(fields)s.",
        "%(who)s was writing at the same time. Both changes are saved; the other ones are in: %(fields)s.",
        len(fields), who=who, fields=taken,
    )  # fmt: skip


def page(frame: Frame, form: IdeaForm, names: list[str] | None, who: str = "") -> Any:
    """Both texts side by side, field by field."""
    names = [name for name in (names if names is not None else request.form.getlist("clash")) if name in form]
    form.questions.data = placing.places(frame.questions)
    if who:
        form.edit_count.data, form.prints.data = str(frame.edit_count), frame.prints
    else:
        form.edit_count.data, form.prints.data = request.form.get("edit_count", ""), request.form.get("prints", "")
    return render_template(
        "ideas/merge.html",
        draft=frame,
        form=form,
        clashes=[_clash(name, frame, form) for name in names],
        who=who or request.form.get("who", "")[:120],
        picks=[(MINE, _("My text")), (THEIRS, _("The other text")), (BOTH, _("Both, one below the other"))],
    )


def _clash(name: str, frame: Frame, form: IdeaForm) -> Clash:
    field = _field(name, frame)
    theirs = words_of(field, value_of(fields_of(frame.content.document()), field))
    data = form[name].data
    mine = "\n".join(map(str, data)) if isinstance(data, list) else str(data or "")
    labels = {choice.value: str(choice.label) for choice in getattr(form[name], "choices", None) or []}
    old, new = labels.get(theirs, theirs), labels.get(mine, words_of(field, mine))
    return Clash(
        name, label_of(field, {one.id: one for one in frame.questions}), old, word_diff(old, new).html, mine,
        name == "summary" or name.startswith("answer-"), _picks().get(name, ""),
    )  # fmt: skip
