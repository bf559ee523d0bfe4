"""Writing an idea: the form at once, its draft under a secret link, preview, sending, confirming an address.

Nothing is stored by opening a page. The first POST makes the draft by the key that the form carried and moves on to its
link. What cannot be taken is said at the field with status 422; the rest is stored all the same.
"""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request

from consult.core.access import access, current_actor
from consult.core.db import reading
from consult.core.errors import DomainError, Invalid, NotFound, Over
from consult.core.i18n import _, current_language
from consult.core.limits import TooMany, allow_write, client_address, limits
from consult.core.registry import SubjectInfo, registries
from consult.core.text import render_markdown
from consult.core.vocabularies import short_region
from consult.core.web import flash_done, path, see_other
from consult.ideas import (
    attachments,
    draft_links,
    drafting,
    frames,
    invitations,
    leftovers,
    operations,
    page_queries,
    placing,
    previews,
    sharing,
    signoff,
    tokens,
    views_merging,
    words,
)
from consult.ideas.drafts import ANSWER_MAX, PARTNER_KINDS, Content, people_in
from consult.ideas.forms import (
    AUDIENCE_NOTES,
    SHOWN,
    AddressForm,
    IdeaForm,
    form_class,
    initial,
    searched,
    seen_count,
)
from consult.ideas.frames import Frame
from consult.ideas.layout import Layout
from consult.ideas.merging import read_prints
from consult.ideas.models import AWAITING, PUBLISHED, IdeaInvitation
from consult.ideas.rules import can_invite_late
from consult.ideas.views import blueprint
from consult.ideas.views_confirming import awaiting_page, awaiting_post
from consult.ideas.views_merging import kept
from consult.moderation.operations import hold_case
from consult.organisations import acting

FOUND = 10  # hits of the search for partners


# ---- pages ----------------------------------------------------------------------------------------------------------


@blueprint.route("/ideas/new", methods=["GET", "POST"])
@access("public")
def new() -> Any:
    """The writing form at once; a POST makes the draft and moves on to its link."""
    if request.method == "POST":
        frame, form = _first_post()
        if form is None:
            return leftovers.handed_back(frame) or see_other(path("ideas.draft", token=frame.token))
        return _store(frame, form)
    found = frames.new_frame(request.args.get("consultation", ""), tokens.new_key(), current_language())
    if found is None or not found.questions:
        raise NotFound(_("There is no consultation to which ideas can be sent."))
    invitation = _invitation(found)
    found.invite(invitation)
    begun = invitations.begun_by(current_actor(), invitation) if invitation is not None else None
    if begun is not None:  # the mailed link may be all that its writer has to come back by
        return see_other(path("ideas.draft", token=tokens.draft_token(begun.draft_key)))
    if found.refusal:
        return render_template(
            "ideas/closed.html", draft=found, may_invite=can_invite_late(current_actor(), found.consultation.id)
        )
    return _page(found, _stored_form(found))


@blueprint.route("/ideas/drafts/<token>", methods=["GET", "POST"])
@access("public")
def draft(token: str) -> Any:
    """The private draft: going on writing, by whoever has the link."""
    if request.method != "POST":
        return _draft_page(frames.frame_by_draft_token(token))
    try:
        frame = _frame_of(token)
    except NotFound:
        if (page := leftovers.of_nothing()) is not None:
            return page
        raise
    if frame.status == AWAITING and "title" not in request.form:
        return awaiting_post(frame)
    if not frame.writable:
        goal = "ideas.draft" if frame.status == AWAITING else "ideas.status"
        token = frame.token if frame.status == AWAITING else frame.status_token
        return leftovers.handed_back(frame) or see_other(path(goal, token=token))
    if "delete" in request.form:
        return _delete(frame)
    if draft_links.is_asked_for():
        allow_write()
    else:
        _allow_saving()
    with reading():
        form = _sent_form(frame)
    return _store(frame, form)


def _invitation(frame: Frame) -> IdeaInvitation | None:
    """The late invitation of the address, if it lets an idea be sent to this consultation."""
    found = invitations.invitation_by_token(request.args.get("invitation", ""))
    return found if invitations.lets_send(found, frame.consultation) else None


def _draft_page(frame: Frame) -> Any:
    if frame.status == AWAITING:
        return awaiting_page(frame, AddressForm(formdata=None, data={"email": frame.author_email}))
    if not frame.writable:
        return see_other(path("ideas.status", token=frame.status_token))
    return _page(frame, _stored_form(frame))


