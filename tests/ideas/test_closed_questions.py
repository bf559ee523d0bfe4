"""A question that takes no more answers: its empty field is gone, a text for it is refused at its field, and what this idea
answered before may be mended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations.models import Consultation, Question
from consult.core.clock import now
from consult.core.registry import touch
from consult.ideas import tokens
from tests.ideas.conftest import the_draft, the_idea
from tests.support.page import html

REFUSED = "Diese Frage nimmt keine Antworten mehr an. Bitte verschieben"
# answered before in a version of this idea, text now -> is it sent
SENT = {("never", "text"): False, ("never", ""): True, ("before", "text"): True, ("before", ""): True}


@pytest.fixture
def close_question(consultation: Consultation, db: Any) -> Any:
    def close() -> None:
        second = db.session.execute(
            select(Question).where(Question.consultation_id == consultation.id, Question.position == 2)
        ).scalar_one()
        second.closed_at = now()
        touch("question", second.id)
        db.session.commit()

    return close


@pytest.mark.parametrize(("before", "text"), SENT)
def test_what_is_sent(
    before: str,
    text: str,
    writer: Any,
    make: Any,
    cast: Any,
    sign_in: Any,
    consultation: Any,
    close_question: Any,
    db: Any,
) -> None:
    answers = {1: "Eins.", **({2: "Zwei."} if before == "before" else {})}
    idea = make.idea(consultation=consultation, author=cast.owner, answers=answers)
    db.session.commit()
    sign_in(writer.client, cast.owner)
    writer.url = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    writer.send("save", {"title": "Neu", "answer-2": text and "Zwei, neu."})
    close_question()
    answer = writer.send("submit")
    assert ("/ideas/status/" in answer.request.path) is SENT[before, text]
    if not SENT[before, text]:
        assert answer.status_code == 422 and REFUSED in html(answer).errors()["answer-2"]
        assert html(answer).form("#idea-form")["answer-2"].strip() == "Zwei, neu.", "the text stays where it is"


def test_an_empty_field_is_gone_and_a_written_one_stays(writer: Any, close_question: Any, db: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Neu", "answer-1": "Eins."})
    close_question()
    page = writer.client.page(writer.url)
    part = page.one("#part-2")
    assert "nimmt keine Antworten mehr an" in part.get_text() and not part.select("textarea, input")
    form = page.form("#idea-form") | {"answer-2": "Trotzdem.", "save": "1"}
    writer.client.post(writer.url, data=form)
    assert "Trotzdem." in str(the_draft(db).content), "what is typed is stored all the same"
    assert writer.client.page(writer.url).select("#part-2 textarea")
    writer.send("submit", {"email": "ada@firma.example"})
    assert the_idea(db).status == "draft"
    for query in ("?question=2", "?view=one&question=2"):
        writer.client.page(writer.url + query)
