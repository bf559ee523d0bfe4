"""The desk in a real browser: thirty cases with the keyboard alone, everything again without scripts, axe on every page.

The product runs in a process of its own on the demo content; the texts to decide about are written beside it, as people
would have.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from consult.accounts.queries import person_by_email
from consult.comments.operations import Text, write_comment
from consult.comments.queries import subject_by_key
from consult.core.db import db
from consult.ideas.models import Idea
from consult.moderation.models import Case, Decision
from tests.support.browser import assert_good_everywhere
from tests.support.databases import make_app
from tests.support.factories import actor
from tests.support.server import consult

pytestmark = pytest.mark.sqlite

CASES = 32
ROW = "[...document.activeElement.closest('tbody').rows].indexOf(document.activeElement.closest('tr'))"
CASE = re.compile(r"/moderation/cases/(\d+)")


@pytest.fixture(scope="module")
def written(live_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Texts of others wait for a decision; the application that can look into the server's database."""
    app = make_app(f"sqlite:///{live_server.data / 'consult.sqlite3'}", Path(tmp_path_factory.mktemp("beside")))
    with app.app_context():
        idea = db.session.execute(select(Idea).where(Idea.is_public.is_(True)).order_by(Idea.id).limit(1)).scalar_one()
        info = subject_by_key("idea", str(idea.number))
        for number in range(CASES):
            person = person_by_email(("outsider", "company")[number % 2] + "@demo.example")
            assert person is not None
            words = (
                f"Anmerkung {number}: Rufen Sie 0361 1234{number:02} an."
                if number % 3
                else f"Gute Idee, Nummer {number}."
            )
            write_comment(actor(person), info, Text(words))
        db.session.commit()
    return app


def sign_in(page: Page, live_server: Any, name: str) -> None:
    """By keyboard, as everything else here."""
    address, password = live_server.account(name)
    page.goto("/de/account/sign-in")
    page.locator("main [name=email]").focus()
    page.keyboard.type(address)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/account/sign-out']")).to_be_attached()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field of this name has the focus."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def decisions(app: Any) -> int:
    with app.app_context():
        return int(
            db.session.execute(select(func.count()).select_from(Decision).where(~Decision.is_example)).scalar_one()
        )


def test_thirty_cases_with_the_keyboard_alone(browser: Any, live_server: Any, written: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "moderator")
    page.goto("/de/moderation/?kind=comment")
    page.keyboard.press("j")
    assert page.locator("tr.is-at").count() == 1
    assert page.evaluate("document.activeElement.closest('tr')?.classList.contains('is-at')")
    page.keyboard.press("k")
    page.keyboard.press("n")
    page.wait_for_url(CASE)
    before, seen = decisions(written), set()
    for number in range(30):
        found = CASE.search(page.url)
        assert found, page.url
        seen.add(found[1])
        if number % 5 == 4:  # take it away, with reason and sentence
            page.keyboard.press("e")
            expect(page.locator("[data-act=outcome]")).to_have_text("Entfernen")
            tab_to(page, "reason")
            page.keyboard.type("Spam")
            tab_to(page, "note")
            page.keyboard.type("Diese Nummer gehört nicht hierher.")
        else:
            page.keyboard.press("p")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, last=found[1]: f"/cases/{last}" not in url)
    assert len(seen) == 30
    assert decisions(written) == before + 30
    page.keyboard.press("0")
    expect(page.locator("h1")).to_have_text("Was wartet")
    with written.app_context():
        removed = select(func.count()).select_from(Decision).where(Decision.outcome == "remove")
        assert db.session.execute(removed).scalar_one() == 6
    assert consult("audit", "verify", data=live_server.data).returncode == 0


def test_rows_are_ticked_and_walked_by_key(browser: Any, live_server: Any, written: Any) -> None:
    """The most urgent row is the first that J leads to; from a tick, and from where Tab led, one goes on."""
    page = browser.page()
    sign_in(page, live_server, "moderator")
    page.goto("/de/moderation/?kind=comment")

    def row() -> int:
        return int(page.evaluate(ROW))

    page.keyboard.press("j")
    assert row() == 0
    for step in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("[name=case]:checked").count() == step + 1
        page.keyboard.press("j")
        assert row() == step + 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert row() == 3
    page.keyboard.press("k")
    assert row() == 2 and page.locator("tr.is-at").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # sends what is ticked
    page.wait_for_url("**/moderation/bulk?*")
    assert page.locator("[name=case]:checked").count() == 2


