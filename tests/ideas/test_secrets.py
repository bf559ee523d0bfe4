"""Business secrets: marked while writing, read by the ministry whatever the audience, and by nobody else anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.errors import Invalid
from consult.ideas import drafting, operations, tokens
from consult.search.queries import search_hits
from tests.ideas.conftest import the_draft, the_idea
from tests.support.page import html

SECRET = "Rezeptur 7b"
ANSWER = f"Wir nutzen {SECRET} im Werk. Gern mit anderen."
OUTLETS = (
    "/de/ideas/{number}", "/de/ideas/{number}/versions/1", "/de/ideas/", "/de/ideas/?q=Werk", "/de/search?q=Werk", "/de/",
    "/de/consultations/open-region/questions/1", "/api/v1/ideas", "/api/v1/ideas/{number}", "/feeds/de/ideas.atom",
    "/de/ideas/?format=csv", "/de/ideas/?format=json",
)  # fmt: skip


@pytest.fixture
def sent(writer: Any, sign_in: Any, cast: Any, make: Any, db: Any) -> Any:
    """An idea with a business secret, written and sent through the form, and published."""
    sign_in(writer.client, cast.owner)
    writer.open()
    answer = writer.send(
        "submit",
        {
            "title": "Geteilte Rezepte",
            "answer-1": ANSWER,
            "secret-1": SECRET,
            "answer-2": ANSWER,
            "audience-2": "agency",
        },
    )
    assert answer.status_code == 200
    idea = the_idea(db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    return idea


def test_no_outlet_shows_it(sent: Any, new_client: Any, sign_in: Any, cast: Any, outbox: Any) -> None:
    for who in (None, cast.participant, cast.analyst, cast.moderator, cast.admin):
        client = sign_in(new_client(), who) if who else new_client()
        for outlet in OUTLETS:
            answer = client.get(outlet.format(number=sent.number), follow_redirects=True, buffered=True)
            text = answer.get_data(as_text=True)
            shown = text.count(SECRET)
            # the agency reads the other answer, in which the same words are not marked
            assert shown == (1 if who is cast.analyst and outlet == OUTLETS[0] else 0), (who and who.name, outlet)
    assert not search_hits("Rezeptur")
    assert all(SECRET not in mail.text + mail.html for mail in outbox)


def test_ministry_and_authors_read_it(sent: Any, new_client: Any, sign_in: Any, cast: Any) -> None:
    for who in (cast.official, cast.owner):
        page = sign_in(new_client(), who).page(f"/de/ideas/{sent.number}")
        assert page.text.count(SECRET) == 2 and "als Geschäftsgeheimnis gekennzeichnet" in page.text
    page = new_client().page(f"/de/ideas/{sent.number}")
    assert "█ Geschäftsgeheimnis, nur für das Ministerium █" in page.text


def test_moderators_read_it_in_an_open_case_and_are_noted(
    writer: Any, sign_in: Any, new_client: Any, cast: Any, db: Any
) -> None:
    from consult.core.audit import AuditRow
    from consult.moderation.queries import waiting_case

    sign_in(writer.client, cast.owner)
    writer.open()
    writer.send("submit", {"title": "Rezepte", "answer-1": ANSWER, "secret-1": SECRET})
    case = waiting_case("idea", the_idea(db).id)
    assert case is not None
    page = sign_in(new_client(), cast.moderator).page(f"/de/moderation/cases/{case.id}?view=text")
    assert SECRET in page.text
    assert db.session.query(AuditRow).filter_by(event="answer.read").count() == 1


def test_its_author_reads_it_in_every_state(make: Any, writer: Any, sign_in: Any, cast: Any, db: Any) -> None:
    sign_in(writer.client, cast.owner)
    writer.open()
    writer.send("submit", {"title": "Rezepte", "answer-1": ANSWER, "secret-1": SECRET})
    idea = the_idea(db)
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    assert SECRET in writer.client.page(status).text
    assert "Andere lesen hier nicht alles" in writer.client.page(status).text
    for outcome in ("return", "reject"):
        make.decide("idea", idea.id, outcome, reason="off-topic", note="Ein Satz.")
        db.session.commit()
        assert SECRET in writer.client.page(status).text, outcome
        if outcome == "return":
            operations.send(cast.actor(cast.owner), idea.id, email="", language="de")


def test_a_passage_has_to_stand_in_its_answer(writer: Any, db: Any) -> None:
    writer.open()
    answer = writer.send("save", {"title": "Rezepte", "answer-1": ANSWER, "secret-1": "Rezeptur 9"})
    assert answer.status_code == 200, "kept, and only sending refuses it"
    page = html(answer)
    assert "»Rezeptur 9« steht so nicht in der Antwort" in page.errors()["secret-1"]
    assert page.one("#secret-1").get_text().strip() == "Rezeptur 9", "what was typed stays"
    draft = the_draft(db)
    assert (
        draft is not None and draft.content["answers"] and list(draft.content["secrets"].values()) == [["Rezeptur 9"]]
    )
    refused = writer.send("submit", {"email": "anna@beispiel.example"})
    assert refused.status_code == 422 and "secret-1" in html(refused).errors()


def test_two_windows_show_both_marks(writer: Any, db: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Rezepte", "answer-1": ANSWER})
    page = writer.client.page(writer.url)
    form, action = page.form("#idea-form"), str(page.one("#idea-form")["action"])
    writer.send("save", {"secret-1": SECRET})
    form.update({"secret-1": "Gern mit anderen", "save": "1"})
    answer = writer.client.post(action, data=form)
    assert answer.status_code == 409
    clash = html(answer).one("[aria-labelledby='clash-secret-1']")
    assert clash.select_one("del").get_text() == SECRET and clash.select_one("ins").get_text() == "Gern mit anderen"
    assert html(answer).form("#merge-form")["secret-1"] == "Gern mit anderen"


def test_what_was_reworded_since_is_not_sent(make: Any, consultation: Any, cast: Any, db: Any) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner, status="draft", answers={1: ANSWER})
    question = consultation.questions[0].id
    drafting.save_draft(idea.id, drafting.Changes(secrets={question: [SECRET]}), seen=1, tab="test")
    drafting.save_draft(idea.id, drafting.Changes(bodies={question: "Wir nutzen Rezeptur 8."}), seen=2, tab="test")
    with pytest.raises(Invalid) as refused:
        operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    assert set(refused.value.fields) == {"secret-1"}


SEEN = {
    "": (False, False),
    "agency": (False, True),
    "ministry": (True, True),
    "author": (True, True),
    "nonsense": (False, False),
}


@pytest.mark.parametrize("reader", SEEN)
def test_the_preview_shows_what_each_reader_reads(reader: str, writer: Any, db: Any) -> None:
    writer.open()
    writer.send(
        "save",
        {"title": "Rezepte", "answer-1": ANSWER, "secret-1": SECRET, "answer-2": "Intern.", "audience-2": "agency"},
    )
    page = writer.client.page(f"{writer.url}/preview" + (f"?as={reader}" if reader else ""))
    assert (SECRET in page.text, "Intern." in page.text) == SEEN[reader]
    assert "Gern mit anderen" in page.text


def test_the_next_version_keeps_the_mark(sent: Any, cast: Any, db: Any, new_client: Any, make: Any) -> None:
    client = new_client()
    drafting.save_draft(sent.id, drafting.Changes(fields={"title": "Neue Rezepte"}), tab="a")
    operations.send(cast.actor(cast.owner), sent.id, email="", language="de")
    make.decide("idea", sent.id, "publish")
    db.session.commit()
    for number in (1, 2):
        assert SECRET not in client.get(f"/de/ideas/{sent.number}/versions/{number}").get_data(as_text=True)
    assert SECRET not in client.get(f"/de/ideas/{sent.number}").get_data(as_text=True)
