"""Pages and forms of comments: the thread, writing, errors that keep what was typed, both languages, budgets."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g, render_template
from flask_babel import refresh
from sqlalchemy import select

from consult.comments import operations, queries
from consult.comments.models import Comment
from consult.comments.operations import Text
from consult.core.access import GUEST, Actor
from consult.moderation.models import Case
from tests.moderation.kind import KIND, Note, Notes
from tests.support.page import Page, faults, html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

NEW = "/de/comments/note/N-1/new"
CREATE = "/de/comments/note/N-1"


def write(cast: Any, note: Note, body: str, person: Any = None, **values: Any) -> Comment:
    info = queries.subject_by_key(KIND, f"N-{note.id}")
    return operations.write_comment(cast.actor(person or cast.participant), info, Text(body, **values))


def thread(app: Any, note: Note, actor: Actor = GUEST, language: str = "de", after: str | None = None) -> Page:
    """The partial as a subject's page includes it."""
    with app.test_request_context(f"/{language}/"):
        g.lang, g.actor = language, actor
        refresh()  # the test's own context may have been in another language
        found = queries.thread_for(KIND, note.id, actor, after, key=f"N-{note.id}", authors=(note.author_id or 0,))
        part = render_template("comments/_thread.html", thread=found, number=None)
    page = Page(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>T</title></head>'
        f"<body><main><h1>T</h1>{part}</main></body></html>"
    )
    assert faults(page.source) == []
    return page


# ---- the thread -----------------------------------------------------------------------------------------------------


def test_signed_out_the_thread_has_links_only(app: Any, note: Note, notes: Notes, cast: Any, clock: Any) -> None:
    notes.mode = "post"
    first = write(cast, note, "Das kennen wir **auch**.")
    clock.shift(minutes=1)
    write(cast, note, "Danke.", cast.owner, parent=first.id)
    page = thread(app, note)
    assert not page.select("form")
    assert "Zum Kommentieren anmelden" in page.text
    assert page.one(f"#comment-{first.id} strong").get_text() == "auch"
    assert page.select(f"#comment-{first.id} .c-comment h4")[0].get_text() == "Olga Owner"
    assert "hat den Text oben eingereicht" in page.text
    assert [link for link in page.links() if "/de/report" in link]
    assert "Conversation" in thread(app, note, language="en").text


def test_signed_in_the_form_stands_below(app: Any, note: Note, notes: Notes, cast: Any) -> None:
    page = thread(app, note, cast.actor(cast.outsider))
    assert page.one("main form")["action"] == CREATE
    assert [option.get_text() for option in page.select("option")] == [
        "für mich selbst",
        "Lichtbau Nordsee",
    ]
    assert "Die Moderation liest ihn" in page.text
    notes.mode = "closed"
    closed = thread(app, note, cast.actor(cast.outsider))
    assert not closed.select("main form")
    assert "Kommentieren ist nicht mehr möglich." in closed.text


def test_what_waits_is_seen_by_its_author_only(app: Any, note: Note, cast: Any) -> None:
    write(cast, note, "Noch nicht öffentlich.")
    assert "Noch nicht öffentlich." not in thread(app, note).text
    assert "Noch nicht öffentlich." not in thread(app, note, cast.actor(cast.owner)).text
    own = thread(app, note, cast.actor(cast.participant))
    assert "Noch nicht öffentlich." in own.text
    assert "In Prüfung" in own.text


