"""Who wrote an idea that was merged into another one hears what is answered to both, once."""

from __future__ import annotations

from typing import Any

import pytest

from consult.evaluation import operations
from consult.moderation.operations import Choice, decide, look_again
from tests.evaluation import desk


@pytest.fixture
def consultation(make: Any) -> Any:
    return make.consultation(slug="open-region", prefix="OR")


def merged(cast: Any, part: Any, target: Any) -> None:
    judge = cast.actor(cast.moderator)
    case = look_again(judge, "idea", part.id)
    choice = Choice("merge", version=str(case.version_id), reason="duplicate", note="Dasselbe.", target=target.number)
    decide(judge, case.id, choice)


def test_an_answer_to_the_joint_idea_reaches_both_authors(
    cast: Any, make: Any, consultation: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    target = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner)
    part = make.idea("Noch ein Prüfstand", consultation=consultation, author=cast.stranger)
    merged(cast, part, target)
    desk.response(make.actor(cast.official), [target])
    clock.shift(minutes=20)
    run_jobs()
    for person in (cast.owner, cast.stranger):
        assert len(outbox.to(person, "idea.responded")) == 1


def test_of_what_was_answered_to_both_before_nobody_hears_twice(
    cast: Any, make: Any, consultation: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    target = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner)
    part = make.idea("Noch ein Prüfstand", consultation=consultation, author=cast.stranger)
    found = desk.response(make.actor(cast.official), [part, target])
    clock.shift(minutes=20)
    run_jobs()
    assert len(outbox.to(cast.stranger, "idea.responded")) == 1
    merged(cast, part, target)
    operations.withdraw_response(make.actor(cast.official), found.id, found.revision, "Verwechselt.")
    clock.shift(minutes=20)
    run_jobs()
    for person in (cast.owner, cast.stranger):
        assert len(outbox.to(person, "response.withdrawn")) == 1
