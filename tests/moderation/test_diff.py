"""Changes between versions, as HTML that no text can break."""

from __future__ import annotations

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from consult.moderation.diff import word_diff


def test_words_that_came_and_went_are_marked() -> None:
    change = word_diff("Seit dem Frühjahr arbeiten zwei Betriebe.", "Seit dem Sommer arbeiten zwei neue Betriebe.")
    assert str(change.html) == (
        "<p>Seit dem <del>Frühjahr </del><ins>Sommer </ins>arbeiten zwei <ins>neue </ins>Betriebe.</p>"
    )
    assert (change.added, change.removed, change.is_changed) == (2, 1, True)


def test_paragraphs_come_and_go() -> None:
    change = word_diff("Eins.\n\nZwei.", "Eins.\n\nZwei.\n\nDrei.")
    assert str(change.html) == "<p>Eins.</p><p>Zwei.</p><p><ins>Drei.</ins></p>"
    assert not word_diff("Eins.\n\nZwei.", "Eins.\n\nZwei.").is_changed
    assert word_diff("", "").html == ""


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_of_a_text_becomes_markup(old: str, new: str) -> None:
    html = str(word_diff(old, new).html)
    assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>", "<ins>", "</ins>", "<del>", "</del>"}


def test_hostile_lengths_stay_quick() -> None:
    started = time.perf_counter()
    word_diff("x y " * 2_500, "y x " * 2_500)
    word_diff("\n\n".join(["a b"] * 5_000), "\n\n".join(["b a", "a b"] * 2_500))
    word_diff(" ".join(str(n % 90) for n in range(999)), " ".join(str(n * 7 % 90) for n in range(999)))
    assert time.perf_counter() - started < 5
