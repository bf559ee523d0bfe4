"""Words that mean the same: whoever asks for one finds what says the other, but not what only has half of a phrase."""

from __future__ import annotations

from typing import Any

import pytest

from consult.search.asking import query_groups
from consult.search.queries import search_hits, some_hits

KI, AZUBI, KLINIK, START = 14, 8, 5, 17


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("AI", {KI}),
        ("artificial intelligence", {KI}),
        ("künstliche Intelligenz", {KI}),
        ("Lehrlinge", {AZUBI}),
        ("Azubis", {AZUBI}),
        ("Krankenhäuser", {KLINIK}),
        ("Krankenhaus Hersteller", {KLINIK}),
        ("Teststände", {1}),
        ("AI-Fertigung", {KI}),
        ("Lehrlings-Verbund", {AZUBI}),
        ("Krankenhaus-Hersteller", {KLINIK}),
        ("Krankenhaus-Brauerei", set()),
        ("künstliche Gärung", set()),  # half of a phrase is not what the phrase means
        ("Intelligenz Brauerei", set()),
    ],
)
def test_what_means_the_same_is_found(corpus: Any, query: str, found: set[int]) -> None:
    assert {hit.id for hit in search_hits(query, {"kind": ["book"]})} == found


def test_what_was_asked_for_stands_before_what_means_the_same(corpus: Any, client: Any) -> None:
    page = client.get("/de/search?q=Lehrlinge&kind=book").text
    assert "<mark>Auszubildende</mark>" in page
    [group] = query_groups("Lehrling")
    assert group.stems[0] == "lehrling" and {"azubi", "auszubild"} < set(group.stems)


def test_a_phrase_stands_for_its_abbreviation_and_no_word_of_it_alone() -> None:
    both, alone, short = query_groups("künstliche Intelligenz"), query_groups("Intelligenz"), query_groups("KI")
    assert all("ki" in group.stems for group in both)
    assert "ki" not in alone[0].stems
    assert ("kunstlich", "intelligenz") in short[0].together
    assert "mittelstand" in query_groups("KMUs")[0].stems  # the stemmer leaves these plurals alone


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("Photonik-Uni", {("foton", "uni"), ("universitat", "photon")}),
        ("Weiterbildungsverbund", {("fortbild", "verbund"), ("qualifizier", "verbund")}),
        ("KI-Labor", {("ai", "labor"), ("kunstlich", "intelligenz", "labor"), ("artificial", "intelligenc", "labor")}),
        ("Forschungsprojekt", set()),
    ],
)
def test_a_compound_stands_for_those_with_another_word_for_one_of_its_parts(query: str, phrases: set[Any]) -> None:
    [group] = query_groups(query)
    assert set(group.phrases) == phrases


def test_what_goes_with_a_part_goes_when_another_word_takes_its_place() -> None:
    [group] = query_groups("Mittelstandsförderung")
    assert ("kmu", "forder") in group.phrases and not any("stand" in one for some in group.phrases for one in some)


def test_of_words_with_a_hyphen_that_stand_nowhere_together_some_are_found(corpus: Any, client: Any) -> None:
    assert search_hits("KI-Brauerei", {"kind": ["book"]}) == []
    together = {hit.id for hit in some_hits("KI-Brauerei", {"kind": ["book"]})}
    assert together == {hit.id for hit in some_hits("KI Brauerei", {"kind": ["book"]})} == {KI, 18}
    assert "Kein Eintrag enthält alle Wörter" in client.page("/de/search?q=KI-Brauerei").text
    assert [hit.id for hit in search_hits("Start-up", {"kind": ["book"]})] == [START]
