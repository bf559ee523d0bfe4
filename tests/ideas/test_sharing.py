"""Drafts that belong to an organisation: who opens them, two who write at once, and somebody who leaves."""

from __future__ import annotations

import io
from typing import Any

import pytest

from consult.ideas.drafts import Content
from consult.ideas.merging import document_of, fields_of, merged
from consult.ideas.models import DraftRevision, Idea
from consult.ideas.tokens import draft_token, status_token
from consult.organisations.models import OrganisationMember
from tests.files import samples
from tests.ideas.conftest import the_draft, the_idea
from tests.support.page import html

NAME = "Beispiel-Sensorik GmbH"


class Pair:
    """Two who write for a company, at a draft of the first one's, each in a browser of their own."""

    def __init__(self, make: Any, sign_in: Any, new_client: Any, write: Any, db: Any) -> None:
        self.company = make.organisation(NAME)
        self.anna, self.carl = make.person("Anna Autorin"), make.person("Carl Kollege")
        for person in (self.anna, self.carl):
            make.member(person, self.company, "author")
        db.session.commit()
        self.first, self.second = (write(sign_in(new_client(), one)) for one in (self.anna, self.carl))
        self.first.open()
        self.first.send("save", {"title": "Messraum", "answer-1": "Wir teilen.", "organisation": NAME})
        self.second.url = self.first.url

    def opened(self, who: Any) -> tuple[str, dict[str, Any]]:
        page = who.client.page(who.url)
        return str(page.one("#idea-form")["action"]), page.form("#idea-form")


@pytest.fixture
def pair(make: Any, sign_in: Any, new_client: Any, write: Any, consultation: Any, db: Any) -> Pair:
    return Pair(make, sign_in, new_client, write, db)


def text_of(db: Any) -> dict[str, Any]:
    """What is stored, with the questions' positions as names."""
    content = Content.of_document(the_draft(db).content)
    return {"title": content.title, "summary": content.summary, **{
        f"answer-{number}": one.body for number, one in enumerate(content.answers.values(), 1)
    }}  # fmt: skip


def test_two_at_once_lose_nothing(pair: Pair, db: Any) -> None:
    """Fields that only one changed are taken over; for the rest both texts stand there and one chooses."""
    assert "Messraum" in pair.second.client.page("/de/me/").one("#shared-drafts").parent.parent.get_text()
    action, mine = pair.opened(pair.first)
    pair.second.send("save", {"title": "Messraum und Labor", "summary": "Von Carl.", "answer-1": "Wir teilen gern."})
    mine |= {"answer-1": "Wir teilen donnerstags.", "answer-2": "Auch Geräte.", "summary": "Von Anna.", "save": "1"}
    answer = pair.first.client.post(action, data=mine)
    assert answer.status_code == 409
    page = html(answer)
    assert page.h1 == "Zwei Texte zugleich" and "Carl Kollege" in page.text
    assert [str(one["value"]) for one in page.select("[name=clash]")] == ["answer-1", "summary"]
    first = page.one("[aria-labelledby='clash-answer-1']")
    assert "gern" in first.select_one("del").get_text() and "donnerstags" in first.select_one("ins").get_text()
    found = text_of(db)
    assert found["title"] == "Messraum und Labor" and found["answer-2"] == "Auch Geräte."
    assert found["answer-1"] == "Wir teilen gern.", "the stored text stays until somebody has chosen"
    # nothing chosen: said at the field, and both texts are still there
    form = page.form("#merge-form")
    form.update({"pick-summary": "theirs", "save": "1"})
    again = pair.first.client.post(action, data=form)
    assert again.status_code == 422 and "Bitte wählen Sie, welcher Text gilt" in html(again).text
    assert "Wir teilen donnerstags." in html(again).one("#own-answer-1").get_text()
    # meanwhile the colleague saves once more, elsewhere: the choice still holds good
    pair.second.send("save", {"answer-3": "Und Zeit."})
    form = html(again).form("#merge-form") | {"pick-answer-1": "both", "save": "1"}
    assert pair.first.client.post(action, data=form).status_code == 303
    found = text_of(db)
    assert found["answer-1"] == "Wir teilen gern.\n\nWir teilen donnerstags." and found["summary"] == "Von Carl."
    assert found["answer-3"] == "Und Zeit." and found["answer-2"] == "Auch Geräte."


