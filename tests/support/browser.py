"""A real Chromium for the journeys. It can reach this machine only, and complains where a page does.

A request to another host, an error in a script, a violation of the content security policy or a broken resource fails the
test that caused it, whatever the test looks at.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Response, Route, expect

from tests.support.machine import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def launch(playwright: Playwright) -> Chromium:
    """Start the system's Chromium, headless. What is waited for may take its time on a busy machine."""
    expect.set_options(timeout=20_000)
    return playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)


class Browser:
    """What a test gets: `page()` opens a page in a profile of its own, on the server `base_url`."""

    def __init__(self, chromium: Chromium, base_url: str) -> None:
        self.chromium = chromium
        self.base_url = base_url
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    def page(
        self, *, language: str = "de", javascript: bool = True, width: int = 1280, height: int = 900, dark: bool = False,
        **options: Any,
    ) -> Page:  # fmt: skip
        """A page of a fresh visitor: no cookies, in this language, window and colour scheme."""
        context = self.chromium.new_context(
            base_url=self.base_url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale={"de": "de-DE", "en": "en-GB"}[language],
            timezone_id="Europe/Berlin",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(30_000)
        self._contexts.append(context)
        context.route("**/*", self._gate)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("response", self._look)
        return context.new_page()

    def _gate(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in ("data", "blob", "about") or parts.hostname == "127.0.0.1":
            route.continue_()
        else:
            self.complaints.append(f"request to {route.request.url}")
            route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        # the browser notes every answer from 400 on as an error; those of pages are the test's own business
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ("stylesheet", "script", "font", "image"):
            self.complaints.append(f"{response.status} for {response.url}")

    def close(self) -> None:
        """Close all pages; fails if one of them complained."""
        for context in self._contexts:
            context.close()
        assert not self.complaints, "\n".join(dict.fromkeys(self.complaints))


# what axe judges by colours and sizes: all else is the same in every window and colour scheme
SEEN_RULES = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
LOOKS = [(360, True)]


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page as it stands, one line for each element.

    Where scripts are off, axe's promise would never be kept and the test would wait for ever: that is refused.
    """
    page.wait_for_load_state("load")  # before it, a page may stand there without its style sheet
    allowed = page.evaluate("matchMedia('(scripting: enabled)').matches")
    assert allowed, "axe needs scripts: look at this page in a browser that runs them"
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_RULES}
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(only) => axe.run({ runOnly: only, resultTypes: ['violations'] })", only)
    return [
        f"{broken['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]


def sign_in(page: Page, live_server: Any, name: str, language: str = "de") -> Page:
    """Sign in an account of the demo by the form, and wait until it holds; the page again."""
    address, password = live_server.account(name)
    page.goto(f"/{language}/account/sign-in")
    page.fill("main [name=email]", address)
    page.fill("main [name=password]", password)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("form[action$='/account/sign-out']")).to_be_attached()
    return page


def look(page: Page, path: str) -> None:
    """Open a page and hold it to what holds everywhere: axe, both looks, no sideways scrolling."""
    response = page.goto(path)
    assert response is not None and response.status == 200, path
    assert_good_everywhere(page)


def assert_accessible(page: Page) -> None:
    """Fail with axe's findings, if it has any."""
    found = violations(page)
    assert not found, f"{page.url}\n  " + "\n  ".join(found)


def assert_good_everywhere(page: Page) -> None:
    """Fail where axe finds anything or a page scrolls sideways: both widths, light and dark.

    All of axe's rules in the wide, light window; in the narrow, dark one what depends on how the page looks. Colours
    come from the scheme alone and sizes from the width alone, so that the two other pairs hold nothing new. The page is
    left as it was found.
    """
    before = page.viewport_size
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    assert_accessible(page)
    assert overflow(page) == 0, f"{page.url} at 1280 px"
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        found = violations(page, SEEN_RULES)
        assert not found, f"{page.url} at {width} px, {'dark' if dark else 'light'}\n  " + "\n  ".join(found)
        assert overflow(page) == 0, f"{page.url} at {width} px"
    if before is not None:
        page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 where nothing scrolls sideways."""
    page.wait_for_load_state("load")  # before it, no letters may have been asked for, and none are waited for
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(f"document.fonts.ready.then(() => {wider})"))  # measured in the page's own letters
