"""What an author has kept from readers stays kept from them: in old versions, in what waits and in what is being written.

A mark stands in the answer to the second question; it is looked for in every outlet that shows what everybody reads.
"""

from __future__ import annotations

from typing import Any

import pytest

from consult.ideas import rules, tokens
from consult.ideas.models import Idea
from consult.moderation.operations import reverse
from consult.moderation.queries import waiting_case
from consult.search.queries import search_hits
from tests.support.page import html

MARK = "Zirkonschicht"
TEXT = f"Wir teilen unsere {MARK} mit anderen."
OUTLETS = (
    "/de/ideas/{number}", "/de/ideas/{number}/versions/1", "/de/ideas/{number}/versions/1?view=text",
    "/de/ideas/{number}/versions/2", "/de/ideas/{number}/versions/2?view=text", "/de/ideas/{number}/versions/3",
    "/de/ideas/{number}/versions/3?view=text", "/de/ideas/", "/de/ideas/?format=csv", "/de/ideas/?format=json",
    "/de/ideas/?format=atom", "/de/consultations/open-region/questions/2", "/de/search?q=Schichten", "/api/v1/ideas",
    "/api/v1/ideas/{number}", "/feeds/de/ideas.atom", "/de/",
)  # fmt: skip


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    """Public, with a public answer to each of two questions."""
    found: Idea = make.idea(
        "Schichten teilen", consultation=consultation, author=cast.owner,
        answers={1: "Wir haben zwei Anlagen.", 2: TEXT},
    )  # fmt: skip
    db.session.commit()
    return found


@pytest.fixture
def author(writer: Any, idea: Idea, sign_in: Any, cast: Any) -> Any:
    """Its author at the form of the next version."""
    sign_in(writer.client, cast.owner)
    writer.url = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    return writer


@pytest.fixture
def next_version(author: Any, idea: Idea, make: Any, db: Any) -> Any:
    """`next_version(outcome, **fields)`: the next version, sent through the form and decided."""
    url = author.url

    def send(outcome: str = "publish", **fields: str) -> None:
        author.url = url
        answer = author.send("submit", {name.replace("_", "-"): value for name, value in fields.items()})
        assert answer.status_code == 200 and "/ideas/status/" in answer.request.path, html(answer).errors()
        if outcome == "withdraw":
            author.client.submit(status_url(idea), {"what": "version"}, form="form[action$='/withdraw']")
        elif outcome:
            make.decide("idea", idea.id, outcome, reason="" if outcome == "publish" else "off-topic", note="Ein Satz.")
            db.session.commit()

    return send


def status_url(idea: Idea) -> str:
    return f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"


def readable(client: Any, idea: Idea) -> list[str]:
    """The outlets in which a visitor reads the mark."""
    found = []
    for outlet in OUTLETS:
        address = outlet.format(number=idea.number)
        text = client.get(address, follow_redirects=True, buffered=True).get_data(as_text=True)
        found += [address.removeprefix(f"/de/ideas/{idea.number}")] if MARK in text else []
    return [*found, *(["search"] if search_hits(MARK) else [])]


# the audience of an answer, then those of the answers in each later version up to the public one -> for whom it is now
SHOWN_TO = {
    ("public",): "public",
    ("public", "public"): "public",
    ("public", None): "public",
    ("public", "ministry"): "ministry",
    ("public", "ministry", None): "ministry",
    ("public", "agency", "ministry", None, None): "ministry",
    ("public", "ministry", "public"): "ministry",  # letting more people read is said of the later answer alone
    ("public", None, "public"): "public",
    ("public", "anonymous", None): "anonymous",
    ("ministry", "public"): "ministry",
    ("ministry", None): "ministry",
    ("agency", "anonymous", "public"): "agency",
}


@pytest.mark.parametrize("said", SHOWN_TO)
def test_the_narrowest_since_then_holds(said: tuple[str | None, ...]) -> None:
    assert rules.shown_to(said) == SHOWN_TO[said]


def test_a_version_without_the_answer_opens_no_earlier_one(next_version: Any, idea: Idea, new_client: Any) -> None:
    next_version(audience_2="ministry")
    assert not [one for one in readable(new_client(), idea) if "version" in one]
    next_version(answer_2="")
    assert readable(new_client(), idea) == []


def test_letting_more_people_read_holds_for_the_later_answer(next_version: Any, idea: Idea, new_client: Any) -> None:
    next_version(audience_2="ministry")
    next_version(audience_2="public")
    seen = readable(new_client(), idea)
    assert "/versions/3" in seen and "" in seen
    assert not [one for one in seen if one.startswith(("/versions/1", "/versions/2"))]


@pytest.mark.parametrize(("outcome", "stays"), [("reject", False), ("withdraw", True)])
def test_what_was_not_published_was_said_unless_it_was_taken_back(
    outcome: str, stays: bool, next_version: Any, idea: Idea, new_client: Any
) -> None:
    next_version(outcome, audience_2="ministry")
    assert "/versions/1" in readable(new_client(), idea), "what is public stays so until the next is"
    next_version(answer_2="")
    assert ("/versions/1" in readable(new_client(), idea)) is stays


