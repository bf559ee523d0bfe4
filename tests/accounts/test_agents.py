"""Names of browsers."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts.agents import browser_words


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
            "Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 "
            "Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.1", "curl/8.1"),
        ("<b>" * 60, ("<b>" * 60)[:60]),
        ("", "Unbekannter Browser"),
    ],
)
def test_browsers_are_named(app: Any, agent: str, words: str) -> None:
    with app.test_request_context("/de/"):
        assert browser_words(agent) == words
