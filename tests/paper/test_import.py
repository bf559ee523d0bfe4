"""Tables of what came back: preview and dry run, duplicates, as a whole or not at all, twice is once, taken back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from consult.consultations.queries import questions_of
from consult.core.access import GUEST
from consult.core.imports import ImportRun
from consult.ideas import coauthoring, drafting, operations
from consult.ideas.models import Answer, Idea, IdeaOrigin, IdeaVersion
from tests.support.page import Page

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
URL = "/de/paper/import"
ROWS = [
    {"channel": "Auf einem Workshop", "received_on": "2026-11-20", "place": "Jena", "reference": "WS-1",
     "consent": "written", "author_name": "Erika Beispiel", "email": "erika@people.example", "title": "Ladeschiffe",
     "answer-1": "Schiffe laden.", "audience-1": "Öffentlich", "answer-2": "Nur unter uns.", "organisation": "Werft"},
    {"channel": "workshop", "received_on": "2026-11-20", "reference": "WS-2", "consent": "spoken", "title": "Kräne",
     "language": "Deutsch", "answer-1": "Kräne heben.", "audience-1": "public"},
    {"channel": "paper", "received_on": "2026-11-21", "consent": "written", "title": "#panic *1*",
     "answer-3": "Ohne Nummer."},
]  # fmt: skip


@pytest.fixture
def staff(make: Any, cast: Any, clock: Any, db: Any, client: Any, sign_in: Any) -> Any:
    """A moderator's browser, beside an open consultation."""
    clock.move_to(NOW)
    make.consultation(prefix="OR", slug="open-region", questions=3, opens_at=NOW - timedelta(days=20))
    return sign_in(client, cast.moderator)


def upload(client: Any, rows: list[dict[str, str]], columns: list[str] | None = None, xlsx: bool = False) -> str:
    """Upload a table; the address of its preview."""
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([row.get(name, "") for name in (list(ROWS_NAMES) if columns else names)] for row in rows)]
    if xlsx:
        book = openpyxl.Workbook()
        for line in cells:
            book.active.append(line)
        buffer: Any = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    else:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(cells)
        content = text.getvalue().encode()
    form = client.page(URL).form("main form[enctype]")
    form["file"] = (io.BytesIO(content), "workshop.xlsx" if xlsx else "workshop.csv")
    answer = client.post(URL, data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


ROWS_NAMES = (
    "channel", "received_on", "place", "reference", "consent", "author_name", "email", "title", "summary", "language",
    "organisation", "answer-1", "audience-1", "answer-2", "audience-2", "answer-3", "audience-3",
)  # fmt: skip


def count(db: Any) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(IdeaOrigin)).scalar_one()


def outcome(page: Page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select("section[aria-labelledby=rows] tbody tr")]


def press(client: Any, preview: str, act: str) -> Any:
    return client.submit(preview, {}, form=f"main form[action$='/{act}']", follow_redirects=True)


def test_a_table_is_looked_at_entered_once_and_taken_back(
    staff: Any, cast: Any, db: Any, make: Any, outbox: Any, new_client: Any, sign_in: Any
) -> None:
    # the empty table of the page has headings for people; they are understood, as workbook and as CSV
    empty = staff.get("/de/paper/open-region/table.xlsx").data
    headings = [str(cell.value) for cell in openpyxl.load_workbook(io.BytesIO(empty)).active[1]]
    assert len(headings) == len(ROWS_NAMES) and headings[0] == "Wie hat es Sie erreicht?"
    preview = upload(staff, ROWS, headings, xlsx=True)
    page = staff.page(preview)
    assert outcome(page) == ["2 wird erfasst", "3 wird erfasst", "4 wird erfasst"], page.text
    assert count(db) == 0 and len(outbox) == 0  # a preview writes nothing

    # nobody else sees the table, whatever they may enter
    other = sign_in(new_client(), cast.official)
    assert other.get(preview).status_code == 404 and other.post(f"{preview}/carry-out").status_code in (400, 404)
    assert "workshop.xlsx" not in other.page(URL).text

    done = press(staff, preview, "carry-out")
    assert "3 Ideen sind erfasst." in done.text and count(db) == 3
    ideas = db.session.execute(select(Idea).order_by(Idea.id)).scalars().all()
    assert {one.entered_by for one in ideas} == {cast.moderator.id} and {one.status for one in ideas} == {"submitted"}
    assert [one.title for one in ideas] == ["Ladeschiffe", "Kräne", "#panic *1*"]
    assert len(outbox.to("erika@people.example")) == 1
    run = db.session.execute(select(ImportRun)).scalar_one()
    assert run.content is None and all(change["before"] is None for change in run.changes)

    # the same table again enters nothing, also after the author has another address; other words are refused
    again = staff.page(upload(staff, ROWS))
    assert [one.split(" ", 1)[1] for one in outcome(again)] == ["schon vorhanden, bleibt wie es ist"] * 3
    changed = staff.page(upload(staff, [{**ROWS[0], "answer-1": "Ganz anders."}]))
    assert "nur die Verfasserin oder der Verfasser" in changed.text
    same = staff.page(upload(staff, [{**ROWS[1], "reference": "WS-99", "title": "Andere Kräne"}]))
    assert f"{ideas[1].number}: die Antworten haben denselben Wortlaut" in same.text

    # what somebody has decided on stays; the rest is withdrawn, without its text, and its author is told
    make.decide("idea", ideas[1].id, "publish", moderator=cast.moderator2)
    db.session.commit()
    back = press(staff, preview, "undo")
    assert "1 Idee bleibt" in back.text and count(db) == 1
    states = dict(db.session.execute(select(Idea.id, Idea.status)).all())
    assert [states[one.id] for one in ideas] == ["withdrawn", "published", "withdrawn"]
    told = outbox.to("erika@people.example")[-1]
    assert "versehentlich" in told.text and "Ladeschiffe" in told.text
    assert "Ladeschiffe" not in {one.title for one in db.session.execute(select(Idea)).scalars()}
    listed = staff.page("/de/paper/").select("section[aria-labelledby=mine] a")
    assert [one.get_text() for one in listed] == [ideas[1].number], "nothing leads to what is gone"
    # after that the table can be entered again
    fresh = press(staff, upload(staff, [ROWS[0]]), "carry-out")
    assert "1 Idee ist erfasst." in fresh.text and count(db) == 2