def test_what_does_not_touch_is_merged_unasked_and_not_sent_unread(pair: Pair, db: Any) -> None:
    action, mine = pair.opened(pair.first)
    pair.second.send("save", {"title": "Messraum und Labor"})
    answer = pair.first.client.post(action, data={**mine, "answer-1": "Wir teilen viel.", "submit": "1"})
    assert answer.status_code == 303 and the_idea(db).status == "draft"
    page = pair.first.client.page(pair.first.url)
    assert "Carl Kollege hat zur selben Zeit geschrieben" in page.text and "Titel" in page.text
    found = text_of(db)
    assert (found["title"], found["answer-1"]) == ("Messraum und Labor", "Wir teilen viel.")
    autosave = pair.first.client.post(f"{pair.first.url}/save", data={**mine, "answer-1": "Alt."})
    assert autosave.status_code == 409, "scripts keep the text and say so; the button leads to the merging"


def test_the_colleague_sends_and_the_author_stays(pair: Pair, db: Any) -> None:
    pair.second.send("submit", {"answer-2": "Dazu."})
    idea = the_idea(db)
    assert (idea.status, idea.author_id, idea.organisation_id) == ("submitted", pair.anna.id, pair.company.id)
    assert db.session.query(DraftRevision).count() == 0
    assert pair.second.client.page(f"/de/ideas/status/{status_token(idea.draft_key)}").h1 == "Messraum"


def test_who_leaves_has_no_access_at_once(
    pair: Pair, new_client: Any, sign_in: Any, make: Any, client: Any, db: Any
) -> None:
    """Also in tabs that are open: what is typed there is handed back, and nothing is stored."""
    action, mine = pair.opened(pair.first)
    outsider = sign_in(new_client(), make.person("Olaf Außen"))
    db.session.query(OrganisationMember).filter_by(person_id=pair.anna.id).delete()
    db.session.commit()
    key = the_idea(db).draft_key
    for path in (pair.first.url, f"{pair.first.url}/preview", f"/de/ideas/status/{status_token(key)}"):
        assert pair.first.client.get(path).status_code == 403, path
        assert outsider.get(path).status_code == 403, path
        assert client.get(path).status_code == 303, path
    typed = "Ein langer Satz, den ich gerade noch geschrieben habe und nicht verlieren will."
    for button in ("save", "submit", "delete"):
        answer = pair.first.client.post(action, data={**mine, "answer-1": typed, button: "1"})
        assert answer.status_code == 403 and typed in html(answer).text, button
    assert pair.first.client.post(f"{pair.first.url}/save", data=mine).status_code == 403
    assert "Messraum" not in pair.first.client.page("/de/me/").text
    assert text_of(db)["answer-1"] == "Wir teilen." and "Messraum" in pair.second.client.page("/de/me/").text
    pair.second.send("submit")
    idea = the_idea(db)
    assert (idea.status, idea.author_id) == ("submitted", pair.carl.id), "it is sent in the name of who is still there"


def test_its_files_open_to_the_same_people_as_the_text(pair: Pair, new_client: Any, db: Any) -> None:
    """The secret link alone opens a file no more than the draft or the private page; who leaves keeps nothing."""
    sent = {"attachment_file": (io.BytesIO(samples.PDF), "plan.pdf"), "attachment_title": "Plan", "attach": "1"}
    pair.first.send("attach", {**sent, "attachment_audience": "ministry"}, content_type="multipart/form-data")
    drafts = [str(one["href"]) for one in pair.second.client.page(pair.second.url).select(".c-files a")]
    pair.first.send("submit")
    idea = the_idea(db)
    ways = [*drafts, drafts[0].partition("link=")[0] + f"link={status_token(idea.draft_key)}"]
    assert len(ways) == 2

    def read_by(client: Any) -> list[int]:
        return [client.get(one).status_code for one in ways]

    assert read_by(pair.first.client) == read_by(pair.second.client) == [200, 200]
    assert read_by(new_client()) == [404, 404]
    db.session.query(OrganisationMember).filter_by(person_id=pair.anna.id).delete()
    db.session.commit()
    assert read_by(pair.first.client) == [404, 404] and read_by(pair.second.client) == [200, 200]


