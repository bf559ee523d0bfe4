"""The form as ODT, written by hand: an archive of a few XML files as OpenDocument 1.3 describes it.

Headings are headings, places to type into are fields with a name, boxes are the character that people tick by hand; language
and title stand in the file. Every text is escaped where it is written, in one place.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from consult.core.typesetting import drawable
from consult.paper.sheets import TICK, Blank, Part, Sheet

TYPE = "application/vnd.oasis.opendocument.text"
COUNTRIES = {"de": "DE", "en": "GB"}
LINE = "_" * 60
_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    _HEAD
    + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml")
    )
    + "</manifest:manifest>"
)


def as_odt(sheet: Sheet, moment: datetime) -> bytes:
    """The form; `moment` is the date that the file carries, so that the same form is the same file."""
    files = {
        "content.xml": _content(sheet),
        "styles.xml": _styles(sheet.language),
        "meta.xml": _meta(sheet, moment),
        "META-INF/manifest.xml": _MANIFEST,
    }
    target = io.BytesIO()
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, 0)
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype", stamp), TYPE, zipfile.ZIP_STORED
        )  # first and unpacked, by the standard
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, stamp), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _text(words: str) -> str:
    return escape(drawable(words).replace("\n", " "))


def _heading(words: str, level: int) -> str:
    said = _text(words) if words.strip() else "–"
    return f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">{said}</text:h>'


def _lines(words: str, style: str = "Standard") -> str:
    parts = [one for one in drawable(words).split("\n") if one.strip()]
    return "".join(f'<text:p text:style-name="{style}">{escape(one)}</text:p>' for one in parts)


def _blank(one: Blank) -> str:
    hint = f" ({_text(one.hint)})" if one.hint else ""
    label = f'<text:p text:style-name="Label">{_text(one.label)}{hint}</text:p>'
    field = f"<text:text-input text:description={quoteattr(one.label)}>{LINE}</text:text-input>"
    rest = f"<text:line-break/>{LINE}" * (one.lines - 1)
    return f'{label}<text:p text:style-name="Room">{field}{rest}</text:p>'


def _part(part: Part) -> str:
    return _heading(part.heading, 2) + "".join(_lines(one) for one in part.sentences)


def _tick(words: str) -> str:
    return f'<text:p text:style-name="Standard">{TICK} {_text(words)}</text:p>'


def _content(sheet: Sheet) -> str:
    how = "".join(f"<text:list-item>{_lines(one)}</text:list-item>" for one in sheet.how.sentences)
    body = [
        _heading(sheet.title, 1), _lines(sheet.lede), _heading(sheet.how.heading, 2), f"<text:list>{how}</text:list>",
        *(_lines(f"{term}: {day}") for term, day in sheet.dates), _part(sheet.idea),
        *(_blank(one) for one in sheet.idea_blanks),
    ]  # fmt: skip
    for question in sheet.questions:
        body += [_heading(f"{question.number} {question.title}", 2), _lines(question.text), _lines(question.help)]
        body += [_blank(Blank(sheet.room, "", 8)), _lines(sheet.audience, "Label")]
        body += [_tick(f"{name}. {hint}") for name, hint in sheet.audiences]
    body += [_part(sheet.about), *(_blank(one) for one in sheet.about_blanks), _part(sheet.consent)]
    body += [*(_tick(one) for one in sheet.consent_ticks), *(_blank(one) for one in sheet.signature)]
    body += [_part(sheet.send), _part(sheet.privacy)]
    return (
        f'{_HEAD}<office:document-content {_SPACES} office:version="1.3"><office:body><office:text>'
        f"{''.join(body)}</office:text></office:body></office:document-content>"
    )


def _styles(language: str) -> str:
    def paragraph(name: str, shown: str, parent: str, inner: str, more: str = "") -> str:
        above = f' style:parent-style-name="{parent}"' if parent else ""
        return (
            f'<style:style style:name="{name}" style:display-name="{shown}" style:family="paragraph"{above}{more}>'
            f"{inner}</style:style>"
        )

    spaced = '<style:paragraph-properties fo:margin-top="0.1cm" fo:margin-bottom="0.2cm"/>'
    together = '<style:paragraph-properties fo:keep-with-next="always" fo:margin-top="0.4cm"/>'
    bold = '<style:text-properties fo:font-weight="bold" fo:font-size="{}pt"/>'
    country = COUNTRIES[language]
    return (
        f'{_HEAD}<office:document-styles {_SPACES} office:version="1.3"><office:styles>'
        '<style:default-style style:family="paragraph"><style:text-properties fo:font-family="Fira Sans" '
        f'fo:font-size="11pt" fo:language="{language}" fo:country="{country}"/></style:default-style>'
        + paragraph("Standard", "Standard", "", spaced)
        + paragraph("Label", "Label", "Standard", together + bold.format(11))
        + paragraph("Room", "Room", "Standard", '<style:paragraph-properties fo:line-height="0.85cm"/>')
        + "".join(
            paragraph(
                f"Heading_20_{level}", f"Heading {level}", "Standard", together + bold.format(size),
                f' style:default-outline-level="{level}"',
            )
            for level, size in ((1, 20), (2, 14))
        )
        + "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
        'fo:margin-left="2.4cm" fo:margin-right="2.4cm" fo:margin-top="2.2cm" fo:margin-bottom="2.2cm"/></style:page-layout>'
        "</office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="Standard" style:page-layout-name="A4"/>'
        "</office:master-styles></office:document-styles>"
    )  # fmt: skip


def _meta(sheet: Sheet, moment: datetime) -> str:
    return (
        f'{_HEAD}<office:document-meta {_SPACES} office:version="1.3"><office:meta>'
        f"<dc:title>{_text(sheet.title)}</dc:title><dc:creator>{_text(sheet.author)}</dc:creator>"
        f"<dc:language>{sheet.language}-{COUNTRIES[sheet.language]}</dc:language>"
        f"<dc:date>{moment:%Y-%m-%dT%H:%M:%S}</dc:date></office:meta></office:document-meta>"
    )
