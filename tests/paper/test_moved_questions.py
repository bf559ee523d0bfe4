"""An editor moves, adds or takes out questions while a table is filled in or looked at: each answer stays with its
question, or its row is refused with the reason."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations.models import Question
from consult.consultations.queries import consultation_by_slug, questions_of
from consult.ideas.models import Answer, Idea
from tests.paper.test_import import NOW, ROWS, count, press, told, upload
from tests.paper.test_import import staff as staff
from tests.support.page import html

EDIT = "/de/admin/consultations/open-region"


@pytest.fixture
def editor(new_client: Any, cast: Any, sign_in: Any, staff: Any, db: Any) -> Any:
    """`editor(press)`: an administrator presses this button of the consultation's form (`down-0`) and saves."""
    assert staff
    browser = sign_in(new_client(), cast.admin)
    consultation_by_slug("open-region").summary = {"de": "Kurz", "en": "Short"}
    db.session.commit()

    def run(button: str, **typed: str) -> None:
        form = browser.page(EDIT).form()
        form = {**html(browser.post(EDIT, data={**form, "act": button})).form(), **typed}
        assert browser.post(EDIT, data=form).status_code == 303

    return run


def asked() -> list[Question]:
    """The questions in their present order."""
    return questions_of(consultation_by_slug("open-region").id)


def empty_table(staff: Any, slug: str = "open-region", language: str = "de") -> list[str]:
    text = staff.get(f"/{language}/paper/{slug}/table.csv").get_data(as_text=True).lstrip("\ufeff")
    return next(csv.reader(io.StringIO(text), delimiter=";" if language == "de" else ","))


def answers(db: Any) -> dict[int, tuple[str, str]]:
    db.session.rollback()
    return {one.question_id: (one.body, one.audience) for one in db.session.execute(select(Answer)).scalars()}


def row(headings: list[str], **cells: str) -> dict[str, str]:
    """A row under the headings of the empty table: `a1`, `l1` are answer and readers of its first question."""
    names = ["channel", "received_on", "place", "reference", "consent", "author_name", "email", "title", "summary"]
    names += ["language", "organisation", *(f"{one}{place}" for place in range(1, 13) for one in "al")]
    filled = {"channel": "paper", "received_on": "2026-11-20", "consent": "written", "title": "Ladeschiffe", **cells}
    return {heading: filled.get(name, "") for heading, name in zip(headings, names, strict=False)}


NEW = {f"questions-3-{name}_{language}": "Neu?" for name in ("short", "text") for language in ("de", "en")}


@pytest.mark.parametrize("xlsx", [False, True])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("when", ["before it is uploaded", "while it is looked at"])
def test_answers_stay_with_their_questions(
    when: str, language: str, xlsx: bool, staff: Any, editor: Any, db: Any
) -> None:
    first, second, third = (one.id for one in asked())
    headings = empty_table(staff, language=language)
    filled = row(headings, a1="Zur ersten.", l1="public", a2="Zur zweiten.", a3="Zur dritten.", l3="agency")
    if when == "before it is uploaded":
        editor("down-0")
    preview = upload(staff, [filled], xlsx=xlsx)
    if when == "while it is looked at":
        editor("up-2")
        editor("down-0")
    assert "wird erfasst" in staff.page(preview).text
    press(staff, preview, "carry-out")
    assert answers(db) == {
        first: ("Zur ersten.", "public"), second: ("Zur zweiten.", "ministry"), third: ("Zur dritten.", "agency"),
    }  # fmt: skip


def test_the_heading_says_which_question_is_meant_and_is_no_secret_code_alone(staff: Any) -> None:
    headings = empty_table(staff)
    first = asked()[0]
    assert f"Antwort auf Frage 1: Frage 1 kurz [answer:{first.id}]" in headings
    assert f"Wer Antwort 1 lesen darf, wie angekreuzt [audience:{first.id}]" in headings


def test_a_table_that_counts_questions_is_taken_while_they_stand_as_they_stood(
    staff: Any, editor: Any, db: Any
) -> None:
    editor("add", **NEW)  # at the end: the others stay where they are
    headings = ["channel", "received_on", "consent", "title", "Antwort auf Frage 2", "audience-2"]
    cells = ("paper", "2026-11-20", "written", "Ladeschiffe", "Zur zweiten.", "public")
    press(staff, upload(staff, [dict(zip(headings, cells, strict=True))]), "carry-out")
    assert answers(db) == {asked()[1].id: ("Zur zweiten.", "public")}


@pytest.mark.parametrize("column", ["answer-2", "Antwort auf Frage 2", "Answer to question 2"])
def test_one_that_counts_them_is_refused_at_the_row_once_they_have_moved(
    column: str, staff: Any, editor: Any, db: Any
) -> None:
    rows = [{**ROWS[0], column: "Zur zweiten."}, {**ROWS[2], "answer-3": ""}]
    rows = [{name: value for name, value in one.items() if name in (column, *ROWS[2])} for one in rows]
    rows[1][column] = "Auch zur zweiten."
    preview = upload(staff, [{name: one.get(name, "") for name in rows[0] | rows[1]} for one in rows])
    opened = staff.page(preview).form("main form[action$='/carry-out']")
    editor("down-0")
    refused = staff.post(f"{preview}/carry-out", data=opened)
    assert refused.status_code == 422 and count(db) == 0
    found = told(html(refused))
    assert [place for place, _reason in found] == [f"2 {column}", f"3 {column}"]
    assert all("in anderer Reihenfolge" in reason for _place, reason in found)
    # the headings of the present empty table are all that it needs
    mended = next(one for one in empty_table(staff) if one.startswith("Antwort auf Frage 1:"))
    press(
        staff,
        upload(staff, [{mended if name == column else name: value for name, value in rows[1].items()}]),
        "carry-out",
    )
    assert answers(db) == {asked()[0].id: ("Auch zur zweiten.", "ministry")}


def test_a_question_that_is_gone_is_said_and_nothing_entered(staff: Any, editor: Any, db: Any) -> None:
    headings = empty_table(staff)
    preview = upload(staff, [row(headings, a1="Zur ersten.", a3="Zur dritten.")])
    opened = staff.page(preview).form("main form[action$='/carry-out']")
    editor("remove-0")
    answer = staff.post(f"{preview}/carry-out", data=opened)
    assert answer.status_code == 422 and count(db) == 0
    places = [place for place, _reason in told(html(answer))]
    assert any("Frage 1 kurz" in one for one in places), places


def test_a_table_of_one_consultation_is_entered_there_whichever_is_the_present_one(
    staff: Any, make: Any, db: Any
) -> None:
    """Its rows name no consultation: they were put under the questions of the one that opened last."""
    headings = empty_table(staff)
    earlier = asked()
    later = make.consultation(slug="spaeter", prefix="SP", opens_at=NOW - timedelta(days=10))
    db.session.commit()
    assert later.phase == "open"
    filled = row(headings, a1="Zur ersten.")
    press(staff, upload(staff, [filled]), "carry-out")
    assert set(answers(db)) == {earlier[0].id}
    assert {one.consultation_id for one in db.session.execute(select(Idea)).scalars()} == {asked()[0].consultation_id}
    other = {**filled, headings[7]: "Anders", "consultation": "spaeter"}
    ((place, reason),) = told(staff.page(upload(staff, [other])))
    assert place == "2 consultation" and "einer anderen Konsultation" in reason