def test_what_its_author_sent_anew_stays_when_a_table_is_taken_back(staff: Any, cast: Any, db: Any, make: Any) -> None:
    """It waits as it did at first, but somebody has decided on it since, and the text is its author's now."""
    preview = upload(staff, ROWS)
    press(staff, preview, "carry-out")
    db.session.rollback()
    mended, *others = db.session.execute(select(Idea).order_by(Idea.id)).scalars()
    make.decide("idea", mended.id, "return", moderator=cast.moderator2, reason="personal-data", note="Bitte mehr.")
    db.session.commit()
    question = questions_of(mended.consultation_id)[0]
    drafting.save_draft(mended.id, drafting.Changes(bodies={question.id: "Von mir selbst verbessert."}), tab="t")
    operations.send(GUEST, mended.id, email="", language="de")
    db.session.commit()
    assert mended.status == "submitted"
    back = press(staff, preview, "undo")
    assert "1 Idee bleibt" in back.text
    db.session.rollback()
    states = dict(db.session.execute(select(Idea.id, Idea.status)).all())
    assert [states[one.id] for one in (mended, *others)] == ["submitted", "withdrawn", "withdrawn"]
    texts = db.session.execute(select(Answer.body).join(IdeaVersion).where(IdeaVersion.idea_id == mended.id)).scalars()
    assert "Von mir selbst verbessert." in set(texts)


REFUSED = {
    "einer ohne Einwilligung": ({"consent": ""}, "consent"),
    "mit künftigem Tag": ({"received_on": "2026-12-24"}, "received_on"),
    "ohne Tag": ({"received_on": "neulich"}, "received_on"),
    "ohne Weg": ({"channel": "Taube"}, "channel"),
    "ohne Antwort": ({"answer-1": "", "answer-2": ""}, "answer-"),
    "mit fremder Frage": ({"answer-9": "Hallo"}, "answer-9"),
    "mit fremder Adresse": ({"email": "kein"}, "email"),
    "mit Stand": ({"status": "published"}, "status"),
    "für eine fremde Konsultation": ({"consultation": "nirgends"}, "consultation"),
    "mit unbekanntem Leserkreis": ({"audience-1": "alle"}, "audience-1"),
    "mit unsichtbaren Zeichen": ({"title": "a\u202eb"}, "title"),
}


def test_one_refused_row_keeps_all_out(staff: Any, db: Any) -> None:
    for name, (change, field) in REFUSED.items():
        page = staff.page(upload(staff, [ROWS[1], {**ROWS[0], **change}]))
        fields = [row.select("td")[0].get_text() for row in page.select("section[aria-labelledby=faults] tbody tr")]
        assert any(one.startswith(field) for one in fields), (name, fields)
        assert not page.select("main form[action$='/carry-out']"), name
    twice = staff.page(upload(staff, [ROWS[0], {**ROWS[0], "title": "Dasselbe Blatt"}]))
    assert "steht schon in Zeile" in twice.text
    many = [{**ROWS[1], "reference": f"N-{number}", "answer-1": f"Nummer {number}"} for number in range(201)]
    assert "Höchstens 200 Zeilen" in staff.page(upload(staff, many)).text
    assert count(db) == 0


def told(page: Page) -> list[tuple[str, str]]:
    """What is refused: (row and column, reason)."""
    found = []
    for row in page.select("section[aria-labelledby=faults] tbody tr"):
        number, column, reason = (one.get_text(" ").strip() for one in row.select("th, td"))
        found.append((f"{number} {column}".strip(), reason))
    return found


