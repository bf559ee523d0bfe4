"""The home page: the questions first, in every phase, and the redirect at the root."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.core.clock import end_of_day, now, start_of_day, today
from consult.core.registry import Panel, registries
from tests.support.queries import count_queries


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, app: Any) -> None:
    """The page without the panels of other rooms."""
    assert app is not None
    monkeypatch.setattr(registries, "panels", {})


@pytest.mark.parametrize(
    ("accepted", "target"),
    [
        ("de-DE,de;q=0.9", "/de/"),
        ("en-GB,en", "/en/"),
        ("fr, en;q=0.5", "/en/"),
        ("fr", "/de/"),
        ("", "/de/"),
        ("*", "/de/"),
    ],
)
@pytest.mark.sqlite
def test_the_root_leads_to_the_browsers_language(client: Any, accepted: str, target: str) -> None:
    response = client.get("/", headers={"Accept-Language": accepted})
    assert response.status_code == 302
    assert response.headers["Location"] == target
    assert "Accept-Language" in response.headers["Vary"]
    assert "Set-Cookie" not in response.headers


def test_questions_come_first(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation(
        questions=5, slug="weg", title="Vom Weg", summary={"de": "Worum es geht", "en": "What"}, promised_days=2,
        closes_at=end_of_day(today() + timedelta(days=30)), results_at=start_of_day(today() + timedelta(days=60)),
    )  # fmt: skip
    made.questions[0].answer_count, made.questions[0].last_answer_at = 1, now() - timedelta(days=4)
    made.questions[2].answer_count = 1234
    page = client.page("/de/")
    assert page.h1 == "Vom Weg"
    assert "Fünf Fragen, offen bis 24. Dezember 2026" in page.text
    assert "noch 30 Tage" in page.text
    first_sections = [h2.get_text() for h2 in page.select("main h2")][:2]
    assert first_sections == ["Fünf Fragen an Sie", "Was mit Ihrer Antwort geschieht"]
    assert page.links("main .c-path a") == [f"/de/consultations/weg/questions/{n}" for n in range(1, 6)]
    assert "1 Antwort zuletzt vor 4 Tagen" in page.text
    assert "noch keine Antwort" in page.text
    assert len(page.select("main .c-steps > li")) == 4
    assert "Innerhalb von zwei Arbeitstagen" in page.text
    assert "Ab dem 23. Januar 2027 lesen Sie hier" in page.text
    assert page.links("main .c-hero__do a")[0] == "/de/consultations/weg/questions/1"


def test_the_promise_is_the_consultations_own(client: Any, make: Any) -> None:
    make.consultation(promised_days=1)
    assert "Innerhalb von einem Arbeitstag" in client.page("/de/").text
    assert "Within one working day" in client.page("/en/").text


@pytest.mark.parametrize("questions", [1, 3, 12])
def test_any_number_of_questions_is_written_out(client: Any, make: Any, questions: int) -> None:
    make.consultation(questions=questions)
    word = {1: "Eine Frage", 3: "Drei Fragen", 12: "Zwölf Fragen"}[questions]
    page = client.page("/de/")
    assert f"{word} an Sie" in page.text
    assert len(page.select(".c-path > li")) == questions


def test_after_the_last_day_nobody_is_asked_to_write(client: Any, make: Any, clock: Any) -> None:
    made = make.consultation(opens_at=start_of_day(today()), closes_at=end_of_day(today()))
    clock.move_to(made.closes_at)
    page = client.page("/de/")
    assert "beendet seit 25. November 2026" in page.text
    assert "Ohne Konto. Dauert" not in page.text
    assert page.links("main .c-hero__do a")[0] == f"/de/consultations/{made.slug}"


def test_without_a_consultation_the_page_has_a_next_step(client: Any) -> None:
    for language in ("de", "en"):
        page = client.page(f"/{language}/")
        assert f"/{language}/consultations/" in page.links("main a")
        assert not page.select(".c-path")


def test_numbers_appear_with_the_first_idea(client: Any, make: Any) -> None:
    made = make.consultation()
    question = made.questions[0]
    assert "Was bisher zusammengekommen ist" not in client.page("/de/").text
    made.idea_count, question.answer_count = 1700, 2100
    page = client.page("/de/")
    assert "Ideen veröffentlicht 1.700" in page.text
    assert "einzelne Antworten 2.100" in page.text
    assert "ideas published 1,700" in client.page("/en/").text


def test_the_number_beside_the_newest_ideas_is_that_of_the_list_to_which_it_leads(client: Any, make: Any) -> None:
    """Both speak of all ideas, those of an earlier consultation among them."""
    earlier, present = make.consultation(), make.consultation(opens_at=now() - timedelta(days=1))
    for consultation, number in ((earlier, 3), (present, 2)):
        for _one in range(number):
            make.idea(consultation=consultation)
    earlier.closes_at = now() - timedelta(days=2)
    for language, words, counted in (("de", "Alle 5 Ideen", "5 Ideen"), ("en", "All 5 ideas", "5 ideas")):
        link = client.page(f"/{language}/").one("main section[aria-labelledby=newest-ideas] header a")
        assert link.get_text(strip=True) == words
        assert counted in client.page(str(link["href"])).text


@pytest.mark.usefixtures("quiet")
def test_the_page_itself_takes_three_queries_and_one_when_nothing_changed(
    app: Any, db: Any, client: Any, make: Any, clock: Any
) -> None:
    """The content version always; the consultation and its questions once a change and minute."""
    for _round in range(2):
        make.consultation(questions=12)
        db.session.commit()
        with count_queries(app, at_most=3):
            client.page("/de/")
        with count_queries(app, at_most=1, warm=True):
            client.page("/de/")


def test_with_all_panels_it_stays_within_its_budget(app: Any, db: Any, client: Any, make: Any) -> None:
    """Three queries of its own, and the panels of the other rooms with at most three each."""
    panels = len(registries.panels.get("pages.home", []))
    counts = []
    for _round in range(2):
        make.consultation(questions=5)
        make.cluster()
        make.project()
        make.activity()
        db.session.commit()
        with count_queries(app) as seen:
            client.page("/de/")
        counts.append(len(seen))
        seen.at_most(3 + 3 * panels)
    assert counts[0] == counts[1]


def test_panels_of_other_rooms_follow(client: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make.consultation()
    number = made.id
    asked: list[int] = []

    def load(subject_id: int, _actor: Any) -> dict[str, Any]:
        asked.append(subject_id)
        return {"sections": []}

    panel = Panel("pages.home", 1, "consultations/_parts.html", load)
    monkeypatch.setattr(registries, "panels", {"pages.home": [panel]})
    client.page("/de/")
    assert asked == [number]


def test_without_a_consultation_panels_are_asked_for_none(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def load(subject_id: int, _actor: Any) -> None:
        asked.append(subject_id)

    panel = Panel("pages.home", 1, "consultations/_parts.html", load)
    monkeypatch.setattr(registries, "panels", {"pages.home": [panel]})
    client.page("/de/")
    assert asked == [0]


def test_the_page_is_shared_by_all_who_are_signed_out(client: Any, make: Any) -> None:
    make.consultation()
    response = client.get("/de/")
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "csrf_token" not in response.text
