"""Tables of the back office on a phone: each row one below the other with its labels, and nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.browser import assert_good_everywhere, sign_in

PAGES = {
    "admin": [
        "admin/people/", "admin/organisations", "admin/audit", "admin/jobs?state=done", "admin/retention",
        "admin/reasons", "admin/consultations/",
    ],
    "editor": ["editorial/clusters/"],
    "moderator": ["moderation/", "moderation/decided"],
}  # fmt: skip
WIDER = "[...document.querySelectorAll('.c-scroll')].map(one => one.scrollWidth - one.clientWidth)"
LABEL = "getComputedStyle(document.querySelector('.c-rows td[data-l]'), '::before').content"


def test_a_portrait_is_edited_and_a_file_read_without_scrolling(browser: Any, live_server: Any) -> None:
    """What the last decision rests on, and the single values of a portrait, on the smallest phone."""
    for name, address in (("editor", "clusters/acod/edit"), ("moderator", "moderation/cases/1/file")):
        page = sign_in(browser.page(width=320), live_server, name)
        response = page.goto(f"/de/{address}")
        assert response is not None and response.status == 200, address
        assert page.locator(".c-scroll .c-rows td[data-l]").count() and set(page.evaluate(WIDER)) == {0}, address
        assert_good_everywhere(page)


def test_what_would_happen_to_several_texts_is_read_without_scrolling(browser: Any, live_server: Any) -> None:
    page = sign_in(browser.page(width=320), live_server, "moderator")
    page.goto("/de/moderation/?kind=idea")
    for place in range(2):
        page.locator("[name=case]").nth(place).check()
    page.locator("form[action$='/bulk'] button[type=submit]").click()
    page.locator("[name=outcome][value=publish]").check()
    page.locator("main form[method=post] button[type=submit]").click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Was geschehen würde"
    page.evaluate("document.querySelectorAll('tbody th').forEach(one => one.prepend('Wx'.repeat(60)))")  # a title
    assert page.locator(".c-scroll tbody tr").count() == 2 and page.evaluate(WIDER) == [0]
    assert_good_everywhere(page)


@pytest.mark.parametrize("name", PAGES)
def test_rows_stand_one_below_the_other(name: str, browser: Any, live_server: Any) -> None:
    page = sign_in(browser.page(width=360), live_server, name)
    for address in PAGES[name]:
        page.set_viewport_size({"width": 360, "height": 800})
        response = page.goto(f"/de/{address}")
        assert response is not None and response.status == 200, address
        assert page.evaluate(WIDER) == [0], address
        if page.locator(".c-rows").count():
            label = page.locator(".c-rows td[data-l]").first.get_attribute("data-l")
            assert label and page.evaluate(LABEL) == f'"{label}"', address
            assert page.locator(".c-rows thead").is_hidden()
            page.set_viewport_size({"width": 1280, "height": 800})
            assert page.locator(".c-rows thead").is_visible() and page.evaluate(LABEL) == "none", address
        assert_good_everywhere(page)
