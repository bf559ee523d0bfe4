"""The editorial office in a real browser: every page of topics, programmes, projects and activities at both widths."""

from __future__ import annotations

from typing import Any

from tests.support.browser import look, sign_in

MONTH = "/editorial/topics/thema-internationalisierung"
EXAMPLE = "example-programm-offene-region"
STAND = "example-messestand-zwei-laender"
SIGNED_OUT = [
    "/de/topics/",
    "/de/topics/thema-internationalisierung",
    f"/de/programmes/{EXAMPLE}",
    "/de/programmes/?open=1",
]
PAGES = {
    "editor": [
        "/de/editorial/", "/de/editorial/topics/", "/de/editorial/topics/new", f"/de{MONTH}", f"/en{MONTH}/preview",
        f"/de{MONTH}/picture", f"/de{MONTH}/versions/", "/de/editorial/programmes/", f"/de/editorial/programmes/{EXAMPLE}",
        f"/de/editorial/programmes/{EXAMPLE}/calls/example-aufruf-pilot", "/de/editorial/projects/",
        "/de/editorial/projects/new", "/de/editorial/activities/", f"/de/editorial/activities/{STAND}",
        f"/de/activities/{STAND}/messages/", f"/de/activities/{STAND}/messages/new", f"/de/programmes/{EXAMPLE}",
    ],
    "cluster": ["/de/editorial/activities/", "/de/editorial/activities/new"],
}  # fmt: skip


def test_pages_are_accessible(browser: Any, live_server: Any) -> None:
    page = browser.page()
    for path in SIGNED_OUT:
        look(page, path)
    for name, paths in PAGES.items():
        page = browser.page()
        sign_in(page, live_server, name)
        for path in paths:
            look(page, path)
