"""German as Germans write it: what must meet in one token, and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.search.analyse import split_compound, stems, tokens
from consult.search.asking import query_groups


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Foerderung", "Die Förderung endet"),
        ("Förderungen", "Eine Foerderung reicht"),
        ("Projekt", "Forschungsprojekte im Verbund"),
        ("Netzwerk", "Netzwerke und Cluster"),
        ("Prüfstand", "zwei Pruefstände"),
        ("Strasse", "die Straße"),
        ("Börse", "Kooperationsbörse online"),
        ("Maschine", "im Maschinenbau"),
        ("Werkstoff", "eine Werkstoffsprechstunde"),
        ("Fachkraft", "Fachkräfte fehlen"),
        ("Gutschein", "Laborwochengutschein"),
        ("cluster", "Clusterorganisation"),
        ("Firma", "zwei Firmen"),
        ("Firmen", "eine Firma"),
        ("Technologiezentrum", "alle Technologiezentren"),
        ("Material", "neue Materialien"),
        ("Konten", "ein Konto"),
        ("Prüfstand", "ein Vibrationsprüfstand"),
        ("Prüfstand", "freie Prüfstandstunden"),
        ("Projektleitung", "die Forschungsprojektleitung"),
        ("Messe", "auf der Leitmesse"),
        ("Messen", "die Messe"),
        ("Startups", "junge Start-ups"),
        ("Start-up", "ein Startup"),
        ("Ilmkreis", "im Ilm-Kreis"),
        ("Online-Börse", "die Onlinebörse"),
        ("IT", "die IT im Betrieb"),
        ("it", "die IT im Betrieb"),
    ],
)
def test_finds(query: str, text: str) -> None:
    [group] = query_groups(query)
    found = tokens(text, "de").split()
    assert any(token.startswith(stem) for token in found for stem in group.stems)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Quelle", "Qualle"),
        ("neu", "nein"),
        ("Feuer", "Feier"),
        ("Foren", "Förderung der Forschung"),
        ("App", "Apparate und approval"),
        ("Uni", "United States, uniform"),
        ("Messe", "Messtechnik misst, a message"),
        ("Sicherheit", "die Sicht der Betriebe"),
        ("it", "it works"),
    ],
)
def test_keeps_apart(query: str, text: str) -> None:
    for group in query_groups(query):
        found = tokens(text, "de").split()
        assert not set(group.stems) & set(found)
        assert not any(token.startswith(group.beginnings) for token in found)


def test_exact_form_is_told_apart_where_stems_collide() -> None:
    assert stems("Förderung", "de")[0] == stems("Forderung", "de")[0]
    assert query_groups("Förderung")[0].exact == query_groups("Foerderung")[0].exact


def test_compound_of_three_parts() -> None:
    assert split_compound("forschungsprojektleitung") == ("forschung", "projekt", "leitung")


def test_short_parts_and_short_compounds() -> None:
    assert split_compound("landrat") == ()  # "Rat" is no word of the field
    assert split_compound("autobau") == ("auto", "bau")
    assert split_compound("busbahnhof") == ()


def test_a_compound_asked_for_is_found_by_its_parts() -> None:
    [group] = query_groups("Clusterförderung")
    found = tokens("Förderung von Clustern", "de").split()
    assert all(any(token.startswith(part) for token in found) for part in group.parts)
    assert query_groups("Cluster")[0].parts == ()


def test_stop_words_alone_match_nothing() -> None:
    assert query_groups("der und die") == []


@given(st.text(max_size=300), st.sampled_from(["de", "en"]))
def test_any_text_becomes_plain_tokens(text: str, language: str) -> None:
    assert all(part.isalnum() for part in tokens(text, language).split())
