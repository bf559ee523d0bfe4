"""How the API answers: caches, other sites, errors, bounds."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.api.reading import LISTS, get
from tests.support.client import unchecked_pages

PROBLEM = "application/problem+json"


@pytest.fixture
def ideas(make: Any) -> list[Any]:
    """Three published ideas."""
    consultation = make.consultation(slug="open")
    return [make.idea(f"Idee {number}", consultation=consultation) for number in range(3)]


def test_an_unchanged_answer_is_not_sent_again(client: Any, make: Any, ideas: list[Any]) -> None:
    for path in ("/api/v1/ideas", f"/api/v1/ideas/{ideas[0].number}", "/api/v1/openapi.json", "/api/docs"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, no-cache"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    before = client.get("/api/v1/ideas").headers["ETag"]
    make.idea(consultation=make.consultation())
    assert client.get("/api/v1/ideas", headers={"If-None-Match": before}).status_code == 200


def test_the_next_page_stands_in_the_header_too(client: Any, ideas: list[Any]) -> None:
    first = client.get("/api/v1/ideas?page[size]=2&lang=en&sort=newest")
    following = first.json["links"]["next"]
    assert first.headers["Link"] == f'<{following}>; rel="next"'
    assert "lang=en" in following
    last = client.get(following)
    assert [one["number"] for one in last.json["data"]] == [ideas[0].number]
    assert last.json["links"]["next"] is None
    assert "Link" not in last.headers


def test_head_answers_without_body(client: Any, ideas: list[Any]) -> None:
    assert ideas
    response = client.head("/api/v1/ideas")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["ETag"] == client.get("/api/v1/ideas").headers["ETag"]


def test_pages_of_other_sites_may_read(client: Any) -> None:
    for path in ("/api/v1/ideas", "/api/v1/ideas/OR-2026-99999", "/api/v1/nothing", "/api/v1/openapi.json"):
        response = client.get(path, headers={"Origin": "https://elsewhere.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    with unchecked_pages():  # the answer has no body
        asked = client.options("/api/v1/ideas", headers={"Access-Control-Request-Method": "GET"})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.get("/de/").headers


def test_other_methods_are_refused_with_what_is_allowed(client: Any) -> None:
    for name in LISTS:
        for method in ("post", "put", "patch", "delete"):
            response = getattr(client, method)(f"/api/v1/{name}", json={"title": "x"})
            assert (response.status_code, response.mimetype) == (405, PROBLEM), f"{method} {name}"
            assert {"GET", "HEAD", "OPTIONS"} == set(response.headers["Allow"].split(", "))
            assert response.json["status"] == 405


UNKNOWN = (
    "nothing", "ideas/OR-2026-99999", "ideas/%00", "ideas/%27", "ideas/" + "A" * 300, "clusters/nobody",
    "clusters/..%2f..%2fetc", "questions/open/0", "questions/open/1000", "questions/open/x", "questions/open/1/x",
    "comments/0", "comments/-1", "comments/1e3", "comments/99999999999999999999", "comments/2147483647",
    "vocabularies/..%2fopen_region", "vocabularies/NACE", "consultations/%f0%9f%98%80", "topics/a%0ab", "projects/%",
)  # fmt: skip


def test_an_unknown_address_is_a_problem_document(client: Any) -> None:
    for path in UNKNOWN:
        response = client.get(f"/api/v1/{path}")
        assert (response.status_code, response.mimetype) == (404, PROBLEM), path
        assert response.json["status"] == 404
        assert response.json["title"]
        assert response.headers["Cache-Control"] == "private, no-store"


UNFIT = (
    ("page[size]=0", "page[size]"), ("page[size]=101", "page[size]"), ("page[size]=-1", "page[size]"),
    ("page[size]=99999999999999999999999", "page[size]"), ("page[size]=1.5", "page[size]"),
    ("page[size]=", "page[size]"), ("page[size]=5&page[size]=6", "page[size]"),
    ("page[after]=" + "a" * 501, "page[after]"), ("q=" + "a" * 201, "q"), ("lang=fr", "lang"), ("lang=", "lang"),
    ("lang=de&lang=en", "lang"), ("sort=best", "sort"), ("question=0", "question"), ("question=x", "question"),
    ("question=1000", "question"), ("sector=%27%20or%201", "sector"), ("sector=%00", "sector"),
    ("language=fr", "language"), ("cluster=A%20B", "cluster"), ("colour=red", "colour"), ("page=2", "page"),
    ("&".join(f"sector=A{number}" for number in range(21)), "sector"),
)  # fmt: skip


def test_what_does_not_fit_is_refused_by_name(client: Any) -> None:
    for query, at_fault in UNFIT:
        response = client.get(f"/api/v1/ideas?{query}")
        assert (response.status_code, response.mimetype) == (400, PROBLEM), query
        assert [one["parameter"] for one in response.json["errors"]] == [at_fault]
        assert response.json["errors"][0]["detail"]


def test_problems_speak_the_readers_language(client: Any) -> None:
    german, english = (get(client, "/api/v1/ideas", status=400, colour="red", lang=lang) for lang in ("de", "en"))
    assert german["title"] == "Die Parameter passen nicht"
    assert english["title"] == "The parameters do not fit"
    missing = client.get("/api/v1/topics/none", headers={"Accept-Language": "en"})
    assert missing.json["detail"] == "There is no topic of this key."


NO_CURSORS = ("x", "bnVsbA", "W10", "%00", "ä", "p", "u", "W1swXSxbMV0sWzJdXQ")
# Values of another list's order, and such as no database can hold.
FORGED = ('[0,"t",true]', "[0,5.5,null]", '[0,"\\ud800","x"]', '[0,{"t":"0001-01-01T00:00:00+14:00"},"x"]')


def forged(values: str) -> str:
    return base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")


def test_a_cursor_that_is_none_gives_the_first_page(client: Any, ideas: list[Any]) -> None:
    assert ideas
    for name in LISTS[:-1]:
        first = get(client, f"/api/v1/{name}")["data"]
        for cursor in (*NO_CURSORS, *map(forged, FORGED)):
            assert get(client, f"/api/v1/{name}?page[after]={cursor}")["data"] == first, f"{name} {cursor}"


def test_lists_answer_with_and_without_a_slash(client: Any, ideas: list[Any]) -> None:
    assert ideas
    for path in ("/api/v1/ideas", f"/api/v1/ideas/{ideas[0].number}", "/api/v1"):
        assert get(client, path)["data"] == get(client, path + "/")["data"]


def test_words_that_find_nothing_are_no_error(client: Any, ideas: list[Any]) -> None:
    assert ideas
    for words in ("der die das", "''", '"', "*", "a OR b", "%00", "(", "NEAR(a b)", "title_n:x", "\u202e"):
        assert get(client, "/api/v1/ideas", q=words)["links"]["next"] is None


def test_no_answer_sets_a_cookie(client: Any, ideas: list[Any]) -> None:
    for path in ("/api/v1/ideas", f"/api/v1/ideas/{ideas[0].number}", "/api/docs", "/feeds/de/ideas.atom"):
        assert not client.get(path).headers.getlist("Set-Cookie")