@blueprint.get("/ideas/drafts/<token>/preview")
@access("public")
def preview(token: str) -> Any:
    """The idea as everyone will see it, with the button that sends it; `as` shows it as others will read it."""
    frame = frames.frame_by_draft_token(token)
    if not frame.writable:
        return see_other(path("ideas.draft", token=frame.token))
    reader, form = previews.reader_of(request.args.get("as", "")), _stored_form(frame)
    answers = previews.previewed(frame, reader)
    name, name_for = previews.name_of(frame, answers)
    return render_template(
        "ideas/preview.html",
        draft=frame,
        signs_off=_signs_off(frame),
        form=form,
        to_mend=[
            (label, why, path("ideas.draft", token=frame.token) + at) for label, why, at in Layout(frame, form).faults()
        ],
        answers=answers,
        name=name,
        name_for=name_for,
        links=previews.links_of(frame, answers),
        reader=reader,
        readers=previews.readers(),
        people=people_in(frame.content.coauthors),
        files=[
            one for one in attachments.attachments(frame.content.attachments, previews.READS[reader]) if not one.is_held
        ],
    )


def _signs_off(frame: Frame) -> bool:
    """Whether somebody of its organisation releases what the reader sends, before the moderation gets it."""
    if frame.refusal:  # nothing is said of sending
        return False
    return signoff.signing_organisation(current_actor(), frame.organisation_id) is not None


def _frame_of(token: str) -> Frame:
    with reading():
        return frames.frame_by_draft_token(token)


def _page(frame: Frame, form: IdeaForm, **more: Any) -> Any:
    form.edit_count.data, form.prints.data = str(frame.edit_count), frame.prints
    form.questions.data = placing.places(frame.questions)
    _offer_partners(form)
    layout = Layout(frame, form)
    values = {
        "submitted": "submit" in request.form,
        "signs_off": _signs_off(frame),
        "link_form": draft_links.LinkForm(formdata=None),
        "near": page_queries.near_answers(layout.question_id, frame.idea_id),
        "notes": AUDIENCE_NOTES,
        "files": attachments.attachments(frame.content.attachments),
        "most_files": attachments.MOST,
        "size_of": attachments.words_of_size,
        **more,
    }
    return render_template("ideas/edit.html", draft=frame, form=form, layout=layout, **values)


# ---- the form, as it is stored and as it was sent -------------------------------------------------------------------


def _stored_form(frame: Frame) -> IdeaForm:
    """The form with what is stored; search words for partners may stand in the address."""
    form = form_class(tuple(frame.by_position))(
        formdata=None,
        data=initial(
            frame.content, frame.questions, draft_key=frame.draft_key, edit_count=str(frame.edit_count),
            email=frame.author_email or current_actor().email,
        ),
    )  # fmt: skip
    form.fill_choices()
    form.tell_faults()
    return form


def _sent_form(frame: Frame) -> IdeaForm:
    """The form as it was sent, over what is stored, with its errors."""
    placing.put_in_place(frame.questions)
    form = form_class(tuple(frame.by_position))(
        data=initial(frame.content, frame.questions, draft_key=frame.draft_key, edit_count=str(frame.edit_count))
    )
    form.fill_choices()
    for name, kind in PARTNER_KINDS.items():
        if name not in request.form and name not in request.form.getlist(SHOWN):
            form[name].data = frame.content.partner_ids(kind)
    form.validate()
    if fault := sharing.chosen_fault(current_actor(), form.organisation.data or "", request.form.getlist("offered")):
        form.organisation.errors = [*form.organisation.errors, fault]
    form.receive_file()
    return form


def _offer_partners(form: IdeaForm) -> None:
    form.offer_partners({kind: _found(name, kind) for name, kind in PARTNER_KINDS.items()})


def _found(name: str, kind: str) -> list[SubjectInfo]:
    """Things of a kind that fit the words of the search box, for pages without scripts."""
    words = searched(request.values, f"find_{name}")
    subject = registries.subjects.get(kind)
    if not words or subject is None or subject.picker is None:
        return []
    return subject.picker(words, FOUND)


# ---- storing and sending --------------------------------------------------------------------------------------------


