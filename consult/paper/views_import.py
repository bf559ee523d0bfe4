"""For staff: a table of what came back. Uploaded, looked at row by row, entered as a whole, taken back if it was wrong.

A table holds texts that few may read, so it is seen by who uploaded it and by nobody else.
"""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy import select

from consult.core import exchange_browser as browser
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.exchange import Exchange, Fault
from consult.core.exchange_files import headings
from consult.core.exchange_runs import Plan, plan, undo
from consult.core.i18n import _, _n
from consult.core.imports import DONE, PREVIEWED, ImportRun
from consult.core.limits import allow_write
from consult.core.tables import CSV, XLSX, Column, table_response
from consult.core.web import flash_done, path, see_other
from consult.paper import entries, exchange, rules
from consult.paper.forms import TableForm
from consult.paper.views import blueprint
from consult.paper.views_entries import consultation_to_enter, refuse_others

FOUND = bool(blueprint)
LISTED = 20


def _index(form: TableForm, status: int = 200) -> Any:
    mine = (ImportRun.kind == exchange.NAME, ImportRun.made_by == current_actor().person_id)
    runs = (
        db.session.execute(select(ImportRun).where(*mine).order_by(ImportRun.id.desc()).limit(LISTED)).scalars().all()
    )
    return render_template("paper/import.html", form=form, runs=runs, most=exchange.MOST_ROWS), status


@blueprint.get("/paper/import")
@access(rules.ENTER)
def import_index() -> Any:
    """The form to upload a table, and one's own last imports."""
    refuse_others()
    return _index(TableForm(formdata=None))


@blueprint.post("/paper/import")
@access(rules.ENTER)
def import_upload() -> Any:
    """Keep a table for its preview."""
    allow_write()
    refuse_others()
    form, actor = TableForm(), current_actor()
    if not form.validate():
        return _index(form, 422)
    upload = form.file.data
    content = upload.read()
    run = browser.keep(actor, exchange.for_actor(actor), upload.filename or "", content)
    browser.choose(run, exchange.layout_of(headings(run.filename, content)).mapping)
    return see_other(path("paper.import_preview", run_id=run.id))


def _own_run(run_id: int) -> tuple[ImportRun, Exchange]:
    refuse_others()
    actor = current_actor()
    run = db.session.get(ImportRun, run_id)
    if run is None or run.kind != exchange.NAME or run.made_by != actor.person_id:
        raise NotFound()
    return run, exchange.for_actor(actor, run.id, _layout(run))


def _layout(run: ImportRun) -> exchange.Layout:
    """What the columns of a table mean now: questions may have moved since it was uploaded."""
    return exchange.layout_of(headings(run.filename, run.content or b""))


@blueprint.get("/paper/import/<int:run_id>")
@access(rules.ENTER)
def import_preview(run_id: int) -> Any:
    """What the table would enter, row by row; of one that is done, what it entered."""
    run, found = _own_run(run_id)
    if run.state != PREVIEWED:
        return render_template("paper/import_done.html", run=run, may_undo=run.state == DONE)
    return _preview(run, _limited(plan(found, run.filename, run.content or b"", _layout(run).mapping)))


def _limited(found: Plan) -> Plan:
    """No more rows than can be compared with all that is there."""
    if len(found.lines) > exchange.MOST_ROWS:
        words = _("At most %(num)s rows at once. Please divide the table.", num=exchange.MOST_ROWS)
        found.refuse([Fault(0, "", words)], 1)
    return found


def _preview(run: ImportRun, found: Plan, status: int = 200) -> Any:
    columns = headings(run.filename, run.content or b"") if found.faults else []
    names = exchange.names_of(columns, exchange.layout_of(columns).mapping) if found.faults else {}
    return render_template("paper/import_preview.html", run=run, plan=found, names=names), status


@blueprint.post("/paper/import/<int:run_id>/carry-out")
@access(rules.ENTER)
def import_carry_out(run_id: int) -> Any:
    """Enter all rows, or none if one is refused by now."""
    allow_write()
    run, found = _own_run(run_id)
    entries.one_by_one()
    if run.state == PREVIEWED:
        browser.choose(run, _layout(run).mapping)
    looked = _limited(browser.look(run, found))
    if not looked.refused:
        looked = browser.finish(current_actor(), run, found)
    if looked.refused:
        return _preview(run, looked, 422)
    flash_done(_n("%(num)s idea is entered.", "%(num)s ideas are entered.", looked.counts["added"]))
    return see_other(path("paper.import_preview", run_id=run.id))


@blueprint.post("/paper/import/<int:run_id>/undo")
@access(rules.ENTER)
def import_undo(run_id: int) -> Any:
    """Take an import back: what nobody has decided on yet is withdrawn and deleted."""
    allow_write()
    run, found = _own_run(run_id)
    left = entries.still_there(undo(current_actor(), run, found))
    flash_done(_("The import is taken back."))
    if left:
        flash_done(
            _n(
                "%(num)s idea stays, since somebody has decided on it or changed it.",
                "%(num)s ideas stay, since somebody has decided on them or changed them.", len(left),
            )
        )  # fmt: skip
    return see_other(path("paper.import_preview", run_id=run.id))


@blueprint.get("/paper/<slug>/table.<kind>")
@access(rules.ENTER)
def table(slug: str, kind: str) -> Any:
    """An empty table with the columns of this consultation."""
    consultation = consultation_to_enter(slug)
    if kind not in (CSV, XLSX):
        raise NotFound()
    columns = [Column(name, title) for name, title in exchange.columns_for(consultation.questions)]
    name = _("table")
    return table_response(kind, f"{name}-{slug}", columns, [])
