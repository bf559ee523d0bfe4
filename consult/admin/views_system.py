"""Back office: background jobs and the audit log."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from wtforms.fields.choices import SelectChoice

from consult.accounts import proof
from consult.accounts.rules import FACTOR_ROLES, FACTOR_SETTING
from consult.admin import operations, queries
from consult.admin.forms import FactorRolesForm, role_choices
from consult.admin.views import blueprint
from consult.core import audit, jobs, retention
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _, _n
from consult.core.mail import held_count
from consult.core.settings_store import recall
from consult.core.text import clean_line
from consult.core.web import flash_done, path, see_other


@blueprint.get("/admin/jobs")
@access("admin.jobs")
def jobs_list() -> Any:
    """Jobs that wait, failed or are done."""
    state = request.args.get("state", "waiting")
    state = state if state in queries.JOB_STATES else "waiting"
    return render_template(
        "admin/jobs.html",
        page=queries.jobs_page(state, request.args.get("after")),
        state=state,
        counts=jobs.counts(),
        held_mail=held_count(),
    )


@blueprint.post("/admin/jobs/<int(max=2147483647):job_id>/retry")
@access("admin.jobs")
def retry_job(job_id: int) -> Any:
    """Try one failed job again."""
    job = queries.job_by_id(job_id)
    if job is None:
        raise NotFound()
    operations.retry_job(current_actor(), job)
    flash_done(_("The job is tried again."))
    return see_other(path("admin.jobs_list"))


@blueprint.post("/admin/jobs/retry")
@access("admin.jobs")
def retry_all() -> Any:
    """Try all failed jobs again."""
    count = operations.retry_all(current_actor())
    flash_done(_n("%(num)s job is tried again.", "%(num)s jobs are tried again.", count))
    return see_other(path("admin.jobs_list"))


@blueprint.get("/admin/audit")
@access("audit.read")
def audit_log() -> Any:
    """The last entries of the log; with `check` the whole chain is walked."""
    event = request.args.get("event", "")
    event = event if any(name.startswith(event) for name in audit.declared()) else ""
    return render_template(
        "admin/audit.html",
        page=queries.audit_page(event, request.args.get("after")),
        event=event,
        groups=sorted({name.partition(".")[0] + "." for name in audit.declared()}),
        check=queries.check_chain() if request.args.get("check") else None,
    )


@blueprint.route("/admin/security", methods=["GET", "POST"])
@access("admin")
def security() -> Any:
    """Which roles cannot be used without a second factor, and how long sessions last."""
    form = FactorRolesForm()
    form.roles.choices = [SelectChoice(*choice) for choice in role_choices()]
    if request.method == "POST" and form.validate():
        if not proof.is_fresh(current_actor()):
            return proof.ask(path("admin.security"))
        operations.set_factor_roles(current_actor(), form.roles.data)
        flash_done(_("Your changes are saved."))
        return see_other(path("admin.security"))
    if request.method != "POST":
        form.roles.data = list(recall(FACTOR_SETTING, FACTOR_ROLES))
    settings = current_app.config["SETTINGS"]
    body = render_template(
        "admin/security.html",
        form=form,
        idle=settings.session_idle_days,
        idle_hours=settings.session_idle_hours,
        longest=settings.session_days,
    )
    return body, 422 if form.errors else 200


@blueprint.route("/admin/retention", methods=["GET", "POST"])
@access("admin")
def retention_periods() -> Any:
    """How long each class of data is kept, what would go today, and other periods."""
    typed, errors = {}, {}
    if request.method == "POST":
        typed = {entry.name: clean_line(request.form.get(entry.name)) for entry in retention.periods.all()}
        errors = operations.set_periods(current_actor(), typed)
        if not errors:
            flash_done(_("Your changes are saved."))
            return see_other(path("admin.retention_periods"))
        db.session.rollback()
    body = render_template("admin/retention.html", rows=retention.preview(), typed=typed, errors=errors)
    return body, 422 if errors else 200