def _first_post() -> tuple[Frame, IdeaForm | None]:
    """The draft of the form's key and the form as sent. Without a form where the key's idea was sent already."""
    allow_write()
    key = request.form.get("draft_key", "")
    if not tokens.is_key(key):
        key = tokens.new_key()
    with reading():
        known = frames.frame_by_key(key)
        frame = known or frames.new_frame(request.args.get("consultation", ""), key, current_language())
        if frame is None:  # it was switched off while somebody wrote: what was typed is handed back
            raise Over(_("There is no consultation to which ideas can be sent."))
        form = _sent_form(frame) if frame.writable else None
        invitation = _invitation(frame) if frame.consultation.phase != "open" else None
        invitation_id = invitation.id if invitation is not None else None
    if known is None:
        # also where it is too late to send it: what was typed is kept, and the page of the draft says so
        idea = drafting.start_draft(current_actor(), frame.consultation.id, key, current_language(), invitation_id)
        frame.idea_id, frame.has_draft = idea.id, True
    return frame, form


def _allow_saving() -> None:
    """A draft is saved every few seconds while somebody types: more often than other writes, and yet not without end."""
    if not limits().hit("search.address", f"draft:{client_address()}"):
        raise TooMany(
            _("That was a lot in a short time. Please wait a moment and send it again; your text is still here."), 10
        )


def _save(frame: Frame, form: IdeaForm, asked: bool = False) -> None:
    """Store what holds good of the form; EditedElsewhere if another window was faster. `asked` where somebody pressed a
    button for it."""
    actor, idea_id = current_actor(), frame.idea_id or 0
    idea = drafting.locked(idea_id)
    sharing.check_reach(actor, idea)  # once more: somebody may have left since the draft was looked up
    changes = views_merging.changes_of(form, frame)
    sharing.keep_place(actor, idea, changes)
    stored = drafting.save_draft(
        idea_id, changes, seen=seen_count(request.form.get("edit_count")), tab=request.form.get("tab", "")[:40],
        actor=actor, prints=read_prints(request.form.get("prints", "")[:4000]), asked=asked,
    )  # fmt: skip
    frame.edit_count, frame.content = stored.edit_count, Content.of_document(stored.content)
    sharing.place(actor, idea_id, frame.content)
    if "offered" in request.form:
        acting.keep(actor, idea.organisation_id)
    if form.email.data and not form.email.errors and not current_actor().signed_in:
        frame.author_email = drafting.keep_address(frame.idea_id or 0, form.email.data)


def _store(frame: Frame, form: IdeaForm) -> Any:
    """Save, then do what the button says; after a colleague's edit was merged, the person looks at it first."""
    if views_merging.unanswered(form):
        return kept(views_merging.page(frame, form, None))
    if "submit" in request.form and frame.status == PUBLISHED:  # perhaps somebody has reported it
        hold_case("idea", frame.idea_id or 0)
    try:
        _save(frame, form, asked=True)
    except drafting.EditedElsewhere as conflict:
        return views_merging.merge(frame, form, conflict, _change_attachments) or _both_texts(frame, form)
    _change_attachments(frame, form)
    if not form.is_storable or (form.to_mend and "submit" in request.form):
        return kept(_page(frame, form))
    if "submit" in request.form:
        return _submit(frame, form)
    return _mail_link(frame, form) if draft_links.is_asked_for() else see_other(_next_address(frame))


def _both_texts(frame: Frame, sent: IdeaForm) -> Any:
    """The draft with the texts of both windows; where the file that was sent cannot be taken, the page says so at once."""
    form = _stored_form(frame)
    if not views_merging.file_faults(sent):
        return (
            _mail_link(frame, form) if draft_links.is_asked_for() else see_other(path("ideas.draft", token=frame.token))
        )
    for name in views_merging.FILE_FIELDS:
        form[name].data, form[name].errors = sent[name].data, sent[name].errors
    return kept(_page(frame, form))


def _change_attachments(frame: Frame, form: IdeaForm) -> None:
    """Add the file that came with the form, and drop what its button says."""
    actor, idea_id = current_actor(), frame.idea_id or 0
    dropped = request.form.get("detach", "")
    if dropped.isascii() and dropped.isdigit() and len(dropped) < 10:
        attachments.drop(actor, idea_id, int(dropped))
        flash_done(_("The attachment is taken out."))
    if form.received is not None:
        try:
            added = attachments.attach(actor, idea_id, form.received)
        except Invalid as refusal:
            form.take_errors(refusal)
        else:
            flash_done(_("%(name)s is attached.", name=added.file_name))
            form.attachment_title.data = ""
    elif "attach" in request.form and not form.attachment_file.errors:
        form.attachment_file.errors = [_("Please choose a file.")]
    if dropped or form.received is not None:
        draft = drafting.draft_row(drafting.locked(idea_id))
        frame.edit_count, frame.content = draft.edit_count, Content.of_document(draft.content)


