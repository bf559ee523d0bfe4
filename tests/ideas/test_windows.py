"""One draft in two windows of its author: what only one of them changed is taken over, for the rest one chooses; and nothing
is overwritten unseen, however the page came to be open."""

from __future__ import annotations

from typing import Any

import pytest

from consult.consultations.queries import questions_of
from consult.ideas.drafts import Content
from tests.ideas.conftest import the_draft
from tests.support.page import html

FILLED = {"title": "Prüfstand teilen", "answer-1": "Wir haben **gute** Erfahrung.", "answer-3": "Messtechnik fehlt."}


@pytest.fixture
def windows(writer: Any, client: Any) -> list[dict[str, Any]]:
    """The form of a stored draft, as two windows hold it."""
    writer.open()
    writer.send("save", FILLED)
    return [client.page(writer.url).form("#idea-form") for _ in range(2)]


def stored(db: Any, consultation: Any) -> dict[str, str]:
    """What the draft holds, by the names of the form."""
    content = Content.of_document(the_draft(db).content)
    found = {"title": content.title, "summary": content.summary, "region": content.region}
    for question in questions_of(consultation.id):
        if written := content.answers.get(question.id):
            found |= {f"answer-{question.position}": written.body, f"audience-{question.position}": written.audience}
    return found


def test_what_only_one_changed_is_taken_over(
    windows: Any, writer: Any, client: Any, db: Any, consultation: Any
) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "title": "Aus dem ersten", "audience-3": "ministry", "save": "1"})
    answer = client.post(
        writer.url, data={**two, "answer-1": "Aus dem zweiten.", "region": "DEG0", "save": "1"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert "Ein anderes Fenster hatte inzwischen gespeichert" in html(answer).text and "Titel" in html(answer).text
    found = stored(db, consultation)
    assert found["title"] == "Aus dem ersten" and found["answer-1"] == "Aus dem zweiten." and found["region"] == "DEG0"
    assert found["audience-3"] == "ministry" and found["answer-3"] == "Messtechnik fehlt."


def test_where_both_changed_one_chooses(windows: Any, writer: Any, client: Any, db: Any, consultation: Any) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "answer-1": "Aus dem ersten Fenster.", "save": "1"})
    answer = client.post(
        writer.url, data={**two, "answer-1": "Aus dem zweiten Fenster.", "title": "Neu", "submit": "1"}
    )
    assert answer.status_code == 409
    page = html(answer)
    assert page.h1 == "Zwei Texte zugleich" and "Ein anderes Fenster hat diesen Entwurf gespeichert" in page.text
    assert [str(field["value"]) for field in page.select("[name=clash]")] == ["answer-1"]
    assert not page.select("[data-autosave-url]"), "nothing is saved before somebody has chosen"
    found = stored(db, consultation)
    assert found["answer-1"] == "Aus dem ersten Fenster." and found["title"] == "Neu"
    chosen = {**page.form("#merge-form"), "pick-answer-1": "mine", "save": "1"}
    assert client.post(writer.url, data=chosen).status_code == 303
    assert stored(db, consultation)["answer-1"] == "Aus dem zweiten Fenster."


def test_saving_by_itself_overwrites_nothing_and_says_what_to_do(
    windows: Any, writer: Any, client: Any, db: Any, consultation: Any
) -> None:
    one, two = windows
    client.post(f"{writer.url}/save", data={**one, "title": "Aus dem ersten"})
    for text in ("A", "Aus dem zweiten"):
        answer = client.post(f"{writer.url}/save", data={**two, "answer-1": text})
        assert answer.status_code == 409 and "drücken Sie auf »Speichern«" in answer.json["error"]
    assert stored(db, consultation)["title"] == "Aus dem ersten"
    assert stored(db, consultation)["answer-1"] == FILLED["answer-1"]


def test_a_page_knows_what_it_saved_itself(windows: Any, writer: Any, client: Any, db: Any, consultation: Any) -> None:
    """What a window has saved by itself, and another one changed since, is not a change of the first any more."""
    one, two = windows
    saved = client.post(f"{writer.url}/save", data={**one, "title": "Aus dem ersten"}).json
    client.post(writer.url, data={**two, "title": "Aus dem zweiten", "prints": saved["prints"], "save": "1"})
    form = {**one, "title": "Aus dem ersten", "answer-2": "Mehr.", "edit_count": str(saved["edit_count"])}
    answer = client.post(writer.url, data={**form, "prints": saved["prints"], "save": "1"})
    assert answer.status_code == 303
    found = stored(db, consultation)
    assert found["title"] == "Aus dem zweiten" and found["answer-2"] == "Mehr."


@pytest.mark.parametrize("prints", ["", "abc", "title=", "title=AAAAAAAA", "\x00", "title=" + "x" * 9000])
def test_a_window_that_does_not_know_what_it_held_has_to_choose(
    prints: str, windows: Any, writer: Any, client: Any, db: Any, consultation: Any
) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "title": "Echt", "save": "1"})
    form = {**two, "title": "Anders", "prints": prints, "edit_count": "", "tab": "", "save": "1"}
    assert client.post(writer.url, data=form).status_code == 409
    assert stored(db, consultation)["title"] == "Echt"


def test_what_cannot_be_stored_is_not_lost_either(windows: Any, writer: Any, client: Any) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "summary": "Aus dem ersten.", "save": "1"})
    answer = client.post(writer.url, data={**two, "answer-1": "x" * 90_000, "save": "1"})
    assert answer.status_code == 409
    page = html(answer)
    assert page.one("#own-answer-1").get_text().strip() == "x" * 90_000
    assert page.form("#merge-form")["answer-1"].strip() == "x" * 90_000


def test_a_form_that_was_opened_empty(writer: Any, client: Any, db: Any, consultation: Any) -> None:
    """The same empty form twice, as the back button shows it: one draft, and both texts in it."""
    form = writer.open().form("#idea-form")
    client.post("/de/ideas/new", data={**form, "title": "Erstes", "tab": "a", "save": "1"})
    client.post("/de/ideas/new", data={**form, "answer-2": "Zweites.", "tab": "b", "save": "1"})
    found = stored(db, consultation)
    assert found["title"] == "Erstes" and found["answer-2"] == "Zweites."


def test_two_windows_with_the_same_text_do_not_quarrel(windows: Any, writer: Any, client: Any) -> None:
    for form in windows:
        assert client.post(writer.url, data={**form, "title": "Gleich", "save": "1"}).status_code == 303
