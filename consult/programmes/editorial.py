"""Editors keep programmes and their calls in the browser."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.editing_forms import edited
from consult.core.errors import NotFound
from consult.core.i18n import _, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.programmes import operations, page, queries, views
from consult.programmes.forms import CallForm, ProgrammeForm, call_values, programme_values
from consult.programmes.models import Call, Programme

blueprint = room_blueprint("programmes_editorial", __name__)


@blueprint.get("/editorial/programmes/")
@access("programmes.edit")
def index() -> str:
    """All programmes by title."""
    found = queries.editorial_page(request.args.get("after"))
    moment = now()
    deadlines = {number: page.call_view(one, moment) for number, one in queries.next_deadlines(found.items).items()}
    return render_template("programmes/editorial_list.html", page=found, deadlines=deadlines)


def _page(form: ProgrammeForm, status: int, *, programme: Programme | None = None, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], **more}
    moment = now()
    calls = queries.calls_of(programme.id) if programme is not None else []
    body = render_template(
        "programmes/editorial_edit.html", form=form, programme=programme,
        calls=[page.call_view(one, moment) for one, _reminder in calls], **given,
    )  # fmt: skip
    return body, status


@blueprint.route("/editorial/programmes/new", methods=["GET", "POST"])
@access("programmes.edit")
def new() -> Any:
    """A new programme."""
    if request.method != "POST":
        return _page(ProgrammeForm(formdata=None), 200)
    form = ProgrammeForm()

    def save() -> Response:
        made = operations.create_programme(current_actor(), form.texts(), form.values(), form.funded.infos)
        flash_done(_("Saved: %(title)s.", title=pick(made.title)))
        return see_other(path("programmes_editorial.edit", slug=made.slug))

    return edited(form, save, _page)


@blueprint.route("/editorial/programmes/<slug>", methods=["GET", "POST"])
@access("programmes.edit")
def edit(slug: str) -> Any:
    """One programme, and the way to its calls."""
    found = views.find(slug)
    if request.method != "POST":
        return _page(ProgrammeForm(formdata=None, data=programme_values(found)), 200, programme=found)
    form = ProgrammeForm()

    def save() -> Response:
        saved = operations.save_programme(
            current_actor(), found.id, form.seen, form.texts(), form.values(), form.funded.infos
        )
        flash_done(_("Saved: %(title)s.", title=pick(saved.title)))
        return see_other(path("programmes_editorial.edit", slug=slug))

    def again(form: ProgrammeForm, status: int, **more: Any) -> Any:
        return _page(form, status, programme=views.find(slug), **more)

    return edited(form, save, again, lambda: programme_values(views.find(slug)))


# ---- calls ----------------------------------------------------------------------------------------------------------


def _call_page(form: CallForm, status: int, *, programme: Programme, call: Call | None = None, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], **more}
    return render_template("programmes/editorial_call.html", form=form, programme=programme, call=call, **given), status


@blueprint.route("/editorial/programmes/<slug>/calls/new", methods=["GET", "POST"])
@access("programmes.edit")
def new_call(slug: str) -> Any:
    """A new call of a programme."""
    programme = views.find(slug)
    if request.method != "POST":
        return _call_page(CallForm(formdata=None), 200, programme=programme)
    form = CallForm()

    def save() -> Response:
        made = operations.create_call(current_actor(), programme.id, form.texts(), form.values())
        flash_done(_("Saved: %(title)s.", title=pick(made.title)))
        return see_other(path("programmes_editorial.edit", slug=slug))

    def again(form: CallForm, status: int, **more: Any) -> Any:
        return _call_page(form, status, programme=views.find(slug), **more)

    return edited(form, save, again)


def _found(slug: str, call: str) -> tuple[Programme, Call]:
    programme = views.find(slug)
    found = queries.call_by_slug(programme.id, call)
    if found is None:
        raise NotFound(_("We have no call under this address."))
    return programme, found


@blueprint.route("/editorial/programmes/<slug>/calls/<call>", methods=["GET", "POST"])
@access("programmes.edit")
def call(slug: str, call: str) -> Any:
    """One call; where its deadline moves, those who want to be reminded are told."""
    programme, found = _found(slug, call)
    if request.method != "POST":
        return _call_page(CallForm(formdata=None, data=call_values(found)), 200, programme=programme, call=found)
    form = CallForm()

    def save() -> Response:
        saved = operations.save_call(current_actor(), found.id, form.seen, form.texts(), form.values())
        flash_done(_("Saved: %(title)s.", title=pick(saved.title)))
        return see_other(path("programmes_editorial.edit", slug=slug))

    def again(form: CallForm, status: int, **more: Any) -> Any:
        programme, stored = _found(slug, call)
        return _call_page(form, status, programme=programme, call=stored, **more)

    return edited(form, save, again, lambda: call_values(_found(slug, call)[1]))


@blueprint.post("/editorial/programmes/<slug>/calls/<call>/remove")
@access("programmes.edit")
def remove_call(slug: str, call: str) -> Response:
    """Take a call out that was entered by mistake."""
    allow_write()
    _programme, found = _found(slug, call)
    seen = request.form.get("revision", "")
    operations.remove_call(current_actor(), found.id, int(seen) if seen.isascii() and seen.isdigit() else 0)
    flash_done(_("The call is taken out."))
    return see_other(path("programmes_editorial.edit", slug=slug))
