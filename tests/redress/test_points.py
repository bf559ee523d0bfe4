"""Points of contact (Art. 11, 12) and rules in plain words (Art. 14): what the law wants stands on the pages."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("language", ["de", "en"])
def test_art_11_and_12_the_point_of_contact(client: Any, language: str) -> None:
    """For authorities and for users, with an address that a human reads, and the languages, two clicks away."""
    page = client.page(f"/{language}/imprint")
    section = page.one("#contact-point").parent
    words = section.get_text(" ")
    assert section.select("a[href^='mailto:']")
    assert "2022/2065" in words
    for word in ("Deutsch", "Englisch", "Mensch") if language == "de" else ("German", "English", "human"):
        assert word in words
    assert f"/{language}/imprint" in client.page(f"/{language}/").links("footer a")


@pytest.mark.parametrize("language", ["de", "en"])
def test_art_14_rules_in_plain_words(client: Any, language: str) -> None:
    """What is restricted, by whom and how, complaint, misuse, and how changes are told; linked from every page."""
    page = client.page(f"/{language}/rules")
    for part in ("reasons", "decision", "complaint", "report", "order", "changes"):
        assert page.select(f"#{part}"), part
    assert f"/{language}/report" in page.links("main a")
    misuse = page.one("#report").parent.get_text(" ").casefold()
    for word in ("warnung", "anzahl", "absicht") if language == "de" else ("warning", "number", "intent"):
        assert word in misuse
    assert f"/{language}/rules" in client.page(f"/{language}/").links("footer a")
