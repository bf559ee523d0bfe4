"""Public pages of activities: list, page, calendar files; and joining, giving up and taking an offered place.

The page holds no form for readers who are signed out, since it is shared by all of them: they join on a page of its own.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from consult.accounts import operations as accounts
from consult.accounts.queries import person_by_id
from consult.core import outlets
from consult.core.access import Actor, access, current_actor
from consult.core.clock import now
from consult.core.errors import Gone, NotFound, Refused
from consult.core.i18n import _, _l, current_language, pick
from consult.core.limits import allow_write
from consult.core.registry import SubjectInfo, describe
from consult.core.templating import with_query, without_value
from consult.core.vocabularies import term_title
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.links.queries import links_of
from consult.links.sources import readable_source, sources
from consult.organisations import acting
from consult.projects import (
    activity_operations,
    filters,
    ics,
    joining,
    listing_files,
    mails,
    message_queries,
    project_facts,
    queries,
    refusals,
    rules,
    words,
)
from consult.projects import activity_queries as reads
from consult.projects.forms import JoinForm, join_form
from consult.projects.models import Activity, Participation
from consult.projects.refusals import Closed
from consult.projects.tokens import place_token

blueprint = room_blueprint("activities", __name__)

JOIN = "activities.join"
WAY = joining.Way(JOIN, "activity_id", _l("This link has been used already or is too old. Please register once more."))

FORMATS = ("in-person", "hybrid", "online")
SHAPES = (
    filters.FacetShape("kind", _l("Kind"), lambda code: term_title("activity_kinds", code)),
    filters.FacetShape("format", _l("Format"), lambda code: term_title("event_formats", code), FORMATS),
    filters.FacetShape("place", _l("Town"), str),
    filters.FacetShape("language", _l("Language"), words.language_words),
    filters.FacetShape("free", _l("Places"), lambda _code: _("places free"), ("1",)),
)


def find(slug: str) -> Activity:
    """The activity of this address, or NotFound."""
    activity = reads.activity_by_slug(slug)
    if activity is None:
        raise NotFound()
    return activity


def line(activity: Activity) -> words.DateLine:
    """The activity as a line of a list."""
    return words.date_line(activity, path("activities.show", slug=activity.slug), moment=now())


# ---- reading --------------------------------------------------------------------------------------------------------


@blueprint.get("/activities/")
@access("public")
def index() -> str | Response:
    """All activities: upcoming first, then past; `file` gives exactly what is shown as a file or feed, since `format` is
    a filter here."""
    chosen, q = filters.chosen_codes(reads.FACETS), filters.words_sought()
    wanted = reads.ActivityFilter(q=q, chosen=chosen)
    if (fmt := request.args.get("file", "")) in outlets.FORMATS:
        return listing_files.ACTIVITIES.answer(
            fmt, lambda after, size: reads.activities_page(wanted, after, size), parameter="file"
        )
    moment = now()
    page = reads.activities_page(wanted, request.args.get("after"))
    counts = reads.activity_counts(wanted)
    return render_template(
        "activities/index.html",
        page=page,
        formats=outlets.FORMATS,
        upcoming=[line(one) for one in page.items if not one.is_past(moment)],
        past=[line(one) for one in page.items if one.is_past(moment)],
        total=counts.total,
        q=q,
        groups=filters.groups(SHAPES, counts, chosen),
        chips=filters.chips(SHAPES, chosen, q, without_value),
        ways_out=[] if page.items else filters.ways_out(SHAPES, counts, chosen, with_query),
        chosen=sum(len(codes) for codes in chosen.values()) + bool(q),
    )


@blueprint.get("/activities/<slug>")
@access("public")
def show(slug: str) -> str:
    """One activity: what, when, where, for whom, and joining."""
    actor = current_actor()
    found = reads.activity_with_place(slug, actor.person_id)
    if found is None:
        raise NotFound()
    activity, place = found
    closed_by = activity.registration_closed_by(now())
    form = None
    if actor.signed_in and place is None and not closed_by and actor.may(JOIN):
        form = join_form(activity.roles, signed_in=True, chosen=request.args.get("role", ""), actor=actor)
    speaks = rules.may_speak_for_others(actor) and not actor.may("projects.edit")
    ends = activity_operations.ends_of(activity) if speaks else []
    manages = rules.can_manage(actor, ends)
    queued = manages or (place is not None and place.status == "waiting")
    requests, ahead = reads.queue_of(activity.id, place.position if place else 0) if queued else (0, 0)
    return render_template(
        "activities/show.html",
        **_facts(activity),
        place=place,
        place_text=place_text(activity, place, ahead) if place else "",
        may_cancel=place is not None and rules.can_cancel(actor, activity, place, now()),
        may_confirm=place is not None and rules.can_confirm(actor, activity, place, now()),
        form=form,
        closed_by=closed_by,
        reason=refusals.sentence(closed_by),
        manages=manages,
        may_edit=rules.can_edit(actor, ends),
        requests=requests,
    )


def _facts(activity: Activity) -> dict[str, Any]:
    """What every page about an activity shows of it."""
    links = links_of(
        "activity", activity.id, kinds=("cluster", "organisation", "project", "topic", "programme", "idea")
    )
    organiser = _organiser(activity)
    named = [view.other for view in links if view.type == "hosts" and view.other != organiser]
    return {
        "activity": activity,
        "words": words,
        "has_calendar": mails.has_calendar_entry(activity),
        "hosts": [one for one in [organiser, *named] if one is not None],
        "links": [view for view in links if view.type not in ("hosts", "about_topic")],
        "topics": [view.other for view in links if view.type == "about_topic"],
        "figures": project_facts.figures(activity.data),
        "sources": [readable_source(one) for one in sources(activity.data)],
    }


def _organiser(activity: Activity) -> SubjectInfo | None:
    if activity.organiser_id is None:
        return None
    end = (activity.organiser_kind, activity.organiser_id)
    found = describe([end]).get(end)
    return found if found is not None and found.public else None


def place_text(activity: Activity, place: Participation, ahead: int) -> str:
    """How one stands, in a sentence that also says what happens next; `ahead` is how many wait before."""
    if place.status == "waiting":
        ordinal = words.ordinal(ahead + 1)
        return _("You are %(ordinal)s on the list and will move up automatically.", ordinal=ordinal)
    if place.status == "offered":
        return _("A place is held for you. Please take it; after that it goes to the next person on the list.")
    if place.status == "requested":
        return _("The host decides about your request and we write to you.")
    if place.status == "confirmed" and activity.is_past(now()):
        return _("You had a place.")
    return {
        "confirmed": _("You have a place. We look forward to seeing you."),
        "attended": _("You took part."),
        "absent": _("You had a place and were not there."),
        "cancelled": _("You have no place: it was given up or the request was declined."),
        "lapsed": _("The place that was held for you has gone on to the next person."),
    }[place.status]


@blueprint.get("/activities/<slug>.ics", endpoint="ics")
@access("public")
def ics_file(slug: str) -> Response:
    """One activity for a calendar. NotFound where its date is not exact enough for one."""
    activity = find(slug)
    if not mails.has_calendar_entry(activity):
        raise NotFound()
    return _calendar(ics.calendar([activity], pick(activity.title)), activity.slug)


@blueprint.get("/activities/calendar.ics")
@access("public")
def calendar() -> Response:
    """The next activities for a calendar that asks again and again; `project` and the list's filters restrict it."""
    project = queries.project_by_slug(request.args["project"]) if request.args.get("project") else None
    if request.args.get("project") and project is None:
        raise NotFound()
    wanted = reads.ActivityFilter(
        q=filters.words_sought(), chosen=filters.chosen_codes(reads.FACETS), project_id=project.id if project else None
    )
    activities = reads.upcoming_activities(200, wanted)
    return _calendar(ics.calendar(activities, pick(project.title) if project else ""), "calendar")


