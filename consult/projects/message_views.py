"""Pages of hosts' messages: read, write, send again, withdraw; and whether one wants them by mail."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from consult.core.access import Actor, access, current_actor
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.projects import activity_queries as reads
from consult.projects import activity_views, message_queries, messages
from consult.projects import message_rules as rules
from consult.projects.activity_operations import ends_of
from consult.projects.activity_views import blueprint, find
from consult.projects.forms import MessageForm, message_form
from consult.projects.message_review import AUDIENCE_WORDS
from consult.projects.messages import Words
from consult.projects.models import Activity, ActivityMessage, Participation

AUDIENCES = [(code, AUDIENCE_WORDS[code]) for code in (rules.PARTICIPANTS, rules.PUBLIC)]


def for_page(activity_id: int, actor: Actor) -> dict[str, Any] | None:
    """Messages on the activity's page: those to everyone, and to those who take part if the reader does."""
    found = message_queries.messages_for(activity_id, actor.person_id)
    activity = db.session.get(Activity, activity_id) if found else None  # the page has read it already
    return {"host_messages": found, "slug": activity.slug} if activity is not None else None


def _hosted(slug: str) -> Activity:
    """The activity, for those who write messages about it."""
    activity = find(slug)
    if not rules.can_write(current_actor(), ends_of(activity)):
        raise Refused(_("Only editors and hosts write messages about an activity."))
    return activity


def _readable(slug: str, message_id: int) -> ActivityMessage:
    """A message that the reader may read; for all others there is none."""
    message = message_queries.message_of(slug, message_id)
    actor = current_actor()
    if message is not None:
        takes_part = reads.own_participation(message.activity_id, actor.person_id) is not None
        if rules.can_read(actor, message, ends_of(message.activity), takes_part):
            return message
    raise NotFound(_("We have no message under this address."))


@blueprint.get("/activities/<slug>/messages/")
@access("account.use")
def messages_list(slug: str) -> str:
    """All messages of an activity with their state, for its host."""
    activity = _hosted(slug)
    page = message_queries.messages_page(activity.id, request.args.get("after"))
    return render_template("activities/messages.html", activity=activity, page=page, audiences=AUDIENCE_WORDS)


@blueprint.get("/activities/<slug>/messages/<int:message_id>", endpoint="message")
@access("public")
def show_message(slug: str, message_id: int) -> str:
    """One message on a page of its own: so that it can be linked to and reported."""
    message = _readable(slug, message_id)
    return render_template(
        "activities/message.html", activity=message.activity, message=message, audiences=AUDIENCE_WORDS,
        may_write=rules.can_write(current_actor(), ends_of(message.activity)),
        may_withdraw=rules.MESSAGE.target(message.status, "withdraw") is not None,
    )  # fmt: skip


def _form_page(form: MessageForm, activity: Activity, status: int, message: ActivityMessage | None = None,
               conflict: str = "") -> Any:  # fmt: skip
    body = render_template(
        "activities/message_edit.html", form=form, activity=activity, message=message, conflict=conflict
    )
    return body, status


def _words(form: MessageForm) -> Words:
    return Words(form.title.data, form.body.data, str(form.language.data), str(form.audience.data))


@blueprint.route("/activities/<slug>/messages/new", methods=["GET", "POST"])
@access("account.use")
def new_message(slug: str) -> Any:
    """Write to those who take part, or to everyone."""
    activity = _hosted(slug)
    form = message_form(AUDIENCES)
    if request.method != "POST":
        return _form_page(form, activity, 200)
    if not form.validate():
        return _form_page(form, activity, 422)
    allow_write()
    try:
        messages.write_message(current_actor(), activity.id, _words(form))
    except Invalid as invalid:
        form.take_errors(invalid)
        return _form_page(form, activity, 422)
    flash_done(_("Your message waits for moderation. Once it is published, those who take part get it by e-mail."))
    return see_other(path("activities.messages_list", slug=slug))


@blueprint.route("/activities/<slug>/messages/<int:message_id>/edit", methods=["GET", "POST"])
@access("account.use")
def edit_message(slug: str, message_id: int) -> Any:
    """Change a message that moderation has returned, and send it again."""
    activity = _hosted(slug)
    message = _readable(slug, message_id)
    if rules.MESSAGE.target(message.status, "send") is None and request.method != "POST":
        return see_other(path("activities.message", slug=slug, message_id=message_id))
    if request.method != "POST":
        stored = {name: getattr(message, name) for name in ("title", "body", "audience", "language")}
        return _form_page(message_form(AUDIENCES, revision=str(message.revision), **stored), activity, 200, message)
    form = message_form(AUDIENCES)
    if not form.validate():
        return _form_page(form, activity, 422, message)
    allow_write()
    seen = str(form.revision.data)
    try:
        messages.send_again(
            current_actor(), message_id, int(seen) if re.fullmatch("[0-9]{1,9}", seen) else 0, _words(form)
        )
    except Conflict as conflict:
        db.session.rollback()
        message = _readable(slug, message_id)
        form.revision.data = str(message.revision)
        return _form_page(form, find(slug), 409, message, str(conflict.message))
    flash_done(_("Your message waits for moderation again."))
    return see_other(path("activities.messages_list", slug=slug))


@blueprint.post("/activities/<slug>/messages/<int:message_id>/withdraw")
@access("account.use")
def withdraw_message(slug: str, message_id: int) -> Response:
    """Take a message away."""
    allow_write()
    _hosted(slug)
    message = _readable(slug, message_id)
    messages.withdraw_message(current_actor(), message.id)
    flash_done(_("The message is withdrawn."))
    return see_other(path("activities.messages_list", slug=slug))


# ---- whether one wants them by mail ---------------------------------------------------------------------------------


def _choose(place: Participation) -> None:
    place.wants_messages = request.form.get("wanted") == "1"
    flash_done(
        _("You get the host's messages by e-mail.")
        if place.wants_messages
        else _("You get no more messages about this activity by e-mail. They can be read on its page.")
    )


@blueprint.post("/activities/<slug>/messages/mail")
@access("activities.join")
def messages_by_mail(slug: str) -> Response:
    """Whether the reader wants the host's messages by mail."""
    allow_write()
    place = reads.own_participation(find(slug).id, current_actor().person_id)
    if place is None:
        raise NotFound()
    _choose(place)
    return see_other(path("activities.show", slug=slug))


@blueprint.post("/activities/<slug>/place/<token>/messages")
@access("public")
def place_messages(slug: str, token: str) -> Response:
    """The same by the mailed link, without an account."""
    allow_write()
    _actor, place = activity_views.held_place(slug, token)
    _choose(place)
    return see_other(path("activities.place", slug=slug, token=token))
