"""Every page about one's account, one's own things and one's data in a real browser: axe, both widths, light and dark."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Page

from tests.journey.test_journey import link_in, newest_mail, sign_in
from tests.support.browser import assert_good_everywhere
from tests.support.server import PASSWORD

FIRM = "beispiel-sensorik-gmbh"
SIGNED_OUT = {
    "/account/sign-in": 200, "/account/sign-up": 200, "/account/reset": 200, "/account/sent/reset": 200,
    "/account/link/spent": 410, "/organisations/invitations/spent": 410,
}  # fmt: skip
OWN = [
    "/me/", "/account/", "/account/address", "/account/password", "/account/data", "/account/prove",
    "/account/second-factor", "/notices/", "/notices/mail", "/notices/searches", "/notices/following",
    f"/organisations/{FIRM}", f"/organisations/{FIRM}/members", f"/organisations/{FIRM}/edit", "/organisations/new",
    "/organisations/musterplast-spritzguss-gmbh/join",
]  # fmt: skip
OFFICE = ["/admin/retention", "/admin/security", "/admin/people"]


def look(page: Page, path: str, status: int = 200) -> None:
    response = page.goto(f"/de{path}")
    assert response is not None and response.status == status, f"{path}: {response and response.status}"
    assert_good_everywhere(page)


def refused(page: Page, path: str, form: str, **typed: str) -> None:
    """The page as it comes back with what is wrong."""
    page.goto(f"/de{path}")
    for name, value in typed.items():
        page.fill(f"{form} [name={name}]", value)
    with page.expect_response(lambda one: one.request.method == "POST") as answer:
        page.locator(f"{form} button[type=submit]").first.click()
    assert answer.value.status == 422, path
    page.wait_for_load_state()
    assert_good_everywhere(page)


def test_signed_out_and_behind_mailed_links(browser: Any) -> None:
    page = browser.page()
    for path, status in SIGNED_OUT.items():
        look(page, path, status)
    refused(
        page, "/account/sign-in", "main form:has([name=password])", email="niemand@people.example", password="falsch"
    )
    refused(page, "/account/sign-up", "main form:has([name=password])", email="kein-at", password="kurz")
    for path, typed, part in (
        ("/account/sign-up", {"email": "neu@people.example", "name": "Nora Neu"}, "/account/confirm/"),
        ("/account/sign-in", {"email": "neighbour@people.example"}, ""),
        ("/account/reset", {"email": "outsider@demo.example"}, "/account/reset/"),
        ("/account/sign-in", {"email": "outsider@demo.example"}, "/account/link/"),
    ):
        page.goto(f"/de{path}")
        for name, value in typed.items():
            page.fill(f"main form:has([name=email]) [name={name}]", value)
        page.locator("main form:has([name=email]) button[type=submit]").first.click()
        page.wait_for_url("**/account/sent/**")
        if part:
            link = urlsplit(link_in(newest_mail(browser, typed["email"]), part)).path
            look(page, link.removeprefix("/de"))


def test_signed_in_until_the_second_step(browser: Any, live_server: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "company", "de")
    for path in OWN:
        look(page, path)
    refused(page, "/account/data", "main form[action$='/erase']", email="andere@people.example")
    refused(page, "/account/password", "main form", current="falsch", password="kurz")
    look(page, "/account/second-factor/authenticator")
    secret = "".join(page.locator("code.c-key").inner_text().split())
    page.fill("main [name=code]", pyotp.TOTP(secret).now())
    page.locator("main form button[type=submit]").first.click()
    page.locator(".c-codes").wait_for()
    assert_good_everywhere(page)  # the recovery codes, shown once
    again = browser.page()
    again.goto("/de/account/sign-in")
    again.fill("main [name=email]", live_server.account("company")[0])
    again.fill("main [name=password]", PASSWORD)
    again.locator("main form:has([name=password]) button[type=submit]").first.click()
    again.wait_for_url("**/account/second-step**")
    assert_good_everywhere(again)


def test_what_the_administration_sees_of_it(browser: Any, live_server: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "admin", "de")
    for path in OFFICE:
        look(page, path)
    person = page.locator("main a[href*='/admin/people/']").first.get_attribute("href")
    look(page, str(person).removeprefix("/de"))
