"""The promise to the outside: every address of the contract answers, in both languages, to whom it should."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts.queries import person_by_email

PUBLIC = [
    "/",
    "/consultations/",
    "/consultations/open-region",
    *(f"/consultations/open-region/questions/{number}" for number in range(1, 6)),
    "/ideas/",
    "/ideas/?q=Werkstoff",
    "/ideas/new?question=3",
    "/clusters/",
    "/clusters/optonet",
    "/clusters/compare?c=cyberforum&c=optonet",
    "/clusters/countries",
    "/clusters/cyberforum",
    "/programmes/",
    "/programmes/innovation-express",
    "/projects/",
    "/projects/allianz-industrie-40-bw",
    "/activities/",
    "/activities/cluster-brunch-2016",
    "/activities/cluster-brunch-2016.ics",
    "/activities/calendar.ics",
    "/partners/",
    "/partners/example-offer-klimaschrank",
    "/topics/",
    "/topics/thema-internationalisierung",
    "/search?q=Cluster",
    "/transparency",
    "/report?url=/de/ideas/",
    "/account/sign-in",
    "/account/sign-up",
    "/organisations/wm-bw",
    "/imprint",
    "/privacy",
    "/accessibility",
    "/rules",
    "/about",
    "/easy-language",
    "/sign-language",
]
OUTSIDE = [
    "/healthz",
    "/api/v1/openapi.json",
    "/api/docs",
    "/api/v1/ideas",
    "/feeds/de/ideas.atom",
    "/feeds/en/ideas.atom",
    "/feeds/de/activities.atom",
    "/feeds/de/topics.atom",
    "/sitemap.xml",
    "/robots.txt",
    "/.well-known/security.txt",
]
SIGNED_IN = {
    "/me/": ("visitor", "company", "moderator", "moderator2", "editor", "analyst", "official", "admin"),
    "/moderation/": ("moderator", "moderator2"),
    "/admin/": ("admin",),
    "/admin/consultations/": ("admin",),
}
EVERYONE = ("visitor", "company", "moderator", "moderator2", "editor", "analyst", "official", "admin")


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_in_both_languages(demo: None, client: Any, path: str) -> None:
    for language in ("de", "en"):
        response = client.get(f"/{language}{path}", follow_redirects=True)
        assert response.status_code == 200, f"/{language}{path}"


@pytest.mark.parametrize("path", OUTSIDE)
def test_address_outside_the_languages(demo: None, client: Any, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", SIGNED_IN)
def test_page_of_the_signed_in(demo: None, new_client: Any, sign_in: Any, path: str) -> None:
    assert new_client().get(f"/de{path}").status_code == 303
    for name in EVERYONE:
        client = sign_in(new_client(), person_by_email(f"{name}@demo.example"))
        expected = 200 if name in SIGNED_IN[path] else 403
        assert client.get(f"/de{path}").status_code == expected, name


@pytest.mark.parametrize(
    ("accepted", "home"), [("de", "/de/"), ("en-GB,en;q=0.9", "/en/"), ("fr", "/de/"), ("", "/de/")]
)
def test_root_leads_to_the_readers_language(demo: None, client: Any, accepted: str, home: str) -> None:
    response = client.get("/", headers={"Accept-Language": accepted})
    assert response.status_code in (302, 303, 307)
    assert response.headers["Location"].endswith(home)


@pytest.mark.parametrize(("language", "words"), [("de", "Diese Seite"), ("en", "do not have this page")])
@pytest.mark.parametrize(
    "path", ["/no-such-page", "/ideas/OR-1999-99999", "/clusters/none", "/activities/none", "/projects/none"]
)
def test_unknown_address_gets_help_in_the_readers_language(
    demo: None, client: Any, language: str, words: str, path: str
) -> None:
    response = client.get(f"/{language}{path}")
    assert response.status_code == 404
    assert f'lang="{language}"' in response.text
    assert f'href="/{language}/"' in response.text


def test_readers_get_no_cookie_and_no_token(demo: None, client: Any) -> None:
    """Signed out, public pages are shared: nothing in them belongs to one reader (TDDDG § 25: nothing needs consent)."""
    for path in PUBLIC:
        if path.startswith(("/ideas/new", "/report", "/account")):
            continue
        response = client.get(f"/de{path}", follow_redirects=True)
        assert "Set-Cookie" not in response.headers, path
        assert "csrf_token" not in response.text, path
        assert "private" not in response.headers.get("Cache-Control", ""), path
