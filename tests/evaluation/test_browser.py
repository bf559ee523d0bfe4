"""Responses in a real browser: written by keyboard, read with axe at both widths, and whole without JavaScript."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.support.browser import assert_good_everywhere, look, sign_in

LIST, HERE = "/de/results/open-region/responses/", "/de/evaluation/open-region/responses/"


def test_an_answer_is_written_by_keyboard_and_read_by_all(browser: Any, live_server: Any) -> None:
    reader = browser.page(javascript=False)
    reader.goto(LIST)
    expect(reader.locator(".c-response").first).to_contain_text("Antwort des Ministeriums")

    page = browser.page()
    look(page, LIST)
    sign_in(page, live_server, "official")
    for view in ("drafts", "published", "commitments", "waiting"):
        look(page, f"{HERE}?view={view}")
    number = page.locator("main input[name=idea]").last.get_attribute("value")
    page.locator("main input[name=idea]").last.focus()
    page.keyboard.press("Space")
    page.locator("main form:has([name=idea]) button[type=submit]").press("Enter")
    expect(page.locator("#ideas")).to_have_value(f"{number}")
    page.locator("button[name=publish]").press("Enter")
    expect(page.locator(".kern-alert, [role=alert]").first).to_be_focused()
    assert_good_everywhere(page)
    page.select_option("#status", "elsewhere")
    page.fill("#body", "Dafür ist die Handwerkskammer zuständig; wir haben ihr die Idee gegeben.")
    page.fill("[id='promise-1-title']", "Nachfragen, was daraus wird")
    page.fill("[id='promise-1-unit']", "Referat Handwerk")
    page.locator("button[name=publish]").press("Enter")
    expect(page.locator(".c-flash")).to_contain_text("Veröffentlicht")
    assert_good_everywhere(page)

    reader.goto(f"/de/ideas/{number}")
    expect(reader.locator(".c-response")).to_contain_text("Andere sind zuständig")
    expect(reader.locator(".c-commit")).to_contain_text("Referat Handwerk")
    look(page, f"/de/ideas/{number}")
    page.locator(".c-response a", has_text="Adresse dieser Antwort").click()
    assert_good_everywhere(page)
    page.locator("aside a", has_text="Berichten").click()
    assert_good_everywhere(page)
    page.select_option("#status", "in_work")
    page.fill("#note", "Wir haben mit der Kammer gesprochen.")
    page.locator("main form button[type=submit]").first.press("Enter")
    expect(page.locator(".c-commit")).to_contain_text("Wir haben mit der Kammer gesprochen.")
    reader.goto(f"/de/ideas/{number}")
    expect(reader.locator(".c-commit")).to_contain_text("In Arbeit")
