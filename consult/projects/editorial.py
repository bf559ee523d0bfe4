"""Projects and activities are kept in the browser: by editors, by those who lead a project, by those who host."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from consult.core.access import Actor, access, current_actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.editing_forms import edited
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _, pick
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.projects import activity_queries as reads
from consult.projects import activity_views, editing, queries, rules, views, words
from consult.projects.activity_operations import ends_of
from consult.projects.editorial_forms import (
    ActivityForm,
    OwnActivityForm,
    ProjectForm,
    StateForm,
    activity_values,
    project_values,
)
from consult.projects.machines import ACTIVITY
from consult.projects.models import Activity, Project

blueprint = room_blueprint("projects_editorial", __name__)


def _is_editor(actor: Actor) -> bool:
    return actor.may("projects.edit")


# ---- projects -------------------------------------------------------------------------------------------------------


@blueprint.get("/editorial/projects/")
@access("account.use")
def projects() -> str:
    """All projects for editors, else those that the reader leads."""
    actor = current_actor()
    ends = None if _is_editor(actor) else rules.writing_ends(actor)
    page = queries.kept_projects(ends, request.args.get("after"))
    return render_template("projects/editorial_list.html", page=page, is_editor=_is_editor(actor))


def _project_page(form: ProjectForm, status: int, *, project: Project | None = None, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], **more}
    body = render_template(
        "projects/editorial_edit.html", form=form, project=project, is_editor=_is_editor(current_actor()), **given
    )
    return body, status


@blueprint.route("/editorial/projects/new", methods=["GET", "POST"])
@access("projects.edit")
def new_project() -> Any:
    """A new project."""
    if request.method != "POST":
        return _project_page(ProjectForm(formdata=None), 200)
    form = ProjectForm()

    def save() -> Response:
        made = editing.create_project(current_actor(), form.texts(), form.values(), form.leads.infos)
        flash_done(_("Saved: %(title)s.", title=pick(made.title)))
        return see_other(path("projects_editorial.project", slug=made.slug))

    return edited(form, save, _project_page)


@blueprint.route("/editorial/projects/<slug>", methods=["GET", "POST"])
@access("account.use")
def project(slug: str) -> Any:
    """One project, for editors and for those who lead it."""
    found, actor = views.find(slug), current_actor()
    if not rules.can_edit(actor, queries.leads_of(found.id)):
        raise Refused(_("Only editors and those who lead a project change it."))
    if request.method != "POST":
        return _project_page(ProjectForm(formdata=None, data=project_values(found)), 200, project=found)
    form = ProjectForm()

    def save() -> Response:
        leads = form.leads.infos if _is_editor(actor) else None
        saved = editing.save_project(actor, found.id, form.seen, form.texts(), form.values(), leads)
        flash_done(_("Saved: %(title)s.", title=pick(saved.title)))
        return see_other(path("projects_editorial.project", slug=slug))

    def again(form: ProjectForm, status: int, **more: Any) -> Any:
        return _project_page(form, status, project=views.find(slug), **more)

    return edited(form, save, again, lambda: project_values(views.find(slug)))


# ---- activities -----------------------------------------------------------------------------------------------------


@blueprint.get("/editorial/activities/")
@access("account.use")
def activities() -> str:
    """All activities for editors, else those of what the reader writes for."""
    actor = current_actor()
    ends = None if _is_editor(actor) else rules.writing_ends(actor)
    page = reads.kept_activities(ends, request.args.get("after"))
    return render_template(
        "activities/editorial_list.html",
        page=page,
        lines={one.id: words.date_line(one, path("projects_editorial.activity", slug=one.slug), moment=now())
               for one in page.items},
        may_create=_is_editor(actor) or bool(actor.cluster_ids),
    )  # fmt: skip


def _form(actor: Actor, activity: Activity | None = None, data: dict[str, Any] | None = None) -> Any:
    """The form that fits the reader; with `data` filled, else as it was sent."""
    given: dict[str, Any] = {"formdata": None, "data": data} if data is not None else {}
    if _is_editor(actor):
        return ActivityForm(**given)
    ends = rules.writing_ends(actor) if activity else [("cluster", one) for one in sorted(actor.cluster_ids)]
    present = (activity.organiser_kind, activity.organiser_id) if activity and activity.organiser_id else None
    return OwnActivityForm(**given).offer(ends, present)


def _activity_page(form: ActivityForm, status: int, *, activity: Activity | None = None, **more: Any) -> Any:
    given = {"conflict": "", "differences": [], "state_form": None, **more}
    acts = [
        act
        for act in ("postpone", "cancel", "resume", "complete")
        if activity and ACTIVITY.target(activity.status, act)
    ]
    if activity is not None and given["state_form"] is None:
        given["state_form"] = StateForm(formdata=None, data={"revision": str(activity.revision)})
    body = render_template(
        "activities/editorial_edit.html", form=form, activity=activity, words=words, acts=acts,
        begun=activity is not None and activity.has_begun(now()), **given,
    )  # fmt: skip
    return body, status


@blueprint.route("/editorial/activities/new", methods=["GET", "POST"])
@access("account.use")
def new_activity() -> Any:
    """A new activity."""
    actor = current_actor()
    if not (_is_editor(actor) or actor.cluster_ids):
        raise Refused(_("Only editors and cluster managers enter activities, the latter for their own cluster."))
    if request.method != "POST":
        empty = {
            "country": "DE",
            "languages": ["de"],
            "waiting_list": True,
            "registration": True,
            "format": "in-person",
        }
        return _activity_page(_form(actor, data=empty), 200)
    form = _form(actor)

    def save() -> Response:
        made = editing.create_activity(actor, form.texts(), form.values(), form.when())
        flash_done(_("Saved: %(title)s.", title=pick(made.title)))
        return see_other(path("projects_editorial.activity", slug=made.slug))

    return edited(form, save, _activity_page)


def _kept(slug: str) -> Activity:
    """The activity, for those who may change it."""
    activity = activity_views.find(slug)
    if not rules.can_edit(current_actor(), ends_of(activity)):
        raise Refused(_("Only editors and hosts change an activity."))
    return activity


@blueprint.route("/editorial/activities/<slug>", methods=["GET", "POST"])
@access("account.use")
def activity(slug: str) -> Any:
    """One activity; where date or place change, those who take part are written to."""
    found, actor = _kept(slug), current_actor()
    own = not _is_editor(actor)
    if request.method != "POST":
        return _activity_page(_form(actor, found, activity_values(found, own)), 200, activity=found)
    form = _form(actor, found)

    def save() -> Response:
        saved, told = editing.save_activity(actor, found.id, form.seen, form.texts(), form.values(), form.when())
        flash_done(_("Saved: %(title)s.", title=pick(saved.title)))
        if told:
            flash_done(_("Those who take part get an e-mail about the change."))
        return see_other(path("projects_editorial.activity", slug=slug))

    def again(form: ActivityForm, status: int, **more: Any) -> Any:
        return _activity_page(form, status, activity=activity_views.find(slug), **more)

    return edited(form, save, again, lambda: activity_values(activity_views.find(slug), own))


_DONE = {
    "cancel": lambda: _("The activity is cancelled. Those who take part get an e-mail."),
    "postpone": lambda: _("The activity is postponed. Those who take part get an e-mail."),
    "resume": lambda: _("The activity is planned again. Those who take part get an e-mail."),
    "complete": lambda: _("Noted: it has taken place."),
}


@blueprint.post("/editorial/activities/<slug>/state")
@access("account.use")
def state(slug: str) -> Any:
    """Cancel, postpone, plan again, note that it took place."""
    allow_write()
    found, actor, form = _kept(slug), current_actor(), StateForm()
    act = request.form.get("act", "")
    conflict, status = "", 422
    if form.validate():
        try:
            editing.act_on_activity(actor, found.id, form.seen, act, form.text("note"))
            flash_done(_DONE[act]())
            return see_other(path("projects_editorial.activity", slug=slug))
        except Invalid as invalid:
            form.take_errors(invalid)
        except Conflict as refused:
            conflict, status = str(refused.message), 409
    db.session.rollback()
    found = activity_views.find(slug)
    form.revision.data = str(found.revision)
    own = not _is_editor(actor)
    return _activity_page(
        _form(actor, found, activity_values(found, own)), status, activity=found, state_form=form, conflict=conflict
    )
