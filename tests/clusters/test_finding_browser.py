"""The pages that find and compare in a real browser: axe in both widths and schemes, without scripts, and on paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import assert_good_everywhere, overflow

PAGES = {
    "directory": "/de/clusters/?region=DE1&label=ecei",
    "map": "/de/clusters/?map=world&country=US",
    "comparison": "/de/clusters/compare?c=medicalmountains&c=cyberforum&c=optonet&c=biorn&c=photonics-bw&c=protonetz",
    "countries": "/de/clusters/countries",
    "country": "/de/clusters/countries?country=US",
    "roles": "/de/clusters/roles",
    "project": "/de/clusters/roles?project=allianz-industrie-40-bw",
    "neighbourhood": "/de/clusters/medicalmountains/neighbourhood",
}


def unfold(page: Page) -> None:
    """Open what is folded, so that axe sees it."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def test_every_page_is_accessible_and_fits(browser: Any, live_server: Any) -> None:
    page = browser.page()
    for address in PAGES.values():
        page.goto(address)
        unfold(page)
        assert_good_everywhere(page)


def test_words_in_drawings_stay_readable_on_a_phone(browser: Any, live_server: Any) -> None:
    page = browser.page(width=360)
    for name in ("map", "neighbourhood"):
        page.goto(PAGES[name])
        sizes = page.evaluate(
            "[...document.querySelectorAll('main svg a text')].map((one) => {"
            "const svg = one.ownerSVGElement, scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;"
            "return parseFloat(getComputedStyle(one).fontSize) * scale; })"
        )
        assert sizes and min(sizes) >= 12, (name, min(sizes))


def test_the_way_from_the_map_to_a_comparison_needs_no_scripts(browser: Any, live_server: Any) -> None:
    page = browser.page(javascript=False)
    page.goto("/de/clusters/")
    page.get_by_role("link", name="Wohin sie sich richten").click()
    page.locator("svg.c-map a[aria-label^='US, ']").click()
    expect(page).to_have_url(re.compile(r"map=world&country=US$"))
    expect(page.locator("article.c-cluster")).to_have_count(3)
    for box in page.locator("article.c-cluster input[name=c]").all():
        box.check()
    page.get_by_role("button", name="Vergleichen").click()
    expect(page).to_have_url(re.compile(r"/de/clusters/compare\?c=[a-z-]+&c=[a-z-]+&c=[a-z-]+$"))
    expect(page.locator("h1")).to_have_text("Drei Cluster im Vergleich")
    page.go_back()
    page.locator("svg.c-map a[aria-current=true]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.c-cluster")).to_have_count(3)


def test_nodes_are_reached_by_keyboard(browser: Any, live_server: Any) -> None:
    page = browser.page()
    page.goto(PAGES["neighbourhood"])
    nodes = page.locator(".c-graph svg a")
    nodes.first.focus()
    name = nodes.nth(1).get_attribute("aria-label")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name
    target = nodes.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(str(target)) + "$"))


def _sheets(page: Page) -> list[tuple[float, float]]:
    """Width and height of the sheets that the browser prints."""
    content = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)
    return [(float(width), float(height)) for width, height in boxes]


@pytest.mark.parametrize("name", ["comparison", "countries", "roles"])
def test_wide_tables_are_printed_across_the_sheet(browser: Any, live_server: Any, name: str) -> None:
    page = browser.page()
    page.goto(PAGES[name])
    sheets = _sheets(page)
    assert sheets and all(width > height for width, height in sheets), sheets
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1030, "height": 700})  # landscape A4 without its margins
    assert overflow(page) == 0
    for hidden in (".c-nav", ".c-tools", "form"):
        assert not page.locator(f"main {hidden}, header {hidden}").filter(visible=True).count(), hidden
    cut = page.evaluate(
        "[...document.querySelectorAll('main table td, main table th')]"
        ".filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert cut == 0, f"{cut} cells are cut off"


def test_a_portrait_is_still_printed_upright(browser: Any, live_server: Any) -> None:
    page = browser.page()
    page.goto("/de/clusters/medicalmountains")
    assert all(width < height for width, height in _sheets(page))
