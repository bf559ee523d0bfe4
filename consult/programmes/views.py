"""Public pages of programmes: the list, one programme with its calls; reminders and calendar files of deadlines."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _, format_moment, pick
from consult.core.limits import allow_write
from consult.core.outlets import FORMATS
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.links.queries import links_of
from consult.programmes import ics, listing_files, operations, page, queries, rules
from consult.programmes.filters import chips, filter_groups, selection_of_address, topic_titles
from consult.programmes.models import Call, Programme

blueprint = room_blueprint("programmes", __name__)

LINKED_KINDS = ("cluster", "project", "activity", "topic", "country", "macro-region")


@blueprint.get("/programmes/")
@access("public")
def index() -> str | Response:
    """All programmes by title; exactly what is shown is also a file and a feed."""
    topics = topic_titles()
    selection = selection_of_address(topics)
    if (fmt := request.args.get("format", "")) in FORMATS:
        return listing_files.LIST.answer(fmt, lambda after, size: queries.programmes_page(selection, after, size))
    found = queries.programmes_page(selection, request.args.get("after"))
    moment = now()
    return render_template(
        "programmes/index.html",
        page=found,
        formats=FORMATS,
        chips=chips(selection, topics),
        selection=selection,
        groups=filter_groups(selection, queries.filter_counts(selection), topics),
        bodies=queries.bodies_of(found.items),
        deadlines={number: page.call_view(one, moment) for number, one in queries.next_deadlines(found.items).items()},
    )


def find(slug: str) -> Programme:
    """The programme of this address, or NotFound."""
    programme = queries.programme_by_slug(slug)
    if programme is None:
        raise NotFound(_("We have no programme under this address."))
    return programme


@blueprint.get("/programmes/<slug>")
@access("public")
def show(slug: str) -> str:
    """One programme with its calls."""
    return _page(find(slug))


def _page(programme: Programme, fault: tuple[int, str] | None = None) -> str:
    actor, moment = current_actor(), now()
    links = links_of("programme", programme.id, kinds=LINKED_KINDS)
    calls = queries.calls_of(programme.id, actor.person_id)
    return render_template(
        "programmes/show.html",
        programme=programme,
        bodies=queries.bodies_of([programme]),
        results=page.results(programme),
        periods=page.periods(programme),
        calls=[page.call_view(one, moment, reminder) for one, reminder in calls],
        fault=fault,
        focus=[view for view in links if view.type == "focus_on"],
        funded=page.funded(links),
        groups=page.grouped(links),
        report_url=request.path,
        edit_url=path("programmes_editorial.edit", slug=programme.slug) if rules.can_edit(actor) else "",
    )


# ---- deadlines ------------------------------------------------------------------------------------------------------


def _call(slug: str, call: str) -> tuple[Programme, Call]:
    programme = find(slug)
    found = queries.call_by_slug(programme.id, call)
    if found is None:
        raise NotFound(_("We have no call under this address."))
    return programme, found


def _back(programme: Programme, call: Call) -> Response:
    return see_other(f"{path('programmes.show', slug=programme.slug)}#call-{call.slug}")


@blueprint.route("/programmes/<slug>/calls/<call>/remind", methods=["GET", "POST"])
@access("signed-in")
def remind(slug: str, call: str) -> Any:
    """Set a reminder; who comes here from signing in is led to the call."""
    programme, found = _call(slug, call)
    if request.method != "POST":
        return _back(programme, found)
    allow_write()
    days = request.form.get("days", "")
    try:
        reminder = operations.remind(current_actor(), found.id, int(days) if re.fullmatch("[0-9]{1,3}", days) else 0)
    except Invalid as invalid:
        return _page(programme, (found.id, str(invalid.fields["days"]))), 422
    flash_done(_("We remind you on %(moment)s.", moment=format_moment(reminder.due_at)))
    return _back(programme, found)


@blueprint.post("/programmes/<slug>/calls/<call>/forget")
@access("signed-in")
def forget(slug: str, call: str) -> Response:
    """Take one's reminder back."""
    allow_write()
    programme, found = _call(slug, call)
    operations.forget_reminder(current_actor(), found.id)
    flash_done(_("We do not remind you of this deadline."))
    return _back(programme, found)


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.ics"'}
    return Response(content, mimetype="text/calendar", headers=headers)


@blueprint.get("/programmes/<slug>/calls/<call>.ics")
@access("public")
def call_calendar(slug: str, call: str) -> Response:
    """A deadline for one's calendar. NotFound where the call has none."""
    programme, found = _call(slug, call)
    if found.closes_at is None:
        raise NotFound()
    return _file(ics.calendar([found], {programme.id: programme.slug}, pick(found.title)), found.slug)


@blueprint.get("/programmes/calls.ics")
@access("public")
def calendar() -> Response:
    """The next deadlines of all programmes, for a calendar that asks again and again."""
    rows = queries.dated_calls()
    return _file(
        ics.calendar([call for call, _slug in rows], {call.programme_id: slug for call, slug in rows}), "calls"
    )
