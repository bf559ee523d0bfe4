"""Pages of comments: write, answer, edit, remove, and a comment by itself. The thread stands on its subject's page."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from consult.comments import operations, queries, rules
from consult.comments.forms import CommentForm, as_id
from consult.comments.models import Comment
from consult.comments.redactions import written_text
from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Invalid, NotFound, Refused
from consult.core.i18n import _, pick
from consult.core.limits import allow_write
from consult.core.registry import SubjectInfo
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.moderation.queries import last_decision
from consult.organisations import acting

blueprint = room_blueprint("comments", __name__)


@blueprint.get("/comments/<int(max=2147483647):comment_id>")
@access("public")
def show(comment_id: int) -> str:
    """A comment by itself, with its answers: the address to link to and to report."""
    node, info, page = queries.single_thread(comment_id, current_actor(), request.args.get("after"))
    statement = _statement(node)
    return render_template("comments/show.html", node=node, info=info, page=page, statement=statement)


def _statement(node: queries.Node) -> list[str]:
    """Why a comment cannot be read any more, in paragraphs, for its author."""
    restricted = node.comment.status in ("hidden", "taken_down") or bool(node.comment.redactions)
    decision = last_decision("comment", node.comment.id) if node.mine and restricted else None
    return pick(decision.statement).split("\n\n") if decision is not None else []


@blueprint.get("/comments/<kind>/<key>/new")
@access("comments.write")
def new(kind: str, key: str) -> str:
    """The form on a page of its own; `parent` is the comment to answer."""
    form = CommentForm(formdata=None)
    form.offer(current_actor())
    info = queries.subject_by_key(kind, key)
    wanted = request.args.get("parent", "")
    parent = None
    if wanted:
        parent = queries.comment_by_id(as_id(wanted) or 0)
        if parent.status != rules.VISIBLE or (parent.subject_kind, parent.subject_id) != (info.kind, info.id):
            raise NotFound(_("We do not have this comment."))
        form.parent.data = str(parent.id)
    return _writing_page(form, info, key, parent)


@blueprint.post("/comments/<kind>/<key>")
@access("comments.write")
def create(kind: str, key: str) -> Any:
    """Write a comment or an answer."""
    allow_write()
    actor, form = current_actor(), CommentForm()
    form.offer(actor)
    text = form.text()
    if form.validate():
        info = queries.subject_by_key(kind, key)
        try:
            comment = operations.write_comment(actor, info, text)
        except Invalid as invalid:
            form.take_errors(invalid)
        else:
            acting.keep(actor, text.organisation_id)
            _say_stored(comment)
            return see_other(_place(comment, info))
        db.session.rollback()
    set_reading(True)
    parent = db.session.get(Comment, text.parent) if text.parent else None
    shown = parent if parent is not None and parent.status == rules.VISIBLE else None
    return _writing_page(form, queries.subject_by_key(kind, key), key, shown), 422


def _writing_page(form: CommentForm, info: SubjectInfo, key: str, parent: Comment | None) -> str:
    action = url_for(".create", kind=info.kind, key=key)
    mode = queries.mode_of(info.kind, info.id)
    return render_template(
        "comments/edit.html", form=form, info=info, parent=parent, action=action, comment=None, mode=mode
    )


def _say_stored(comment: Comment) -> None:
    if comment.status == rules.VISIBLE:
        flash_done(_("Your comment is published."))
    else:
        flash_done(_("Your comment is here. A moderator reads it first; we write to you when it is decided."))


def _place(comment: Comment, info: SubjectInfo) -> str:
    """Where the author sees the comment: on the subject's page, or by itself where that page shows others."""
    if queries.fits_one_page(info.kind, info.id):
        return f"{info.url}#comment-{comment.id}"
    return path("comments.show", comment_id=comment.id)


def _own(comment_id: int, allowed: Any) -> tuple[Comment, SubjectInfo]:
    comment = queries.comment_by_id(comment_id)
    if not allowed(current_actor(), comment):
        raise Refused(_("Only its author can do this to a comment."))
    info = queries.subject_of(comment)
    if info is None:
        raise NotFound(_("We do not have this comment."))
    return comment, info


@blueprint.route("/comments/<int(max=2147483647):comment_id>/edit", methods=["GET", "POST"])
@access("comments.write")
def edit(comment_id: int) -> Any:
    """Change one's own comment."""
    actor, form = current_actor(), CommentForm()
    form.offer(actor)
    if request.method == "POST":
        allow_write()
        if form.validate():
            try:
                comment = operations.edit_comment(actor, comment_id, form.body.data)
            except Invalid as invalid:
                form.take_errors(invalid)
            else:
                info = queries.subject_of(comment)
                _say_stored(comment)
                return see_other(_place(comment, info) if info else path("pages.me"))
            db.session.rollback()
        set_reading(True)
    comment, info = _own(comment_id, rules.can_edit)
    if request.method != "POST":
        form.body.data = written_text(comment)
    page = render_template(
        "comments/edit.html", form=form, info=info, parent=None, action=url_for(".edit", comment_id=comment.id),
        comment=comment, mode=queries.mode_of(info.kind, info.id),
    )  # fmt: skip
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/comments/<int(max=2147483647):comment_id>/remove", methods=["GET", "POST"])
@access("comments.write")
def remove(comment_id: int) -> Any:
    """Ask, then remove one's own comment."""
    comment, info = _own(comment_id, rules.can_remove)
    if request.method == "POST":
        allow_write()
        operations.remove_comment(current_actor(), comment_id)
        flash_done(_("Your comment is removed."))
        return see_other(info.url)
    return render_template("comments/remove.html", comment=comment, info=info)