def test_faults_are_told_at_once_and_in_the_words_of_the_table(staff: Any, db: Any) -> None:
    empty = staff.get("/de/paper/open-region/table.xlsx").data
    headings = [str(cell.value) for cell in openpyxl.load_workbook(io.BytesIO(empty)).active[1]]
    bad = {**ROWS[0], "received_on": "neulich", "audience-1": "alle", "title": "", "consent": ""}
    found = told(staff.page(upload(staff, [ROWS[1], bad], headings, xlsx=True)))
    names = [headings[ROWS_NAMES.index(one)] for one in ("received_on", "consent", "title", "audience-1")]
    assert sorted(column for column, _reason in found) == sorted(f"3 {one}" for one in names)
    reasons = dict(found)
    assert reasons["3 Titel"] == "Das fehlt." and "Ein Tag wird" in reasons["3 Eingegangen am"]
    # a column that the table does not have is named as in the empty one
    lacking = [{name: value for name, value in ROWS[1].items() if name != "title"}]
    assert told(staff.page(upload(staff, lacking))) == [("2 Titel", "Das fehlt.")] and count(db) == 0


def test_a_text_that_stands_twice_in_a_table_is_told_by_its_row(staff: Any, db: Any) -> None:
    same = [ROWS[2], {**ROWS[2]}, {**ROWS[2], "title": "Andere Überschrift", "answer-3": "ohne  nummer"}]
    found = told(staff.page(upload(staff, same)))
    assert ("3 ganze Zeile", "Dasselbe steht schon in Zeile 2.") in found
    assert ("4 ganze Zeile", "Die Antworten haben denselben Wortlaut wie die in Zeile 2.") in found and len(found) == 2
    press(staff, upload(staff, [ROWS[2]]), "carry-out")
    (one,) = told(staff.page(upload(staff, [{**ROWS[2], "title": "Noch eine"}])))
    assert one[0] == "2 ganze Zeile" and "denselben Wortlaut" in one[1]
    assert count(db) == 1


def test_one_row_of_a_table_is_taken_back_by_itself_and_the_table_without_what_its_author_shares(
    staff: Any, db: Any
) -> None:
    """What is gone already is not said to stay; what its author has somebody named beside them for does stay."""
    preview = upload(staff, ROWS)
    press(staff, preview, "carry-out")
    db.session.rollback()
    alone, shared, other = db.session.execute(select(Idea).order_by(Idea.id)).scalars()
    press(staff, f"/de/paper/entries/{alone.number}", "take-back")
    coauthoring.invite(GUEST, shared.id, "mit@people.example", "Mit")
    db.session.commit()
    back = press(staff, preview, "undo")
    assert "1 Idee bleibt" in back.text
    db.session.rollback()
    states = dict(db.session.execute(select(Idea.id, Idea.status)).all())
    assert [states[one.id] for one in (alone, shared, other)] == ["withdrawn", "submitted", "withdrawn"]


def test_all_that_is_wrong_with_a_table_is_told_in_one_go(staff: Any, db: Any) -> None:
    """What does not fit its column and what does not fit the consultation, in the same row and in others: mended once."""
    press(staff, upload(staff, [ROWS[1]]), "carry-out")
    rows = [
        {**ROWS[0], "received_on": "neulich", "email": "kein", "answer-9": "Hallo"},
        {**ROWS[2], "received_on": "2026-12-24", "audience-3": "alle"},
        {**ROWS[1], "title": "", "answer-1": "Andere Kräne.", "audience-1": "alle", "status": "published"},
        {**ROWS[0], "reference": "WS-7", "answer-1": "x" * 20_001, "answer-2": "", "consent": ""},
        {**ROWS[0], "reference": "ws 7", "title": "", "answer-1": "Boote laden.", "answer-2": "", "email": "auch kein"},
        {"channel": "paper", "consent": "written", "title": "Ohne alles", "received_on": "gestern"},
    ]  # fmt: skip
    found = told(staff.page(upload(staff, rows)))
    assert sorted(place for place, _reason in found) == [
        "2 answer-9", "2 email", "2 received_on", "3 audience-3", "3 received_on", "4 audience-1", "4 id",
        "5 answer-1", "5 consent", "6 email", "6 ganze Zeile", "6 title", "7 answer-1", "7 received_on",
    ]  # fmt: skip
    reasons = dict(found)
    assert "Nur was vom" in reasons["3 received_on"] and "Ein Tag wird" in reasons["2 received_on"]
    assert "Mindestens eine Frage" in reasons["7 answer-1"] and "Zeile 5" in reasons["6 ganze Zeile"]
    assert count(db) == 1


def test_words_in_place_of_a_file_are_told_at_the_field(staff: Any) -> None:
    form = {**staff.page(URL).form("main form[enctype]"), "file": "words"}
    answer = staff.post(URL, data=form)
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine Datei." in answer.text
