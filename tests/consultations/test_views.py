"""Public pages of consultations: what stands there, in which phase, for how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.consultations.models import QuestionWording
from consult.core.clock import end_of_day, now, start_of_day, today
from consult.core.registry import Panel, registries
from tests.support.queries import count_queries


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, app: Any) -> None:
    """The pages without the panels of other rooms."""
    assert app is not None
    monkeypatch.setattr(registries, "panels", {})


def test_the_list_tells_states_in_words(client: Any, make: Any, clock: Any) -> None:
    make.consultation(title="Offene", slug="offene", closes_at=end_of_day(today() + timedelta(days=10)))
    make.consultation(title="Kommende", opens_at=start_of_day(today() + timedelta(days=3)))
    make.consultation(title="Ruhende", is_active=False)
    make.consultation(title="Geheime", listed=False)
    page = client.page("/de/consultations/")
    assert "offen bis 4. Dezember 2026" in page.text
    assert "noch 10 Tage" in page.text
    assert "beginnt am 27. November 2026" in page.text
    assert "in 3 Tagen" in page.text
    assert "Zurzeit nicht aktiv" in page.text
    assert "Ruhende" in page.text
    assert "Geheime" not in page.text
    assert "/de/consultations/offene" in page.links("main a")
    assert "open until 4 December 2026" in client.page("/en/consultations/").text


def test_an_empty_list_offers_a_next_step(client: Any) -> None:
    page = client.page("/de/consultations/")
    assert "Zurzeit läuft keine Konsultation" in page.text
    assert page.links("main .c-empty a")


@pytest.mark.usefixtures("quiet")
def test_list_and_pages_cost_the_same_however_much_there_is(app: Any, db: Any, client: Any, make: Any) -> None:
    first = make.consultation(questions=1)
    paths = ("/de/consultations/", f"/de/consultations/{first.slug}", f"/de/consultations/{first.slug}/questions/1")
    budgets = {paths[0]: 2, paths[1]: 2, paths[2]: 3}
    for _round in range(2):
        db.session.commit()
        for path, budget in budgets.items():
            with count_queries(app, at_most=budget):
                client.page(path)
        for _more in range(6):
            make.consultation(questions=12)


def test_a_consultation_shows_questions_dates_and_promises(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation(
        questions=3, promised_days=4, office={"de": "Amt für Wege", "en": "Office of ways"}, comment_mode="pre",
        target_groups=["companies"], call_to_action={"de": "Jetzt schreiben", "en": "Write now"},
        closes_at=end_of_day(today()), results_at=start_of_day(today() + timedelta(days=30)),
    )  # fmt: skip
    page = client.page(f"/de/consultations/{made.slug}")
    assert "Drei Fragen an Sie" in page.text
    assert "heute ist der letzte Tag" in page.text
    assert "Ergebnisse erscheinen 24. Dezember 2026" in page.text
    assert "innerhalb von vier Arbeitstagen" in page.text
    assert "nachdem die Moderation sie geprüft hat" in page.text
    assert "Amt für Wege" in page.text
    assert "Unternehmen, besonders kleine und mittlere" in page.text
    assert [link for link in page.links("main a") if "/questions/" in link] == [
        f"/de/consultations/{made.slug}/questions/{number}" for number in (1, 2, 3)
    ]
    assert f"/de/ideas/new?consultation={made.slug}" in page.links("main a")
    assert "Jetzt schreiben" in page.text


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [(1, 2, "beginnt am"), (-2, -1, "beendet seit")],
)
def test_nothing_invites_to_write_outside_the_open_phase(
    client: Any, make: Any, opens: int, closes: int, words: str
) -> None:
    made = make.consultation(opens_at=now() + timedelta(days=opens), closes_at=now() + timedelta(days=closes))
    for path in (f"/de/consultations/{made.slug}", f"/de/consultations/{made.slug}/questions/1"):
        page = client.page(path)
        assert words in page.text.casefold()
        assert not [link for link in page.links("main a") if "/ideas/new" in link]


def test_the_button_is_there_until_the_last_moment_of_the_last_day(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation(opens_at=start_of_day(today()), closes_at=end_of_day(today()))
    path = f"/de/consultations/{made.slug}/questions/2"
    clock.move_to(made.closes_at - timedelta(microseconds=1))
    assert f"/de/ideas/new?question=2&consultation={made.slug}" in client.page(path).links("main a")
    clock.move_to(made.closes_at)
    assert "Die Konsultation nimmt keine Antworten mehr an." in client.page(path).text


def test_a_question_stands_large_with_its_neighbours(client: Any, make: Any) -> None:
    made = make.consultation(questions=3)
    page = client.page(f"/de/consultations/{made.slug}/questions/2")
    assert page.h1 == "Wie lautet Frage 2?"
    assert "Was gehört dazu?" in page.text
    assert "Frage 2 von 3" in page.text
    assert "Hilfe zu Frage 2" in page.text
    base = f"/de/consultations/{made.slug}/questions"
    assert page.links("a[rel=prev]") == [f"{base}/1"]
    assert page.links("a[rel=next]") == [f"{base}/3"]
    assert not client.page(f"{base}/1").links("a[rel=prev]")
    assert not client.page(f"{base}/3").links("a[rel=next]")


def test_a_closed_question_says_so(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation()
    made.questions[1].closed_at = now()
    page = client.page(f"/de/consultations/{made.slug}/questions/2")
    assert "Diese Frage nimmt seit dem 24. November 2026 keine Antworten mehr an." in page.text
    assert not [link for link in page.links("main a") if "/ideas/new" in link]
    assert "nimmt keine Antworten mehr an" in client.page(f"/de/consultations/{made.slug}").text


def test_a_reworded_question_shows_day_and_old_wording(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation()
    question = made.questions[0]
    question.reworded_at = now()
    make.add(
        QuestionWording(question_id=question.id, text={"de": "Wie war es früher?", "en": "How was it?"}, until=now())
    )
    page = client.page(f"/de/consultations/{made.slug}/questions/1")
    assert "Wortlaut geändert am 24. November 2026" in page.text
    assert "Bis 24. November 2026: Wie war es früher?" in page.text


def test_what_others_say_comes_from_the_rooms_that_know(
    client: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make.consultation()
    third = made.questions[2].id
    asked: list[int] = []

    def load(subject_id: int, _actor: Any) -> dict[str, Any]:
        asked.append(subject_id)
        return {}

    panel = Panel("consultations.question", 1, "pages/_text_parts.html", load)
    monkeypatch.setattr(registries, "panels", {"consultations.question": [panel]})
    page = client.page(f"/de/consultations/{made.slug}/questions/3")
    assert asked == [third]
    assert "noch niemand geantwortet" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/de/consultations/nicht-da",
        "/de/consultations/nicht-da/questions/1",
        "/de/consultations/{slug}/questions/0",
        "/de/consultations/{slug}/questions/6",
        "/de/consultations/{slug}/questions/99999999999999999999",
        "/de/consultations/{slug}/questions/-1",
        "/de/consultations/%00",
        "/de/consultations/{slug}%00/questions/1",
        "/de/consultations/%ff%fe",
        "/de/consultations/' or 1=1 --",
        "/de/consultations/" + "a" * 3000,
    ],
)
def test_an_address_that_is_not_there_is_a_helpful_page(client: Any, make: Any, path: str) -> None:
    made = make.consultation(questions=5)
    page = client.page(path.replace("{slug}", made.slug), status=404)
    assert page.links("main a")


def test_a_consultation_in_preparation_is_for_administrators_only(
    client: Any, new_client: Any, make: Any, cast: Any, sign_in: Any
) -> None:
    made = make.consultation(listed=False)
    for path in (f"/de/consultations/{made.slug}", f"/de/consultations/{made.slug}/questions/1"):
        client.page(path, status=404)
        sign_in(new_client(), cast.editor).page(path, status=404)
        assert client.get("/de/consultations/current").headers["Location"] == "/de/consultations/"
    page = sign_in(new_client(), cast.admin).page(f"/de/consultations/{made.slug}")
    assert "noch nicht öffentlich" in page.text
    assert f"/de/admin/consultations/{made.slug}" in page.links("main a")


def test_the_menu_leads_to_the_consultation_of_the_day(client: Any, make: Any) -> None:
    over = make.consultation(opens_at=now() - timedelta(days=9), closes_at=now() - timedelta(days=1))
    assert client.get("/de/consultations/current").headers["Location"] == f"/de/consultations/{over.slug}"
    make.consultation(opens_at=None, closes_at=None)
    coming = make.consultation(opens_at=now() + timedelta(days=2))
    make.consultation(opens_at=now() + timedelta(days=3))
    assert client.get("/de/consultations/current").headers["Location"] == f"/de/consultations/{coming.slug}"
    make.consultation(opens_at=now() - timedelta(days=20), closes_at=None)
    newest = make.consultation(opens_at=now() - timedelta(days=3))
    make.consultation(opens_at=now() - timedelta(days=1), is_active=False)
    assert client.get("/en/consultations/current").headers["Location"] == f"/en/consultations/{newest.slug}"


def test_a_text_in_the_other_language_is_marked(client: Any, make: Any) -> None:
    made = make.consultation(title={"de": "Nur deutsch"}, summary={"de": "Ohne Übersetzung"})
    page = client.page(f"/en/consultations/{made.slug}")
    assert page.one("h1")["lang"] == "de"
    assert "Ohne Übersetzung" in [p.get_text() for p in page.select("p[lang=de]")]


def test_pages_are_shared_by_all_who_are_signed_out(client: Any, make: Any) -> None:
    made = make.consultation()
    for path in ("/de/consultations/", f"/de/consultations/{made.slug}", f"/de/consultations/{made.slug}/questions/1"):
        response = client.get(path)
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "public, no-cache"
        assert "csrf_token" not in response.text


def test_search_and_links_know_questions(db: Any, make: Any, app: Any) -> None:
    made = make.consultation(slug="weg")
    hidden = make.consultation(listed=False)
    question = made.questions[0]
    kind = registries.subjects["question"]
    with app.test_request_context("/de/"):
        info = kind.describe([question.id, 4711])
    assert set(info) == {question.id}
    assert info[question.id].url == "/de/consultations/weg/questions/1"
    assert kind.find(info[question.id].key) == question.id
    assert kind.find("weg/nicht-da") is None
    assert kind.find("") is None
    documents = {one.id: one for one in registries.searchables["question"].documents(None)}
    assert question.id in documents
    assert hidden.questions[0].id not in documents
    assert "Wie lautet Frage 1?" in documents[question.id].body
    consultations = registries.subjects["consultation"]
    assert consultations.find("weg") == made.id
    with app.test_request_context("/de/"):
        assert not consultations.describe([hidden.id])[hidden.id].public
