"""What every answer says to the browser, pages and files, successes and errors alike (OWASP ASVS 5.0, V3)."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts.operations import issue_token
from tests.support.factories import PASSWORD
from tests.support.page import html

SECURE = {"SITE_URL": "https://ideas.example"}


@pytest.mark.sqlite
def test_every_kind_of_answer_carries_the_same_protection(
    own_app: Any, client: Any, make: Any, cast: Any, db: Any
) -> None:
    make.consultation()
    token = issue_token("reset", cast.owner)
    db.session.commit()
    browser = own_app(**SECURE).test_client()
    found = []
    for method, path, status in (
        ("GET", "/de/", 200),
        ("GET", "/de/account/sign-in", 200),
        ("GET", f"/de/account/reset/{token}", 200),
        ("GET", "/de/account/reset/unknown", 410),
        ("GET", "/de/account/", 303),
        ("GET", "/de/nowhere", 404),
        ("DELETE", "/de/ideas/", 405),
        ("POST", "/de/account/sign-in", 400),
        ("GET", "/de/transparency.csv", 200),
        ("GET", "/api/v1/ideas", 200),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/feeds/de/ideas.atom", 200),
        ("GET", "/healthz", 200),
        ("GET", "/static/consult.css", 200),
        ("GET", "/static/none.css", 404),
        ("GET", "/robots.txt", 200),
    ):
        answer = browser.open(path, method=method, base_url=SECURE["SITE_URL"])
        answer.close()
        policy, headers = answer.headers.get("Content-Security-Policy", ""), answer.headers
        # what default-src 'none' does not cover is named; object-src it covers
        needed = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
        faults = [part for part in needed if part not in policy]
        faults += ["unsafe"] if "unsafe" in policy else []
        faults += [
            name
            for name, value in {
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
                "Cross-Origin-Opener-Policy": "same-origin",
            }.items()
            if headers.get(name) != value
        ]
        faults += [] if "max-age=31536000" in headers.get("Strict-Transport-Security", "") else ["HSTS"]
        if answer.status_code != status or faults:
            found.append(f"{method} {path}: {answer.status_code}, without {faults}")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_behind_tls_the_cookie_belongs_to_this_host_alone(own_app: Any, make: Any, db: Any) -> None:
    make.person("Mona", email="mona@people.example", password=PASSWORD)
    db.session.commit()
    browser = own_app(**SECURE).test_client()
    page = browser.get("/de/account/sign-in", base_url=SECURE["SITE_URL"])
    token = html(page).one("main [name=csrf_token]")["value"]
    answer = browser.post(
        "/de/account/sign-in",
        data={"email": "mona@people.example", "password": PASSWORD, "csrf_token": token},
        base_url=SECURE["SITE_URL"],
        headers={"Referer": f"{SECURE['SITE_URL']}/de/account/sign-in"},
    )
    assert answer.status_code == 303
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if "session" in one]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain=" not in cookie
