"""The whole way in a real browser: place an offer, moderate it, find the counterpart, show interest, accept, open the
contacts, say what came of it. Every page of the way is held against axe at 1280 and 360 pixels and scrolls nowhere sideways.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import assert_accessible, overflow, sign_in

TITLE = "Prüfkörper aus Biokunststoff gesucht"
WIDTHS = (1280, 360)


def hold(page: Page) -> None:
    """The page as it stands, at both widths."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, (page.url, width)
        assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def place(page: Page) -> str:
    """A request of the company, from the list to the sent form; returns its address."""
    page.goto("/de/partners/")
    hold(page)
    page.get_by_role("link", name="Etwas anbieten oder suchen").first.click()
    page.locator("[name=kind][value=request]").check(force=True)
    page.select_option("[name=category]", "infrastructure")
    page.locator("main form button[type=submit]").last.click()  # too early: the errors stand at the fields
    expect(page.locator("[role=alert]")).to_contain_text("mindestens in einer Sprache")
    hold(page)
    page.fill("[name=title_de]", TITLE)
    page.fill("[name=body_de]", "Wir prüfen **Sensorgehäuse** und brauchen Muster.")
    page.locator("[name=technologies][value=advanced-materials]").check(force=True)
    page.select_option("[name=stage]", "develop")
    page.locator("[name=anonymous]").check(force=True)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main h1")).to_have_text(TITLE)
    hold(page)
    return re.sub(r"^https?://[^/]+", "", page.url)


def moderate(page: Page) -> None:
    page.goto("/de/moderation/")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("main")).to_contain_text("Beispiel-Sensorik GmbH")
    page.locator("main input[name=outcome][value=publish]").check(force=True)
    page.locator("main form:has(input[name=outcome]) button[type=submit]").last.click()


def show_interest(page: Page, address: str) -> str:
    """Found in the list, read, matched, asked; returns the address of the interest."""
    page.goto("/de/partners/?kind=request&q=Biokunststoff")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("main .lede")).to_have_text("Ohne Namen, bis beide Seiten zustimmen")
    expect(page.locator("main")).to_contain_text("Passt, weil:")
    hold(page)
    page.goto(f"{address}/matches")
    hold(page)
    page.goto(address)
    page.get_by_role("link", name="Interesse zeigen").click()
    hold(page)
    page.fill("[name=wants]", "Einen gemeinsamen Versuch.")
    page.fill("[name=brings]", "Zehn Prüfkörper.")
    page.fill("[name=when_how]", "Im März, zuerst online.")
    page.fill("[name=contact]", "Otto, 0711 4567")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main h1")).to_contain_text(TITLE)
    return page.url


def test_from_the_offer_to_the_outcome(browser: Any, live_server: Any) -> None:
    company = sign_in(browser.page(), live_server, "company")
    address = place(company)
    moderate(sign_in(browser.page(), live_server, "moderator"))
    other = sign_in(browser.page(), live_server, "outsider")
    interest = show_interest(other, address)
    company.goto("/de/partners/mine")
    hold(company)
    company.locator("#received").locator("xpath=../..").get_by_role("link", name=TITLE).click()
    expect(company.locator("main")).not_to_contain_text("0711 4567")
    hold(company)
    company.fill("form[action$='/accept'] [name=contact]", "Olga, 0361 1234")
    company.get_by_role("button", name="Annehmen und Kontakt freigeben").click()
    expect(company.locator("main")).not_to_contain_text("0711 4567")
    other.goto(interest)
    expect(other.locator("main")).not_to_contain_text("0361 1234")
    other.get_by_role("button", name="Zustimmen und meinen Kontakt zeigen").click()
    for page in (other, company):
        page.goto(interest)
        expect(page.locator("main")).to_contain_text("0711 4567")
        expect(page.locator("main")).to_contain_text("0361 1234")
    hold(company)
    company.locator("[name=outcome][value=talks]").check(force=True)
    company.get_by_role("button", name="Ergebnis speichern").click()
    expect(company.locator("main")).to_contain_text("Gespräche laufen")
    for path in ("/de/partners/figures", "/de/partners/matching"):
        other.goto(path)
        hold(other)
    company.goto(address)
    company.get_by_role("button", name="Zurückziehen").click()
    visitor = browser.page(javascript=False)
    visitor.goto(address)
    expect(visitor.locator("main h1")).to_have_text("Das wurde zurückgezogen")
