"""The index on both databases: the same hits, in step with what is public, and harmless to any query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.core import registry
from consult.core.registry import SearchDocument
from consult.search import operations, queries, vocabulary
from consult.search.snippets import snippet
from tests.search.conftest import Documents, on_the_shelf

TEXTS = {
    1: ("Prüfstände über Ländergrenzen teilen", "Wir teilen freie Stunden im Klimaschrank.", "de"),
    2: ("Werkstoffsprechstunde", "Kunststoff trifft Medizintechnik, gefördert vom Land.", "de"),
    3: ("Nordic hospital test week", "Companies test devices in hospitals.", "en"),
    4: ("Forderung nach Geld", "Eine Forderung ist keine Förderung.", "de"),
    5: ("Förderung ohne Antrag", "Mehr Förderung, weniger Papier.", "de"),
}


@pytest.fixture
def shelf(app: Flask, db: Any) -> Iterator[dict[int, tuple[str, str, str]]]:
    """A searchable kind of the test's own; what is taken from the shelf is public no more."""
    texts = dict(TEXTS)

    def known() -> Documents:
        return {
            key: SearchDocument("book", key, title, body, language, datetime(2026, 1, key, tzinfo=UTC))
            for key, (title, body, language) in texts.items()
        }

    with on_the_shelf(known, "Buch"):
        yield texts


def ids(query: str) -> list[int]:
    return [hit.id for hit in queries.search_hits(query, {"kind": ["book"]})]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("pruefstand", {1}),
        ("Stunde", {1, 2}),  # and the compound that ends with it
        ("test", {3}),
        ("kkbook", set()),  # what stands for a facet in the index is no word of a text
        ("yy2026 Kunststoff", set()),
        ("hospitals", {3}),
        ("Medizin Kunststoff", {2}),
        ("nirgendwo", set()),
    ],
)
def test_hits_are_the_same_on_both_databases(shelf: Any, query: str, expected: set[int]) -> None:
    assert set(ids(query)) == expected


def test_exact_word_ranks_before_its_stem_twin(shelf: Any) -> None:
    assert ids("Förderung")[0] == 5
    assert ids("Forderung")[0] == 4


def test_withdrawn_text_is_gone_with_the_same_commit(shelf: dict[int, Any], db: Any) -> None:
    del shelf[1]
    registry.touch("book", 1)
    db.session.commit()
    assert ids("Prüfstand") == []


def test_changed_text_is_found_by_its_new_words_only(shelf: dict[int, Any], db: Any) -> None:
    shelf[1] = ("Labore öffnen", "Neuer Text", "de")
    registry.touch("book", 1)
    db.session.commit()
    assert ids("Labor") == [1]
    assert ids("Prüfstand") == []


def test_matching_joins_by_subject_id(shelf: Any, db: Any) -> None:
    found = queries.matching("book", "Werkstoff")
    assert [row.id for row in db.session.execute(found.select())] == [2]
    assert list(db.session.execute(queries.matching("book", "und der").select())) == []


def test_reindex_makes_the_same_index(shelf: Any, db: Any) -> None:
    before = ids("Förderung")
    operations.reindex()
    assert ids("Förderung") == before


def test_typing_error_gets_a_suggestion(shelf: Any) -> None:
    assert vocabulary.did_you_mean("Medizintechnk") == "medizintechnik"
    assert vocabulary.did_you_mean("Medizintechnik") is None


def test_snippet_marks_the_word_and_escapes_the_rest(shelf: Any) -> None:
    shown = str(snippet("Vorher <b>fett</b> und dann Kunststoffe genug.", "Kunststoff"))
    assert "<mark>Kunststoffe</mark>" in shown
    assert "<b>" not in shown


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=80))
def test_no_query_breaks_the_engine(shelf: Any, query: str) -> None:
    queries.search_hits(query, {"kind": ["book"]})
    vocabulary.did_you_mean(query)


def test_snippet_prefers_the_word_as_it_was_typed(shelf: Any) -> None:
    body = (
        "Viele Betriebe.\nEin Betrieb allein.\n"
        + "Betriebe und wieder etwas anderes davor, " * 20
        + "dann ein Betriebsrat."
    )
    assert str(snippet(body, "Betrieb")) == "Viele Betriebe. · Ein <mark>Betrieb</mark> allein."
    assert "<mark>Betriebsrat</mark>" in str(snippet(body, "Betriebsrat"))
    assert str(snippet(body, "Betrieben")).startswith("Viele <mark>Betriebe</mark>")


def test_snippet_keeps_to_the_part_that_matches(shelf: Any) -> None:
    body = "Netz für Leichtbau und Guss.\nNetwork for lightweight construction.\nNeue Werkstoffe\nAutomation"
    assert str(snippet(body, "Werkstoff")) == "Netz für Leichtbau und Guss. · Neue <mark>Werkstoffe</mark>"
    assert str(snippet(body, "Guss")) == "Netz für Leichtbau und <mark>Guss</mark>."


def test_page_shows_hits_in_both_languages(shelf: Any, client: Any) -> None:
    for language, word in (("de", "Treffer"), ("en", "result")):
        page = client.get(f"/{language}/search?q=Kunststoff")
        assert page.status_code == 200
        assert word in page.text
        assert "<mark>Kunststoff</mark>" in page.text


def test_page_offers_the_likely_spelling(shelf: Any, client: Any) -> None:
    page = client.page("/de/search?q=Kunstoff")
    assert page.one(".l-page a[href='/de/search?q=Kunststoff']").text == "Kunststoff", "as German writes a noun"
    assert "Meinten Sie" not in client.get("/de/search?q=Kunstoff+Xyzzy").text, "nothing would be found with it"
    assert client.get("/de/search?q=%00%F0%9F%98%80&kind=nothing&after=x").status_code == 200
