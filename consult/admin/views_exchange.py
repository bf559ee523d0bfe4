"""Bringing records in and taking them out, for editors: upload, look at every row, carry out, take back.

What is decided about a row is decided in `core.exchange_runs`, the same for this page and for the command line.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from flask_wtf.file import FileField

from consult.admin.views import blueprint
from consult.core import exchange_browser as browser
from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.exchange import Exchange
from consult.core.exchange_export import write
from consult.core.exchange_files import headings
from consult.core.exchange_runs import UNCHANGED, Plan, undo
from consult.core.forms import ChoiceField, Form, required
from consult.core.i18n import _, _l, _n, current_language
from consult.core.imports import DONE, PREVIEWED, ImportRun
from consult.core.tables import FORMATS, attachment
from consult.core.web import flash_done, path, see_other

SHOWN = 100  # rows of a preview; what is refused is listed before
UPLOAD = "admin.import_upload"


class ImportForm(Form):
    """A file and what is in it."""

    kind = ChoiceField(_l("What is in the file"))
    file = FileField(_l("File"), [required(_l("Please choose a file."))])

    def offer(self, exchanges: list[Exchange]) -> None:
        self.kind.choices = [(one.name, str(one.label)) for one in exchanges]


def allow_large_file() -> None:
    """Before the form is read: the one page that takes tables accepts what a table may weigh."""
    if request.endpoint == UPLOAD:
        request.max_content_length = browser.LARGEST_FILE + 64 * 1024


def _index(form: ImportForm, status: int = 200) -> Any:
    actor = current_actor()
    exchanges = browser.offered(actor)
    form.offer(exchanges)
    body = render_template(
        "admin/import.html", form=form, exchanges=exchanges, formats=list(FORMATS.values()), runs=browser.recent(actor),
        labels={one.name: one.label for one in exchanges}, largest=browser.LARGEST_FILE // 2**20,
    )  # fmt: skip
    return body, status


@blueprint.get("/editorial/import")
@access("clusters.edit")
def import_index() -> Any:
    """What can be brought in and taken out, and what was."""
    return _index(ImportForm(formdata=None))


@blueprint.post("/editorial/import")
@access("clusters.edit")
def import_upload() -> Any:
    """Keep a file for its preview."""
    form = ImportForm()
    form.offer(browser.offered(current_actor()))
    if not form.validate():
        return _index(form, 422)
    exchange = browser.exchange_for(current_actor(), form.kind.data)
    upload = form.file.data
    run = browser.keep(current_actor(), exchange, upload.filename or "", upload.read())
    return see_other(path("admin.import_preview", run_id=run.id))


@blueprint.get("/editorial/import/<int:run_id>")
@access("clusters.edit")
def import_preview(run_id: int) -> Any:
    """What the import would do, row by row; of one that is done, what it did."""
    run, exchange = browser.run_of(current_actor(), run_id)
    if run.state != PREVIEWED:
        return render_template("admin/import_done.html", run=run, exchange=exchange, may_undo=run.state == DONE)
    return _preview(run, exchange, browser.look(run, exchange))


def _preview(run: ImportRun, exchange: Exchange, found: Plan, status: int = 200) -> Any:
    columns = headings(run.filename, run.content or b"")
    body = render_template(
        "admin/import_preview.html", run=run, exchange=exchange, plan=found, columns=columns,
        fields=browser.columns_of(exchange) if columns else [], mapping=run.mapping or {},
        lines=[line for line in found.lines if line.outcome != UNCHANGED and line.outcome != "refused"][:SHOWN],
        shown=SHOWN,
    )  # fmt: skip
    return body, status


@blueprint.post("/editorial/import/<int:run_id>/columns")
@access("clusters.edit")
def import_columns(run_id: int) -> Any:
    """Say which column is which field."""
    run, exchange = browser.run_of(current_actor(), run_id)
    known = browser.columns_of(exchange)
    mapping: dict[str, str | None] = {}
    for number, column in enumerate(headings(run.filename, run.content or b"")):
        chosen = request.form.get(f"column-{number}", column)
        if chosen != column and (chosen in known or not chosen):
            mapping[column] = chosen or None
    browser.choose(run, mapping)
    return see_other(path("admin.import_preview", run_id=run.id))


@blueprint.post("/editorial/import/<int:run_id>/carry-out")
@access("clusters.edit")
def import_carry_out(run_id: int) -> Any:
    """Do what the preview says: all rows, or none if one is refused by now."""
    run, exchange = browser.run_of(current_actor(), run_id)
    content = run.content
    found = browser.finish(current_actor(), run, exchange)
    if found.refused:
        run.content = content  # for the page alone: what a status of 422 leaves behind is rolled back
        return _preview(run, exchange, found, 422)
    count = found.counts["added"] + found.counts["changed"]
    flash_done(_n("%(num)s record is written.", "%(num)s records are written.", count))
    return see_other(path("admin.import_preview", run_id=run.id))


@blueprint.post("/editorial/import/<int:run_id>/undo")
@access("clusters.edit")
def import_undo(run_id: int) -> Any:
    """Take an import back."""
    run, _exchange = browser.run_of(current_actor(), run_id)
    left = undo(current_actor(), run)
    flash_done(_("The import is taken back."))
    if left:
        words = ", ".join(left[:20])
        flash_done(_("Somebody has changed these since, so they stay as they are: %(ids)s", ids=words))
    return see_other(path("admin.import_preview", run_id=run.id))


@blueprint.get("/editorial/export/<name>.<fmt>")
@access("clusters.edit")
def export_file(name: str, fmt: str) -> Any:
    """All records of a kind that everyone may read, as a file."""
    exchange = browser.exchange_for(current_actor(), name)
    if fmt not in FORMATS:
        raise NotFound()
    body = b"".join(write(exchange, fmt, current_language()))  # complete before its first byte leaves
    response = current_app.response_class(body, content_type=FORMATS[fmt].content_type)
    response.headers["Content-Disposition"] = attachment(f"{exchange.name}.{fmt}")
    return response
