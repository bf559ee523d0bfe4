"""A file that is sent while another window has saved: it is attached, or what is wrong with it is said; and what is taken
out goes. The texts of both windows are put together as ever."""

from __future__ import annotations

import io
from typing import Any

import pytest

from consult.ideas.drafts import Content
from consult.ideas.models import IdeaAttachment
from tests.files import samples
from tests.ideas.conftest import the_draft
from tests.support.page import html

TITLE = "Grundriss der Halle"


@pytest.fixture
def windows(writer: Any, client: Any) -> list[dict[str, Any]]:
    """The form of a stored draft, as two windows hold it."""
    writer.open()
    writer.send("save", {"title": "Prüfstand teilen", "answer-1": "Wir haben Erfahrung."})
    return [client.page(writer.url).form("#idea-form") for _ in range(2)]


def attach(client: Any, url: str, form: dict[str, Any], content: bytes, **fields: Any) -> Any:
    sent = {
        **form, "attachment_file": (io.BytesIO(content), "halle.png"), "attachment_title": TITLE,
        "attachment_audience": "public", "attach": "1", **fields,
    }  # fmt: skip
    return client.post(url, data=sent, content_type="multipart/form-data", follow_redirects=True)


def attached(db: Any) -> list[int]:
    draft = the_draft(db)
    assert draft is not None
    return Content.of_document(draft.content).attachments


def test_a_file_arrives_though_another_window_has_saved(windows: Any, writer: Any, client: Any, db: Any) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "title": "Aus dem ersten", "save": "1"})
    answer = attach(client, writer.url, two, samples.photo(), **{"answer-1": "Aus dem zweiten."})
    page = html(answer)
    assert answer.status_code == 200 and "Beide Änderungen sind gespeichert" in page.text
    assert "halle.jpg ist angehängt." in page.text and TITLE in page.one(".c-files").get_text()
    form = page.form("#idea-form")
    assert (form["title"], form["answer-1"]) == ("Aus dem ersten", "Aus dem zweiten.")
    assert len(attached(db)) == 1


def test_a_file_arrives_where_one_has_to_choose(windows: Any, writer: Any, client: Any, db: Any) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "answer-1": "Aus dem ersten.", "save": "1"})
    answer = attach(client, writer.url, two, samples.photo(), **{"answer-1": "Aus dem zweiten."})
    assert answer.status_code == 409
    page = html(answer)
    assert "halle.jpg ist angehängt." in page.text and len(attached(db)) == 1
    chosen = {**page.form("main form"), "pick-answer-1": "mine", "save": "1"}
    after = html(client.post(writer.url, data=chosen, follow_redirects=True))
    assert after.form("#idea-form")["answer-1"] == "Aus dem zweiten." and TITLE in after.one(".c-files").get_text()


def test_where_one_has_to_choose_a_file_without_words_is_no_such_choice(
    windows: Any, writer: Any, client: Any, db: Any
) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "answer-1": "Aus dem ersten.", "save": "1"})
    fields = {"answer-1": "Aus dem zweiten.", "attachment_title": ""}
    answer = attach(client, writer.url, two, samples.photo(), **fields)
    page = html(answer)
    assert answer.status_code == 409 and attached(db) == []
    assert [str(field["value"]) for field in page.select("[name=clash]")] == ["answer-1"]
    assert "Bitte sagen Sie, was" in " ".join(one.get_text() for one in page.select(".c-flash--warning"))


def test_what_is_wrong_with_it_is_said_all_the_same(windows: Any, writer: Any, client: Any, db: Any) -> None:
    one, two = windows
    client.post(writer.url, data={**one, "title": "Aus dem ersten", "save": "1"})
    answer = attach(client, writer.url, two, b"MZ\x90", **{"answer-1": "Aus dem zweiten."})
    page = html(answer)
    assert answer.status_code == 422 and "nicht öffnen" in page.one("#attachment_file-error").get_text()
    form = page.form("#idea-form")
    assert (form["title"], form["answer-1"]) == ("Aus dem ersten", "Aus dem zweiten.")
    assert form["attachment_title"] == TITLE
    client.post(writer.url, data={**form, "answer-1": "Noch einmal.", "save": "1"})
    draft = the_draft(db)
    assert draft is not None and draft.content["title"] == "Aus dem ersten"


def test_what_is_taken_out_goes_though_another_window_has_saved(
    windows: Any, writer: Any, client: Any, db: Any
) -> None:
    attach(client, writer.url, windows[0], samples.photo())
    (number,) = attached(db)
    one, two = (client.page(writer.url).form("#idea-form") for _ in range(2))
    client.post(writer.url, data={**one, "title": "Aus dem ersten", "save": "1"})
    page = html(client.post(writer.url, data={**two, "answer-1": "Neu.", "detach": str(number)}, follow_redirects=True))
    assert "Der Anhang ist herausgenommen." in page.text and page.form("#idea-form")["answer-1"] == "Neu."
    assert attached(db) == [] and db.session.get(IdeaAttachment, number) is not None
