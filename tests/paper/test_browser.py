"""The pages of the room in a real browser: the form as a page, and typing an entry by keyboard."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.support.browser import assert_good_everywhere, look, sign_in

ENTER = "/de/paper/open-region/enter"


def test_pages_are_accessible_and_an_entry_is_typed(browser: Any, live_server: Any) -> None:
    reader = browser.page()
    look(reader, "/en/consultations/open-region/form")
    reader.emulate_media(media="print")
    expect(reader.locator(".p-take")).to_be_hidden()
    expect(reader.locator("main .l-read .p-room").first).to_be_visible()

    page = browser.page()
    sign_in(page, live_server, "official")
    for path in ("/de/paper/", "/de/paper/import", ENTER):
        look(page, path)
    day = page.evaluate("new Date().toISOString().slice(0, 10)")
    for again in (False, True):
        page.goto(ENTER)
        page.select_option("#channel", "workshop")
        page.fill("#received_on", day)
        page.fill("#reference", "Browser 1")
        page.select_option("#consent", "spoken")
        page.fill("#title", "Eisdielen im Rathauskeller")
        page.fill("#answer-1", "Blasmusik am Sonntag." if again else "Wanderkarten für Pilzsammler.")
        page.locator("main form button[type=submit]").last.press("Enter")
        if again:
            expect(page.locator("[role=alert]").first).to_contain_text("dieselbe Nummer")
        else:
            expect(page.locator("main")).to_contain_text("Brief als PDF")
        assert_good_everywhere(page)
