"""Writing in a real browser when something goes wrong: two windows, no connection, a lost session, no mouse, a phone.

Each of them ends with what was typed on the server, or still in front of the writer.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.files import samples
from tests.journey.test_journey import sign_in
from tests.support.browser import assert_good_everywhere, overflow

DRAFT = re.compile(r"/ideas/drafts/")
SAVED = re.compile("Gespeichert um")
NOT_SAVED = re.compile("Nicht gespeichert")


def begin(page: Page, title: str) -> str:
    """A draft that saved itself while its title was typed; returns its address."""
    page.goto("/de/ideas/new?question=1")
    page.locator("#idea-form [name=title]").fill(title)
    page.wait_for_url(DRAFT)
    expect(page.locator("[data-save]")).to_have_text(SAVED)
    return page.url


def test_the_first_saving_shows_how_to_come_back(browser: Any) -> None:
    """The page was made before there was a draft; once there is one, it says so and offers to mail the link."""
    page = browser.page()
    page.goto("/de/ideas/new?question=1")
    expect(page.get_by_text("Noch ist nichts gespeichert")).to_be_visible()
    expect(page.get_by_role("button", name="Link an mich senden")).to_be_hidden()
    address = begin(page, "Später weiter")
    expect(page.get_by_text("Noch ist nichts gespeichert")).to_be_hidden()
    page.get_by_label("E-Mail-Adresse für den Link").fill("spaeter@firma.example")
    page.get_by_role("button", name="Link an mich senden").click()
    expect(page.get_by_text("spaeter@firma.example").first).to_be_visible()
    assert page.url.partition("?")[0] == address.partition("?")[0]


def kept(page: Page) -> int:
    """How many texts wait in this browser."""
    return int(page.evaluate("Object.keys(localStorage).filter((n) => n.startsWith('consult.kept:')).length"))


def test_two_windows_do_not_overwrite_each_other(browser: Any) -> None:
    first = browser.page()
    address = begin(first, "Zwei Fenster")
    second = first.context.new_page()
    second.goto(address)
    first.locator("#idea-form [name=answer-1]").fill("Im ersten Fenster geschrieben.")
    expect(first.locator("[data-save]")).to_have_text(SAVED)
    first.wait_for_timeout(1500)
    second.locator("#idea-form [name=answer-1]").fill("Im zweiten Fenster geschrieben.")
    expect(second.locator("[data-save]")).to_have_text(re.compile("in einem anderen Fenster geändert"))
    second.locator("#idea-form button[name=save]").last.click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Zwei Texte zugleich")
    expect(second.locator("#own-answer-1")).to_have_value("Im zweiten Fenster geschrieben.")
    expect(second.locator("#other-answer-1")).to_have_value("Im ersten Fenster geschrieben.")
    assert_good_everywhere(second)
    second.locator("#own-answer-1").press_sequentially(" Und noch mehr.")
    second.wait_for_timeout(1500)
    first.reload()
    expect(first.locator("#idea-form [name=answer-1]")).to_have_value("Im ersten Fenster geschrieben.")
    second.locator("[name=pick-answer-1][value=mine]").check(force=True)
    second.get_by_role("button", name="Speichern, was ich gewählt habe").click()
    expect(second.get_by_text("führt jederzeit zu Ihrem Entwurf zurück")).to_be_visible()
    first.reload()
    expect(first.locator("#idea-form [name=answer-1]")).to_have_value(re.compile("Im zweiten Fenster geschrieben."))


def test_without_connection_nothing_is_lost(browser: Any) -> None:
    page = browser.page()
    address = begin(page, "Ohne Netz")
    page.evaluate(
        "() => { window.fetch = () => Promise.reject(new TypeError('no connection')); }"
    )  # holds while the page closes, too
    page.locator("#idea-form [name=audience-2][value=ministry]").check(force=True)
    page.locator("#idea-form [name=answer-2]").fill("Nur für das Ministerium.")
    page.locator("#idea-form [name=answer-1]").fill("Im Zug geschrieben.")
    expect(page.locator("[data-save]")).to_have_text(NOT_SAVED)
    expect(page.locator("[data-save]")).to_have_text(re.compile("nur in diesem Fenster erhalten, bis Sie es schließen"))
    stored = page.evaluate("JSON.stringify(Object.values(localStorage))")
    assert "Im Zug geschrieben." in stored and "Nur für das Ministerium." not in stored, "others may use the device"
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="In das Formular übernehmen").click()
    expect(page.locator("#idea-form [name=answer-2]")).to_have_value("Nur für das Ministerium.")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')); }")
    page.locator("#idea-form [name=answer-1]").press_sequentially(" ")
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("#idea-form [name=answer-1]")).to_have_value("")
    expect(again.locator("[data-kept]")).to_contain_text("nicht gespeichert wurde")
    assert_good_everywhere(again)
    again.get_by_role("button", name="In das Formular übernehmen").click()
    expect(again.locator("#idea-form [name=answer-1]")).to_have_value(re.compile("Im Zug geschrieben."))
    expect(again.locator("[data-save]")).to_have_text(SAVED)
    assert kept(again) == 0
    again.reload()
    expect(again.locator("#idea-form [name=answer-1]")).to_have_value(re.compile("Im Zug geschrieben."))
    expect(again.locator("[data-kept]")).to_be_hidden()


def test_who_signs_out_leaves_no_text_in_the_browser(browser: Any, live_server: Any) -> None:
    page = sign_in(browser.page(), live_server, "company")
    page.evaluate(
        "localStorage.setItem('consult.kept:/x', JSON.stringify({ at: Date.now(), fields: [['answer-1', 'T']] }))"
    )
    page.goto("/de/ideas/")
    assert kept(page) == 1
    page.locator("form[action$='/account/sign-out'] button").first.click()
    expect(page.locator("main")).to_contain_text("Sie sind abgemeldet.")
    assert kept(page) == 0


def test_sent_without_connection_nothing_is_lost(browser: Any) -> None:
    """The button is pressed before anything could be saved: the browser shows its own page, and the text waits."""
    page = browser.page()
    address = begin(page, "Im Tunnel")
    page.context.set_offline(True)
    page.locator("#idea-form [name=answer-1]").fill("Gerade noch geschrieben.")
    with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
        page.locator("#idea-form button[name=submit]").last.click()
    page.context.set_offline(False)
    page.goto(address)
    page.get_by_role("button", name="In das Formular übernehmen").click()
    expect(page.locator("#idea-form [name=answer-1]")).to_have_value("Gerade noch geschrieben.")
    expect(page.locator("[data-save]")).to_have_text(SAVED)
    page.locator("#idea-form button[name=save]").last.click()
    expect(page.get_by_text("führt jederzeit zu Ihrem Entwurf zurück")).to_be_visible()
    assert kept(page) == 0


def test_back_on_line_it_saves_by_itself(browser: Any) -> None:
    page = browser.page()
    page.goto("/de/ideas/new?question=1")
    page.context.set_offline(True)
    page.locator("#idea-form [name=title]").fill("Noch nie gespeichert")
    expect(page.locator("[data-save]")).to_have_text(NOT_SAVED)
    assert kept(page) == 1
    page.context.set_offline(False)
    page.wait_for_url(DRAFT)
    expect(page.locator("[data-save]")).to_have_text(SAVED)
    assert kept(page) == 0


def test_a_lost_session_costs_no_text(browser: Any, live_server: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "company", "de")
    begin(page, "Sitzung zu Ende")
    page.context.clear_cookies()
    page.locator("#idea-form [name=answer-1]").fill("Nach dem Ende der Sitzung, und doch nicht verloren.")
    expect(page.locator("[data-save]")).to_have_text(re.compile("Nicht gespeichert: Ihre Sitzung ist zu Ende"))
    page.locator("#idea-form button[name=save]").last.click()
    again = page.get_by_role("button", name="Formular noch einmal senden")
    expect(page.locator("main textarea").first).to_have_value(re.compile("Nach dem Ende der Sitzung"))
    again.click()  # a company's draft is open to those who are signed in and write for it
    expect(page.locator("main textarea").first).to_have_value(re.compile("Nach dem Ende der Sitzung"))
    sign_in(page.context.new_page(), live_server, "company", "de")
    again.click()
    page.wait_for_url(DRAFT)
    expect(page.locator("#idea-form [name=answer-1]")).to_have_value(
        "Nach dem Ende der Sitzung, und doch nicht verloren."
    )
    page.reload()
    expect(page.locator("#idea-form [name=title]")).to_have_value("Sitzung zu Ende")
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert kept(page) == 0


def test_by_keyboard_on_a_phone(browser: Any) -> None:
    """From the question to the sent idea with Tab, letters, Space and Enter alone, in a window of 360 pixels."""
    page = browser.page(width=360, height=740)
    page.goto("/de/consultations/open-region/questions/1")

    def tab_to(selector: str) -> None:
        for _step in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    tab_to("main a[href*='/ideas/new']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ideas/new"))
    tab_to("#idea-form [name=title]")
    page.keyboard.type("Nur mit Tasten")
    tab_to("#idea-form [name=answer-1]")
    page.keyboard.type("Ohne Maus, auf einem Telefon.")
    tab_to("#idea-form [name=email]")
    page.keyboard.type("tasten@firma.example")
    expect(page.locator("[data-save]")).to_have_text(SAVED)
    assert overflow(page) == 0
    tab_to("#idea-form button[name=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("Postfach"))
    assert_good_everywhere(page)


def test_help_is_beside_the_text_or_one_step_away(browser: Any) -> None:
    """On a wide screen it stays in sight; on a phone a line below the answer leads there, and another one back."""
    page = browser.page()
    begin(page, "Prüfstand teilen")
    text = "Wir möchten freie Stunden auf Prüfständen und in unserer Klimakammer in einen gemeinsamen Kalender stellen."
    page.set_viewport_size({"width": 1280, "height": 720})
    last = page.locator("#idea-form [name^=answer-]").last
    last.fill(text)
    expect(page.locator("#helps-similar")).to_be_attached(timeout=15_000)
    last.scroll_into_view_if_needed()
    expect(page.locator("#helps-similar")).to_be_in_viewport()
    expect(page.locator("[data-helps-line]")).to_be_hidden()
    assert_good_everywhere(page)
    page.set_viewport_size({"width": 360, "height": 720})
    line = page.locator("[data-helps-line] a")
    expect(line).to_have_text(re.compile("ähnliche Idee"))
    line.click()
    expect(page.locator("#helps-similar")).to_be_in_viewport()
    page.get_by_role("link", name="Zurück zu Ihrem Text").click()
    expect(last).to_be_in_viewport()
    assert overflow(page) <= 0


def test_a_file_with_a_long_name_widens_no_page(browser: Any, live_server: Any) -> None:
    """Names with underscores have no place at which a browser breaks them: on a phone the form, the preview, the private
    page and moderation's were as wide as the name."""
    page = browser.page(width=360, height=740)
    sign_in(page, live_server, "company")
    address = begin(page, "Mit langer Anlage").partition("?")[0]
    name = "Projektskizze_Wasserstoffspeicher_Mitteldeutschland_Anlagenteile_2026_endgueltig_v3.png"
    page.goto(address)
    page.locator("#idea-form [name=answer-1]").fill("Siehe Anlage.")
    page.set_input_files("#attachment_file", files=[{"name": name, "mimeType": "image/png", "buffer": samples.image()}])
    page.fill("#attachment_title", "Skizze_der_Anlage_" * 6)
    page.locator("button[name=attach]").click()
    expect(page.locator(".c-files")).to_contain_text(name)
    assert_good_everywhere(page)
    page.goto(f"{address}/preview")
    expect(page.locator("main")).to_contain_text(name)
    assert_good_everywhere(page)
    page.locator("button[name=submit]").first.click()
    page.wait_for_url(re.compile("/ideas/status/"))
    expect(page.locator(".c-files")).to_contain_text(name)
    assert_good_everywhere(page)

    desk = browser.page(width=360, height=740)
    sign_in(desk, live_server, "moderator")
    desk.goto("/de/moderation/")
    desk.get_by_role("link", name="Mit langer Anlage").first.click()
    expect(desk.locator("main")).to_contain_text(name)
    assert overflow(desk) == 0
