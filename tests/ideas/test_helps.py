"""The help beside a draft: what is like it, who fits, how it reads; nobody else reads the draft by it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from consult.ideas import helps
from consult.moderation.models import Case
from consult.search import similar
from tests.support.client import unchecked_pages
from tests.support.page import html, plain_spaces

TEXT = "Wir möchten freie Stunden auf Prüfständen und in unserer Klimakammer in einen gemeinsamen Kalender stellen."


@pytest.fixture
def draft(client: Any, demo: Any) -> str:
    """A visitor's draft; its address."""
    response = client.submit("/de/ideas/new", {"title": "Prüfstand teilen", "answer-1": TEXT, "save": "1"})
    return str(response.location).partition("?")[0]


def test_the_page_names_what_is_near_and_why(client: Any, draft: str) -> None:
    page = client.page(f"{draft}/helps")
    assert "Freie Prüfstandstunden" in page.one("#helps-similar").parent.text
    assert "beide sprechen von" in page.text
    instead = page.one("#helps-similar").parent.select_one("a[href$='#support']")
    assert instead and "Stattdessen diese unterstützen" in instead.text
    assert client.page(str(instead["href"])).one("#support")
    assert all("passt, weil: " in one.text for one in page.one("#helps-partners").parent.select(".c-why"))
    assert page.select("#helps-partners")
    assert "angenehm lang" in page.text


def test_the_part_is_for_the_writing_page(client: Any, draft: str) -> None:
    with unchecked_pages():  # a part is no page
        response = client.get(f"{draft}/helps?part=1")
    assert response.headers["Cache-Control"] == "private, no-store"
    part = response.get_data(as_text=True)
    assert "<html" not in part
    assert "Freie Prüfstandstunden" in part
    assert html(client.get(draft)).select("[data-helps] button[value=helps]"), "without scripts a button leads there"


def test_how_it_reads_is_judged_by_the_answers(writer: Any) -> None:
    """A title is no sentence: a short one beside one long sentence would make the average half as long."""
    sentence = "Wir möchten " + "freie Stunden " * 14 + "teilen."
    writer.open()
    writer.send("save", {"title": "Prüfstand teilen", "summary": "Ganz kurz.", "answer-1": sentence})
    page = writer.client.page(f"{writer.url}/helps")
    assert "im Schnitt 31 Wörter" in page.text and "31 Wörter." in page.text


def test_a_public_idea_says_what_is_like_it_who_may_fit_and_how_that_is_counted(client: Any, demo: Any) -> None:
    address = next(one for one in client.page("/de/ideas/OR-2026-00001").links() if one.endswith("/near"))
    page = client.page(address)
    assert "beide sprechen von: " in page.one("#similar").find_parent("section").get_text()
    assert "Freie Prüfstandstunden" not in page.one("#similar").find_parent("section").get_text(), "not the idea itself"
    for line in page.one("#partners").find_parent("section").select(".c-why"):
        assert re.match(r"\d+ Punkte?; (passt, weil: |ähnliche Wortwahl)", line.get_text())
    said = plain_spaces(page.one("#formula").find_parent("section").get_text())
    for points in (
        f"{similar.TEXT} Punkte",
        f"{similar.SECTOR} für",
        f"{similar.REGION} für",
        f"Unter {similar.LEAST} ",
    ):
        assert points in said


def test_beside_a_case_the_words_are_named_that_make_it_like_what_is_public(
    client: Any, demo: Any, make: Any, sign_in: Any, new_client: Any, run_jobs: Any, db: Any
) -> None:
    sign_in(client, make.person("Paula Prüf"))
    secret = {"answer-2": "Unser Kalender heißt Geheimkalender.", "audience-2": "ministry"}
    client.submit("/de/ideas/new", {"title": "Prüfstand teilen", "answer-1": TEXT, **secret, "submit": "1"})
    run_jobs()
    case = db.session.execute(select(Case).order_by(Case.id.desc()).limit(1)).scalar_one()
    moderator = sign_in(new_client(), make.person(roles=("moderator",)))
    page = moderator.page(f"/de/moderation/cases/{case.id}")
    said = next(one for one in page.select("aside section") if "Ähnliche Texte" in one.get_text())
    line = next(one for one in said.select("li") if "Freie Prüfstandstunden" in one.get_text())
    assert "beide sprechen von: " in line.get_text() and "Klimakammer" in line.get_text()
    assert "Geheim" not in str(case.signals), "what only the ministry reads is compared with nothing"


def test_only_whoever_has_the_link(client: Any, demo: Any) -> None:
    assert client.get("/de/ideas/drafts/falsch/helps").status_code == 404


def test_a_short_draft_has_nothing_to_compare(client: Any, demo: Any) -> None:
    response = client.submit("/de/ideas/new", {"title": "Kurz", "save": "1"})
    page = client.page(str(response.location).partition("?")[0] + "/helps")
    assert not page.select("#helps-similar, #helps-partners")
    assert "Noch liegt nichts" in page.text


@pytest.mark.parametrize(
    ("text", "average", "long_sentences", "long_words"),
    [
        ("Kurz. Gut. Klar und knapp gesagt.", 4, False, False),
        ("Wort " * 45 + ".", 45, True, False),
        ("Innovationsförderungsmaßnahmen brauchen Verwaltungsvereinfachungen sofort.", 4, False, True),
    ],
)
def test_how_a_text_reads(text: str, average: int, long_sentences: bool, long_words: bool) -> None:
    found = helps.reading_of(text)
    assert found is not None
    assert (found.average, found.has_long_sentences, found.has_long_words) == (average, long_sentences, long_words)
    assert bool(found.longest) is long_sentences


def test_a_heading_is_no_part_of_a_sentence() -> None:
    found = helps.reading_of("Ein Titel ohne Punkt\n" + "Wort " * 21 + ".\n\n- ein Punkt\n- noch einer")
    assert found is not None and found.longest.startswith("Wort Wort") and found.average == 7
    found = helps.reading_of("Beispielwort " * 40)
    assert found is not None and found.longest.endswith("Beispielwort…"), "cut between words, and said so"


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "…", "***"])
def test_nothing_reads_like_nothing(text: str) -> None:
    assert helps.reading_of(text) is None
