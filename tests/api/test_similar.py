"""Similar ideas and fitting partners by the interface: public only, with reasons, and nothing kept of what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.ideas.models import Idea


@pytest.fixture
def number(demo: Any, db: Any) -> str:
    statement = select(Idea.number).where(Idea.title.like("Freie Prüfstand%"))
    return str(db.session.execute(statement).scalar_one())


def test_ideas_like_one_without_itself(client: Any, number: str) -> None:
    answer = client.get(f"/api/v1/ideas/{number}/similar")
    assert answer.status_code == 200
    found = answer.get_json()["data"]
    assert found
    assert number not in [one["number"] for one in found]
    assert all(one["score"] >= 18 and one["shared"] for one in found)
    assert answer.headers["ETag"]


def test_partners_that_fit_with_reasons(client: Any, number: str) -> None:
    found = client.get(f"/api/v1/ideas/{number}/matches").get_json()["data"]
    assert {one["kind"] for one in found} <= {"cluster", "project"}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert all(set(one["fits"]) <= {"text", "sector", "region"} for one in found)


def test_a_text_is_asked_about_and_kept_by_nobody(client: Any, number: str) -> None:
    text = {"text": "Klimakammer und Prüfstand gemeinsam nutzen, freie Stunden im Kalender"}
    answer = client.post("/api/v1/similar", json=text)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["data"][0]["number"] == number


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"text": ""}',
        b'{"text": 7}',
        b'{"text": "x", "more": 1}',
        b"\xff\xfe",
        b'{"text": "x", "language": "fr"}',
    ],
)
def test_what_is_no_question_is_refused(client: Any, demo: Any, body: bytes) -> None:
    answer = client.post("/api/v1/similar", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_what_is_not_public_is_like_nothing(client: Any, number: str, db: Any) -> None:
    db.session.execute(select(Idea).where(Idea.number == number)).scalar_one().is_public = False
    db.session.commit()
    for end in ("similar", "matches"):
        assert client.get(f"/api/v1/ideas/{number}/{end}").status_code == 404
    assert client.get("/api/v1/ideas/OR-1999-00001/similar").status_code == 404