def test_what_comes_later_goes_to_those_who_stayed(pair: Pair, make: Any, outbox: Any, run_jobs: Any, db: Any) -> None:
    """The decision about a text of somebody who has left is read in the organisation, and they speak for it no longer."""
    from consult.ideas.subjects import may_manage, spoken_for
    from tests.support.factories import actor

    manager = make.person("Maria Sprecherin")
    make.member(manager, pair.company, "manager")
    pair.first.send("submit")
    idea = the_idea(db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert may_manage(actor(pair.anna), idea.id)
    db.session.query(OrganisationMember).filter_by(person_id=pair.anna.id).delete()
    db.session.commit()
    run_jobs()
    assert not may_manage(actor(pair.anna), idea.id) and not spoken_for(actor(pair.anna))
    assert may_manage(actor(manager), idea.id) and spoken_for(actor(manager)) == [("idea", idea.id)]
    before = len(outbox.to(manager))
    from consult.ideas import operations

    operations.withdraw(actor(pair.carl), idea.id)
    db.session.commit()
    run_jobs()
    assert (
        len(outbox.to(manager)) == before + 1
        and idea.number in outbox.last(manager).subject + outbox.last(manager).text
    )


def test_only_the_author_takes_a_draft_out_of_the_organisation(pair: Pair, db: Any) -> None:
    pair.second.send("save", {"organisation": ""})
    assert the_idea(db).organisation_id == pair.company.id
    refused = pair.second.client.post(pair.second.url, data={**pair.opened(pair.second)[1], "delete": "1"})
    assert refused.status_code == 403 and the_draft(db) is not None
    pair.first.send("save", {"organisation": ""})
    assert the_idea(db).organisation_id is None
    action = f"/de/ideas/drafts/{draft_token(the_idea(db).draft_key)}"
    assert pair.second.client.get(action).status_code == 200, "a person's own draft is open to who has its link"
    assert "shared-drafts" not in pair.second.client.page("/de/me/").source


def test_a_draft_that_others_wrote_at_outlives_its_author(pair: Pair, db: Any) -> None:
    from consult.ideas import personal

    pair.second.send("save", {"answer-2": "Von Carl."})
    personal.erase(pair.anna.id)
    db.session.commit()
    assert the_idea(db).author_id is None and text_of(db)["answer-2"] == "Von Carl."
    assert "Messraum" in pair.second.client.page("/de/me/").text
    personal.erase(pair.carl.id)
    db.session.commit()
    assert db.session.query(Idea).count() == 1


# base, mine, theirs -> (what is stored, conflicts, taken over); a missing base knows nothing
FIELD_CASES = [
    ("a", "a", "a", "a", [], []),
    ("a", "b", "a", "b", [], []),
    ("a", "a", "b", "b", [], ["title"]),
    ("a", "b", "b", "b", [], []),
    ("a", "b", "c", "c", ["title"], []),
    (None, "b", "c", "c", ["title"], []),
    ("a", "", "a", "", [], []),
    ("", "b", "", "b", [], []),
]


def test_merging_field_by_field() -> None:
    for base, mine, theirs, stored, conflicts, taken in FIELD_CASES:
        found = merged({"title": base} if base is not None else None, {"title": mine}, {"title": theirs})
        assert (found.fields.get("title", ""), found.conflicts, found.taken) == (stored, conflicts, taken), (
            mine,
            theirs,
        )
    one, two, three = (["cluster", number, "relates_to"] for number in (1, 2, 3))
    both = merged({"partners": [one, two]}, {"partners": [one, three]}, {"partners": [two]})
    assert both.fields["partners"] == [three] and not both.conflicts
    document = {**Content(title="T").document(), "answers": {"7": ["Text", "ministry"]}, "secrets": {"7": ["Text"]}}
    assert Content.of_document(document_of(fields_of(document), document)).document() == document
