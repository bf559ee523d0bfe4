"""Pages of notices: the list, marking as read, mail preferences; and following a thing from its page."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.registry import registries
from consult.core.web import flash_done, path, room_blueprint, safe_next, see_other
from consult.notifications import operations, queries
from consult.notifications.forms import FollowForm

blueprint = room_blueprint("notifications", __name__)


def _my_id() -> int:
    return current_actor().person_id or 0


@blueprint.get("/notices/")
@access("signed-in")
def index() -> Any:
    """All notices, newest first."""
    page = queries.notices_of(_my_id(), request.args.get("after"))
    return render_template("notifications/list.html", page=page, unread=queries.unread_count(_my_id()))


@blueprint.post("/notices/<int(max=2147483647):notice_id>/open")
@access("signed-in")
def open_notice(notice_id: int) -> Any:
    """Mark a notice as read and go to what it speaks of."""
    notice = queries.notice_of(current_actor(), notice_id)
    if notice is None:
        raise NotFound()
    operations.mark_read(current_actor(), notice)
    view = queries.as_view(notice)
    return see_other(safe_next(view.url if view else "") or path("notifications.index"))


@blueprint.post("/notices/read")
@access("signed-in")
def read_all() -> Any:
    """Mark all notices as read."""
    operations.mark_all_read(current_actor())
    return see_other(safe_next(request.form.get("next")) or path("notifications.index"))


@blueprint.get("/notices/mail")
@access("signed-in")
def preferences() -> Any:
    """Which kinds of notices come by mail as well."""
    return render_template("notifications/preferences.html", choices=queries.mail_choices(_my_id()))


@blueprint.post("/notices/mail")
@access("signed-in")
def save_preferences() -> Any:
    """Take the ticks of the page: `shown` lists the kinds on it, `wanted` those that are ticked."""
    wanted = set(request.form.getlist("wanted"))
    for kind in request.form.getlist("shown")[:200]:
        if kind in registries.notice_kinds:
            operations.set_mail_wanted(current_actor(), kind, kind in wanted)
    flash_done(_("Your choice is saved."))
    return see_other(path("notifications.preferences"))


@blueprint.post("/follow")
@access("signed-in")
def follow() -> Any:
    """Follow a thing or stop following it, then go back to its page."""
    allow_write()
    form = FollowForm()
    subject = registries.subjects.get(form.kind.data)
    subject_id = subject.find(form.key.data) if subject is not None else None
    if subject is None or subject_id is None or form.act.data not in ("follow", "unfollow"):
        raise NotFound()
    actor = current_actor()
    if form.act.data == "follow":
        operations.follow(actor, subject.kind, subject_id)
        flash_done(_("You follow this now. You hear from us when something happens here."))
    else:
        operations.unfollow(actor, subject.kind, subject_id)
        flash_done(_("You do not follow this any more."))
    described = subject.describe([subject_id]).get(subject_id)
    return see_other(safe_next(form.next.data) or (described.url if described else path("pages.me")))


@blueprint.get("/notices/following")
@access("signed-in")
def following() -> Any:
    """All that the person follows, newest first."""
    page = queries.follows_of(_my_id(), request.args.get("after"))
    return render_template("notifications/following.html", page=page, number=queries.follow_count(_my_id()))


@blueprint.post("/notices/following/<int(max=2147483647):follow_id>/stop")
@access("signed-in")
def stop_following(follow_id: int) -> Any:
    """Stop following a thing, whatever became of it, and stay in the list."""
    allow_write()
    operations.stop_following(current_actor(), follow_id)
    flash_done(_("You do not follow this any more."))
    return see_other(safe_next(request.form.get("next")) or path("notifications.following"))