def test_a_stub_stays_where_it_was_answered(app: Any, note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    first, second = write(cast, note, "Erster"), write(cast, note, "Zweiter")
    write(cast, note, "Antwort", cast.owner, parent=first.id)
    for comment in (first, second):
        operations.remove_comment(cast.actor(cast.participant), comment.id)
    page = thread(app, note)
    assert "von der Person entfernt, die ihn geschrieben hat" in page.text
    assert "Antwort" in page.text
    assert not page.select(f"#comment-{second.id}")


def test_an_edit_after_a_quarter_of_an_hour_can_be_seen(
    app: Any, note: Note, notes: Notes, cast: Any, clock: Any
) -> None:
    notes.mode = "post"
    comment = write(cast, note, "Eins")
    clock.shift(minutes=20)
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Zwei")
    assert "bearbeitet am 24. November 2026" in thread(app, note).text


def test_a_text_in_another_language_says_so(app: Any, note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    write(cast, note, "We know that.", language="en")
    assert thread(app, note).one(".c-comment [lang=en]").get_text(strip=True) == "We know that."
    assert not thread(app, note, language="en").select(".c-comment [lang]")


def test_long_threads_have_pages_and_long_answers_their_own(
    app: Any, note: Note, notes: Notes, cast: Any, db: Any
) -> None:
    notes.mode = "post"
    first = write(cast, note, "Der erste")
    for number in range(1, 60):
        write(cast, note, f"Kommentar {number}")
    for number in range(25):
        write(cast, note, f"Antwort {number}", parent=first.id)
    page = thread(app, note)
    assert len(page.select("section > .c-comment")) == 50
    assert len(page.select(f"#comment-{first.id} .c-comment")) == 20
    assert "5 weitere Antworten" in page.text
    after = page.links("nav.c-pages a[rel=next]")[0].partition("after=")[2]
    rest = thread(app, note, after=after)
    assert len(rest.select("section > .c-comment")) == 10
    seen = {one["id"] for one in page.select("section > .c-comment")} & {
        one["id"] for one in rest.select("section > .c-comment")
    }
    assert not seen


def test_the_thread_takes_one_query(app: Any, note: Note, notes: Notes, cast: Any, db: Any) -> None:
    notes.mode = "post"
    for turn in range(2):
        for number in range(8):
            root = write(cast, note, f"Kommentar {turn} {number}")
            write(cast, note, "Antwort", cast.owner, parent=root.id)
        db.session.commit()
        with count_queries(app) as found:
            thread_now = queries.thread_for(KIND, note.id, cast.actor(cast.participant), key="N-1")
        assert len(thread_now.nodes) == 8 * (turn + 1)
        reads = [one for one in found if "FROM comment" in one]
        assert len(reads) == 1


# ---- writing --------------------------------------------------------------------------------------------------------


def test_writing_leads_back_to_the_comment(note: Note, notes: Notes, participant: Any, db: Any) -> None:
    notes.mode = "post"
    response = participant.submit(NEW, {"body": "Das kennen wir auch."})
    assert response.status_code == 303
    comment = db.session.execute(select(Comment)).scalar_one()
    assert response.location.endswith(f"#comment-{comment.id}")
    assert (comment.body, comment.language, comment.status) == ("Das kennen wir auch.", "de", "published")
    english = participant.submit("/en/comments/note/N-1/new", {"body": "So do we.", "kind": "experience"})
    assert english.status_code == 303
    newest = db.session.execute(select(Comment).order_by(Comment.id.desc())).scalars().first()
    assert (newest.language, newest.kind) == ("en", "experience")


def test_two_fields_are_enough(note: Note, participant: Any, db: Any) -> None:
    token = participant.page(NEW).form("main form[method=post]")["csrf_token"]
    first = participant.post(CREATE, data={"csrf_token": token, "body": "Eins", "parent": ""})
    assert first.status_code == 303
    assert db.session.execute(select(Case)).scalar_one().kind == "comment"


def test_an_answer_is_written_on_a_page_of_its_own(
    note: Note, notes: Notes, participant: Any, cast: Any, db: Any
) -> None:
    notes.mode = "post"
    first = write(cast, note, "Eine Frage?", cast.owner)
    page = participant.page(f"{NEW}?parent={first.id}")
    assert page.h1 == "Antwort schreiben"
    assert "Eine Frage?" in page.text
    assert participant.submit(f"{NEW}?parent={first.id}", {"body": "Eine Antwort."}).status_code == 303
    answer = db.session.execute(select(Comment).where(Comment.parent_id == first.id)).scalar_one()
    assert (answer.body, answer.kind) == ("Eine Antwort.", "answer")


@pytest.mark.parametrize("parent", ["x", "-1", "4711", "99999999999999999999", "²", "\x00"])
def test_answers_to_nothing_are_refused(note: Note, participant: Any, db: Any, parent: str) -> None:
    token = participant.page(NEW).form("main form[method=post]")["csrf_token"]
    response = participant.post(CREATE, data={"csrf_token": token, "body": "Meine Antwort bleibt.", "parent": parent})
    if parent == "\x00":  # nothing is left of it: an ordinary comment
        assert response.status_code == 303
        return
    assert response.status_code == 422
    assert "Meine Antwort bleibt." in html(response).one("textarea[name=body]").get_text()
    assert participant.get(f"{NEW}?parent={parent}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", ""),
        ("body", " \n "),
        ("body", "x" * 4001),
        ("body", "\x00\x01"),
        ("kind", "official"),
        ("kind", "'; --"),
        ("organisation", "4711"),
        ("organisation", "x"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(note: Note, participant: Any, db: Any, field: str, value: str) -> None:
    page = participant.page(NEW)
    fields = {**page.form("main form[method=post]"), "body": "Bleibt stehen.", field: value}
    response = participant.post(CREATE, data=fields)
    assert response.status_code == 422
    again = html(response)
    assert again.select(f"#{field}-error") or field == "organisation"
    assert (fields["body"].strip() or "\x00").replace("\x00", "").replace("\x01", "") in again.one(
        "textarea"
    ).get_text()
    assert db.session.execute(select(Comment)).first() is None


@pytest.mark.parametrize(
    "body",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "\u202egedreht", "{{ 7*7 }}", "%(name)s", "🧪" * 2000],
)
def test_hostile_words_are_only_words(app: Any, note: Note, notes: Notes, participant: Any, body: str) -> None:
    notes.mode = "post"
    assert participant.submit(NEW, {"body": body}).status_code == 303
    source = thread(app, note).source
    assert "<script>alert" not in source
    assert not [link for link in thread(app, note).links() if link.startswith("javascript:")]
    assert "49" not in source or "{{" in source


def test_signed_out_the_text_is_kept_until_one_has_signed_in(note: Note, client: Any) -> None:
    assert client.get(NEW).status_code == 303
    token = client.page("/de/report").form("main form[method=post]")["csrf_token"]
    body = "Ein längerer Kommentar, der nicht verloren gehen darf, nur weil ich abgemeldet bin."
    response = client.post(CREATE, data={"csrf_token": token, "body": body})
    assert response.status_code == 403
    assert body in html(response).text or body in str(html(response).one("textarea").get_text())


@pytest.mark.parametrize(
    "address", ["/de/comments/note/N-99/new", "/de/comments/nothing/1/new", "/de/comments/cluster/x/new"]
)
def test_there_is_nothing_to_comment_on(note: Note, participant: Any, address: str) -> None:
    assert note is not None
    assert participant.get(address).status_code == 404


def test_closed_comments_keep_what_was_typed(note: Note, notes: Notes, participant: Any) -> None:
    fields = participant.page(NEW).form("main form[method=post]")
    notes.mode = "closed"
    body = "Ein Kommentar, der zu spät kommt und trotzdem nicht verloren gehen soll."
    response = participant.post(CREATE, data={**fields, "body": body})
    assert response.status_code == 409
    text = response.get_data(as_text=True)
    assert body in text and "Das geht jetzt nicht mehr" in text and "Formular noch einmal senden" not in text


# ---- changing, removing, alone --------------------------------------------------------------------------------------


def test_changing_and_removing_by_form(note: Note, participant: Any, cast: Any, db: Any) -> None:
    comment = write(cast, note, "Eins")
    edit, remove = f"/de/comments/{comment.id}/edit", f"/de/comments/{comment.id}/remove"
    assert participant.page(edit).one("textarea").get_text().strip() == "Eins"
    assert participant.submit(edit, {"body": ""}).status_code == 422
    assert participant.submit(edit, {"body": "Zwei"}).status_code == 303
    db.session.refresh(comment)
    assert comment.body == "Zwei"
    assert "Kommentar entfernen?" in participant.page(remove).h1
    assert participant.submit(remove).status_code == 303
    db.session.refresh(comment)
    assert comment.status == "removed"
    assert participant.get(edit).status_code == 403


def test_others_have_no_way_to_it(note: Note, cast: Any, client: Any, sign_in: Any) -> None:
    comment = write(cast, note, "Eins")
    stranger = sign_in(client, cast.stranger)
    for act in ("edit", "remove"):
        assert stranger.get(f"/de/comments/{comment.id}/{act}").status_code == 403
    assert stranger.get("/de/comments/4711/edit").status_code == 404
    assert stranger.get("/de/comments/99999999999999/edit").status_code == 404


def test_a_comment_by_itself(note: Note, notes: Notes, client: Any, cast: Any, app: Any) -> None:
    notes.mode = "post"
    first = write(cast, note, "Der erste")
    for number in range(55):
        write(cast, note, f"Antwort {number}", parent=first.id)
    page = client.page(f"/de/comments/{first.id}")
    assert page.h1 == "Kommentar zu »Ein Prüfstand für alle«"
    assert len(page.select(".c-comment .c-comment")) == 50
    rest = client.page(page.links("nav.c-pages a[rel=next]")[0])
    assert len(rest.select(".c-comment .c-comment")) == 5
    with count_queries(app, at_most=6):
        client.page(f"/de/comments/{first.id}?after=x")


def test_what_waits_has_no_page(note: Note, client: Any, cast: Any, new_client: Any, sign_in: Any) -> None:
    comment = write(cast, note, "Noch nicht")
    assert client.get(f"/de/comments/{comment.id}").status_code == 404
    assert "Noch nicht" in sign_in(new_client(), cast.participant).page(f"/de/comments/{comment.id}").text


def test_a_comment_is_reported_by_its_own_address(note: Note, notes: Notes, client: Any, cast: Any, db: Any) -> None:
    notes.mode = "post"
    comment = write(cast, note, "Kauft bei uns.")
    page = client.page(f"/de/report?url=/de/comments/{comment.id}")
    assert "Kommentar zu »Ein Prüfstand für alle«" in page.text
    fields = {"reason": "advertising", "explanation": "Werbung.", "good_faith": "y"}
    assert client.submit(f"/de/report?url=/de/comments/{comment.id}", fields).status_code == 303
    case = db.session.execute(select(Case)).scalar_one()
    assert (case.kind, case.subject_id, case.report_count) == ("comment", comment.id, 1)


def test_the_journey_of_a_comment(
    app: Any, note: Note, participant: Any, new_client: Any, sign_in: Any, cast: Any, db: Any, clock: Any
) -> None:
    """Written, read by a moderator, published, reported, hidden: as people do it, page by page."""
    participant.submit(NEW, {"body": "Ein Angebot mit Preisliste."})
    moderator = sign_in(new_client(), cast.moderator)
    case = db.session.execute(select(Case)).scalar_one()
    row = moderator.page("/de/moderation/").one(".c-queue tbody tr")
    assert "Kommentar zu »Ein Prüfstand für alle«" in row.get_text()
    assert (
        moderator.submit(f"/de/moderation/cases/{case.id}", {"outcome": "publish"}, form="form.c-decide").status_code
        == 303
    )
    assert "Ein Angebot mit Preisliste." in thread(app, note).text
    clock.shift(days=1)
    comment = db.session.execute(select(Comment)).scalar_one()
    fields = {"reason": "advertising", "explanation": "Preise.", "good_faith": "y"}
    new_client().submit(f"/en/report?url=/en/comments/{comment.id}", fields)
    second = db.session.execute(select(Case).where(Case.closed_at.is_(None))).scalar_one()
    hide = {"outcome": "hide", "reason": "advertising", "note": "Bitte ohne Preise.", "passage": "Preisliste"}
    sign_in(moderator, cast.moderator)
    sent = moderator.submit(f"/en/moderation/cases/{second.id}", hide, form="form.c-decide")
    assert sent.status_code == 303
    assert "Ein Angebot mit Preisliste." not in thread(app, note).text
    own = participant.page(f"/de/comments/{comment.id}")
    assert "»Preisliste«" in own.text
    assert "Bitte ohne Preise." in own.text
    assert new_client().get(f"/de/comments/{comment.id}").status_code == 404


def test_my_page_lists_them(note: Note, participant: Any, cast: Any) -> None:
    write(cast, note, "Mein erster Kommentar")
    page = participant.page("/de/me/")
    assert "Meine Kommentare" in page.text
    assert "Mein erster Kommentar" in page.text
