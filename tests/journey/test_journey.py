"""The main job in a real browser: question, idea, moderation, published, comment, joined activity.

Once in German, once in English, once without JavaScript, and with the keyboard alone where it decides. Every page of the
way is held against axe, light and dark, at 1280 and 360 pixels, and may not scroll sideways.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import assert_good_everywhere, sign_in

NUMBER = re.compile(r"OR-\d{4}-\d{5}")


def newest_mail(browser: Any, recipient: str) -> str:
    """The text of the newest mail to this address, as `/dev/mail` shows it."""
    page = browser.page(javascript=False)
    page.goto("/dev/mail")
    row = page.locator("tr, li, article").filter(has_text=recipient).first
    row.locator("a").first.click()
    return page.locator("main").inner_text()


def link_in(text: str, part: str) -> str:
    found = re.search(rf"https?://[^\s<>\"]*{part}[^\s<>\"]*", text)
    assert found, f"no link with {part} in:\n{text}"
    return found[0]


def write_idea(page: Page, language: str, title: str, email: str) -> str:
    """From the home page to the sent idea; returns the address of the draft."""
    page.goto(f"/{language}/")
    page.locator(".c-path a").nth(2).click()
    page.locator("main a[href*='/ideas/new']").first.click()
    form = page.locator("#idea-form")
    form.locator("[name=title]").fill(title)
    form.locator("[name=answer-3]").fill("Wir suchen **Messtechnik** aus einer anderen Region, ab Januar.")
    form.locator("[name=email]").fill(email)
    form.locator("button[name=save]").first.click()
    page.wait_for_url(re.compile(r"/ideas/drafts/"))
    draft = page.url
    expect(page.locator("#idea-form [name=title]")).to_have_value(title)
    page.locator("#idea-form button[name=preview]").click()
    expect(page.locator("main strong", has_text="Messtechnik")).to_be_visible()
    page.goto(draft)
    page.locator("#idea-form button[name=submit]").click()
    return draft


def confirm(browser: Any, page: Page, email: str) -> str:
    """Use the mailed link; returns the number of the idea."""
    page.goto(link_in(newest_mail(browser, email), "/ideas/"))
    page.locator("main form[method=post] button[type=submit]").first.click()
    shown = NUMBER.search(page.locator("main").inner_text())
    assert shown, page.locator("main").inner_text()
    return shown[0]


def publish(page: Page, live_server: Any, language: str, title: str) -> None:
    sign_in(page, live_server, "moderator", language)
    page.goto(f"/{language}/moderation/")
    page.get_by_role("link", name=title).click()
    page.locator("main input[name=outcome][value=publish]").check(force=True)
    page.locator("main form:has(input[name=outcome]) button[type=submit]").last.click()


def comment_and_join(page: Page, live_server: Any, language: str, number: str, words: str) -> None:
    sign_in(page, live_server, "visitor", language)
    page.goto(f"/{language}/ideas/{number}")
    page.locator("main textarea[name=body]").first.fill(words)
    page.locator("main form:has(textarea[name=body]) button[type=submit]").first.click()
    page.goto(f"/{language}/ideas/{number}")
    expect(page.locator("main")).to_contain_text(words)
    page.goto(f"/{language}/activities/")
    page.locator("main .c-dates a, main h3 a, main h2 a").first.click()
    join = page.locator("main form[action$='/join'] button[type=submit]").first
    if join.count():
        join.click()
    page.goto(f"/{language}/me/")
    expect(page.locator("main a[href*='/activities/']").first).to_be_attached()


@pytest.mark.parametrize(("language", "javascript"), [("de", True), ("en", True), ("de", False)])
def test_from_question_to_joined_activity(browser: Any, live_server: Any, language: str, javascript: bool) -> None:
    title = f"Messtechnik teilen {language} {'mit' if javascript else 'ohne'} Skript"
    email = f"schreibt-{language}-{javascript}@firma.example".lower()
    author = browser.page(language=language, javascript=javascript)
    write_idea(author, language, title, email)
    number = confirm(browser, author, email)

    reader = browser.page(language=language, javascript=javascript)
    assert reader.goto(f"/{language}/ideas/{number}").status == 404  # type: ignore[union-attr]

    publish(browser.page(language=language, javascript=javascript), live_server, language, title)
    assert reader.goto(f"/{language}/ideas/{number}").status == 200  # type: ignore[union-attr]
    expect(reader.locator("h1")).to_have_text(title)
    reader.goto(f"/{language}/ideas/?q=Messtechnik")
    expect(reader.get_by_role("link", name=title)).to_be_visible()
    reader.goto(f"/{language}/consultations/open-region/questions/3")
    expect(reader.locator(f"main a[href$='{number}']").first).to_be_attached()

    member = browser.page(language=language, javascript=javascript)
    comment_and_join(member, live_server, language, number, f"Wir machen mit, {title}.")


PAGES = [
    "/",
    "/consultations/",
    "/consultations/open-region",
    "/consultations/open-region/questions/3",
    "/ideas/",
    "/ideas/OR-2026-00003",
    "/ideas/OR-2026-00003/near",
    "/ideas/new?question=3",
    "/clusters/",
    "/clusters/cyberforum",
    "/projects/",
    "/projects/example-pruefstand-verbund",
    "/activities/",
    "/topics/thema-internationalisierung",
    "/programmes/innovation-express",
    "/search?q=Photonik",
    "/transparency",
    "/report?url=/de/ideas/OR-2026-00003",
    "/account/sign-in",
    "/account/sign-up",
    "/rules",
    "/accessibility",
]


def test_public_pages_are_accessible(browser: Any) -> None:
    page = browser.page()
    for path in PAGES:
        response = page.goto(f"/de{path}")
        assert response is not None and response.status == 200, path
        assert_good_everywhere(page)


# pages whose address is found on another one: where, and what it looks like
FOUND = {"{case}": ("/moderation/", "/moderation/cases/"), "{status}": ("/me/", "/ideas/status/")}


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("moderator", ["/moderation/", "{case}", "/me/"]),
        ("company", ["/me/", "{status}", "/ideas/OR-2026-00001/links?q=Photonik", "/ideas/new?question=1"]),
        ("admin", ["/admin/", "/admin/consultations/", "/admin/consultations/open-region"]),
    ],
)
def test_pages_of_the_signed_in_are_accessible(browser: Any, live_server: Any, name: str, paths: list[str]) -> None:
    page = browser.page()
    sign_in(page, live_server, name, "de")
    for path in paths:
        if "{" in path:
            lists, link = FOUND[path]
            page.goto(f"/de{lists}")
            path = str(page.locator(f"main a[href*='{link}']").first.get_attribute("href")).removeprefix("/de")
        response = page.goto(f"/de{path}")
        assert response is not None and response.status == 200, path
        assert_good_everywhere(page)


def test_a_moderator_decides_by_keyboard_alone(browser: Any, live_server: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "moderator2", "de")
    page.goto("/de/moderation/")
    page.keyboard.press("j")
    page.keyboard.press("j")  # the first one is reserved: another moderator has it open since the tests before
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/moderation/cases/\d+"))
    case = page.url
    page.keyboard.press("z")
    expect(page.locator("input[name=outcome][value=return]")).to_be_checked()
    page.locator("select[name=reason]").focus()
    page.keyboard.type("Nicht lesbar")
    page.locator("textarea[name=note]").focus()
    page.keyboard.type("Bitte schreiben Sie, wer die Messung bezahlt.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != case)


def test_focus_is_never_hidden_on_the_way_back(browser: Any) -> None:
    """WCAG 2.4.11, reverse Tab: nothing fixed covers what has the focus."""
    page = browser.page(width=360)
    page.goto("/de/ideas/")
    page.keyboard.press("End")
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        covered = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return false;
            const r = e.getBoundingClientRect(); if (!r.width || !r.height) return false;
            const x = r.left + r.width / 2, y = r.top + r.height / 2;
            if (y < 0 || y > innerHeight || x < 0 || x > innerWidth) return false;
            const top = document.elementFromPoint(x, y); return !!top && !e.contains(top) && !top.contains(e); }"""
        )
        assert not covered, page.evaluate("document.activeElement.outerHTML")


def test_enter_in_a_field_saves_and_does_not_send(browser: Any) -> None:
    page = browser.page(javascript=False)
    page.goto("/de/ideas/new?question=1")
    page.locator("#idea-form [name=title]").fill("Mit der Eingabetaste")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ideas/drafts/"))
    expect(page.locator("#idea-form [name=title]")).to_have_value("Mit der Eingabetaste")
    assert "find_" not in page.url


def test_an_idea_is_printed_without_what_only_a_screen_needs(browser: Any) -> None:
    page = browser.page()
    page.goto("/de/ideas/OR-2026-00001")
    expect(page.get_by_role("button", name="Drucken oder als PDF behalten")).to_be_visible()
    page.emulate_media(media="print")
    for gone in ("Drucken oder als PDF behalten", "Adresse per E-Mail senden", "Zum Kommentieren anmelden", "Suchen"):
        expect(page.get_by_text(gone, exact=True).first).to_be_hidden()
    for kept in ("Antworten", "So zitieren", "Verlauf"):
        expect(page.get_by_role("heading", name=kept, exact=True)).to_be_visible()
