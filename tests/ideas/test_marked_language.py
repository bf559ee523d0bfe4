"""On an English page the words of people who wrote in German are marked as German, wherever they stand (WCAG 3.1.2)."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.comments.queries import subject_by_key
from consult.ideas.models import Idea
from tests.support.page import Page

TITLE, BODY = "Zwillingsprüfstand", "Rüttelversuche gehen schneller zu zweit."


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any) -> Idea:
    found: Idea = make.idea(
        TITLE, consultation=consultation, author=cast.owner, answers={1: BODY}, partners={"cluster": [cast.cluster.id]}
    )
    return found


def unmarked(page: Page, words: str) -> list[str]:
    """Elements with these words that are not said to be German."""
    holding = [
        one
        for one in page.select("main *, nav.c-crumbs *")
        if words in "".join(one.find_all(string=True, recursive=False))
    ]
    assert holding, f"{words!r} stands nowhere"
    return [str(one) for one in holding if not any(up.get("lang") == "de" for up in (one, *one.parents))]


def test_what_others_wrote_is_marked_beside_the_form(idea: Idea, client: Any) -> None:
    page = client.page("/en/ideas/new?question=1")
    assert unmarked(page, TITLE) == [] and unmarked(page, BODY) == []


def test_the_page_of_a_comment_marks_the_title(idea: Idea, make: Any, cast: Any, client: Any, sign_in: Any) -> None:
    comment = write_comment(cast.actor(cast.participant), subject_by_key("idea", idea.number), Text("Gern."))
    make.decide("comment", comment.id, "publish")
    assert unmarked(client.page(f"/en/comments/{comment.id}"), TITLE) == []
    sign_in(client, cast.participant)
    assert unmarked(client.page("/en/me/"), TITLE) == []


def test_who_answers_a_link_hears_its_title_in_its_language(idea: Idea, cast: Any, client: Any, sign_in: Any) -> None:
    sign_in(client, cast.cluster_manager)
    assert unmarked(client.page("/en/me/"), TITLE) == []
    assert unmarked(client.page("/en/links/"), TITLE) == []
