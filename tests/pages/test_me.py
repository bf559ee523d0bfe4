"""My page: for the person who is signed in, made of what the rooms have."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.registry import Panel, registries


def test_who_is_signed_out_is_asked_to_sign_in_and_comes_back(client: Any) -> None:
    response = client.get("/de/me/")
    assert response.status_code == 303
    assert response.headers["Location"] == "/de/account/sign-in?next=/de/me/"


def test_an_empty_page_offers_next_steps(client: Any, cast: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "me_sections", [])
    page = sign_in(client, cast.participant).page("/de/me/")
    assert page.h1 == "Guten Tag, Paula Participant"
    assert "Es wartet nichts auf Sie" in page.text
    assert {"/de/consultations/current", "/de/account/", "/de/privacy"} <= set(page.links("main a"))


def test_organisations_stand_above(client: Any, cast: Any, sign_in: Any) -> None:
    assert "Feinwerk Saaletal" in sign_in(client, cast.owner).page("/de/me/").text


def test_sections_come_in_their_order_and_only_where_there_is_something(
    client: Any, cast: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def section(name: str, shown: bool) -> Panel:
        def load(person_id: int, actor: Any) -> dict[str, Any] | None:
            asked.append((name, person_id))
            assert actor.person_id == person_id
            return {"title": name} if shown else None

        return Panel("pages.me", {"first": 1, "second": 2, "third": 3}[name], "consultations/_parts.html", load)

    sections = [section("third", True), section("first", False), section("second", True)]
    person = cast.participant
    number = person.id
    sign_in(client, person)
    monkeypatch.setattr(registries, "me_sections", sections)
    page = client.page("/de/me/")
    assert asked == [("first", number), ("second", number), ("third", number)]
    assert "Es wartet nichts auf Sie" not in page.text


def test_nothing_of_it_is_kept_by_shared_caches(client: Any, cast: Any, sign_in: Any) -> None:
    response = sign_in(client, cast.participant).get("/en/me/")
    assert response.headers["Cache-Control"] == "private, no-store"
