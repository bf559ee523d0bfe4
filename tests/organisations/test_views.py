"""The page of an organisation: for everyone, and for its members."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.dataset import dataset
from consult.organisations import loading
from tests.support.queries import count_queries


@pytest.fixture
def facts(db: Any) -> None:
    loading.load_facts(dataset())
    db.session.commit()


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_shipped_organisation_has_a_page(client: Any, facts: None, language: str) -> None:
    for record in dataset().records("organisations"):
        page = client.page(f"/{language}/organisations/{record['id']}")
        assert page.h1.startswith(record["name"][language])


def test_the_page_gives_facts_with_sources(client: Any, facts: None) -> None:
    text = client.page("/de/organisations/clusteragentur-bw").text
    for words in ("Stuttgart", "Landesagentur", "2014-11", "neckar-chronik.de", "Ausgangstexte", "nicht bestätigt"):
        assert words in text
    assert ".txt" not in text


def test_members_see_each_other_and_nobody_else_does(client: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    address = f"/de/organisations/{cast.company.slug}"
    assert cast.colleague.name
    assert "Carl Colleague" in sign_in(new_client(), cast.owner).page(address).text
    for stranger in (client, sign_in(new_client(), cast.outsider), sign_in(new_client(), cast.admin)):
        text = stranger.page(address).text
        assert "Carl Colleague" not in text
        assert "Wer dazugehört" not in text


def test_the_public_page_is_the_same_for_all_and_cheap(app: Any, client: Any, facts: None) -> None:
    with count_queries(app, at_most=10):
        response = client.get("/de/organisations/tria")
    assert not response.headers.getlist("Set-Cookie")
    assert "private" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("slug", ["nothing", "%00", "ä", "a" * 500, "1'--"])
def test_an_unknown_organisation_is_not_found(client: Any, slug: str) -> None:
    assert client.get(f"/de/organisations/{slug}").status_code == 404