# ---- let fewer people read: also what waits, and what is being written ----------------------------------------------


def narrow(author: Any, idea: Idea) -> None:
    """Its author lets only the ministry read the second answer, on the private page."""
    answer = author.client.submit(
        status_url(idea), {"audience-2": "ministry"}, form="form[action$='/audience']", follow_redirects=True
    )
    assert "Ab jetzt lesen es weniger" in html(answer).text


def test_a_version_that_waits_is_narrowed_too(
    next_version: Any, author: Any, idea: Idea, new_client: Any, make: Any, db: Any
) -> None:
    next_version("", title="Schichten und mehr")
    narrow(author, idea)
    assert readable(new_client(), idea) == []
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert "Schichten und mehr" in new_client().page(f"/de/ideas/{idea.number}").text
    assert readable(new_client(), idea) == []


def test_a_version_that_becomes_public_again_is_narrowed_too(
    next_version: Any, author: Any, idea: Idea, new_client: Any, cast: Any, make: Any, db: Any
) -> None:
    next_version("")
    decision = make.decide("idea", idea.id, "publish", moderator=cast.moderator)
    db.session.commit()
    narrow(author, idea)
    reverse(cast.actor(cast.moderator), decision.id)
    db.session.commit()
    assert readable(new_client(), idea) == []
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert readable(new_client(), idea) == []


def test_what_is_being_written_is_narrowed_too(next_version: Any, author: Any, idea: Idea, new_client: Any) -> None:
    author.send("save", {"title": "Schichten und mehr"})
    narrow(author, idea)
    assert author.client.page(author.url).form("#idea-form")["audience-2"] == "ministry"
    next_version()
    assert "Schichten und mehr" in new_client().page(f"/de/ideas/{idea.number}").text
    assert readable(new_client(), idea) == []


@pytest.mark.parametrize("begun", [True, False])
def test_a_window_that_was_open_before_is_told(begun: bool, author: Any, idea: Idea) -> None:
    if begun:
        author.send("save", {"title": "Schichten und mehr"})
    page = author.client.page(author.url)
    form, action = page.form("#idea-form"), str(page.one("#idea-form")["action"])
    narrow(author, idea)
    form |= {"title": "Noch mehr Schichten", "save": "1"}
    assert author.client.post(f"{author.url}/save", data=form).status_code == 409
    told = html(author.client.post(action, data=form, follow_redirects=True))
    assert "Ein anderes Fenster hatte inzwischen gespeichert" in told.text
    found = author.client.page(author.url).form("#idea-form")
    assert found["audience-2"] == "ministry" and found["title"] == "Noch mehr Schichten"


def test_what_is_meant_for_fewer_already_stays_so(author: Any, idea: Idea) -> None:
    author.send("save", {"audience-2": "ministry"})
    author.client.submit(status_url(idea), {"audience-2": "anonymous"}, form="form[action$='/audience']")
    assert author.client.page(author.url).form("#idea-form")["audience-2"] == "ministry"


def test_what_waits_for_moderation_is_narrowed_before_anybody_reads_it(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, new_client: Any, sign_in: Any
) -> None:
    """Who sees right after sending that too many would read it need not withdraw the idea and write it once more."""
    sent = make.idea(
        "Schichten teilen", consultation=consultation, author=cast.owner, status="submitted",
        answers={1: "Wir haben zwei Anlagen.", 2: TEXT},
    )  # fmt: skip
    db.session.commit()
    answer = client.submit(status_url(sent), {"audience-2": "ministry"}, form="form[action$='/audience']")
    assert answer.status_code == 303
    wider = client.submit(status_url(sent), {"audience-2": "public"}, form="form[action$='/audience']")
    assert wider.status_code == 422
    moderator = sign_in(new_client(), cast.moderator)
    shown = moderator.page(f"/de/moderation/cases/{waiting_case('idea', sent.id).id}")
    assert "Nur Ministerium" in shown.text
    make.decide("idea", sent.id, "publish")
    db.session.commit()
    assert readable(new_client(), sent) == []


def test_an_answer_that_only_the_next_version_gives_is_narrowed_while_it_waits(
    next_version: Any, idea: Idea, author: Any, new_client: Any, make: Any, db: Any
) -> None:
    next_version("", answer_3="Neu und nicht für alle gedacht.", audience_3="public")
    page = author.client.page(status_url(idea))
    assert page.select("#audience-1") and page.select("#audience-3")
    author.client.submit(status_url(idea), {"audience-3": "agency"}, form="form[action$='/audience']")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    shown = new_client().page(f"/de/ideas/{idea.number}").text
    assert "Neu und nicht" not in shown and "Wir haben zwei Anlagen." in shown