def _submit(frame: Frame, form: IdeaForm) -> Any:
    actor = current_actor()
    try:
        idea = operations.send(actor, frame.idea_id or 0, email=form.email.data, language=current_language())
    except Invalid as invalid:
        form.take_errors(invalid)
        return kept(_page(frame, form))
    if idea.status == AWAITING:
        return see_other(path("ideas.draft", token=frame.token))
    flash_done(words.sent_words(idea))
    return see_other(path("ideas.status", token=frame.status_token))


def _next_address(frame: Frame) -> str:
    """Where a saved form leads: to the preview, the hits of a search, another part, the other layout, or back."""
    layout = Layout(frame)
    goal = request.form.get("save", "")
    if goal == "release" and frame.waits:
        flash_done(_("Your change is saved. Who releases it sees what was changed."))
        return path("ideas.release", idea_id=frame.idea_id)
    if "preview" in request.form:
        return path("ideas.preview", token=frame.token)
    if goal == "helps":
        return path("ideas.draft_helps", token=frame.token)
    if "attach" in request.form or "detach" in request.form:
        return f"{layout.address(layout.part)}#part-attachments"
    if "find" in request.form:
        words: dict[str, Any] = {
            f"find_{name}": searched(request.form, f"find_{name}") or None for name in PARTNER_KINDS
        }
        return f"{layout.address(layout.part, **words)}#part-partners"
    part = goal.removeprefix("to-")  # a bare number names no part: `save=1` is how a program says "save"
    if part != goal and part in layout.keys:
        return layout.address(part)
    if goal in ("view-one", "view-all"):
        return layout.address(layout.part, one=goal == "view-one")
    flash_done(_("Saved. The address of this page leads back to your draft at any time."))
    return layout.address(layout.part)


def _delete(frame: Frame) -> Any:
    drafting.delete_draft(current_actor(), frame.idea_id or 0)
    flash_done(_("Your draft is deleted."))
    if frame.status == "draft":
        return see_other(path("ideas.index"))
    return see_other(path("ideas.status", token=frame.status_token))


def _mail_link(frame: Frame, form: IdeaForm) -> Any:
    link_form = draft_links.mail_link(frame)
    if link_form is not None:
        return kept(_page(frame, form, link_form=link_form))
    layout = Layout(frame)
    return see_other(layout.address(layout.part))


# ---- autosave, live preview, choice of partners: for scripts --------------------------------------------------------


@blueprint.post("/ideas/new/save")
@access("public")
def autosave_new() -> Any:
    """Save a form that has no draft yet; answers with the draft's addresses."""
    try:
        frame, form = _first_post()
    except DomainError as refusal:
        return _refusal(refusal)
    return _autosaved(frame, form)


@blueprint.post("/ideas/drafts/<token>/save")
@access("public")
def autosave(token: str) -> Any:
    """Save the draft while it is being written."""
    frame = _frame_of(token)
    try:
        _allow_saving()
    except TooMany as refusal:
        return _refusal(refusal)
    with reading():
        form = _sent_form(frame) if frame.writable else None
    return _autosaved(frame, form)


def _refusal(refusal: DomainError) -> Any:
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    return jsonify({"error": str(refusal.message)}), refusal.status, headers


def _autosaved(frame: Frame, form: IdeaForm | None) -> Any:
    if form is None:
        return jsonify({"error": _("This idea was sent already.")}), 409
    try:
        _save(frame, form)
    except drafting.EditedElsewhere as conflict:
        return _refusal(conflict)
    answer = {
        "url": path("ideas.draft", token=frame.token),
        "autosave_url": path("ideas.autosave", token=frame.token),
        "edit_count": frame.edit_count,
        "prints": frame.prints,
    }
    if form.is_storable:
        return jsonify({**answer, "note": Layout(frame, form).fault_line()} if form.to_mend else answer)
    return kept(jsonify({**answer, "errors": {name: " ".join(map(str, e)) for name, e in form.errors.items()}}))


@blueprint.post("/ideas/render")
@access("public")
def rendered() -> Any:
    """Markdown as it will look: for the live preview."""
    text = request.form.get("text", "")[:ANSWER_MAX]
    return str(render_markdown(text)), 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/ideas/partners")
@access("public")
def partners() -> Any:
    """Clusters or projects that fit some words, as JSON."""
    kind, words = request.args.get("kind", ""), searched(request.args, "q")
    subject = registries.subjects.get(kind) if kind in PARTNER_KINDS.values() else None
    found = subject.picker(words, FOUND) if subject is not None and subject.picker is not None and words else []
    return jsonify(
        {"data": [{"value": info.id, "label": info.title, "note": short_region(info.region)} for info in found]}
    )
