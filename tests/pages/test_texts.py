"""Written pages: there in both languages, with operator, promises and gaps for the operator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from consult.core.vocabularies import vocabulary
from consult.pages.texts import TEXTS
from tests.support.page import Page

ADDRESSES = {name: name.replace("_", "-") for name in TEXTS}


def test_the_promised_addresses_are_all_there() -> None:
    assert set(ADDRESSES.values()) == {
        "imprint", "privacy", "accessibility", "rules", "about", "easy-language", "sign-language",
    }  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", TEXTS)
def test_each_page_is_a_text_with_its_day(client: Any, name: str, language: str) -> None:
    page = client.page(f"/{language}/{ADDRESSES[name]}")
    assert len(page.text.split()) > 250
    day = 26 if name in ("privacy", "rules") else 25
    assert {"de": f"Fassung vom {day}. November 2026", "en": f"Version of {day} November 2026"}[language] in page.text
    assert page.one("html")["lang"] == language
    other = {"de": "en", "en": "de"}[language]
    assert f"/{other}/{ADDRESSES[name]}" in page.links("header a")
    for link in page.links("main a"):
        assert link.startswith((f"/{language}/", "mailto:", "tel:", "#"))


@pytest.mark.sqlite
@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_say_the_same(client: Any, name: str) -> None:
    """Same sections, same gaps, same links: nothing was left out of one language."""

    def outline(page: Page) -> tuple[Any, ...]:
        links = [re.sub("^/(de|en)/", "/", link) for link in page.links("main .l-read a")]
        tags = [tag.name for tag in page.select("main .l-read :is(h2, h3, ul, ol, dl, mark)")]
        return [tag["id"] for tag in page.select("main h2[id]")], tags, links

    german, english = (outline(client.page(f"/{language}/{ADDRESSES[name]}")) for language in ("de", "en"))
    assert german == english


@pytest.mark.sqlite
@pytest.mark.parametrize("name", TEXTS)
def test_the_house_speaks_its_german(client: Any, name: str) -> None:
    text = client.page(f"/de/{ADDRESSES[name]}").one("main .l-read").get_text(" ")
    assert "!" not in text
    assert not re.search(r"[„“”\"]", text)
    assert not re.search(r"\w[*:_·]in(nen)?\b", text)
    assert not re.search(r"\s[–—]\s", text)


@pytest.mark.sqlite
def test_the_rules_name_every_reason_that_is_applied(client: Any) -> None:
    for language in ("de", "en"):
        text = client.page(f"/{language}/rules").text
        for term in vocabulary("moderation_reasons"):
            assert (term.title(language) in text) is (term.code != "meets-rules")


@pytest.mark.sqlite
def test_the_rules_promise_what_the_consultation_promises(client: Any, make: Any) -> None:
    assert "innerhalb von zwei Arbeitstagen" in client.page("/de/rules").text
    assert "höchstens 2 Arbeits-Tage" in client.page("/de/easy-language").text
    make.consultation(promised_days=5)
    assert "innerhalb von fünf Arbeitstagen" in client.page("/de/rules").text
    assert "höchstens 5 Arbeits-Tage" in client.page("/de/easy-language").text


@pytest.fixture
def operator(app: Flask) -> Any:
    """The operator's settings, put back afterwards."""
    settings = app.config["SETTINGS"]
    before = dict(settings.operator)
    yield settings.operator
    settings.operator.clear()
    settings.operator.update(before)


@pytest.mark.sqlite
def test_the_operator_stands_where_the_law_asks_for_it(client: Any, operator: dict[str, str]) -> None:
    operator.update(name="Amt <für> Wege", address="Weg 1, 12345 Ort", email="amt@wege.example", phone="0361 123-45")
    for name in ("imprint", "privacy", "accessibility"):
        page = client.page(f"/de/{name}")
        assert "Amt <für> Wege" in page.text
        assert "mailto:amt@wege.example" in page.links("main a")
        assert "tel:0361123-45" in page.links("main a")
    assert "Rufnummer" not in client.page("/de/imprint").text


@pytest.mark.sqlite
def test_what_the_operator_must_fill_in_is_marked(client: Any) -> None:
    for name in ("imprint", "privacy", "accessibility", "easy-language", "sign-language"):
        assert all(
            "Vom Betreiber einzutragen:" in mark.get_text() for mark in client.page(f"/de/{name}").select("main mark")
        )
        assert client.page(f"/de/{name}").select("main mark")


@pytest.mark.sqlite
def test_easy_language_is_written_in_short_sentences(client: Any) -> None:
    page = client.page("/de/easy-language")
    for mark in page.select("mark"):
        mark.decompose()
    lines = [line for block in page.select(".l-read :is(p, li)") for line in block.get_text("\n").split("\n")]
    long = [line for line in lines if len(line.split()) > 13]
    assert not long


@pytest.mark.sqlite
def test_the_footer_leads_to_them_from_everywhere(client: Any) -> None:
    links = client.page("/de/consultations/").links("footer a")
    assert {f"/de/{address}" for address in ADDRESSES.values()} <= set(links)
