"""The whole way of redress in a real browser: report without an account, receipt, answer, complaint, its answer by
somebody else, the warning, the file, the figures. Each page is held against axe at 1280 and 360 pixels, light and dark,
and scrolls nowhere sideways; afterwards the log's chain is whole.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import assert_good_everywhere, sign_in
from tests.support.server import consult

WIDTHS = (1280, 360)
IDEA = "/de/ideas/OR-2026-00001"
NOTE = "Der Absatz beschreibt einen Versuch."


def hold(page: Page) -> None:
    """The page as it stands: both widths, light and dark."""
    assert_good_everywhere(page)


def report(page: Page) -> str:
    """From the idea's page to the receipt; returns the receipt's address."""
    page.goto(IDEA)
    page.get_by_role("link", name="Inhalt melden").first.click()
    hold(page)
    page.locator("main form button[type=submit]").click()  # too early: the errors stand at the fields
    expect(page.locator("[role=alert]")).to_be_focused()
    hold(page)
    page.select_option("[name=reason]", "advertising")
    page.fill("[name=explanation]", "Der zweite Absatz wirbt.")
    page.locator("[name=good_faith]").check(force=True)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main h1")).to_contain_text("Ihre Meldung ist da")
    hold(page)
    return page.url


def leave_it(page: Page) -> str:
    """The first moderator leaves the text as it is; returns the address of its case."""
    page.goto("/de/moderation/?kind=report")
    page.locator("main td h2 a").first.click()
    expect(page.locator("main")).to_contain_text("Der zweite Absatz wirbt.")
    address = page.url
    page.locator("main input[name=outcome][value=publish]").check(force=True)
    page.fill("main [name=note]", NOTE)
    page.locator("main form:has(input[name=outcome]) button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Entschieden")
    return re.sub(r"[?#].*", "", address)


def complain(page: Page, receipt: str) -> str:
    """From the receipt to the complaint, by keyboard alone; returns its address."""
    page.goto(receipt)
    expect(page.locator("main")).to_contain_text(NOTE)
    hold(page)
    page.get_by_role("link", name="Über diese Antwort beschweren").press("Enter")
    expect(page.locator("main [name=body]")).to_be_visible()
    hold(page)
    page.locator("main [name=body]").focus()
    page.keyboard.type("Es ist Werbung.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_contain_text("Ihre Beschwerde ist da")
    hold(page)
    return page.url


def answer(page: Page) -> None:
    """The second moderator answers from the list."""
    page.goto("/de/moderation/complaints/")
    hold(page)
    page.locator("main td h2 a").first.click()
    hold(page)
    page.locator("main [name=outcome][value=reject]").check(force=True)
    page.locator("main form.c-panel button[type=submit]").first.click()  # too early
    expect(page.locator("[role=alert]").first).to_be_visible()
    hold(page)
    page.select_option("[name=reason]", "confirmed")
    page.fill("[name=note]", "Ein Versuchsbericht darf den Hersteller nennen.")
    page.locator("main form.c-panel button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Die Antwort ist unterwegs")


def test_the_whole_way(live_server: Any, browser: Any) -> None:
    expect.set_options(timeout=15_000)  # two cores and a whole product: patience is no fault of the page
    reader = browser.page()
    reader.context.set_default_timeout(30_000)
    receipt = report(reader)
    first = sign_in(browser.page(), live_server, "moderator")
    case = leave_it(first)
    complaint = complain(reader, receipt)
    second = sign_in(browser.page(), live_server, "moderator2")
    first.goto("/de/moderation/complaints/")
    first.locator("main td h2 a").first.click()
    expect(first.locator("main")).to_contain_text("Sie waren an der Entscheidung beteiligt")
    answer(second)
    reader.goto(complaint)
    expect(reader.locator("main")).to_contain_text("Die Beschwerde ist nicht begründet")
    hold(reader)
    for address in (f"{case}/file", "/de/moderation/misuse/", "/de/moderation/complaints/?show=answered"):
        second.goto(address)
        hold(second)
    reader.goto("/de/transparency")
    hold(reader)
    consult("audit", "verify", data=live_server.data)  # fails where the chain is broken
