"""The form of a consultation for everybody: as a page that prints, as PDF and as office documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from consult.consultations import queries, rules
from consult.consultations.models import INACTIVE
from consult.core import typesetting
from consult.core.access import access, current_actor
from consult.core.db import reading
from consult.core.errors import NotFound
from consult.core.i18n import _, current_language
from consult.core.limits import allow_write
from consult.core.tables import attachment
from consult.core.typesetting import typeset
from consult.core.web import room_blueprint
from consult.paper import opendocument, sheets, word
from consult.paper.sheets import Sheet

blueprint = room_blueprint("paper", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Document:
    """A format of the form: how it is made, and whether it can be made here."""

    label: str
    content_type: str
    make: Callable[[Sheet, Any], bytes]
    available: Callable[[], bool] = lambda: True


def _pdf(sheet: Sheet, moment: Any) -> bytes:
    return typeset("paper/form.typ", sheets.as_data(sheet), moment)


DOCUMENTS = {
    "pdf": Document("PDF", "application/pdf", _pdf, typesetting.available),
    "docx": Document("DOCX", DOCX, word.as_docx, word.available),
    "odt": Document("ODT", opendocument.TYPE, opendocument.as_odt),
}


def _sheet(slug: str) -> tuple[Sheet, Any]:
    """The form of a consultation that the reader may see, and when it was last changed."""
    consultation = queries.consultation_with_questions(slug)
    if consultation is None or not rules.can_see(current_actor(), consultation) or consultation.phase == INACTIVE:
        raise NotFound()
    return sheets.sheet_of(consultation, consultation.questions), consultation.changed_at


@blueprint.get("/consultations/<slug>/form")
@access("public")
def form(slug: str) -> Any:
    """The form as a page: to read, to print, or to take as a document."""
    sheet, _changed = _sheet(slug)
    documents = [(code, one.label) for code, one in DOCUMENTS.items() if one.available()]
    return render_template("paper/form.html", sheet=sheet, slug=slug, documents=documents)


@blueprint.get("/consultations/<slug>/form.<kind>")
@access("public")
def document(slug: str, kind: str) -> Any:
    """The form as PDF, DOCX or ODT."""
    wanted = DOCUMENTS.get(kind)
    if wanted is None or not wanted.available():
        raise NotFound()
    allow_write()  # costs more than a page, so it is counted as one writes
    with reading():
        sheet, changed = _sheet(slug)
    answer = Response(wanted.make(sheet, changed), content_type=wanted.content_type)
    name = _("form")
    answer.headers["Content-Disposition"] = attachment(f"{name}-{slug}-{current_language()}.{kind}")
    return answer
