"""What was typed is what is shown, and harmless: any text through the form, its preview, the published page and the API."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import select

from consult.core.limits import limits
from consult.core.text import TAGS, clean_line, clean_text, has_words, plain
from consult.ideas.models import Idea
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


# ---- any text, published --------------------------------------------------------------------------------------------

TITLES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=100).map(clean_line).filter(has_words)
Typed = dict[str, tuple[str, str]]  # number of an idea -> its title and answer, clean


def exported(client: Any) -> dict[str, dict[str, tuple[str, str]]]:
    """Title and first answer of every idea, by its number, as each kind of file has them."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    given = {
        kind: client.get(f"/de/ideas/?format={kind}", buffered=True).get_data() for kind in ("csv", "xlsx", "json")
    }
    loaded = json.loads(given["json"])
    found["json"] = {one["number"]: (one["title"], one["answer_1"]) for one in loaded}
    lines = csv.reader(io.StringIO(given["csv"].decode("utf-8-sig"), newline=""), delimiter=";")
    sheet = load_workbook(io.BytesIO(given["xlsx"]), read_only=True).worksheets[0]
    for kind, rows in (("csv", list(lines)), ("xlsx", list(sheet.iter_rows(values_only=True)))):
        place = next(at for at, head in enumerate(rows[0]) if str(head).startswith("1 "))
        found[kind] = {str(row[0]): (str(row[1]), str(row[place])) for row in rows[1:]}
    return found


def same(kind: str, shown: str, typed: str) -> bool:
    """Whether a file shows what was typed; in CSV an apostrophe keeps spreadsheets from taking it for a formula, and in a
    workbook `_x005F_` stands for an underscore that would begin a code."""
    return shown == typed or (kind == "csv" and shown == f"'{typed}") or (kind == "xlsx" and unescape(shown) == typed)


def published_as_typed(client: Any, reader: Any, make: Any, db: Any, examples: int) -> None:
    """Send and publish so many made texts; each reads on its page and in the API as it was typed, and all of them in the
    files."""
    typed: Typed = {}

    @settings(MANY, max_examples=examples, phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False)
    @given(TITLES, st.one_of(ANYTHING, MARKED).filter(lambda text: has_words(clean_text(text))))
    @example("=1+1 & <b>", '=HYPERLINK(1)\n\n+49 | @x ; "y"\n\'')
    @example("Ｇ\u0308 _x0041_ \u2028x", "</main>\u2028\t``` <!-- ]]> &lt; \\")
    def round_trip(title: str, text: str) -> None:
        limits().local.storage.reset()  # nobody sends so much in an hour
        sent = client.submit("/de/ideas/new", {"title": title, "answer-1": text, "submit": "1"}, form="#idea-form")
        assert sent.status_code == 303, html(sent).text[:300]
        idea = db.session.execute(select(Idea).order_by(Idea.id.desc()).limit(1)).scalar_one()
        make.decide("idea", idea.id, "publish")
        db.session.commit()
        typed[idea.number] = clean_line(title), clean_text(text)
        page = reader.page(f"/de/ideas/{idea.number}")
        assert page.h1 == plain_spaces(clean_line(title)).strip() and plain_spaces(plain(text)) in page.text
        assert_harmless(page)
        found = json.loads(reader.get(f"/api/v1/ideas/{idea.number}").get_data())
        found = found.get("data", found)
        assert (found["title"], found["answers"][0]["text"]) == typed[idea.number]

    round_trip()
    for kind, rows in exported(reader).items():
        assert rows.keys() == typed.keys()
        for number, (title, text) in typed.items():
            assert same(kind, rows[number][0], title) and same(kind, rows[number][1], text), (
                kind,
                rows[number],
                title,
                text,
            )


def test_what_is_made_up_is_published_and_exported_as_it_was_typed(
    client: Any, new_client: Any, make: Any, sign_in: Any, consultation: Any, db: Any
) -> None:
    sign_in(client, make.person())
    published_as_typed(client, new_client(), make, db, 5)


@pytest.mark.long
def test_many_made_up_texts_are_published_and_exported_as_they_were_typed(
    client: Any, new_client: Any, make: Any, sign_in: Any, consultation: Any, db: Any
) -> None:
    sign_in(client, make.person())
    published_as_typed(client, new_client(), make, db, 250)
