"""The receipt as PDF: what it says, to whom it is given, that it keeps PDF/UA-1, and that no text does it harm."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.core import typesetting
from consult.ideas import receipts
from consult.ideas.tokens import status_token
from tests.ideas.conftest import Writer, the_idea
from tests.support.mail import paths
from tests.support.pdf import Pdf

MARKUP = '#panic("x") *fett* _k_ $x^2$ @ziel <marke> `roh` #read("/etc/passwd") \\ // Kommentar = Titel [eckig] ~ - +'


def bare(text: str) -> str:
    """The text without what setting may change: spaces, hyphens at the ends of lines, joined letters."""
    return re.sub(r"[\s\u00ad\u2010\u2011-]", "", unicodedata.normalize("NFKC", text))


def test_the_author_gets_a_receipt_by_mail_and_on_the_private_page(
    client: Any, writer: Writer, outbox: Any, run_jobs: Any, db: Any
) -> None:
    writer.open()
    writer.send(
        "submit",
        {"title": f"Titel {MARKUP}"[:120], "answer-1": f"Erster Absatz ß.\n\n{MARKUP}", "answer-2": "Für wenige. 中文 ع",
         "audience-2": "ministry", "organisation": "Müller & Söhne #GmbH", "email": "anna@people.example"},
    )  # fmt: skip
    client.submit(paths(outbox[-1])[0], form="main form[method=post]", follow_redirects=True)
    idea = the_idea(db)
    mail = outbox[-1]
    status = next(one for one in paths(mail) if "/ideas/status/" in one and not one.endswith(".pdf"))
    receipt = next(one for one in paths(mail) if one.endswith("/receipt.pdf"))
    assert receipt in client.page(status).links()

    answer = client.get(receipt)
    assert answer.mimetype == "application/pdf" and "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{idea.number}.pdf"'
    german = Pdf(answer.data)
    assert german.faults == [] and german.language == "de"
    assert german.tags.count("H1") == 1 and {"H2", "H3", "P", "L", "Link"} <= set(german.tags)
    for words in (
        str(idea.number), "Wie es weitergeht", "Wir entscheiden bis", "Müller & Söhne #GmbH", MARKUP, "[U+4E2D][U+6587]",
        "Nur Ministerium", "Erster Absatz ß.",
    ):  # fmt: skip
        assert bare(words) in bare(german.text), words
    assert f"http://localhost{status}" in german.links or any(one.endswith(status) for one in german.links)
    assert "So zitieren" not in german.text  # there is no public page yet

    english = Pdf(client.get(receipt.replace("/de/", "/en/", 1)).data)
    assert english.faults == [] and english.language == "en" and "What happens next" in english.text
    assert client.get(receipt.replace("/status/", "/status/x")).status_code == 404


def test_it_follows_the_idea(client: Any, consultation: Any, make: Any, cast: Any, db: Any) -> None:
    """Once public it says how to cite; a draft has none."""
    idea = make.idea("Ladeschiffe", consultation=consultation, author=cast.owner)
    draft = make.idea("Nur begonnen", consultation=consultation, author=cast.owner, status="draft")
    db.session.commit()
    public = Pdf(client.get(f"/de/ideas/status/{status_token(idea.draft_key)}/receipt.pdf").data)
    assert public.faults == []
    assert any(one.endswith(f"/de/ideas/{idea.number}") for one in public.links)
    assert "So zitieren" in public.text and "Fassung 1 vom" in public.text
    assert client.get(f"/de/ideas/status/{status_token(draft.draft_key)}/receipt.pdf").status_code == 404


def test_it_says_of_the_address_what_is_true_of_it(
    client: Any, consultation: Any, make: Any, cast: Any, db: Any, sign_in: Any, outbox: Any
) -> None:
    """An organisation's opens to its people alone, whoever has it; and what is at its end nobody changes any more."""
    owned = make.idea("Für das Werk", consultation=consultation, author=cast.owner, status="submitted",
                      organisation="Feinwerk Saaletal")  # fmt: skip
    own = make.idea("Nur ich", consultation=consultation, author=cast.participant, status="submitted")
    db.session.commit()
    assert owned.organisation_id and not own.organisation_id
    sign_in(client, cast.owner)

    def said(idea: Any) -> str:
        receipt = Pdf(client.get(f"/de/ideas/status/{status_token(idea.draft_key)}/receipt.pdf").data)
        return " ".join(receipt.text.split())

    key = "kann die Idee ändern und zurückziehen"
    assert key in said(own) and key in outbox.last(cast.participant).text
    for words in (said(owned), outbox.last(cast.owner).text):
        assert key not in words and "für Ihre Organisation schreib" in words
    make.decide("idea", own.id, "reject", reason="off-topic", note="Ein Satz.")
    db.session.commit()
    assert key not in said(own) and "was aus Ihrer Idee geworden ist" in said(own)


def _document(text: str, language: str) -> dict[str, Any]:
    """The least that the template needs, with the text wherever somebody's words stand."""
    part = {"heading": "Teil", "text": text, "url": "https://consult.example/de/"}
    return {
        "title": text or "-", "lang": language, "author": "Agentur", "subject": "x", "sender": text, "lede": "Kopf",
        "foot": "Fuß", "page": "Seite", "facts": [["Organisation", text]], "next": part, "address": part,
        "text": {"heading": "Text", "note": "", "lang": language, "title": text or "-", "summary": text},
        "answers": [{"question": "1 Frage", "wording": "Was?", "audience": "alle", "body": text}],
        "files": {"heading": "Anhänge", "found": [{"title": text, "said": text}]}, "cite": part,
    }  # fmt: skip


SIGNS = st.text(
    alphabet=st.one_of(
        st.sampled_from('#*_$@<>`\\/=[]{}~-+"\'&%\n\t '), st.characters(max_codepoint=0x24F),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)  # fmt: skip


@pytest.mark.sqlite
def test_any_text_is_harmless_and_appears(app: Any) -> None:
    moment = datetime(2026, 11, 26, tzinfo=UTC)

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(SIGNS)
    def holds(text: str) -> None:
        pdf = Pdf(typesetting.typeset(receipts.TEMPLATE, _document(text, "de"), moment))
        assert bare(typesetting.drawable(text)) in bare(pdf.text)
        assert pdf.faults == []

    holds()
    # all that is said to be drawable is drawn, and the same document is the same file
    for first, last in typesetting._DRAWN:
        signs = "".join(chr(one) for one in range(first, last + 1))
        known = [one for one in typesetting.drawable(signs) if not one.isspace()]
        body = _document(" ".join(known), "de") | {"title": "Zeichen"}
        once = typesetting.typeset(receipts.TEMPLATE, body, moment)
        assert once == typesetting.typeset(receipts.TEMPLATE, body, moment)