def test_views_passages_and_help_by_key(browser: Any, live_server: Any, written: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "moderator2")
    with written.app_context():
        waiting = select(Case.id).where(Case.kind == "idea", Case.closed_at.is_(None)).order_by(Case.id).limit(1)
        number = db.session.execute(waiting).scalar_one()
    page.goto(f"/de/moderation/cases/{number}")
    page.keyboard.press("3")
    page.wait_for_url("**view=raw*")  # loaded, with its script: keys pressed before that would go nowhere
    expect(page.locator(".c-raw").first).to_be_visible()
    page.keyboard.press("4")
    page.wait_for_url("**view=preview*")
    expect(page.locator("nav [aria-current=true]")).to_have_count(2)
    page.keyboard.press("2")
    page.wait_for_url(lambda url: "view=preview" not in url)
    expect(page.locator(".c-text").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("[data-keys-help]")).to_have_attribute("open", "")
    page.keyboard.press("z")
    page.evaluate(
        """() => { const node = document.querySelector("[data-marking] .c-text p").firstChild;
        getSelection().setBaseAndExtent(node, 0, node, 12); }"""
    )
    page.keyboard.press("+")
    value = page.locator("[name=passage]").first.input_value()
    assert value
    assert value in page.locator("[data-marking]").inner_text()
    assert page.evaluate("document.activeElement.name") == "passage_note"
    page.locator("[data-take]").click()
    expect(page.locator("[data-taken]")).not_to_contain_text(value)  # once is enough
    assert [one.input_value() for one in page.locator("[name=passage]").all()].count(value) == 1


def test_everything_without_scripts(browser: Any, live_server: Any, written: Any) -> None:
    page = browser.page(javascript=False)
    sign_in(page, live_server, "moderator2")
    page.goto("/de/moderation/?kind=comment")
    boxes = page.locator("input[name=case]")
    assert boxes.count() >= 2
    for place in range(2):
        boxes.nth(place).check()
    page.get_by_role("button", name="Über Angekreuztes entscheiden").click()
    page.locator("input[name=outcome]").first.check()
    page.get_by_role("button", name="Zeigen, was geschehen würde").click()
    before = decisions(written)
    page.locator("button[name=go]").click()
    expect(page.locator("h1")).to_have_text("Über 2 Texte ist entschieden")
    assert decisions(written) == before + 2
    page.goto("/de/moderation/")
    page.get_by_role("button", name="Nächsten Vorgang öffnen").click()
    page.wait_for_url(CASE)
    page.get_by_role("button", name="Weitere Stellen").click()
    expect(page.locator("textarea[name=passage]")).to_have_count(4)
    page.get_by_role("button", name="Nächster Vorgang").click()
    page.wait_for_url(CASE)
    assert consult("audit", "verify", data=live_server.data).returncode == 0


def test_every_page_of_the_desk_is_accessible(browser: Any, live_server: Any, written: Any) -> None:
    page = browser.page()
    sign_in(page, live_server, "moderator")
    with written.app_context():
        waiting = db.session.execute(select(Case.id).where(Case.closed_at.is_(None)).order_by(Case.id)).scalars().all()
    addresses = [
        "/de/moderation/", f"/de/moderation/cases/{waiting[0]}", f"/de/moderation/cases/{waiting[0]}?view=raw",
        f"/de/moderation/cases/{waiting[0]}?view=preview", f"/de/moderation/bulk?case={waiting[0]}&case={waiting[-1]}",
        "/de/moderation/second-looks", "/de/moderation/quality", "/de/moderation/decided",
    ]  # fmt: skip
    for address in addresses:
        page.goto(address)
        assert_good_everywhere(page)
    admin = browser.page()
    sign_in(admin, live_server, "admin")
    for address in ("/de/admin/reasons", "/de/admin/reasons/spam", "/de/admin/reasons/new"):
        admin.goto(address)
        assert_good_everywhere(admin)
