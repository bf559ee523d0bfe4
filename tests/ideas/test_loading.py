"""The example ideas: all 24 in their states, with numbers, cases and decisions; loading again changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.clock import LOCAL
from consult.core.dataset import dataset
from consult.core.registry import registries
from consult.ideas.models import Idea, IdeaVersion
from consult.links.models import Link
from consult.moderation.models import Case, Decision

pytestmark = pytest.mark.sqlite


@pytest.fixture
def loaded(db: Any) -> Any:
    """The shipped content up to the ideas."""
    for loader in sorted(registries.loaders, key=lambda one: one.order):
        if loader.order <= 70:
            loader.load(dataset())
    db.session.commit()
    return db.session


def all_ideas(session: Any) -> list[Idea]:
    return list(session.execute(select(Idea).order_by(Idea.id)).scalars())


def test_states_numbers_and_authors(loaded: Any) -> None:
    ideas = all_ideas(loaded)
    assert Counter(idea.status for idea in ideas) == {
        "published": 16, "submitted": 4, "returned": 1, "rejected": 1, "draft": 2,
    }  # fmt: skip
    sent = [idea for idea in ideas if idea.number]
    assert len({idea.number for idea in sent}) == 22
    years = {idea.submitted_at.year for idea in sent}
    assert all(idea.number.startswith("OR-") and int(idea.number.split("-")[1]) in years for idea in sent)
    company = [idea for idea in ideas if idea.author_id is not None]
    assert [idea.byline for idea in company] == ["Beispiel-Sensorik GmbH"]


def test_what_waits_has_a_case_and_what_was_decided_a_decision(loaded: Any) -> None:
    waiting = {idea.id for idea in all_ideas(loaded) if idea.status == "submitted"}
    open_cases = loaded.execute(select(Case.subject_id).where(Case.kind == "idea", Case.closed_at.is_(None))).scalars()
    assert set(open_cases) == waiting
    decided = {idea.id for idea in all_ideas(loaded) if idea.status in ("published", "returned", "rejected")}
    decisions = loaded.execute(select(Decision).where(Decision.kind == "idea")).scalars().all()
    assert {one.subject_id for one in decisions} == decided
    returned = next(one for one in decisions if one.outcome == "return")
    version = loaded.get(IdeaVersion, returned.version_id)
    texts = registries.moderated["idea"].review(returned.subject_id, version.id).parts
    assert returned.passages and all(any(text in part.source for part in texts) for text, _remark in returned.passages)


def test_loading_again_adds_nothing(loaded: Any) -> None:
    before = [(idea.id, idea.number) for idea in all_ideas(loaded)]
    next(one for one in registries.loaders if one.room == "ideas").load(dataset())
    loaded.commit()
    assert [(idea.id, idea.number) for idea in all_ideas(loaded)] == before


def test_examples_are_found_by_their_id(loaded: Any) -> None:
    found = registries.subjects["idea"].find("idea-pruefstand-kalender")
    assert loaded.get(Idea, found).title == "Freie Prüfstandstunden über Ländergrenzen teilen"


def links_of(session: Any) -> dict[int, list[Link]]:
    """The links that the examples themselves set, by idea."""
    statement = select(Link).where(Link.from_kind == "idea", Link.key.is_(None)).order_by(Link.id)
    found: dict[int, list[Link]] = {}
    for one in session.execute(statement).scalars():
        found.setdefault(one.from_id or 0, []).append(one)
    return found


def test_dates_move_with_the_day(loaded: Any) -> None:
    published = {one.id: one for one in all_ideas(loaded) if one.status == "published"}
    links = links_of(loaded)
    assert links and set(links) <= set(published)
    for _round in range(2):  # as loaded, and as it stands three days later
        for idea_id, found in links.items():
            day = published[idea_id].published_at
            assert {one.created_at for one in found} == {one.confirmed_from_at for one in found} == {day}
            assert {one.as_of for one in found} == {day.astimezone(LOCAL).date().isoformat()}
        if not _round:
            next(one for one in registries.loaders if one.room == "ideas").shift(3)
            loaded.commit()
    idea = next(iter(published.values()))
    before = (idea.submitted_at, idea.published_at)
    loader = next(one for one in registries.loaders if one.room == "ideas")
    assert loader.shift is not None
    loader.shift(3)
    loaded.commit()
    assert (idea.submitted_at - before[0], idea.published_at - before[1]) == (timedelta(days=3), timedelta(days=3))
