"""Public pages of programmes: the list, one programme with its calls; reminders and calendar files of deadlines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _, format_moment, pick
from consult.core.limits import allow_write
from consult.core.registry import SubjectInfo, registries
from consult.core.vocabularies import vocabulary
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.links.queries import links_of
from consult.programmes import ics, operations, page, queries, rules
from consult.programmes.models import Call, Programme
from consult.programmes.queries import Selection

blueprint = room_blueprint("programmes", __name__)

LISTS = {"level": "programme_levels", "kind": "programme_kinds"}
LINKED_KINDS = ("cluster", "project", "activity", "topic", "country", "macro-region")


def topic_titles() -> dict[str, SubjectInfo]:
    """The topics that programmes may carry, which the room above knows, by their codes (one query)."""
    subject = registries.subjects.get("topic")
    known = subject.picker("", 100) if subject is not None and subject.picker is not None else []
    return {one.key: one for one in known}


def selection_of_address(topics: Mapping[str, SubjectInfo]) -> Selection:
    """What the address asks for; a code that is in no list counts as not chosen."""
    chosen = {name: code for name in LISTS if (code := request.args.get(name, "")) in vocabulary(LISTS[name])}
    topic = request.args.get("topic", "")
    return Selection(
        **chosen, topic=topic if topic in topics else "", open="1" if request.args.get("open") == "1" else ""
    )


def _options(name: str, everything: str, titles: Iterable[tuple[str, str]], chosen: str, counts: Any) -> dict[str, Any]:
    options: list[dict[str, Any]] = [{"value": "", "label": everything, "checked": not chosen}]
    options += [
        {"value": code, "label": title, "count": counts.get((name, code), 0), "checked": chosen == code}
        for code, title in titles
        if counts.get((name, code)) or chosen == code
    ]
    return {"name": name, "kind": "radio", "options": options}


def filter_groups(
    selection: Selection, counts: Mapping[tuple[str, str], int], topics: Mapping[str, SubjectInfo]
) -> list[dict[str, Any]]:
    """The filters: whether one can apply now, then one choice each, with "all" first."""
    now_open = {
        "value": "1",
        "label": _("One can apply now"),
        "count": counts.get(("open", "1"), 0),
        "checked": bool(selection.open),
    }
    legends = {"level": (_("Level"), _("All levels")), "kind": (_("Kind"), _("All kinds"))}
    groups: list[dict[str, Any]] = [{"name": "open", "legend": _("Calls"), "options": [now_open]}]
    for name, listed in LISTS.items():
        titles = [(term.code, term.title()) for term in vocabulary(listed)]
        group = _options(name, legends[name][1], titles, getattr(selection, name), counts)
        groups.append({**group, "legend": legends[name][0]})
    titles = [(code, info.title) for code, info in topics.items()]
    groups.append({**_options("topic", _("All topics"), titles, selection.topic, counts), "legend": _("Topic")})
    return groups


@blueprint.get("/programmes/")
@access("public")
def index() -> str:
    """All programmes by title."""
    topics = topic_titles()
    selection = selection_of_address(topics)
    found = queries.programmes_page(selection, request.args.get("after"))
    moment = now()
    return render_template(
        "programmes/index.html",
        page=found,
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
