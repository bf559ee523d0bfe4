"""Pages that everyone may open: report a text, the receipt of a report, the figures of moderation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response, render_template, request, url_for

from consult.core.access import access, current_actor
from consult.core.clock import now
from consult.core.errors import Invalid, Refused
from consult.core.i18n import _l, current_language
from consult.core.limits import allow_write
from consult.core.memory import remembered
from consult.core.pagecache import made_until
from consult.core.registry import FooterItem
from consult.core.web import room_blueprint, see_other
from consult.moderation.objecting import complaint_path
from consult.moderation.queries import subject_at
from consult.redress import figure_words, figures, periods, queries, reports
from consult.redress.forms import ReportForm
from consult.redress.words import was_refused

blueprint = room_blueprint("redress", __name__)

FOOTER = (
    FooterItem(60, _l("Take part"), "redress.report", _l("Report content")),
    FooterItem(20, _l("Verify"), "redress.transparency", _l("Figures about moderation")),
)


@blueprint.route("/report", methods=["GET", "POST"])
@access("public")
def report() -> Any:
    """Report a text, signed in or not."""
    form = ReportForm()
    form.offer()
    if request.method == "POST":
        return _take_in(form)
    actor = current_actor()
    form.url.data = request.args.get("url", "")[:2000]
    if actor.signed_in:
        form.name.data, form.email.data = actor.name, actor.email
    info = subject_at(_on_site(form.url.data)) if form.url.data else None
    return render_template("redress/report.html", form=form, info=info)


def _take_in(form: ReportForm) -> Any:
    allow_write()
    status = 422
    if form.validate():
        try:
            _stored, receipt = reports.file_report(current_actor(), _notice(form))
        except Invalid as invalid:
            form.take_errors(invalid)
        except Refused as refused:
            form.take_errors(Invalid(message=refused.message))
            status = 403
        else:
            return see_other(url_for(".receipt", receipt=receipt))
    return render_template("redress/report.html", form=form, info=None), status


def _on_site(url: str) -> str:
    """The address from its path on, where it leads to the host that the reader came by."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme in ("http", "https") and parts.netloc == request.host:
        return urlunsplit(("", "", parts.path, parts.query, parts.fragment))
    return url


def _notice(form: ReportForm) -> reports.Notice:
    return reports.Notice(
        url=_on_site(form.url.data),
        reason=form.reason.data,
        explanation=form.explanation.data,
        name=form.name.data,
        email=form.email.data,
        good_faith=form.good_faith.data,
        language=current_language(),
    )


@blueprint.get("/report/<receipt>")
@access("public")
def receipt(receipt: str) -> Any:
    """The receipt of a report and, later, its answer; who has the address may read it."""
    found, decision = queries.report_by_receipt(receipt)
    may_complain = found.status == "answered" and decision is not None and was_refused(decision)
    complain_url = complaint_path("reporter", found.id) if may_complain else ""
    return (
        render_template("redress/receipt.html", report=found, decision=decision, complain_url=complain_url),
        200,
        {"Cache-Control": "private, no-store"},
    )


@blueprint.get("/transparency")
@access("public")
def transparency() -> str:
    """The figures of a period, of this year unless `period` (or `year`) names another with records."""
    known = periods.periods_with_records()
    wanted = periods.period_of(request.args.get("period", "") or request.args.get("year", ""))
    period = wanted if wanted in known else known[0]
    minute = _this_minute()
    then, today = remembered(("redress.figures", period.key, minute), lambda: figures.both(period, now()))
    titles = figures.consultation_titles(then)
    return render_template(
        "redress/transparency.html",
        figures=then,
        period=period,
        minute=minute,
        periods=known,
        words=figure_words,
        titles=titles,
        changes=figure_words.changes(figures.differences(then, today), titles),
    )


def _this_minute() -> datetime:
    """The minute whose figures are shown to everybody: counting ten thousand decisions anew for each reader is too much, and
    that a text came in renews no page."""
    minute = now().replace(second=0, microsecond=0)
    made_until(minute + timedelta(minutes=1))
    return minute


@blueprint.get("/transparency.csv")
@access("public")
def transparency_csv() -> Any:
    """The figures of `period` as a table: as known at its end, or with `known=today` now."""
    period = periods.period_of(request.args.get("period", "")) or periods.current_year()
    today = request.args.get("known") == "today"
    _this_minute()
    moment = now() if today else min(period.known_at, now())
    found = figures.figures_of(period, moment)
    name = f"transparency-{period.key}{'-today' if today else ''}.csv"
    return Response(
        figures.as_csv(found, "today" if today or not period.is_over else "end"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
