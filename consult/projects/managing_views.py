"""Pages of those who decide: a project's lead about requests, a host about requests and about who was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.errors import Invalid, NotFound, Refused
from consult.core.i18n import _, _l, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, see_other
from consult.organisations.queries import organisations_by_ids
from consult.projects import activity_operations, activity_views, operations, queries, views, words
from consult.projects import activity_queries as reads
from consult.projects.forms import DecisionForm, decision_form
from consult.projects.machines import MEMBERSHIP
from consult.projects.models import Activity, Project

OUTCOMES = {
    "accept": _l("Accept"),
    "decline": _l("Decline, with a sentence"),
    "end": _l("End this person's part, with a sentence"),
}


# ---- projects -------------------------------------------------------------------------------------------------------


def _lead(slug: str) -> Project:
    """The project, for those who decide about it."""
    project = views.find(slug)
    if not operations.manages(current_actor(), project):
        raise Refused(_("Only the project's lead decides about requests, and nobody about their own."))
    return project


@views.blueprint.get("/projects/<slug>/members")
@access("account.use")
def members(slug: str) -> str:
    """Who asks and who takes part, for the project's lead."""
    project = _lead(slug)
    requests, page = queries.requests_of(project.id), queries.members_page(project.id, request.args.get("after"))
    return render_template(
        "projects/members.html", project=project, requests=requests, page=page,
        places=_places([*(one for one, _person in requests), *(one for one, _person in page)]),
    )  # fmt: skip


def _places(joined: Iterable[Any]) -> dict[int, str]:
    """The names of the organisations for which people joined; one query, or none."""
    found = organisations_by_ids(one.organisation_id for one in joined if one.organisation_id is not None)
    return {key: pick(organisation.name) for key, organisation in found.items()}


@views.blueprint.route("/projects/<slug>/members/<int:membership_id>", methods=["GET", "POST"])
@access("account.use")
def member(slug: str, membership_id: int) -> Any:
    """One request or part: read it and decide."""
    project = _lead(slug)
    found = queries.request_by_id(project.id, membership_id)
    if found is None:
        raise NotFound()
    membership, person = found
    possible = [(act, words) for act, words in OUTCOMES.items() if MEMBERSHIP.target(membership.status, act)]
    form = decision_form(possible if request.method != "POST" else list(OUTCOMES.items()))
    status = 200
    if request.method == "POST":
        allow_write()
        status = 422
        if form.validate() and _decided(project, membership_id, form):
            return see_other(url_for("projects.members", slug=slug))
    return render_template(
        "projects/member.html",
        project=project,
        membership=membership,
        person=person,
        form=form,
        possible=possible,
        place=_places([membership]).get(membership.organisation_id or 0, ""),
    ), status


def _decided(project: Project, membership_id: int, form: DecisionForm) -> bool:
    try:
        operations.decide_membership(current_actor(), project.id, membership_id, str(form.outcome.data), form.note.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        return False
    flash_done(_("Your decision is stored, and the person gets an e-mail."))
    return True


# ---- activities -----------------------------------------------------------------------------------------------------


def _host(slug: str) -> Activity:
    """The activity, for those who host it."""
    activity = activity_views.find(slug)
    if not activity_operations.manages(current_actor(), activity):
        raise Refused(_("Only the host sees who takes part."))
    return activity


@activity_views.blueprint.get("/activities/<slug>/participants")
@access("account.use")
def participants(slug: str) -> str:
    """Who has a place, who waits, who asks: for the host."""
    activity = _host(slug)
    page = reads.participants_page(activity.id, request.args.get("after"))
    return render_template(
        "activities/participants.html",
        activity=activity,
        words=words,
        page=page,
        places=_places(one for one, _person in page),
        begun=activity.has_begun(now()),
    )


@activity_views.blueprint.route("/activities/<slug>/participants/<int:participation_id>", methods=["GET", "POST"])
@access("account.use")
def participant(slug: str, participation_id: int) -> Any:
    """One request: read it and decide."""
    activity = _host(slug)
    found = reads.participation_of(activity.id, participation_id)
    if found is None:
        raise NotFound()
    participation, person = found
    form = decision_form([(act, OUTCOMES[act]) for act in ("accept", "decline")])
    status = 200
    if request.method == "POST":
        allow_write()
        status = 422
        if form.validate() and _request_decided(participation_id, form):
            return see_other(url_for("activities.participants", slug=slug))
    return render_template(
        "activities/participant.html",
        activity=activity,
        participation=participation,
        person=person,
        form=form,
        place=_places([participation]).get(participation.organisation_id or 0, ""),
    ), status


def _request_decided(participation_id: int, form: DecisionForm) -> bool:
    try:
        activity_operations.decide_request(current_actor(), participation_id, str(form.outcome.data), form.note.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        return False
    flash_done(_("Your decision is stored, and the person gets an e-mail."))
    return True


@activity_views.blueprint.post("/activities/<slug>/participants/<int:participation_id>/attendance")
@access("account.use")
def attendance(slug: str, participation_id: int) -> Response:
    """Note whether somebody was there."""
    allow_write()
    activity = _host(slug)
    if reads.participation_of(activity.id, participation_id) is None:
        raise NotFound()
    activity_operations.record_attendance(current_actor(), participation_id, request.form.get("present") == "1")
    flash_done(_("Noted."))
    return see_other(url_for("activities.participants", slug=slug, after=request.args.get("after")))
