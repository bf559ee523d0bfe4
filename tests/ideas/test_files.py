"""The list of ideas as a file: exactly what the list shows, in its order, with the answers that are public with name."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from consult.consultations.models import Consultation
from consult.core.clock import now
from consult.ideas import filters, listing_files, queries
from tests.ideas.test_audiences import ANSWERS, MARKS, marks_in


@pytest.fixture
def five(make: Any, cast: Any, consultation: Any, db: Any) -> list[Any]:
    found = [
        make.idea(
            "Vier Antworten", consultation=consultation, author=cast.owner, answers=ANSWERS, sector="C", region="DEG0",
            organisation="Feinwerk Saaletal", partners={"cluster": [cast.cluster.id]},
        ),
        make.idea("=1+1", consultation=consultation, answers={2: "Formeln, die keine sind."}, sector="K"),
        *(make.idea(f"Weitere {number}", consultation=consultation, sector="C") for number in range(3)),
        make.idea("Wartet", consultation=consultation, status="submitted", sector="C"),
        make.idea("Nur intern", consultation=consultation, answers={1: ("Intern.", "ministry")}, sector="C"),
    ]  # fmt: skip
    db.session.commit()
    return found


def of_json(client: Any, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/de/ideas/?format=json{query}", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    loaded: Any = json.loads(answer.get_data(as_text=True))
    return list(loaded if isinstance(loaded, list) else loaded["data"])


@pytest.mark.parametrize(
    "query", ["", "&sector=C", "&sort=supported", "&q=Formeln", "&question=2", "&cluster=photonik-musterland"]
)
def test_the_file_holds_what_the_list_shows(query: str, five: list[Any], client: Any) -> None:
    shown = [one.get_text() for one in client.page(f"/de/ideas/?{query}").select(".c-list h2 a")]
    assert [one["title"] for one in of_json(client, query)] == shown and shown


def test_only_what_is_public_with_name_is_in_it(five: list[Any], client: Any) -> None:
    row = next(one for one in of_json(client) if one["title"] == "Vier Antworten")
    assert marks_in(json.dumps(row, ensure_ascii=False)) == {"public"}
    assert row["answer_1"] == ANSWERS[1][0] and row["answer_2"] is None and row["answer_4"] is None
    assert row["author"] == "Feinwerk Saaletal" and row["clusters"] == ["Photonik Musterland"]
    assert row["url"].endswith(f"/de/ideas/{row['number']}") and row["region_code"] == "DEG0"


def test_a_spreadsheet_takes_nothing_for_a_formula(five: list[Any], client: Any) -> None:
    text = client.get("/de/ideas/?format=csv", buffered=True).get_data(as_text=True).removeprefix("\ufeff")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert lines[0][:2] == ["Nummer", "Titel"] and len(lines) == 6
    assert "'=1+1" in {line[1] for line in lines} and MARKS["anonymous"] not in text


def test_the_workbook_holds_the_same(five: list[Any], client: Any) -> None:
    sheet = load_workbook(io.BytesIO(client.get("/de/ideas/?format=xlsx", buffered=True).get_data())).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert len(cells) == 6 and {row[1] for row in cells[1:]} == {one["title"] for one in of_json(client)}
    assert marks_in(str(cells)) == {"public"}


def test_the_list_offers_the_files_with_its_filters(five: list[Any], client: Any) -> None:
    links = client.page("/de/ideas/?sector=C&sort=supported").links("a[download]")
    assert len(links) == 3 and all("sector=C" in link and "sort=supported" in link for link in links)
    assert client.get("/de/ideas/?format=exe", buffered=True).mimetype == "text/html"


def test_the_page_of_a_question_leads_to_its_answers_as_files(five: list[Any], client: Any, db: Any) -> None:
    consultation = db.session.get_one(Consultation, five[0].consultation_id)
    for position in (1, 2):
        page = client.page(f"/de/consultations/{consultation.slug}/questions/{position}")
        links = page.links(".c-outlets a")
        shown = of_json(client, f"&question={position}")
        assert not shown if not links else [one for one in links if one.endswith("format=json")]
        if links:
            assert (f"{len(shown)} Antworten mit ihren Ideen" in page.text) or (
                len(shown) == 1 and "Eine Antwort mit" in page.text
            )
            found = {one.rsplit("=", 1)[1]: client.get(one, buffered=True).status_code for one in links}
            assert found == dict.fromkeys(("csv", "xlsx", "json", "atom"), 200)
            assert all(one[f"answer_{position}"] for one in shown)
    assert client.page(f"/de/consultations/{consultation.slug}/questions/1").links(".c-outlets a")


def test_an_earlier_consultation_is_a_filter_of_its_own(
    five: list[Any], client: Any, make: Any, consultation: Any, db: Any
) -> None:
    """Its questions lead to its ideas alone, on the page and in files; the choice stays in the form and can be dropped."""
    past = make.consultation(slug="frueher", title="Frühere Frage")
    make.idea("Von früher", consultation=past, answers={2: "Schon damals."})
    db.session.commit()
    past = db.session.get_one(Consultation, past.id)
    past.opens_at, past.closes_at = now() - timedelta(days=400), now() - timedelta(days=300)
    make.consultation(slug="verborgen", listed=False)
    db.session.commit()
    links = client.page("/de/consultations/frueher/questions/2").links()
    address = next(one for one in links if "consultation=frueher" in one and "format=json" in one)
    loaded: Any = json.loads(client.get(address, buffered=True).get_data(as_text=True))
    rows = loaded if isinstance(loaded, list) else loaded["data"]
    assert [row["title"] for row in rows] == ["Von früher"] and rows[0]["answer_2"] == "Schon damals."
    page = client.page("/de/ideas/?consultation=frueher")
    assert [one.get_text() for one in page.select(".c-list h2 a")] == ["Von früher"]
    assert page.one("form.c-facets input[name=consultation]")["value"] == "frueher"
    assert "Frühere Frage" in page.one(".c-chips").get_text(" ")
    every = len(client.page("/de/ideas/").select(".c-list h2 a"))
    for unknown in ("nirgends", consultation.slug, "verborgen"):
        assert len(client.page(f"/de/ideas/?consultation={unknown}").select(".c-list h2 a")) == every


def test_parts_follow_each_other_without_loss_or_repetition(five: list[Any], app: Any, db: Any) -> None:
    with app.test_request_context("/de/ideas/?sort=supported"):
        rows = list(listing_files.rows(filters.read_filters(), [1], part=2))
    numbers = [row[0] for row in rows]
    assert len(numbers) == len(set(numbers)) == 5


def test_a_list_by_words_goes_on_page_by_page_and_its_file_ends(
    db: Any, make: Any, consultation: Any, client: Any, monkeypatch: Any
) -> None:
    made = [make.idea(f"Prüfstand {number}", consultation=consultation) for number in range(5)]
    db.session.commit()
    filters, tallies = queries.Filters({}, "Prüfstand", queries.BEST), queries.Tallies()
    for page_of in (queries.cards_page, queries.ideas_page):
        found, after, pages = [], None, 0
        while pages < 5:
            page = page_of(filters, tallies, after, 2)
            found += [one.id for one in page.items]
            after, pages = page.next, pages + 1
            if after is None:
                break
        assert sorted(found) == sorted(one.id for one in made) and pages == 3
    monkeypatch.setattr(listing_files.rows, "__defaults__", (2,))  # a file of several parts
    assert len(of_json(client, "&q=Prüfstand")) == 5
