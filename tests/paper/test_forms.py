"""The form to fill in by hand: the same words in every format, with headings, fields, language and title."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from consult.consultations.models import Consultation, Question
from tests.support.page import Page
from tests.support.pdf import Pdf

NASTY = 'Öffnen <b>&amp; #panic("x") *wagen*'
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
HEADINGS = {"de": ("So geht es", "Wohin Sie es senden"), "en": ("How it works", "Where to send it")}


def bare(text: str) -> str:
    return re.sub(r"[\s\u00ad_()-]", "", text)


def words_of(kind: str, content: bytes, language: str) -> tuple[str, list[str]]:
    """All words of a document and its headings; what must hold for its kind is checked on the way."""
    if kind == "pdf":
        pdf = Pdf(content)
        assert pdf.faults == [] and pdf.language == language and pdf.tags.count("H1") == 1
        return pdf.text, []
    if kind == "docx":
        document = docx.Document(io.BytesIO(content))
        assert document.core_properties.language[:2] == language and "Öffnen" in document.core_properties.title
        body = document.element.body
        controls = list(body.iter(qn("w:sdt")))
        assert all(one.find(f".//{qn('w:alias')}").get(qn("w:val")) for one in controls) and len(controls) > 20
        heads = [one for one in document.paragraphs if one.style.name.startswith("Heading")]
        assert [one.style.name for one in heads].count("Heading 1") == 1
        return " ".join(one.text or "" for one in body.iter(qn("w:t"))), [one.text for one in heads]
    archive = zipfile.ZipFile(io.BytesIO(content))
    first = archive.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED and archive.testzip() is None
    trees = {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")}
    named = {
        one.get("{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}full-path")
        for one in trees["META-INF/manifest.xml"]
    }
    assert named == {"/", *archive.namelist()} - {"mimetype", "META-INF/manifest.xml"}
    assert f'fo:language="{language}"'.encode() in archive.read("styles.xml")
    meta = "".join(trees["meta.xml"].itertext())
    assert NASTY in meta and f"{language}-" in meta
    body = trees["content.xml"]
    assert len(list(body.iter(f"{TEXT}text-input"))) > 8
    heads = list(body.iter(f"{TEXT}h"))
    assert [one.get(f"{TEXT}outline-level") for one in heads].count("1") == 1
    return " ".join(body.itertext()), ["".join(one.itertext()) for one in heads]


def test_every_format_says_the_same_in_both_languages(client: Any, make: Any, db: Any) -> None:
    found: Consultation = make.consultation(slug="open-region", title={"de": NASTY, "en": NASTY}, questions=3)
    question: Question = found.questions[1]
    question.text = {"de": f"Woran {NASTY}?", "en": f"What {NASTY}?"}
    db.session.commit()
    for language, (how, where) in HEADINGS.items():
        page: Page = client.page(f"/{language}/consultations/open-region/form")
        assert page.h1 == NASTY and len(page.select("main .l-read section")) == 9
        asked = [" ".join(one.get_text().split()) for one in page.select("main .l-read h2")]
        links = [one for one in page.links() if "/form." in one]
        assert [one.rsplit(".", 1)[1] for one in links] == ["pdf", "docx", "odt"]
        for link in links:
            kind = link.rsplit(".", 1)[1]
            answer = client.get(link)
            assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"], kind
            text, heads = words_of(kind, answer.data, language)
            sentences = [*asked, *(" ".join(one.get_text().split()) for one in page.select("main .l-read p"))]
            missing = [one for one in sentences if bare(one) not in bare(text)]
            assert not missing, (kind, missing)
            assert how in (heads or text) and where in (heads or text)
            assert not heads or heads[1:] == asked
            assert client.get(link).data == answer.data or kind == "docx"
    assert client.get("/de/consultations/open-region/form.exe").status_code == 404
    assert client.get("/de/consultations/none/form.pdf").status_code == 404
    assert any(one.endswith("/open-region/form") for one in client.page("/de/consultations/open-region").links())


def test_what_is_not_listed_or_not_active_has_no_form(client: Any, make: Any, db: Any) -> None:
    make.consultation(slug="hidden", prefix="HI", listed=False)
    make.consultation(slug="asleep", prefix="AS", is_active=False)
    db.session.commit()
    for slug in ("hidden", "asleep"):
        assert client.get(f"/de/consultations/{slug}/form").status_code == 404
        assert client.get(f"/de/consultations/{slug}/form.odt").status_code == 404
