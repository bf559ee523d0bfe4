"""Portraits in a real browser: two pages on paper, and editing at both widths, light and dark, with and without scripts."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import expect

from consult.core.dataset import dataset
from tests.support.browser import assert_accessible, assert_good_everywhere, look, overflow, sign_in

SIGNED_OUT = [
    "/de/clusters/initiative-erfurter-kreuz", "/de/clusters/self-check?many=yes&cooperate=yes&knowledge=yes",
    "/de/clusters/figures",
]  # fmt: skip
PAGES = {
    "cluster": [
        "/de/clusters/optonet/edit", "/de/clusters/optonet/edit/values/new?kind=members",
        "/de/clusters/optonet/edit/values/new?kind=label", "/de/clusters/optonet/changes", "/de/me/",
    ],
    "editor": [
        "/de/editorial/clusters/", "/de/editorial/clusters/new", "/de/editorial/clusters/optonet",
        "/de/editorial/clusters/optonet/merge", "/de/editorial/clusters/translations",
        "/de/editorial/clusters/optonet/translations/strengths/en", "/de/editorial/import",
    ],
    "company": ["/de/clusters/biorn/claim"],
    "admin": ["/de/admin/clusters"],
}  # fmt: skip


@pytest.mark.parametrize("name", ["", *PAGES])
def test_pages_are_accessible(browser: Any, live_server: Any, name: str) -> None:
    page = browser.page()
    if name:
        sign_in(page, live_server, name)
    for path in PAGES.get(name, SIGNED_OUT):
        look(page, path)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_manager_changes_the_portrait(browser: Any, live_server: Any, javascript: bool) -> None:
    page = browser.page(width=360 if javascript else 1280, javascript=javascript)
    sign_in(page, live_server, "cluster")
    page.goto("/de/me/")
    page.locator("section[aria-labelledby=my-portraits] tbody td a").first.click()
    expect(page.locator("h1")).to_have_text("Portrait bearbeiten")
    words = f"Verbindet Licht und Fertigung, {'mit' if javascript else 'ohne'} Skript."
    page.locator("[name=strengths_de]").fill(words)
    page.locator("[name=website]").fill("keine Adresse")
    page.get_by_role("button", name="Änderung an die Moderation senden").click()
    expect(page.locator("[name=strengths_de]")).to_have_value(words)
    if javascript:
        assert_accessible(page)
    page.locator("[name=website]").fill("optonet-jena.de")
    page.get_by_role("button", name="Änderung an die Moderation senden").click()
    expect(page.locator("main")).to_contain_text("Eine Änderung wartet auf die Moderation")
    expect(page.locator("main table", has_text=words)).to_be_visible()
    if javascript:
        assert_accessible(page)
    assert overflow(page) == 0


def longest(count: int) -> list[str]:
    """The portraits of which most is known, with their relations."""
    facts = dataset()
    linked = Counter(end for row in facts.records("relations") for end in (row["from"], row["to"]))
    size = {
        row["id"]: len(json.dumps(row, ensure_ascii=False)) + 150 * linked[f"cluster/{row['id']}"]
        for row in facts.records("clusters")
    }
    return sorted(size, key=lambda slug: -size[slug])[:count]


def test_the_longest_portraits_print_on_two_pages(browser: Any) -> None:
    page = browser.page()
    for slug in longest(4):
        for language in ("de", "en"):
            page.goto(f"/{language}/clusters/{slug}")
            sheet = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 2, f"{language} {slug}"


def test_a_table_is_brought_in_and_taken_back(browser: Any, live_server: Any) -> None:
    """From the upload over the plan and the result to taking it back; every page holds."""
    page = browser.page()
    sign_in(page, live_server, "editor")
    page.goto("/de/editorial/import")
    page.select_option("main [name=kind]", "clusters")
    content = "id;name.de;name.en;form.value\nneu-eins;Neu eins;New one;unassigned\nneu-zwei;Neu zwei;New two;club\n"
    table = {"name": "cluster.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.set_input_files("main [name=file]", files=[table])  # type: ignore[list-item]
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("club")
    assert_good_everywhere(page)
    page.goto("/de/editorial/import")
    good = {**table, "buffer": content.replace("club", "unassigned").encode()}
    page.select_option("main [name=kind]", "clusters")
    page.set_input_files("main [name=file]", files=[good])  # type: ignore[list-item]
    page.locator("main form button[type=submit]").last.click()
    assert_good_everywhere(page)
    page.locator('main form[action$="/carry-out"] button').click()
    assert_good_everywhere(page)
    page.locator('main form[action$="/undo"] button').click()
    expect(page.locator("main")).to_contain_text("zurückgenommen")
