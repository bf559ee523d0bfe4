"""What was typed is what is shown, and harmless: any text through the form, its preview, the published page and the API."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consult.core.text import TAGS, clean_line, clean_text, has_words, plain
from tests.ideas.conftest import the_idea
from tests.support.page import Page, html, plain_spaces

MANY = settings(
    max_examples=25, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
ANYTHING = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=300).filter(has_words)
MARKED = st.lists(
    st.sampled_from(
        ["Prüfstand", "**", "_", "`", "# ", "- ", "1. ", "> ", "[x](", ")", "javascript:alert(1)", "<b>", "</main>", "&amp;",
         "&", "\n", "\n\n", "    ", "https://beispiel.example/a?b=1&c=2", "www.beispiel.example", "ß", "\u202e", "\t", "\\",
         "~~", "|", "<!--", "-->", "<script>", "{{ 1 }}", '" onmouseover="x', "'"]
    ),
    min_size=1, max_size=30,
).map("".join).filter(has_words)  # fmt: skip


def assert_harmless(page: Page) -> None:
    """Nothing but the marks that people may use came out of their text."""
    for text in page.select("main .c-text"):
        for tag in text.find_all(True):
            assert tag.name in TAGS, tag
            assert set(tag.attrs) <= {"href", "rel"}, tag
            assert str(tag.get("href", "https:")).split(":")[0] in ("http", "https", "mailto"), tag


def test_any_text_comes_back_to_its_form_and_is_previewed_harmless(writer: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Titel", "answer-1": "Antwort"})
    draft = writer.url

    @MANY
    @given(st.one_of(ANYTHING, MARKED))
    @example("\r\nerste Zeile\r\n\r\n  zweite\t Zeile  ")
    @example("</textarea><script>alert(1)</script>")
    def round_trip(text: str) -> None:
        writer.url = draft
        answered = writer.send("save", {"answer-1": text, "title": text[:100]})
        page = html(answered)
        assert answered.status_code == 200, page.text[:300]
        form = page.form("#idea-form")
        assert clean_text(form["answer-1"]) == clean_text(text)
        assert form["title"] == clean_line(text[:100])
        preview = writer.client.page(f"{draft}/preview")
        assert_harmless(preview)
        assert plain_spaces(plain(text)) in preview.text

    round_trip()


def test_what_is_published_reads_the_same_everywhere(
    writer: Any, client: Any, make: Any, cast: Any, sign_in: Any, db: Any
) -> None:
    words = (
        "Größe & Maß: 3 < 4 > 2, „Anführung“, 50 % mehr … 🙂 ﷽ \\*kein Stern\\*\n\n"
        "</main><script>alert(1)</script> {{ 7*7 }} %s =1+1"
    )
    title = 'Maß & Mitte: "3 < 4" – 100 %'
    sign_in(client, cast.participant)
    writer.open()
    writer.send("submit", {"title": title, "answer-1": words})
    idea = the_idea(db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    page = client.page(f"/de/ideas/{idea.number}")
    assert page.h1 == title
    assert plain(words) in page.text
    assert_harmless(page)
    assert "*kein Stern*" in page.text
    found = json.loads(client.get(f"/api/v1/ideas/{idea.number}").get_data())
    assert title in json.dumps(found, ensure_ascii=False).replace('\\"', '"')
    assert json.dumps(words, ensure_ascii=False)[1:-1] in json.dumps(found, ensure_ascii=False)
    assert title in client.page("/de/ideas/").text
    feed = client.get("/feeds/de/ideas.atom")
    assert "Maß &amp; Mitte" in feed.get_data(as_text=True)
