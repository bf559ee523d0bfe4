"""The organisation's way in a real browser: invited, written together, talked about inside, changed and released, sent to
the moderation, left. The pages of the way are held against axe at 1280 and 360 pixels and scroll nowhere sideways.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import assert_accessible, overflow, sign_in

SLUG, NAME = "beispiel-feinmechanik-gmbh", "Beispiel-Feinmechanik mit Freigabe GmbH"
TITLE = "Werkzeuge im Verbund schleifen"


def hold(page: Page) -> None:
    """The page as it stands, at both widths."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, (page.url, width)
        assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def invite(manager: Page, colleague: Page, address: str) -> None:
    """Whoever speaks for the organisation asks a colleague by mail; the colleague says yes with the link in it."""
    manager.goto(f"/de/organisations/{SLUG}/members")
    hold(manager)
    form = manager.locator("form[action$='/invite']")
    form.locator("[name=email]").fill(address)
    form.locator("[name=roles][value=author]").check(force=True)
    form.locator("button[type=submit]").click()
    expect(manager.locator("main")).to_contain_text(address)
    manager.goto("/dev/mail")
    manager.locator("tr", has_text=address).first.get_by_role("link").click()
    manager.wait_for_load_state()  # else half of the mail may be there when it is read
    found = re.search(r"/de/organisations/invitations/[\w.~-]+", manager.content())
    assert found, manager.content()[:2000]
    colleague.goto(found[0])
    colleague.locator("button[name=accept]").click()
    expect(colleague.locator("main")).to_contain_text(NAME)


def write(page: Page) -> str:
    """A text in the organisation's name; returns the draft's address."""
    page.goto("/de/ideas/new")
    page.select_option("#organisation", NAME)
    page.fill("[name=title]", TITLE)
    page.fill("[name=answer-1]", "Wir schleifen gemeinsam.")
    page.locator("#idea-form button[name=save]").last.click()
    expect(page.locator("main")).to_contain_text("offen für alle, die für Ihre Organisation schreiben")
    return re.sub(r"^https?://[^/]+", "", page.url)


def merge(first: Page, second: Page, draft: str, day: str, *, scripts: bool) -> None:
    """Both have the draft open; the second saves first, then the first is led to the page with both texts."""
    for page in (first, second):
        page.goto(draft)
    second.fill("[name=answer-1]", f"Wir schleifen am {day} in Halle 2.")
    second.fill("[name=summary]", f"Eine Schleiferei für alle, am {day}.")
    with second.expect_navigation():
        second.locator("#idea-form button[name=save]").last.click()
    first.fill("[name=answer-1]", f"Wir schleifen am {day} ab acht.")
    with first.expect_navigation():
        first.locator("#idea-form button[name=save]").last.click()
    expect(first.locator("main h1")).to_have_text("Zwei Texte zugleich")
    if scripts:
        hold(first)
    first.locator("[name=pick-answer-1][value=mine]").check(force=True)
    first.fill("#own-answer-1", f"Wir schleifen am {day} ab acht in Halle 2.")
    first.locator("#merge-form button[name=save]").click()
    expect(first.locator("[name=summary]")).to_have_value(f"Eine Schleiferei für alle, am {day}.")
    expect(first.locator("[name=answer-1]")).to_have_value(f"Wir schleifen am {day} ab acht in Halle 2.")


def release(approver: Page, author: Page) -> str:
    """Read, talked about, changed, released; returns the number."""
    approver.goto("/de/me/")
    approver.get_by_role("link", name=TITLE).first.click()
    expect(approver.locator("main h1")).to_have_text(TITLE)
    hold(approver)
    approver.fill("[name=body]", "Ich ergänze den Titel.")
    approver.locator("form[action$='/notes'] button[type=submit]").click()
    expect(approver.locator("#notes ~ div, [aria-labelledby=notes]").first).to_contain_text("Ich ergänze den Titel.")
    approver.get_by_role("link", name="Text ändern").first.click()
    approver.fill("[name=title]", f"{TITLE} und prüfen")
    approver.locator("#idea-form button[name=save][value=release]").click()
    expect(approver.locator("[aria-labelledby=changes]")).to_contain_text("und prüfen")
    hold(approver)
    approver.locator("button[name=release]").click()
    expect(approver.locator("main .c-ref").first).to_be_visible()
    number = approver.locator("main .c-ref").first.inner_text()
    author.goto(approver.url)
    expect(author.locator("main")).to_contain_text("Ich ergänze den Titel.")
    return number


def test_invite_write_together_release_submit_leave(browser: Any, live_server: Any) -> None:
    approver = sign_in(browser.page(), live_server, "approver")
    author = sign_in(browser.page(), live_server, "author")
    colleague = sign_in(browser.page(javascript=False), live_server, "visitor")
    invite(approver, colleague, live_server.account("visitor")[0])
    draft = write(author)
    merge(colleague, author, draft, "Montag", scripts=False)
    merge(author, colleague, draft, "Freitag", scripts=True)
    author.goto(draft)
    author.locator("#idea-form button[name=submit]").click()
    expect(author.locator("main")).to_contain_text("Zur Freigabe")
    hold(author)
    number = release(approver, author)
    moderator = sign_in(browser.page(), live_server, "moderator")
    moderator.goto("/de/moderation/")
    moderator.get_by_role("link", name=f"{TITLE} und prüfen").first.click()
    expect(moderator.locator("main")).not_to_contain_text("Ich ergänze den Titel.")
    assert re.fullmatch(r"[A-Z]+-\d{4}-\d{5}", number)
    hold(approver)
    for address in (f"/de/organisations/{SLUG}", f"/de/organisations/{SLUG}/members", "/de/me/"):
        approver.goto(address)
        hold(approver)
    colleague.goto(f"/de/organisations/{SLUG}/members")
    colleague.locator("form[action$='/leave'] button").click()
    answer = colleague.goto(draft)
    assert answer is not None and answer.status == 403
