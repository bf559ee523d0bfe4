"""A browser's name in words, so that people recognise where they are signed in. No more is kept than what it sent."""

from __future__ import annotations

import re

from consult.core.i18n import _

# The first that fits counts: browsers name their ancestors too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_words(agent: str) -> str:
    """ "Firefox, Linux" for what Firefox sends; for others the beginning of what they sent, or that nothing is known."""
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in agent), "")
    system = next((name for mark, name in _SYSTEMS if re.search(rf"\b{mark}\b", agent)), "")
    return ", ".join(filter(None, (browser, system))) or agent[:60] or _("Unknown browser")
