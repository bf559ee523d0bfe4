"""Every route says who may come in, and no address answers with an error of ours."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.access import PERMISSIONS, declared_access

# Served by Flask itself: files that everyone may read.
FILES = {"static"}
# Addresses outside the languages, for programs.
PLAIN = (
    "/api/",
    "/feeds/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/sitemap.xml",
    "/robots.txt",
    "/.well-known/",
    "/static/",
    "/uploads/",
    "/dev/",
)

ANSWERS = (200, 302, 303, 304, 308, 400, 401, 403, 404)


@pytest.mark.sqlite
def test_every_route_declares_its_access(app: Any) -> None:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in FILES:
            continue
        needed = declared_access(app.view_functions[rule.endpoint])
        if needed is None:
            found.append(f"{rule.rule} ({rule.endpoint}) declares nothing")
        elif needed not in ("public", "signed-in") and needed not in PERMISSIONS:
            found.append(f"{rule.rule} ({rule.endpoint}) asks for {needed}, which no role has")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_pages_live_below_their_language(app: Any) -> None:
    odd = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/<any(de, en):lang_code>/")
        and rule.rule != "/"
        and not rule.rule.startswith(PLAIN)
    ]
    assert not odd


@pytest.mark.sqlite
def test_a_route_reads_or_writes(app: Any) -> None:
    """What changes something is a POST (or the API's PUT, PATCH, DELETE); mail scanners follow every link they find."""
    verbs = ("delete", "remove", "withdraw", "publish", "confirm", "join", "leave", "sign-out", "support", "follow")
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) and rule.rule.rsplit("/", 1)[-1] in verbs:
            found.append(f"{rule.rule} is only GET")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("who", ["visitor", "participant", "moderator", "editor", "administrator"])
def test_addresses_without_parameters_answer(
    app: Any, client: Any, cast: Any, sign_in: Any, who: str, language: str
) -> None:
    """On an empty database, for every kind of reader: a page, a redirect or a plain refusal."""
    if who != "visitor":
        sign_in(client, {"participant": cast.owner, "administrator": cast.admin}.get(who) or getattr(cast, who))
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" not in (rule.methods or set()) or rule.arguments - {"lang_code"}:
            continue
        path = rule.rule.replace("<any(de, en):lang_code>", language)
        response = client.get(path)
        allowed = (200, 302, 303, 308, 400, 401, 403) if rule.endpoint.endswith((".index", ".home")) else ANSWERS
        if response.status_code not in allowed:
            found.append(f"{path}: {response.status}")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["de", "en"])
def test_an_unknown_address_is_helpful_in_the_readers_language(client: Any, language: str) -> None:
    page = client.page(f"/{language}/there-is-no-such-page", status=404)
    assert page.one("html")["lang"] == language
    assert page.select("main a[href]"), "the page offers no next step"


@pytest.mark.sqlite
def test_a_path_without_language_is_helpful_too(client: Any) -> None:
    assert client.get("/nothing-here").status_code == 404
