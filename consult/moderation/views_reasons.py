"""Pages of administrators: the catalogue of reasons, and how many decisions are looked at twice."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import BooleanField

from consult.core.access import access, current_actor
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.core.web import flash_done, path, see_other
from consult.moderation import catalogue, reasons
from consult.moderation.views import blueprint

GROUND_WORDS = {"terms": _l("Rules of this site"), "law": _l("Law")}


class ReasonForm(Form):
    """An entry of the catalogue."""

    code = LineField(_l("Code"))
    title_de = LineField(_l("Title in German"), [required(), longest(reasons.LONGEST_TITLE)])
    title_en = LineField(_l("Title in English"), [required(), longest(reasons.LONGEST_TITLE)])
    text_de = TextField(_l("Sentence in German"), [required(), longest(reasons.LONGEST_TEXT)])
    text_en = TextField(_l("Sentence in English"), [required(), longest(reasons.LONGEST_TEXT)])
    ground = ChoiceField(_l("Ground"), validate_choice=False, default="terms")
    legal_basis = LineField(_l("Rule or provision"), [required(), longest(reasons.LONGEST_BASIS)])
    position = LineField(_l("Place in the list"), default="500")
    is_offered = BooleanField(_l("Can be chosen"), default=True)
    seen = LineField()

    def offer(self) -> None:
        """Offer the grounds."""
        self.ground.choices = [(code, str(words)) for code, words in GROUND_WORDS.items()]

    def fill(self, entry: catalogue.Entry) -> None:
        """Show an entry as it is."""
        self.code.data, self.ground.data, self.legal_basis.data = entry.code, entry.ground, entry.legal_basis
        self.title_de.data, self.title_en.data = entry.title.get("de", ""), entry.title.get("en", "")
        self.text_de.data, self.text_en.data = entry.text.get("de", ""), entry.text.get("en", "")
        self.position.data, self.is_offered.data, self.seen.data = (
            str(entry.position),
            entry.is_offered,
            str(entry.version),
        )

    def draft(self, code: str) -> reasons.Draft:
        """What was written, as the operation takes it."""
        position, seen = self.position.data, self.seen.data
        return reasons.Draft(
            code=code,
            title={"de": self.title_de.data, "en": self.title_en.data},
            text={"de": self.text_de.data, "en": self.text_en.data},
            ground=self.ground.data or "",
            legal_basis=self.legal_basis.data,
            is_offered=bool(self.is_offered.data),
            position=int(position) if position.isascii() and position.isdigit() and len(position) < 6 else 500,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,
        )


class ShareForm(Form):
    """How many decisions of a hundred are looked at twice."""

    share = LineField(_l("Decisions of a hundred that are made twice"), [required()])


@blueprint.route("/admin/reasons", methods=["GET", "POST"])
@access("admin")
def reason_list() -> Any:
    """All entries; the form below sets the share of second looks."""
    form = ShareForm()
    status = 200
    if request.method == "POST":
        text = form.share.data.replace(",", ".").replace("%", "").strip()
        try:
            value = float(text) / 100 if len(text) < 10 else -1.0
            reasons.set_second_look_share(current_actor(), value)
        except ValueError:
            form.share.errors = [_("Please enter a number from 0 to 100.")]
        except Invalid as invalid:
            form.take_errors(invalid)
        else:
            flash_done(_("Stored."))
            return see_other(path("moderation.reason_list"))
        status = 422
        db.session.rollback()
        set_reading(True)
    else:
        form.share.data = f"{100 * reasons.second_look_share():g}".replace(".", ",")
    entries = list(catalogue.catalogue().values())
    return render_template("moderation/reasons.html", entries=entries, grounds=GROUND_WORDS, form=form), status


@blueprint.route("/admin/reasons/new", methods=["GET", "POST"])
@access("admin")
def reason_new() -> Any:
    """Add an entry."""
    form = ReasonForm()
    form.offer()
    if request.method == "POST":
        if form.validate() and (answer := _store(form, form.code.data)) is not None:
            return answer
        return _page(form, None), 422
    return _page(form, None)


@blueprint.route("/admin/reasons/<code>", methods=["GET", "POST"])
@access("admin")
def reason_edit(code: str) -> Any:
    """Change an entry: its next version."""
    entry = catalogue.entry(code)
    if entry is None:
        raise NotFound(_("There is no such entry."))
    form = ReasonForm()
    form.offer()
    if request.method == "POST":
        if form.validate():
            try:
                answer = _store(form, code)
            except Conflict as conflict:
                return _page(form, catalogue.entry(code), str(conflict.message)), 409
            if answer is not None:
                return answer
        return _page(form, entry), 422
    form.fill(entry)
    return _page(form, entry)


def _store(form: ReasonForm, code: str) -> Any:
    """Keep what was written; None where something is wrong with it, which then stands in the form."""
    try:
        row = reasons.save_reason(current_actor(), form.draft(code))
    except Invalid as invalid:
        db.session.rollback()
        set_reading(True)
        form.take_errors(invalid)
        return None
    except Conflict:
        db.session.rollback()
        set_reading(True)
        catalogue.forget()
        raise
    flash_done(_("Stored as version %(number)s. Decisions keep the words they were made with.", number=row.version))
    return see_other(path("moderation.reason_list"))


def _page(form: ReasonForm, entry: catalogue.Entry | None, refusal: str = "") -> str:
    """The form; after a conflict with the version that is there now, so that sending again means it."""
    if entry is not None and refusal:
        form.seen.data = str(entry.version)
    versions = reasons.versions_of(entry.code) if entry is not None else []
    return render_template(
        "moderation/reason.html", form=form, entry=entry, versions=versions, refusal=refusal,
        shipped=catalogue.shipped().get(entry.code) if entry is not None else None,
    )  # fmt: skip
