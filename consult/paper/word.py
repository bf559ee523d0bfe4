"""The form as a DOCX that office programs open: real headings, content controls to type into, boxes to tick, language and
title. A screen reader hears the label with each control; printed, a control without text is a line.
"""

from __future__ import annotations

import io
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from consult.core.late import late
from consult.core.typesetting import drawable
from consult.paper.sheets import TICK, Blank, Part, Sheet

if TYPE_CHECKING:
    import docx
    from docx import shared
    from docx.oxml import ns, parser
else:
    docx, shared = late("docx"), late("docx.shared")
    ns, parser = late("docx.oxml.ns"), late("docx.oxml.parser")

LOCALES = {"de": "de-DE", "en": "en-GB"}
LINE = "_" * 60
_TICKING = "http://schemas.microsoft.com/office/word/2010/wordml"


def available() -> bool:
    """Whether DOCX can be made here: it needs an optional part of the product (`docx`)."""
    return find_spec("docx") is not None


def as_docx(sheet: Sheet, moment: datetime) -> bytes:
    """The form; `moment` is the date that the file carries."""
    writer = _Writer(sheet, moment)
    writer.everything()
    target = io.BytesIO()
    writer.document.save(target)
    return target.getvalue()


class _Writer:
    def __init__(self, sheet: Sheet, moment: datetime) -> None:
        self.sheet = sheet
        self.document: Any = docx.Document()
        self.count = 0
        core = self.document.core_properties
        core.title, core.author, core.language = sheet.title[:255], sheet.author[:255], LOCALES[sheet.language]
        core.subject, core.comments, core.created, core.modified = "", "", moment, moment
        self._style()

    def _style(self) -> None:
        document, locale = self.document, LOCALES[self.sheet.language]
        for language in document.styles.element.iter(ns.qn("w:lang")):
            language.set(ns.qn("w:val"), locale)
        normal = document.styles["Normal"]
        normal.font.name, normal.font.size = "Fira Sans", shared.Pt(11)
        section = document.sections[0]
        section.page_width, section.page_height = shared.Mm(210), shared.Mm(297)
        section.left_margin = section.right_margin = shared.Mm(24)
        for name in ("Heading 1", "Heading 2", "Heading 3"):
            font = document.styles[name].font
            font.name, font.color.rgb = "Fira Sans", shared.RGBColor(0, 0, 0)

    def everything(self) -> None:
        sheet = self.sheet
        self.document.add_heading(drawable(sheet.title), 1)
        self.words(sheet.lede)
        self.document.add_heading(sheet.how.heading, 2)
        for sentence in sheet.how.sentences:
            self.document.add_paragraph(sentence, style="List Bullet")
        for term, day in sheet.dates:
            self.words(f"{term}: {day}")
        self.part(sheet.idea)
        self.blanks(sheet.idea_blanks)
        for question in sheet.questions:
            self.document.add_heading(drawable(f"{question.number} {question.title}"), 2)
            self.words(question.text)
            self.words(question.help)
            self.blank(Blank(sheet.room, "", 8))
            self.words(sheet.audience)
            for name, hint in sheet.audiences:
                self.tick(f"{name}. {hint}")
        self.part(sheet.about)
        self.blanks(sheet.about_blanks)
        self.part(sheet.consent)
        for words in sheet.consent_ticks:
            self.tick(words)
        self.blanks(sheet.signature)
        self.part(sheet.send)
        self.part(sheet.privacy)

    def words(self, text: str) -> None:
        for line in drawable(text).split("\n"):
            if line.strip():
                self.document.add_paragraph(line)

    def part(self, part: Part) -> None:
        self.document.add_heading(part.heading, 2)
        for sentence in part.sentences:
            self.words(sentence)

    def blanks(self, blanks: tuple[Blank, ...]) -> None:
        for one in blanks:
            self.blank(one)

    def blank(self, one: Blank) -> None:
        """A label, and below it a control whose placeholder is as many lines as there is room."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run(one.label).bold = True
        if one.hint:
            paragraph.add_run(f" ({one.hint})")
        below = self.document.add_paragraph()
        below._p.append(self._control(one.label, '<w:text w:multiLine="1"/><w:showingPlcHdr/>', [LINE] * one.lines))

    def tick(self, words: str) -> None:
        paragraph = self.document.add_paragraph()
        box = (
            f'<w14:checkbox xmlns:w14="{_TICKING}"><w14:checked w14:val="0"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
        )
        paragraph._p.append(self._control(words, box, [TICK]))
        paragraph.add_run(f" {words}")

    def _control(self, label: str, kind: str, lines: list[str]) -> Any:
        """A content control with a name that screen readers say. The words go in as text, never as XML."""
        self.count += 1
        control: Any = parser.parse_xml(
            f"<w:sdt {ns.nsdecls('w')}><w:sdtPr><w:alias/><w:tag/><w:id/>{kind}</w:sdtPr>"
            "<w:sdtContent><w:r/></w:sdtContent></w:sdt>"
        )
        value = ns.qn("w:val")
        control.find(f".//{ns.qn('w:alias')}").set(value, label[:64])
        control.find(f".//{ns.qn('w:tag')}").set(value, f"field-{self.count}")
        control.find(f".//{ns.qn('w:id')}").set(value, str(1000 + self.count))
        run = control.find(f".//{ns.qn('w:r')}")
        for number, line in enumerate(lines):
            if number:
                run.append(parser.OxmlElement("w:br"))
            text = parser.OxmlElement("w:t")
            text.text = line
            run.append(text)
        return control
