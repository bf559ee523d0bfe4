"""A real Chromium for the journeys. It can reach this machine only, and complains where a page does.

A request to another host, an error in a script, a violation of the content security policy or a broken resource fails the
test that caused it, whatever the test looks at.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Response, Route

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
    """Start the system's Chromium, headless."""
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
        context.set_default_timeout(10_000)
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


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line for each element.

    Where scripts are off, axe's promise would never be kept and the test would wait for ever: that is refused.
    """
    allowed = page.evaluate("matchMedia('(scripting: enabled)').matches")
    assert allowed, "axe needs scripts: look at this page in a browser that runs them"
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}, "resultTypes": ["violations"]})
    return [
        f"{found['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for found in answer.response["violations"]
        for node in found["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Fail with axe's findings, if it has any."""
    found = violations(page)
    assert not found, f"{page.url}\n  " + "\n  ".join(found)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 where nothing scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
