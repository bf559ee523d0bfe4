"""Without scripts, too, every way that the writing page itself offers saves what was typed: to another part, to the help,
and to the link by mail."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from consult.ideas.models import Idea, IdeaDraft
from tests.ideas.conftest import the_draft, the_idea
from tests.support.browser import assert_good_everywhere
from tests.support.mail import paths
from tests.support.page import html

FILLED = {"title": "Prüfstand teilen", "answer-1": "Wir haben gute Erfahrung mit geteilten Prüfständen."}


def test_going_to_another_part_saves(browser: Any) -> None:
    page = browser.page(javascript=False)
    page.goto("/de/ideas/new?view=one&question=1")
    page.locator("[name=answer-1]").fill("Vor dem ersten Speichern.")
    page.locator(".c-toc").get_by_role("button", name=re.compile("Partner")).click()
    expect(page.locator("[name=organisation]")).to_be_visible()
    page.locator("[name=organisation]").fill("Werft")
    page.keyboard.press("Enter")  # saves and stays: the first button of the form is still that one
    expect(page.locator("[name=organisation]")).to_have_value("Werft")
    scripted = browser.page()
    scripted.goto(page.url)
    assert_good_everywhere(scripted)
    page.locator(".c-toc").get_by_role("button", name=re.compile("Titel")).click()
    page.locator("[name=title]").fill("Ladeschiffe")
    page.locator(".c-toc button[value=to-1]").click()
    expect(page.locator("[name=answer-1]")).to_have_value("Vor dem ersten Speichern.")
    expect(page.locator(".c-toc")).to_contain_text("Ladeschiffe")


def test_having_the_link_mailed_saves(writer: Any, client: Any, outbox: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    page = html(writer.send("mail_link", {"answer-1": "Und noch ein Satz.", "link_email": "anna@beispiel.example"}))
    assert "Der Link ist unterwegs an anna@beispiel.example" in page.text
    assert page.form("#idea-form")["answer-1"] == "Und noch ein Satz."
    assert writer.url in paths(outbox.last("anna@beispiel.example"))

    bad = html(writer.send("mail_link", {"answer-1": "Auch das bleibt.", "link_email": "anna@beispiel"}))
    assert "fehlt die Endung" in bad.one("#link_email-error").get_text()
    assert bad.one("#link_email")["value"] == "anna@beispiel"
    assert list(the_draft(db).content["answers"].values())[0][0] == "Auch das bleibt."
    assert len(outbox.to("anna@beispiel.example")) == 1

    # the field by itself asks for nothing
    writer.send("save", {"link_email": "otto@beispiel.example"})
    assert not outbox.to("otto@beispiel.example") and the_idea(db).author_email == "anna@beispiel.example"


def test_enter_in_its_field_mails_the_link(writer: Any, client: Any, outbox: Any) -> None:
    """A browser presses the first button of the form then, which has no name."""
    writer.open()
    writer.send("save", FILLED)
    form = {**client.page(writer.url).form("#idea-form"), "link_email": "anna@beispiel.example"}
    assert client.post(writer.url, data=form).status_code == 303
    assert len(outbox.to("anna@beispiel.example")) == 1


def test_too_many_mails_cost_no_text(writer: Any, client: Any, outbox: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    for number in range(7):
        answer = writer.send("mail_link", {"answer-1": f"Satz {number}.", "link_email": "anna@beispiel.example"})
    assert answer.status_code == 422 and "mehrere E-Mails" in html(answer).one("#link_email-error").get_text()
    assert list(the_draft(db).content["answers"].values())[0][0] == "Satz 6."


def test_the_link_is_mailed_though_another_window_has_saved(writer: Any, client: Any, outbox: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    one, two = (client.page(writer.url).form("#idea-form") for _ in range(2))
    client.post(writer.url, data={**one, "title": "Aus dem ersten", "save": "1"})
    sent = {**two, "answer-1": "Aus dem zweiten.", "link_email": "anna@beispiel.example", "mail_link": "1"}
    page = html(client.post(writer.url, data=sent, follow_redirects=True))
    assert "Beide Änderungen sind gespeichert" in page.text and page.form("#idea-form")["title"] == "Aus dem ersten"
    assert len(outbox.to("anna@beispiel.example")) == 1


def test_looking_at_the_help_saves(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    answer = writer.send("save", {"answer-1": "Und noch ein Satz."}, value="helps", follow_redirects=False)
    assert str(answer.headers["Location"]).endswith("/helps")
    assert list(the_draft(db).content["answers"].values())[0][0] == "Und noch ein Satz."
    assert db.session.query(Idea).count() == db.session.query(IdeaDraft).count() == 1
