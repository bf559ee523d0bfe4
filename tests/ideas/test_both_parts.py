"""What the private page tells of what moderation did: where the other part of a split idea is, and what was taken out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.ideas import attachments, drafting, operations, tokens
from consult.ideas.models import Idea
from consult.moderation.operations import Choice, decide, look_again, reverse
from consult.moderation.queries import waiting_case
from tests.files import samples
from tests.support.factories import part_of
from tests.support.page import plain_spaces


def status_path(idea: Idea) -> str:
    return f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"


@pytest.fixture
def split(make: Any, cast: Any, consultation: Any, db: Any) -> Any:
    """An idea of a participant that was split: the first part, the second and the decision."""
    answers = {1: "Der eine Gedanke.", 2: "Der andere."}
    first = make.idea(
        "Zweierlei", consultation=consultation, author=cast.participant, status="submitted", answers=answers
    )
    case = waiting_case("idea", first.id)
    second_part = {"second": (part_of(consultation.id, 2),), "second_title": "Der andere Teil"}
    choice = Choice("split", "off-topic", "Zweierlei.", version=str(case.version_id), **second_part)
    decision = decide(cast.actor(cast.moderator), case.id, choice)
    db.session.commit()
    second = db.session.execute(select(Idea).where(Idea.id != first.id)).scalar_one()
    return first, second, decision


def test_the_parts_of_a_split_idea_lead_to_each_other(split: Any, client: Any, cast: Any, db: Any) -> None:
    first, second, decision = split
    page = client.page(status_path(first))
    steps = [plain_spaces(one.get_text(" ")) for one in page.select(".c-time li")]
    assert any("In zwei Ideen geteilt" in one for one in steps) and not any("In zwei teilen" in one for one in steps)
    assert any(one.endswith(f"Ein Teil ist nun eine eigene Idee: {second.number}") for one in steps), steps
    assert status_path(second) in page.links(".c-time a")
    page = client.page(status_path(second))
    assert f"Abgeteilt von der Idee {first.number}" in plain_spaces(page.one(".c-time").get_text(" "))
    assert status_path(first) in page.links(".c-time a")
    reverse(cast.actor(cast.moderator), decision.id)
    db.session.commit()
    assert "eigene Idee" not in client.page(status_path(first)).one(".c-time").get_text(" ")


def test_no_key_is_shown_where_the_author_is_another_one(split: Any, client: Any, make: Any, db: Any) -> None:
    first, second, _decision = split
    second.author_id = make.person("Jemand anders").id
    db.session.commit()
    page = client.page(status_path(first))
    assert second.number in page.one(".c-time").get_text() and status_path(second) not in page.source


def test_where_only_a_file_is_held_back_no_passage_is_said_to_be_blacked_out(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any
) -> None:
    idea = make.idea("Mit Datei", consultation=consultation, author=cast.participant, status="published")
    by = cast.actor(cast.participant)
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Mit Datei, neu"}), tab="a")
    file = attachments.attach(by, idea.id, attachments.receive(samples.PDF, "liste.pdf", "Telefonliste", "public"))
    operations.send(by, idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    judge = cast.actor(cast.moderator)
    case = look_again(judge, "idea", idea.id)
    held = Choice("redact", "personal-data", "So.", version=str(case.version_id), held_back=(f"file-{file.id}",))
    decide(judge, case.id, held)
    db.session.commit()
    told = client.page(status_path(idea)).one(".c-time").get_text(" ")
    assert "Anhang zurückgehalten" in told and "geschwärzt" not in told
