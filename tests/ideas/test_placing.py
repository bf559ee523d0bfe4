"""Questions that are moved, or taken out, while somebody has the form open: a text stays with its question."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from consult.consultations.models import Consultation, Question
from consult.consultations.queries import questions_of
from consult.core.errors import Conflict
from consult.core.registry import touch
from consult.ideas import placing, tokens
from consult.ideas.drafts import Content
from consult.ideas.models import Answer, Idea
from consult.moderation.queries import waiting_case
from tests.ideas.conftest import the_draft, the_idea, versions
from tests.support.mail import paths
from tests.support.page import html


def move(db: Any, consultation: Consultation, order: tuple[int, ...]) -> None:
    """Put the questions at these positions into this order."""
    rows = db.session.execute(select(Question).where(Question.consultation_id == consultation.id)).scalars()
    found = {one.position: one for one in rows}
    for one in found.values():
        one.position = -one.position
    db.session.flush()
    for place, was in enumerate(order, 1):
        found[was].position = place
        touch("question", found[was].id)
    db.session.commit()


def written(db: Any) -> dict[int, tuple[str, str]]:
    """What the draft holds, by question."""
    content = Content.of_document(the_draft(db).content)
    return {one_id: (one.body, one.audience) for one_id, one in content.answers.items() if one.body}


@pytest.mark.parametrize("way", ["save", "autosave"])
def test_a_text_stays_with_its_question(
    way: str, writer: Any, client: Any, db: Any, consultation: Consultation
) -> None:
    first, second = (one.id for one in questions_of(consultation.id)[:2])
    writer.open()
    writer.send("save", {"title": "Umgestellt", "answer-1": "Zur ersten Frage."})
    form = client.page(writer.url).form("#idea-form")
    move(db, consultation, (2, 1, 3, 4, 5))
    form |= {"answer-1": "Zur ersten Frage, und mehr.", "audience-1": "ministry", "secret-1": "mehr"}
    form |= {"answer-2": "Zur zweiten."}
    address = f"{writer.url}/save" if way == "autosave" else writer.url
    assert client.post(address, data={**form, "save": "1"}).status_code in (200, 303)
    assert written(db) == {first: ("Zur ersten Frage, und mehr.", "ministry"), second: ("Zur zweiten.", "public")}
    assert the_draft(db).content["secrets"] == {str(first): ["mehr"]}
    if way == "autosave":  # the page stays open, and goes on saying for which questions it was made
        client.post(address, data={**form, "answer-2": "Zur zweiten, und mehr."})
        assert written(db)[second][0] == "Zur zweiten, und mehr."
    again = client.page(writer.url).form("#idea-form")
    assert again["answer-2"].strip() == "Zur ersten Frage, und mehr." and again["audience-2"] == "ministry"


def test_also_where_two_texts_meet(writer: Any, client: Any, db: Any, consultation: Consultation) -> None:
    first, second = (one.id for one in questions_of(consultation.id)[:2])
    writer.open()
    writer.send("save", {"title": "Umgestellt", "answer-1": "Zur ersten Frage."})
    form = client.page(writer.url).form("#idea-form")
    writer.send("save", {"answer-1": "Aus dem anderen Fenster."})
    page = html(client.post(writer.url, data={**form, "answer-1": "Aus diesem Fenster.", "save": "1"}))
    chosen = {**page.form("#merge-form"), "pick-answer-1": "both", "save": "1"}
    move(db, consultation, (2, 1, 3, 4, 5))
    assert client.post(writer.url, data=chosen).status_code == 303
    assert written(db) == {first: ("Aus dem anderen Fenster.\n\nAus diesem Fenster.", "public")}
    assert second not in written(db)


def test_also_where_fewer_people_are_to_read(
    make: Any, cast: Any, client: Any, sign_in: Any, db: Any, consultation: Consultation
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner, answers={1: "Eins.", 2: "Zwei."})
    db.session.commit()
    first = questions_of(consultation.id)[0].id
    sign_in(client, cast.owner)
    address = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    form = client.page(address).form("form[action$='/audience']")
    move(db, consultation, (2, 1, 3, 4, 5))
    client.post(f"{address}/audience", data={**form, "audience-1": "ministry"})
    db.session.rollback()
    rows = db.session.execute(select(Answer.question_id, Answer.audience)).all()
    assert {question for question, audience in rows if audience == "ministry"} == {first}


def test_a_question_that_was_taken_out(writer: Any, client: Any, db: Any, consultation: Consultation) -> None:
    form = writer.open().form("#idea-form")
    last = db.session.execute(select(Question).where(Question.position == 5)).scalar_one()
    touch("question", last.id)
    db.session.delete(last)
    db.session.commit()
    lost = client.post("/de/ideas/new", data={**form, "title": "x", "answer-5": "Weg?", "save": "1"})
    assert lost.status_code == 409 and "wurde inzwischen herausgenommen" in html(lost).text
    assert client.post("/de/ideas/new", data={**form, "title": "x", "answer-2": "Da.", "save": "1"}).status_code == 303


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_was_written_for_a_question_that_was_taken_out_is_not_sent(
    confirmed: bool, writer: Any, sign_in: Any, cast: Any, db: Any, outbox: Any
) -> None:
    """Before it is sent, or while it waits for its address to be confirmed: the rest is sent all the same."""
    if not confirmed:
        sign_in(writer.client, cast.owner)
    writer.open()
    writer.send("save", {"title": "Rest", "answer-1": "Bleibt.", "answer-5": "Weg.", "secret-5": "Weg."})
    if confirmed:
        writer.send("submit", {"email": "ada@firma.example"})
    last = db.session.execute(select(Question).where(Question.position == 5)).scalar_one()
    touch("question", last.id)
    db.session.delete(last)
    db.session.commit()
    if confirmed:
        way = next(one for one in paths(outbox.last("ada@firma.example")) if "/ideas/confirm/" in one)
        writer.client.submit(way)
    else:
        writer.send("submit")
    assert the_idea(db).status == "submitted"
    assert db.session.execute(select(Answer.body)).scalars().all() == ["Bleibt."]


class Place:
    """A question, as far as placing looks at it."""

    def __init__(self, position: int, one_id: int) -> None:
        self.position, self.id = position, one_id


# what a form says it was made for -> under which names "answer-1" and "pick-secret-2" come back, where 7 is now second
NAMES = {
    "1:7 2:8": ("answer-2", "pick-secret-1"),
    "1:8 2:7": ("answer-1", "pick-secret-2"),
    "": ("answer-1", "pick-secret-2"),
    "nonsense": ("answer-1", "pick-secret-2"),
    "1:7": ("answer-2", "pick-secret-2"),
}


@pytest.mark.parametrize("line", NAMES)
def test_names_follow_their_question(line: str) -> None:
    questions: Any = [Place(1, 8), Place(2, 7)]
    sent = MultiDict(
        [("questions", line), ("answer-1", "a"), ("pick-secret-2", "b"), ("clash", "answer-1"), ("tab", "t")]
    )
    found = placing.placed(sent, questions)
    assert (found[NAMES[line][0]], found[NAMES[line][1]]) == ("a", "b")
    assert found["clash"] == NAMES[line][0] and found["tab"] == "t"
    with pytest.raises(Conflict):
        placing.placed(MultiDict([("questions", "3:9"), ("answer-3", "Weg?")]), questions)


def test_the_answer_that_was_ticked_is_split_off_when_questions_move_meanwhile(
    make: Any, db: Any, client: Any, cast: Any, sign_in: Any, consultation: Any
) -> None:
    """An editor changes the order of the questions while a moderator has the case open."""
    answers = {1: "Eine erste Antwort.", 2: "Eine zweite Antwort."}
    idea = make.idea(consultation=consultation, status="submitted", answers=answers)
    db.session.commit()
    sign_in(client, cast.moderator)
    page = client.page(f"/de/moderation/cases/{waiting_case('idea', idea.id).id}")
    ticked = {
        page.one(f"label[for={one['id']}]").get_text().strip(): one["value"] for one in page.select("[name=second]")
    }
    move(db, consultation, (2, 1, 3, 4, 5))
    form = {**page.form("form.c-decide"), "outcome": "split", "reason": "off-topic", "note": "Zwei."}
    form |= {"second": ticked["2 Frage 2 kurz"], "second_title": "Die zweite"}
    assert client.post(str(page.one("form.c-decide")["action"]), data=form).status_code == 303
    split_off = db.session.query(Idea).filter(Idea.id != idea.id).one()
    assert [one.body for one in versions(db, split_off)[0].answers] == ["Eine zweite Antwort."]
