"""Back to the form after it was sent, or from a window that was open before: what is new there is handed back, never dropped
in silence; the same once more leads to where the idea stands."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from consult.ideas.models import Answer, Idea
from consult.ideas.tokens import draft_token
from tests.ideas.conftest import House, number_on, the_idea
from tests.support.mail import paths
from tests.support.page import html, plain_spaces

MINE = "anna@people.example"
NEW = "Nachtrag."  # shorter than what error pages give back otherwise


def posted(client: Any, address: str, form: dict[str, Any], **changed: str) -> Any:
    return client.post(address, data={**form, **changed}, follow_redirects=True)


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_is_changed_after_sending_is_handed_back(
    signed_in: bool, writer: Any, client: Any, cast: Any, sign_in: Any, db: Any, outbox: Any
) -> None:
    if signed_in:
        sign_in(client, cast.participant)
    writer.open()
    form = {
        **client.page(writer.url).form("#idea-form"), "title": "Eins", "answer-1": "Der Text.\r\n\r\nZwei Absätze.",
        "email": "" if signed_in else "anna@people.example", "submit": "1",
    }  # fmt: skip
    posted(client, "/de/ideas/new", form)
    idea = the_idea(db)
    mails, page = len(outbox), f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
    for address in ("/de/ideas/new", page):
        same = posted(client, address, form)
        assert same.status_code == 200 and "/ideas/status/" in same.request.path or same.request.path == page
        other = posted(client, address, form, **{"answer-1": NEW, "answer-2": "x" * 50})
        assert other.status_code == 409
        shown = html(other)
        texts = [one.get_text().strip() for one in shown.select("textarea")]
        assert texts == [NEW, "x" * 50] and "wurde schon abgesendet" in shown.text
    assert len(outbox) == mails, "nobody is written to once more"
    db.session.rollback()
    assert NEW not in set(db.session.execute(select(Answer.body)).scalars())


def test_also_beside_a_version_that_waits_and_in_an_organisation(
    writer: Any, client: Any, cast: Any, sign_in: Any, db: Any, make: Any, consultation: Any, waiting: Idea,
    house: House, as_: Any,
) -> None:  # fmt: skip
    published = make.idea("Öffentlich", consultation=consultation, author=cast.participant)
    db.session.commit()
    sign_in(client, cast.participant)
    for browser, idea in ((client, published), (as_(house.author), waiting)):
        address = f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
        if idea is published:
            form = {**browser.page(address).form("#idea-form"), "answer-1": "Zweite Fassung.", "submit": "1"}
            assert "/ideas/status/" in posted(browser, address, form).request.path
            assert "/ideas/status/" in posted(browser, address, form).request.path
        else:
            form = {**browser.page("/de/ideas/new").form("#idea-form"), "draft_key": idea.draft_key, "submit": "1"}
        answer = posted(browser, address, form, **{"answer-1": NEW})
        assert answer.status_code == 409 and NEW in html(answer).one("textarea").get_text()


def test_what_is_typed_into_a_draft_that_is_gone_is_handed_back(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Eins", "answer-1": "Der Text."})
    form = client.page(writer.url).form("#idea-form")
    db.session.execute(delete(Idea))
    db.session.commit()
    answer = posted(client, writer.url, form, **{"answer-1": NEW, "save": "1"})
    page = html(answer)
    assert answer.status_code == 404 and "gibt es nicht mehr" in plain_spaces(page.text)
    assert NEW in {one.get_text().strip() for one in page.select("textarea")}
    assert client.get(writer.url).status_code == 404


def test_what_is_typed_for_a_consultation_that_is_gone_is_handed_back(
    writer: Any, client: Any, consultation: Any, db: Any
) -> None:
    """It was switched off while somebody had the form open, and nothing was stored yet."""
    page = writer.open()
    form = {**page.form("#idea-form"), "title": "Eins", "answer-1": "Ein Text, der länger ist als vierzig Zeichen."}
    consultation.is_active = consultation.listed = False
    db.session.add(consultation)
    db.session.commit()
    answer = client.post("/de/ideas/new", data={**form, "submit": "1"})
    assert answer.status_code in (200, 303, 409, 422), answer.text
    assert "länger ist als vierzig" in (client.get(answer.location).text if answer.location else answer.text)


def test_the_same_text_under_a_new_key_is_no_second_idea(
    writer: Any, client: Any, cast: Any, sign_in: Any, db: Any, clock: Any, as_: Any
) -> None:
    """As after going back, where the browser fills the words into a form that was loaded anew."""
    sign_in(client, cast.participant)

    def sent(browser: Any, title: str) -> Any:
        form = browser.page("/de/ideas/new").form("#idea-form")
        return posted(browser, "/de/ideas/new", {**form, "title": title, "answer-1": "Der Text.", "submit": "1"})

    assert "/ideas/status/" in sent(client, "Eins").request.path
    number = the_idea(db).number
    again = sent(client, "Eins")
    assert again.status_code == 422
    page = html(again)
    assert f"Diesen Text haben Sie schon eingereicht: Er hat die Nummer {number}." in plain_spaces(page.text)
    assert page.one("textarea[name=answer-1]").get_text().strip() == "Der Text."
    assert "/ideas/status/" in sent(client, "Zwei").request.path  # another title is meant
    assert "/ideas/status/" in sent(as_(cast.stranger), "Eins").request.path  # and so is another person
    clock.shift(hours=2)
    assert "/ideas/status/" in sent(client, "Eins").request.path


def test_the_same_text_confirmed_twice_is_no_second_idea(
    client: Any, consultation: Any, db: Any, outbox: Any, run_jobs: Any, as_: Any
) -> None:
    """Signed out nothing is compared before the address is proven; then the second link leads to what stands already."""
    links = []
    for title, address in (("Eins", MINE), ("Eins", MINE), ("Eins", "olaf@people.example"), ("Zwei", MINE)):
        browser = as_(None)
        form = browser.page("/de/ideas/new").form("#idea-form")
        form |= {"title": title, "answer-1": "Der Text.", "email": address, "submit": "1"}
        assert posted(browser, "/de/ideas/new", form).status_code == 200
        run_jobs()
        links.append(next(one for one in paths(outbox.last(address)) if "/confirm/" in one))

    def confirmed(link: str) -> Any:
        return client.submit(link, {"confirm": "1"}, follow_redirects=True)

    first = confirmed(links[0])
    run_jobs()
    number, mails = number_on(first), len(outbox)
    again = confirmed(links[1])
    assert again.request.path == first.request.path
    assert f"Diesen Text haben Sie schon eingereicht: Er hat die Nummer {number}." in plain_spaces(html(again).text)
    run_jobs()
    assert len(outbox) == mails, "no second receipt"
    others = {number_on(confirmed(link)) for link in links[2:]}
    assert len(others) == 2 and number not in others  # another person's, and another title
    assert client.get(links[1]).status_code == 303  # the link still leads somewhere
    db.session.rollback()
    assert sorted(db.session.execute(select(Idea.status)).scalars()) == ["submitted"] * 3 + ["withdrawn"]


def test_the_same_text_is_put_before_an_organisation_once(house: House, send: Any, db: Any, clock: Any) -> None:
    send(house.author)
    again = send(house.author)
    assert again.status_code == 422
    assert "Diesen Text haben Sie schon abgegeben: Er wartet" in plain_spaces(html(again).text)
    assert "Zur Freigabe" in html(send(house.author, title="Ein anderer Titel")).text
    assert "Zur Freigabe" in html(send(house.colleague)).text
    clock.shift(hours=2)
    assert "Zur Freigabe" in html(send(house.author)).text
