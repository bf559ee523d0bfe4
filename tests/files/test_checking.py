"""What a file is, is decided by its content: what may stay, what is made anew, what is refused and in which words."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from consult.core.errors import Invalid
from consult.core.i18n import in_language
from consult.files import checking
from tests.files import samples

GOOD = {
    "Bericht.pdf": (samples.PDF, "application/pdf", "Bericht.pdf"),
    "bild.exe": (samples.image(), "image/png", "bild.png"),
    "C:\\Fotos\\Halle 1.JPG": (samples.image("JPEG"), "image/jpeg", "Halle 1.jpg"),
    "skizze.webp": (samples.image("WEBP"), "image/webp", "skizze.webp"),
    "../../etc/passwd": (samples.docx(), checking.OOXML["word/document.xml"][0], "passwd.docx"),
    "Brief.odt": (samples.odt(), "application/vnd.oasis.opendocument.text", "Brief.odt"),
    "Mit Diagramm.docx": (
        samples.docx(
            **{
                "word/embeddings/Microsoft_Excel_Sheet.xlsx": samples.packed({"xl/workbook.xml": b"<workbook/>"}),
                "word/_rels/document.xml.rels": samples.relations("hyperlink", "https://region.example/"),
                "word/_rels/settings.xml.rels": samples.relations("attachedTemplate", "brief.dotx", "Internal"),
            }
        ),
        checking.OOXML["word/document.xml"][0],
        "Mit Diagramm.docx",
    ),
    "Gepackt.pdf": (samples.packed_pdf(b"<</Type /Catalog>>"), "application/pdf", "Gepackt.pdf"),
    'a"b\r\nX: y.pdf': (samples.PDF, "application/pdf", "ab X y.pdf"),
    "": (samples.PDF, "application/pdf", "datei.pdf"),
    "Übersicht.tar.gz.pdf": (samples.PDF, "application/pdf", "Übersicht.tar.gz.pdf"),
}
OLE = b"\xd0\xcf\x11\xe0" + bytes(600)
SETTINGS, TEMPLATE = "word/_rels/settings.xml.rels", ("attachedTemplate", "https://elsewhere.example/x.dotm")
REFUSED = {
    "empty": (b"", "ist leer"),
    "too large": (b"%PDF-" + bytes(checking.LARGEST), "größer als 10 MB"),
    "cut off": (samples.PDF[:40], "Ende fehlt"),
    "locked pdf": (samples.PDF.replace(b"/Root", b"/Encrypt 2 0 R /Root"), "geschützt"),
    "scripted pdf": (samples.PDF.replace(b"/Type", b"/OpenAction <</S /JavaScript /JS (x)>> /Type"), "Skripte"),
    "scripted pdf, name in numbers": (
        samples.PDF.replace(b"/Type", b"/AA <</O <</J#61vaScript (x)>>>> /Type"),
        "Skripte",
    ),
    "scripted pdf, packed": (samples.packed_pdf(b"<</S /JavaScript /JS (app.alert)>>"), "Skripte"),
    "pdf that unpacks to far too much": (samples.packed_pdf(bytes(checking.MOST_UNPACKED + 1)), "viel zu groß"),
    "page": (b"<html><script>alert(1)</script></html>", "nicht öffnen"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "nicht öffnen"),
    "program": (b"MZ\x90\x00" + bytes(100), "nicht öffnen"),
    "half a picture": (samples.image()[:60], "nicht öffnen"),
    "old office": (b"\xd0\xcf\x11\xe0" + bytes(600), "alten Art"),
    "macros": (samples.docx(**{"word/vbaProject.bin": b"x"}), "Makros"),
    "macros by type": (
        samples.packed(
            {"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled", "word/document.xml": b""}
        ),
        "Makros",
    ),
    "another program's object": (samples.docx(**{"word/embeddings/oleObject1.bin": OLE}), "andere Dateien"),
    "the same under another name": (samples.docx(**{"word/media/image1.png": OLE}), "andere Dateien"),
    "template from elsewhere": (samples.docx(**{SETTINGS: samples.relations(*TEMPLATE)}), "andere Dateien"),
    "the same in other letters": (
        samples.docx(**{SETTINGS: samples.relations(*TEMPLATE, encoding="utf-16")}),
        "andere Dateien",
    ),
    "the same with a sign as its number": (
        samples.docx(**{SETTINGS: samples.relations(*TEMPLATE, mode="&#69;xternal")}),
        "andere Dateien",
    ),
    "object from elsewhere": (
        samples.docx(**{SETTINGS: samples.relations("oleObject", "https://elsewhere.example/x")}),
        "andere Dateien",
    ),
    "encrypted": (samples.encrypted(), "geschützt"),
    "bomb": (samples.docx(**{"word/media/image1.bin": bytes(checking.MOST_UNPACKED + 1)}), "viel zu groß"),
    "way out": (samples.docx(**{"../../outside": b"x"}), "nicht öffnen"),
    "only a zip": (samples.packed({"readme.txt": b"x"}), "nicht öffnen"),
    "broken zip": (b"PK\x03\x04" + bytes(50), "nicht öffnen"),
    "pixels": (samples.image("PNG", (9000, 5000)), "40 Millionen"),
}


def test_what_may_stay(app: Flask) -> None:
    for claimed, (content, media_type, name) in GOOD.items():
        found = checking.check(content, claimed)
        assert (found.media_type, found.file_name) == (media_type, name), claimed
        assert found.is_image == media_type.startswith("image/")
        if not found.is_image:
            assert found.content == content


def test_what_is_refused_and_why(app: Flask) -> None:
    with in_language("de"):
        for name, (content, words) in REFUSED.items():
            try:
                checking.check(content, "datei.pdf")
            except Invalid as refusal:
                assert words in str(refusal.fields["file"]), name
            else:
                raise AssertionError(name)


def test_a_picture_is_made_anew_without_what_came_along(app: Flask) -> None:
    photo = samples.photo()
    assert b"Geheim" in photo
    found = checking.check(photo, "foto.jpg")
    assert b"Geheim" not in found.content and b"script" not in found.content
    assert (found.width, found.height) == (40, 60)  # upright
    assert not Image.open(io.BytesIO(found.content)).getexif()
    large = checking.check(samples.image("JPEG", (5000, 3000)), "gross.jpg")
    assert (large.width, large.height) == (2400, 1440)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
    st.text(),
)
def test_any_bytes_are_taken_or_refused_in_words(app: Flask, content: bytes, start: bytes, name: str) -> None:
    try:
        found: Any = checking.check(start + content, name)
    except Invalid as refusal:
        assert refusal.fields["file"]
    else:
        assert found.file_name.rsplit(".", 1)[0]


def test_a_picture_of_sixteen_bits_of_grey_stays_what_it_shows(app: Flask) -> None:
    picture, out = Image.new("I;16", (3, 1)), io.BytesIO()
    for place, value in enumerate((0, 32_896, 65_535)):
        picture.putpixel((place, 0), value)
    picture.save(out, "PNG")
    with app.test_request_context():
        found = Image.open(io.BytesIO(checking.check(out.getvalue(), "messung.png").content)).convert("L")
    assert [found.getpixel((place, 0)) for place in range(3)] == [0, 128, 255]
