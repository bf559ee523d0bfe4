"""A word without an end in the field of a list: what repeats it breaks it, and no page scrolls sideways on a phone."""

from __future__ import annotations

from typing import Any

from tests.support.browser import overflow, sign_in

WORD = "Wx" * 90
WIDER = "[...document.querySelectorAll('.c-scroll')].map(one => one.scrollWidth - one.clientWidth)"
LISTS = ("ideas/", "clusters/", "projects/", "activities/", "programmes/", "partners/", "topics/", "search")


# Pages that show names of clusters and projects, titles of questions, programmes and topics in headings and links.
TITLED = (
    "", "consultations/current", "consultations/open-region/questions/2", "clusters/", "clusters/acod", "projects/",
    "activities/", "programmes/", "topics/", "partners/", "ideas/",
)  # fmt: skip
HEADINGS = "main :is(h1, h2, h3, h4)"
PUT = "([where, word]) => document.querySelectorAll(where).forEach(one => (one.querySelector('a') || one).append(word))"


def test_what_was_sought_widens_no_list(browser: Any, live_server: Any) -> None:
    page = browser.page(width=320)
    for address in LISTS:
        response = page.goto(f"/de/{address}?q={WORD}")
        assert response is not None and response.status == 200, address
        assert overflow(page) == 0, address
    sign_in(page, live_server, "company")
    page.goto(f"/de/ideas/?q={WORD}")
    page.locator("main form[action$='/notices/searches'] button").click()
    for address in ("/de/notices/searches", "/de/me/"):
        page.goto(address)
        assert overflow(page) == 0, address


def test_a_title_without_an_end_widens_no_row_of_the_queue(browser: Any, live_server: Any) -> None:
    """Whoever sends one would have the moderation scroll sideways in all rows."""
    writer = sign_in(browser.page(), live_server, "company")
    writer.goto("/de/ideas/new")
    writer.fill("[name=title]", WORD[:120])
    writer.fill("[name=answer-1]", "Eine Antwort, die lang genug ist, um gelesen zu werden.")
    writer.locator("#idea-form button[name=submit]").click()
    writer.wait_for_load_state()
    page = sign_in(browser.page(width=360), live_server, "moderator")
    page.goto("/de/moderation/")
    assert WORD[:120] in page.content()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(WIDER) == [0]
    page.set_viewport_size({"width": 320, "height": 800})
    page.locator(".c-queue h2 a", has_text=WORD[:120]).click()
    page.wait_for_load_state()
    assert WORD[:120] in page.locator("h1").inner_text() and overflow(page) == 0


def test_a_name_without_an_end_widens_no_page_that_it_stands_on(browser: Any, live_server: Any) -> None:
    page = sign_in(browser.page(width=320), live_server, "outsider")
    page.goto("/de/account/")
    page.fill("main [name=name]", WORD[:120])
    page.locator("main form:has([name=name]) button[type=submit]").click()
    page.goto("/de/ideas/")
    page.locator("main .c-list h2 a").first.click()
    page.fill("main textarea[name=body]", "Das sehen wir genauso.")
    page.locator("main form:has(textarea[name=body]) button[type=submit]").first.click()
    page.wait_for_load_state()
    assert WORD[:120] in page.locator("main").inner_text()
    assert overflow(page) == 0
    page.goto(str(page.locator("main .c-comment a[href*='/comments/']").last.get_attribute("href")))
    assert overflow(page) == 0


def test_no_title_that_editors_set_widens_a_page(browser: Any, live_server: Any) -> None:
    page = sign_in(browser.page(width=320), live_server, "moderator")
    for address in (*TITLED, "paper/open-region/enter"):
        response = page.goto(f"/de/{address}")
        assert response is not None and response.status == 200, address
        page.evaluate(PUT, [f"{HEADINGS}, .c-pages a", WORD[:120]])
        assert overflow(page) == 0, address
