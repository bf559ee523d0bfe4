"""The editorial office in the browser: what there is to edit, and the topics of the month from draft to archive.

Everything works without JavaScript. What is planned is read here and in the preview alone, by editors.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.editing import at, to_translate
from consult.core.editing_forms import edited
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.topics import operations, pictures, queries, rules, views
from consult.topics.forms import LABELS, PictureForm, PlanForm, TopicForm, plan_values, values_of
from consult.topics.models import OF_THE_MONTH, Topic
from consult.topics.operations import TEXTS

blueprint = room_blueprint("editorial", __name__)

PICTURE_ENDPOINT = "editorial.picture"


def allow_large_picture() -> None:
    """Before the form is read: the one page that takes pictures accepts what a picture may weigh, and some words."""
    if request.endpoint == PICTURE_ENDPOINT:
        request.max_content_length = pictures.LARGEST_FILE + 64 * 1024


def tools() -> dict[str, Any]:
    """For the frame of every page: the way of an editor to their work."""
    actor = current_actor()
    return {
        "tools": [{"label": _("Editorial office"), "url": path("editorial.index")}] if rules.can_edit(actor) else []
    }


def texts_of(topic: Topic) -> dict[str, dict[str, str]]:
    """All texts of a topic that hold something, by name."""
    return {name: text for name in TEXTS if any((text := getattr(topic, name)).values())}


def _found(slug: str) -> Topic:
    topic = queries.any_topic_by_slug(slug)
    if topic is None or topic.kind != OF_THE_MONTH:
        raise NotFound(_("We have no topic under this address."))
    return topic


@blueprint.get("/editorial/")
@access("topics.edit")
def index() -> str:
    """What editors look after, and what waits for them."""
    counts = queries.editorial_counts()
    return render_template("topics/editorial.html", counts=counts)


# ---- topics ---------------------------------------------------------------------------------------------------------


@blueprint.get("/editorial/topics/")
@access("topics.edit")
def topics() -> str:
    """All topics of the month, whatever their state: the latest edited first."""
    page = queries.editorial_page(request.args.get("after"))
    waiting = {topic.id: to_translate(texts_of(topic), topic.text_states) for topic in page.items}
    return render_template(
        "topics/editorial_list.html", page=page, waiting=waiting, labels=LABELS, public=rules.is_public, moment=now()
    )


@blueprint.route("/editorial/topics/new", methods=["GET", "POST"])
@access("topics.edit")
def new() -> Any:
    """A new topic of the month."""
    if request.method != "POST":
        return _page(TopicForm(formdata=None), 200)
    form = TopicForm()

    def save() -> Response:
        topic = operations.create_topic(current_actor(), form.draft())
        flash_done(_("The draft is stored. Nobody but editors sees it."))
        return see_other(path("editorial.topic", slug=topic.slug))

    return edited(form, save, _page)


def _page(form: TopicForm, status: int, *, topic: Topic | None = None, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], **more}
    shown: dict[str, Any] = {}
    if topic is not None:
        moment = now()
        shown = {
            "acts": rules.acts(topic, moment),
            "public": rules.is_public(topic, moment),
            "lacking": list(rules.lacking(topic).values()) if not rules.is_public(topic, moment) else [],
            "states": texts_of(topic),
            "plan": PlanForm(formdata=None, data=plan_values(topic)),
        }
    body = render_template(
        "topics/editorial_edit.html", form=form, topic=topic, labels=LABELS, moment=now(), **{**shown, **given}
    )
    return body, status


@blueprint.route("/editorial/topics/<slug>", methods=["GET", "POST"])
@access("topics.edit")
def topic(slug: str) -> Any:
    """Write one topic; below it its state, its picture and its versions."""
    found = _found(slug)
    if request.method != "POST":
        return _page(TopicForm(formdata=None, data=values_of(found)), 200, topic=found)
    form = TopicForm()
    had_approval = found.approved_on is not None

    def save() -> Response:
        saved = operations.save_topic(current_actor(), found.id, form.draft(), form.seen)
        flash_done(_("Saved: %(title)s.", title=pick(saved.title)))
        if had_approval and saved.approved_on is None:
            flash_done(_("The statement has changed, so its approval no longer counts."))
        return see_other(path("editorial.topic", slug=slug))

    def page(form: TopicForm, status: int, **more: Any) -> Any:
        return _page(form, status, topic=_found(slug), **more)

    return edited(form, save, page, lambda: values_of(_found(slug)))


@blueprint.post("/editorial/topics/<slug>/state")
@access("topics.edit")
def state(slug: str) -> Any:
    """Plan it, publish it at once, or take it back."""
    allow_write()
    found, form = _found(slug), PlanForm()
    act = request.form.get("act", "")
    if not form.validate():
        return _state_again(slug, form, 422)
    try:
        if act == "plan":
            if form.day.day is None:
                raise Invalid({"day": _("Please choose the day on which it appears.")})
            operations.plan_topic(current_actor(), found.id, at(form.day.day, form.clock.clock), form.seen)
        elif act == "publish":
            operations.publish_topic(current_actor(), found.id, form.seen)
        else:
            operations.take_back(current_actor(), found.id, act, form.seen)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _state_again(slug, form, 422)
    except (Conflict, StaleDataError) as conflict:
        message = str(getattr(conflict, "message", "")) or _("Somebody else has saved this since you opened it.")
        return _state_again(slug, form, 409, message)
    flash_done(_DONE[act]())
    return see_other(path("editorial.topic", slug=slug))


_DONE = {
    "plan": lambda: _("The topic is planned. Until its date only editors see it."),
    "publish": lambda: _("The topic is public now."),
    "unplan": lambda: _("The plan is dropped, the topic is a draft again."),
    "withdraw": lambda: _("The topic is not public any more."),
    "reopen": lambda: _("The topic is a draft again."),
}


def _state_again(slug: str, sent: PlanForm, status: int, conflict: str = "") -> Any:
    """The page of the topic with the date that was typed and what is wrong with it."""
    db.session.rollback()
    found = _found(slug)
    sent.revision.data = str(found.revision)
    return _page(
        TopicForm(formdata=None, data=values_of(found)), status, topic=found, plan=sent, conflict=conflict
    )  # fmt: skip


@blueprint.get("/editorial/topics/<slug>/preview")
@access("topics.edit")
def preview(slug: str) -> str:
    """The topic as it will stand, in the language of the address; for editors alone."""
    return views.page_of(_found(slug), preview=True)


# ---- picture --------------------------------------------------------------------------------------------------------


@blueprint.route("/editorial/topics/<slug>/picture", methods=["GET", "POST"])
@access("topics.edit")
def picture(slug: str) -> Any:
    """Send a picture, or change what is said of it, or take it away."""
    if request.method != "POST":
        found = _found(slug)
        data = {
            "revision": str(found.revision), "credit": found.picture_credit,
            "alt_de": found.picture_alt.get("de", ""), "alt_en": found.picture_alt.get("en", ""),
        }  # fmt: skip
        return _picture_page(found, PictureForm(formdata=None, data=data), 200)
    form = PictureForm()
    stored, fault = _stored_picture(form)  # decoded before the database is asked for anything

    def save() -> Response:
        if fault is not None:
            raise fault
        found = _found(slug)
        if "remove" in request.form:
            operations.remove_picture(current_actor(), found.id, form.seen)
            flash_done(_("The picture is gone."))
        else:
            alt = {"de": form.alt_de.data, "en": form.alt_en.data}
            operations.set_picture(current_actor(), found.id, form.seen, stored, alt, form.credit.data)
            flash_done(_("The picture is stored, without the data that came along with it."))
        return see_other(path("editorial.topic", slug=slug))

    def page(form: PictureForm, status: int, **more: Any) -> Any:
        return _picture_page(_found(slug), form, status, **more)

    return edited(form, save, page, lambda: {"revision": _found(slug).revision})


def _stored_picture(form: PictureForm) -> tuple[pictures.Picture | None, Invalid | None]:
    sent, content = form.file.data, b""
    if sent is not None and sent.filename:
        content = sent.read(pictures.LARGEST_FILE + 1)
        sent.close()
    if len(content) > pictures.LARGEST_FILE:
        raise RequestEntityTooLarge()
    if not content or "remove" in request.form:
        return None, None
    try:
        return pictures.store(content), None
    except Invalid as invalid:
        return None, invalid


def _picture_page(found: Topic, form: PictureForm, status: int, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], **more}
    return render_template("topics/editorial_picture.html", topic=found, form=form, **given), status


# ---- versions -------------------------------------------------------------------------------------------------------


@blueprint.get("/editorial/topics/<slug>/versions/")
@access("topics.edit")
def versions(slug: str) -> str:
    """What was changed when, the newest first."""
    found = _found(slug)
    return render_template(
        "topics/editorial_versions.html", topic=found, page=queries.versions_page(found.id, request.args.get("after"))
    )


@blueprint.get("/editorial/topics/<slug>/versions/<int:number>")
@access("topics.edit")
def version(slug: str, number: int) -> str:
    """What a topic said from a moment on."""
    found = _found(slug)
    kept = queries.version_of(found.id, number)
    if kept is None:
        raise NotFound(_("There is no such version."))
    texts = {name: kept.content.get(name) or {} for name in TEXTS if any((kept.content.get(name) or {}).values())}
    return render_template("topics/editorial_version.html", topic=found, version=kept, texts=texts, labels=LABELS)