def _calendar(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response


# ---- joining --------------------------------------------------------------------------------------------------------


@blueprint.route("/activities/<slug>/join", methods=["GET", "POST"])
@access("public")
def join(slug: str) -> Any:
    """Join: at once when signed in, else by an address that is confirmed through a mailed link."""
    activity = find(slug)
    actor = current_actor()
    if actor.signed_in and not actor.may(JOIN):
        raise Refused(_("Your account has no right to this page."))
    form = join_form(activity.roles, signed_in=actor.signed_in, chosen=request.args.get("role", ""), actor=actor)
    closed_by = activity.registration_closed_by(now())
    if request.method != "POST":
        if closed_by or reads.own_participation(activity.id, actor.person_id) is not None:
            return see_other(url_for("activities.show", slug=slug))
        return _join_page(activity, form)
    allow_write()
    if not form.validate():
        return _join_page(activity, form, 422)

    def attempt() -> Response:
        if actor.signed_in:
            return _join_now(activity, actor, form)
        if closed_by:
            raise Closed(closed_by)
        joining.mail_link(
            WAY, activity.id, form, lambda email, language, raw: mails.send_join_link(email, language, activity, raw)
        )
        return see_other(url_for("activities.join_sent", slug=activity.slug))

    return joining.tried(
        attempt, lambda closed: _closed_page(activity, form, closed), lambda: _join_page(activity, form, 422), form
    )


def _join_page(activity: Activity, form: JoinForm, status: int = 200) -> Any:
    return render_template("activities/join.html", activity=activity, words=words, form=form), status


def _closed_page(activity: Activity, form: JoinForm, closed: Closed) -> Any:
    return render_template("activities/closed.html", activity=activity, closed=closed, message=form.message.data), 409


def _join_now(activity: Activity, actor: Actor, form: JoinForm) -> Response:
    joined = activity_operations.join_activity(
        actor, activity.id, role=joining.role_of(form), message=form.message.data, language=current_language(),
        organisation_id=form.acting.organisation_id,
    )  # fmt: skip
    acting.keep(actor, form.acting.organisation_id)
    flash_done(_joined_text(joined))
    return see_other(url_for("activities.show", slug=activity.slug))


def _joined_text(joined: activity_operations.Joined) -> str:
    if not joined.new:
        return _("You had registered before; nothing has changed.")
    if joined.participation.status == "waiting":
        return _(
            "You are on the waiting list. You are %(ordinal)s on the list and will move up automatically.",
            ordinal=words.ordinal(joined.ahead + 1),
        )
    if joined.participation.status == "requested":
        return _("Your request is with the host. We write to you as soon as there is a decision.")
    return _("You have a place. A confirmation is on its way to you by e-mail.")


@blueprint.get("/activities/<slug>/join/sent")
@access("public")
def join_sent(slug: str) -> str:
    """Where to go on after an address was given."""
    return render_template("activities/join_sent.html", activity=find(slug))


@blueprint.route("/activities/<slug>/join/<token>", methods=["GET", "POST"])
@access("public")
def join_confirm(slug: str, token: str) -> Any:
    """The mailed link: a page with a button; the button registers."""
    activity = find(slug)
    if request.method != "POST":
        email = joining.opened(WAY, activity.id, token).email
        return render_template("activities/join_confirm.html", activity=activity, words=words, email=email)
    allow_write()
    person, typed = joining.used(WAY, activity.id, token)
    try:
        joined = activity_operations.join_activity(person, activity.id, **typed)
    except Closed as closed:
        form = join_form(activity.roles, signed_in=True)
        form.message.data = typed["message"]
        return _closed_page(activity, form, closed)
    flash_done(_joined_text(joined))
    return see_other(own_page(activity, joined.participation))


# ---- one's own place ------------------------------------------------------------------------------------------------


def own_page(activity: Activity, participation: Participation) -> str:
    """Address of the page that the mailed links lead to."""
    token = place_token(activity.id, participation.person_id, participation.position)
    return url_for("activities.place", slug=activity.slug, token=token)


def held_place(slug: str, token: str) -> tuple[Actor, Participation]:
    """Who holds this link acts for the participation's person; it works without an account."""
    found = reads.participation_by_token(slug, token)
    person = person_by_id(found.person_id) if found is not None else None
    if found is None or person is None:
        raise NotFound()
    return accounts.as_actor(person), found


@blueprint.get("/activities/<slug>/place/<token>")
@access("public")
def place(slug: str, token: str) -> Response:
    """One's own place behind a mailed link: how it stands, giving it up, taking it. Kept by no cache."""
    actor, found = held_place(slug, token)
    page = render_template(
        "activities/place.html",
        activity=found.activity,
        words=words,
        has_calendar=mails.has_calendar_entry(found.activity),
        place=found,
        token=token,
        place_text=place_text(found.activity, found, reads.ahead_of(found) if found.status == "waiting" else 0),
        may_cancel=rules.can_cancel(actor, found.activity, found, now()),
        may_confirm=rules.can_confirm(actor, found.activity, found, now()),
        host_messages=message_queries.messages_for(found.activity_id, found.person_id if found.live else None),
    )
    return Response(page, mimetype="text/html", headers={"Cache-Control": "private, no-store"})


@blueprint.post("/activities/<slug>/place/<token>/leave")
@access("public")
def place_leave(slug: str, token: str) -> Response:
    """Give up one's place by the mailed link."""
    allow_write()
    actor, found = held_place(slug, token)
    activity_operations.leave_activity(actor, found.id)
    flash_done(_("You have given up your place. Thank you for telling us."))
    return see_other(url_for("activities.place", slug=slug, token=token))


@blueprint.post("/activities/<slug>/place/<token>/confirm")
@access("public")
def place_confirm(slug: str, token: str) -> Response:
    """Take the held place by the mailed link."""
    allow_write()
    actor, found = held_place(slug, token)
    activity_operations.confirm_place(actor, found.id)
    flash_done(_("The place is yours."))
    return see_other(url_for("activities.place", slug=slug, token=token))


@blueprint.post("/activities/<slug>/leave")
@access("activities.join")
def leave(slug: str) -> Response:
    """Give up one's own place."""
    allow_write()
    activity = find(slug)
    found = reads.own_participation(activity.id, current_actor().person_id)
    if found is None:
        flash_done(_("You are not registered here."))
    else:
        activity_operations.leave_activity(current_actor(), found.id)
        flash_done(_("You have given up your place. Thank you for telling us."))
    return see_other(url_for("activities.show", slug=slug))


@blueprint.post("/activities/<slug>/confirm")
@access("activities.join")
def confirm(slug: str) -> Response:
    """Take the place that is held for one."""
    allow_write()
    activity = find(slug)
    found = reads.own_participation(activity.id, current_actor().person_id)
    if found is None:
        raise Gone(_("The place was held until a moment that is over now, so it has gone on to the next person."))
    activity_operations.confirm_place(current_actor(), found.id)
    flash_done(_("The place is yours."))
    return see_other(url_for("activities.show", slug=slug))
