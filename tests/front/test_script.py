"""What the script adds, in a real browser, under the policy that the product sends; without it every control still works.

The pages are the sample of this folder, answered from here: no server runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from consult.core.web import CSP
from tests.front.sample import frame, sample
from tests.support.browser import assert_accessible, overflow

pytestmark = pytest.mark.sqlite

STATIC = Path(__file__).resolve().parents[2] / "consult" / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
HOST = "http://127.0.0.1:1"


class Site:
    """Answers a page's requests: `pages` by path, static files from the folder, everything else by `answers`."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.answers: dict[str, Callable[[Any], dict[str, Any]]] = {}
        self.asked: list[Any] = []

    def handle(self, route: Any) -> None:
        request = route.request
        path = urlsplit(request.url).path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        elif path in self.pages and request.method == "GET":
            headers = {"Content-Security-Policy": CSP}
            route.fulfill(body=self.pages[path], content_type="text/html; charset=utf-8", headers=headers)
        else:
            self.asked.append(request)
            route.fulfill(**self.answers[path](request))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def tab(chromium_browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """`tab(html, javascript=True, width=1280, dark=False)` opens a page; a complaint of the console fails the test."""
    complaints: list[str] = []
    contexts = []

    def hear(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def show(html: str, *, javascript: bool = True, width: int = 1280, dark: bool = False) -> Any:
        scheme = "dark" if dark else "light"
        context = chromium_browser.new_context(
            base_url=HOST,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale="de-DE",
        )
        contexts.append(context)
        context.set_default_timeout(5_000)
        context.route("**/*", site.handle)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        site.pages["/page"] = html
        page = context.new_page()
        page.goto("/page")
        return page

    yield show
    for context in contexts:
        context.close()
    assert not complaints


def small(body: str) -> str:
    """A page with nothing but this and the script."""
    return (
        '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>x</title>'
        '<link rel="stylesheet" href="/static/consult.css"><link rel="icon" href="/static/icon.svg">'
        f'<script type="module" src="/static/consult.js"></script></head><body>{body}</body></html>'
    )


# ---- the whole sample -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (320, True)])
def test_sample_is_accessible_and_fits(app: Any, tab: Any, site: Site, width: int, dark: bool) -> None:
    site.answers["/preview"] = lambda request: {"body": "<p>Vorschau</p>", "content_type": "text/html"}
    page = tab(sample(app, {"title": "", "email": "info@beispiel"}, **frame(signed_in=True)), width=width, dark=dark)
    assert_accessible(page)
    assert overflow(page) == 0


def test_sample_works_without_scripts(app: Any, tab: Any) -> None:
    page = tab(sample(app), javascript=False, width=360)
    page.get_by_text("Menü", exact=True).click()
    assert page.get_by_role("link", name="Ideen", exact=True).first.is_visible()
    page.get_by_text("Filtern", exact=True).click()
    assert page.get_by_role("button", name="Anwenden").is_visible()
    assert page.get_by_label("OptoNet").is_visible() and not page.get_by_label("In dieser Liste suchen").is_visible()


def test_summary_of_errors_takes_the_focus(app: Any, tab: Any) -> None:
    page = tab(sample(app, {"title": ""}))
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.get_by_role("alert").get_by_role("link", name="Titel").click()
    assert page.evaluate("document.activeElement.id") == "title"


def test_menu_closes_with_escape_and_gives_the_focus_back(app: Any, tab: Any) -> None:
    page = tab(sample(app), width=360)
    page.locator("details[data-menu] summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.locator("details[data-menu]").evaluate("e => e.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.locator("details[data-menu] summary").click()
    page.locator("h1").click()
    assert not page.locator("details[data-menu]").evaluate("e => e.open")


def test_a_button_prints_the_page_and_is_hidden_where_no_script_can(app: Any, tab: Any) -> None:
    body = '<p data-print hidden><button type="button">Drucken</button></p>'
    page = tab(small(body))
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Drucken").click()
    assert page.title() == "printed"
    assert not tab(small(body), javascript=False).get_by_role("button", name="Drucken").is_visible()


# ---- writing --------------------------------------------------------------------------------------------------------


def test_counter_counts_characters_and_says_when_it_is_too_long(app: Any, tab: Any) -> None:
    page = tab(sample(app))
    page.locator("#title").fill("Prüfstand 🔬")
    line = page.locator("#title-count span")
    assert line.inner_text() == "11 von 120 Zeichen"
    page.locator("#title").fill("x" * 1121)
    assert line.inner_text() == "1.121 von 120 Zeichen" and "is-over" in line.get_attribute("class")


def test_preview_shows_what_the_server_made_of_the_text(app: Any, tab: Any, site: Site) -> None:
    html = "<p>Ein <strong>Satz</strong></p><script>document.title = 'x'</script>"
    site.answers["/preview"] = lambda request: {"body": html, "content_type": "text/html"}
    page = tab(sample(app).replace("data-autosave-url", "data-off"))
    title = page.title()
    page.locator("#body").fill("Ein **Satz**")
    page.locator("#body-preview strong").wait_for()
    sent = parse_qs(site.asked[0].post_data)
    assert sent["text"] == ["Ein **Satz**"] and sent["csrf_token"][0]
    assert page.locator("#body-preview").get_attribute("aria-label") == "Vorschau: Ihre Antwort"
    page.locator("#body").fill("")
    page.locator("#body-preview").wait_for(state="hidden")
    assert page.title() == title


SAVING = small(
    '<form method="post" action="/page" data-autosave-url="/save"><input type="hidden" name="csrf_token" value="T">'
    '<label>Titel <input name="title"></label><span class="c-save" role="status" data-save data-busy="Speichert …" '
    'data-saved="Gespeichert um {time} Uhr" data-failed="Nicht gespeichert."></span><button>Weiter</button></form>'
)


def test_autosave_sends_the_form_and_moves_to_the_draft(tab: Any, site: Site) -> None:
    answer = {"url": "/de/ideas/drafts/abc", "autosave_url": "/save2"}
    site.answers["/save"] = lambda request: {"body": json.dumps(answer), "content_type": "application/json"}
    site.answers["/save2"] = lambda request: {"status": 204, "body": ""}
    page = tab(SAVING)
    page.get_by_label("Titel").fill("Prüfstand")
    page.get_by_text("Gespeichert um").wait_for()
    assert "Prüfstand" in site.asked[0].post_data and 'name="csrf_token"' in site.asked[0].post_data
    assert urlsplit(page.url).path == "/de/ideas/drafts/abc"
    assert page.locator("form").get_attribute("action") == "/de/ideas/drafts/abc"
    page.get_by_label("Titel").fill("Zwei")
    page.wait_for_function("document.querySelector('form').dataset.autosaveUrl === '/save2'")
    page.wait_for_timeout(1200)
    assert [urlsplit(request.url).path for request in site.asked] == ["/save", "/save2"]


def test_times_are_written_as_the_pages_write_them(tab: Any, site: Site) -> None:
    site.answers["/save"] = lambda request: {"body": "{}", "content_type": "application/json"}
    english = SAVING.replace('lang="de"', 'lang="en"').replace("Gespeichert um {time} Uhr", "Saved at {time}")
    page = tab(english)
    page.get_by_label("Titel").fill("Prüfstand")
    page.get_by_text("Saved at").wait_for()
    said = page.locator("[data-save]").inner_text()
    assert re.fullmatch(r"Saved at [0-2]\d:[0-5]\d", said), said


def test_autosave_says_that_it_failed_and_tries_again(tab: Any, site: Site) -> None:
    states = iter([503, 200, 200])
    site.answers["/save"] = lambda request: {"status": next(states), "body": "{}", "content_type": "application/json"}
    page = tab(SAVING)
    page.get_by_label("Titel").fill("Prüfstand")
    page.get_by_text("Nicht gespeichert.").wait_for()
    assert "is-failed" in page.locator("[data-save]").get_attribute("class")
    assert page.get_by_label("Titel").input_value() == "Prüfstand"
    page.get_by_label("Titel").fill("Prüfstand 2")
    page.get_by_text("Gespeichert um").wait_for()
    assert "is-failed" not in page.locator("[data-save]").get_attribute("class")


def test_picker_filters_and_keeps_what_is_chosen(app: Any, tab: Any, site: Site) -> None:
    found = {
        "data": [
            {"value": "photonics", "label": "Photonics BW", "note": "Oberkochen"},
            {"value": "opto", "label": "OptoNet"},
        ]
    }
    site.answers["/find"] = lambda request: {"body": json.dumps(found), "content_type": "application/json"}
    site.answers["/autosave"] = lambda request: {"status": 204, "body": ""}
    page = tab(sample(app))
    page.get_by_label("medways").check()
    page.get_by_label("In dieser Liste suchen").fill("photo")
    page.get_by_label("Photonics BW (Oberkochen)").check()
    assert page.get_by_label("medways").is_visible() and not page.get_by_label("OptoNet").is_visible()
    assert page.locator("[data-picker-status]").inner_text() == "2 angezeigt, 2 gewählt"
    assert parse_qs(urlsplit(next(r.url for r in site.asked if "/find" in r.url)).query) == {"q": ["photo"]}
    chosen = page.evaluate("new FormData(document.querySelector('form[data-autosave-url]')).getAll('clusters')")
    assert chosen == ["medways", "photonics"]


# ---- moderation -----------------------------------------------------------------------------------------------------

QUEUE = small(
    """<label>Suche <input id="find"></label>
    <table data-queue><tbody><tr><td><a href="#a">A</a></td></tr><tr><td><a href="#b">B</a></td></tr></tbody></table>
    <details data-keys-help><summary>Tasten</summary>J</details>"""
)
DECIDE = small(
    """<form data-keys method="get" action="/page">
    <label><input type="radio" name="outcome" value="publish" data-key="p" checked><span>Veröffentlichen</span></label>
    <label><input type="radio" name="outcome" value="merge" data-key="m"><span>Zusammenführen</span></label>
    <p data-when="outcome:merge,split"><label>Ziel <input name="target"></label></p>
    <label>Satz <textarea name="note"></textarea></label>
    <button><span data-act="outcome">Entscheiden</span></button></form>"""
)


def test_queue_moves_by_single_keys_outside_fields(tab: Any) -> None:
    page = tab(QUEUE)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "A"
    for _time in range(2):
        page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "B"
    assert page.locator("tr[aria-current=true]").inner_text() == "B"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "A"
    page.locator("#find").focus()
    page.keyboard.type("jk?")
    assert page.locator("#find").input_value() == "jk?" and not page.locator("details").evaluate("e => e.open")
    page.locator("a").first.focus()
    page.keyboard.press("?")
    assert page.locator("details").evaluate("e => e.open")


def test_decision_by_keys(tab: Any) -> None:
    page = tab(DECIDE)
    assert not page.get_by_label("Ziel").is_visible() and page.get_by_role("button").inner_text() == "Veröffentlichen"
    page.keyboard.press("m")
    assert page.get_by_label("Ziel").is_visible() and page.get_by_role("button").inner_text() == "Zusammenführen"
    page.get_by_label("Satz").fill("")
    page.get_by_label("Satz").press_sequentially("p")
    assert page.get_by_label("Zusammenführen").is_checked()
    with page.expect_navigation():
        page.get_by_label("Satz").press("Control+Enter")
    assert parse_qs(urlsplit(page.url).query) == {"outcome": ["merge"], "note": ["p"]}


def test_decision_without_scripts_shows_every_field(tab: Any) -> None:
    page = tab(DECIDE, javascript=False)
    assert page.get_by_label("Ziel").is_visible() and page.get_by_role("button").inner_text() == "Entscheiden"


def test_tray_counts_and_stops_at_its_limit(tab: Any) -> None:
    ticks = "".join(f'<label><input type="checkbox" name="c" value="{n}" data-compare>{n}</label>' for n in range(4))
    page = tab(small(f'<form>{ticks}<p data-tray data-max="2"><b data-count>0</b> gewählt</p></form>'))
    page.get_by_label("0").check()
    page.get_by_label("1").check()
    assert page.locator("[data-count]").inner_text() == "2" and page.get_by_label("3").is_disabled()
    page.get_by_label("1").uncheck()
    assert page.get_by_label("3").is_enabled()
