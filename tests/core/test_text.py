"""Text from people is shown as it was meant and does no harm."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core.text import (
    clean_line,
    clean_text,
    excerpt,
    has_words,
    parsed,
    plain,
    render_markdown,
    sanitize,
    slugify,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src=//example.org></iframe>",
    "![x](https://example.org/track.png)",
    '<p style="position:fixed">x</p>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markup_is_shown_as_text(text: str) -> None:
    tags = re.findall(r"<[^>]*>", render_markdown(text).lower())
    for tag in tags:
        assert re.fullmatch(
            r'</?(p|br|em|strong|a|ul|ol|li|h3)( href="(https?|mailto):[^"]*"( rel="[^"]*")?)?>', tag
        ), tag


@given(st.text(max_size=400))
def test_sanitising_twice_changes_nothing(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=80))
def test_words_come_back_as_typed(text: str) -> None:
    assert plain(clean_text(text)) == clean_text(text)


PIECES = [
    "Wir teilen", "und/oder", "z. B.", "z.B.", "3,5 %", "3.500", "24.11.2026",
    "1.2.de", "9.Mai", ".5", "v2.0", "1. eins", "- eins", "(so)", "„Ja“", "»nein«",
    "Ende.", "\n", "\n\n", " \n", "  \n", " ", "www.x.de", "http://a.de", "https:", "//", "a@b.de", "mailto:a", "---",
    "===", "+", "#", ">", "*", "_", "`", "~~", "[x](y)", "![", "&", "&amp;", "<b>", "\\", '"', "'s", "…", "—", "§ 5",
    "\u00a0", "\u00ad", "e\u0301", "😀", "٣", "ª", ":)",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", " "]))
@settings(max_examples=400)
def test_a_text_without_marks_is_rendered_as_the_parser_does(pieces: list[str], between: str) -> None:
    source = clean_text(between.join(pieces))
    assert render_markdown(source) == (parsed(source) if source else "")


def test_markdown_basics_and_headings_below_the_page() -> None:
    shown = render_markdown("# Titel\n\n**fett** und *schräg*\n\n- eins\n- zwei")
    assert "<h3>Titel</h3>" in shown
    assert "<strong>fett</strong>" in shown
    assert "<li>eins</li>" in shown


def test_bare_address_becomes_a_safe_link() -> None:
    shown = render_markdown("siehe www.beispiel.de")
    assert 'href="https://www.beispiel.de"' in shown
    assert 'rel="nofollow noopener ugc"' in shown


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("a\x00b", "ab"), ("a\u202eb", "ab"), ("  x \r\n y ", "x \n y"), ("e\u0301", "é"), ("😀", "😀"), (None, "")],
)
def test_cleaning(raw: str | None, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("text", "expected"), [("a", True), (" \u200b\u2060\n", False), ("", False), ("\u200b!", True)]
)
def test_invisible_characters_are_no_text(text: str, expected: bool) -> None:
    assert has_words(text) is expected


def test_line_has_no_breaks() -> None:
    assert clean_line(" a\n b\t c ") == "a b c"


@given(st.text(max_size=500), st.integers(min_value=5, max_value=100))
def test_excerpt_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(excerpt(text, length)) <= length


def test_slug_spells_umlauts() -> None:
    assert slugify("Größe & Übermaß") == "groesse-uebermass"
    assert slugify("!!!") == "x"
