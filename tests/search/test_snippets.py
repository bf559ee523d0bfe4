"""The piece a hit is shown with: looking through a text by letters finds the same words as taking every word of it."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from consult.core.i18n import LANGUAGES
from consult.search.analyse import stems, words
from consult.search.asking import query_groups
from consult.search.snippets import Marker, bare, beginning, snippet

ROOT = Path(__file__).resolve().parents[2]
TRICKY = (
    "can't Kanadaerde Neuerfindung NEUERFINDUNG Müller’s Straße STRASSE Bäuerin neuere aktuell Feuer Quelle Frauen "
    "dying lying tying skis skies idly gently early only singly hoping feasibility happy policies frequencies ½ ﬁt Ǆ"
)


def test_a_word_has_the_letters_that_its_stems_begin_with() -> None:
    texts = [*ROOT.glob("docs/*.md"), *ROOT.glob("consult/translations/de/[a-m]*.po")]
    seen = {word for path in texts for word in words(path.read_text(encoding="utf-8"))} | set(words(TRICKY))
    assert len(seen) > 4_000
    for word in seen:
        letters = bare(word)
        for language in LANGUAGES:
            for stem in stems(word, language):
                for length in range(1, len(stem) + 1):  # a query's stem may be the beginning of the word's
                    assert beginning(stem[:length]) in letters, (word, stem[:length])


@given(
    st.lists(st.sampled_from([*words(TRICKY), "und", ",", "\u00a0", "¨", "_", "2027"]) | st.text(max_size=6)),
    st.sampled_from(words(TRICKY)),
)
def test_marks_what_the_index_would_find(said: list[str], query: str) -> None:
    text = re.sub("[\n\u2010\u2011-]", " ", " ".join(said)).replace("<mark>", "")
    marker = Marker(query)
    groups = query_groups(query)
    wanted = {
        word
        for word in words(text)
        for tokens in [[token for language in LANGUAGES for token in stems(word, language)]]
        for group in groups
        if set(tokens) & set(group.stems) or any(token.startswith(group.beginnings) for token in tokens)
    }
    assert marker.matches(text) == bool(wanted)
    shown = str(snippet(text, query, 10_000))
    assert shown.count("<mark>") == sum(word in wanted for word in words(text))
    assert {part.split("</mark>")[0] for part in shown.split("<mark>")[1:]} == {
        word.replace("'", "&#39;") for word in wanted
    }


def test_of_a_compound_what_another_one_shares_with_it_is_not_marked() -> None:
    assert "<mark>" not in snippet("Werkstoffe und Messtechnik", "Wasserstoff")
    assert "<mark>Wasser</mark>" in snippet("Wasser in jeder Form", "Wasserstoffe")
    assert "<mark>" not in snippet("eine Messe der Message", "Messtechnik")


def test_what_is_written_with_hyphens_is_one_word_and_its_parts() -> None:
    assert "junge <mark>Start-ups</mark>." in snippet("Für junge Start-ups.", "Startup")
    assert "<mark>Azubi</mark>-Werbetag" in snippet("Ein Azubi-Werbetag", "Azubi")
    assert "<mark>Startups</mark>" in snippet("Für Startups.", "Start-up")


@given(st.lists(st.lists(st.sampled_from([*words(TRICKY), "und", "\n", "\u00a0", "&", "<b>"]) | st.text(max_size=4))))
def test_many_texts_at_once_are_marked_as_each_by_itself(texts: list[list[str]]) -> None:
    bodies, query = [" ".join(said) for said in texts], "early Bäuerin can't"
    assert Marker(query).snippets(bodies) == [snippet(body, query) for body in bodies]


def test_the_first_part_with_a_word_as_it_was_typed_is_shown_however_it_is_written() -> None:
    before, long = "Die Werkstatt hat Mühlenräder. " * 4, " und noch ein Satz über etwas ganz anderes" * 4
    for typed, written in (
        ("mühle", "Mühle"), ("MÜHLE", "mühle"), ("Straße", "STRASSE"), ("strasse", "Straße"), ("mühle", "„Mühle“"),
        ("mühle", "Mühle's Mühle"),
    ):  # fmt: skip
        shown = snippet(f"{before}\n\nHier steht {written}{long}\nSpäter: {typed}{long}", typed)
        assert "Hier steht" in shown and "Später" not in shown, (typed, written, shown)
    shown = snippet(f"{before}\nHier steht Mühlenrad{long}\nSpäter: Mühle & Co{long}", "Mühle")
    assert "Später: <mark>Mühle</mark> &amp; Co" in shown, "a word as typed goes before one that only begins so"
    assert "„<mark>Mühle</mark>“" in snippet("„Mühle“ \x00(<b>", "Mühle") and "<b>" not in snippet(
        "Mühle \x00(<b>", "Mühle"
    )
