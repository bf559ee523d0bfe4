"""Who may edit what, as a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.consultations import rules
from consult.consultations.models import Consultation, Question
from consult.core.access import GUEST, ROLES, Actor, Grant
from consult.core.clock import now


def a_consultation(**columns: Any) -> Consultation:
    return Consultation(id=1, slug="x", prefix="X", title={"de": "X"}, **{"is_active": True, "listed": True, **columns})


# (role, for which consultation; None: the whole site) -> may edit consultation 1, may create one
TABLE = {
    ("administrator", None): (True, True),
    ("administrator", 1): (True, False),
    ("administrator", 2): (False, False),
    **{(role, None): (False, False) for role in ROLES if role != "administrator"},
    **{(role, 1): (False, False) for role in ROLES if role != "administrator"},
}


@pytest.mark.parametrize("who", TABLE)
def test_only_administrators_edit(who: tuple[str, int | None]) -> None:
    edit, create = TABLE[who]
    actor = Actor(person_id=1, grants=(Grant(*who),))
    assert rules.can_edit(actor, a_consultation()) is edit
    assert rules.can_create(actor) is create


def test_a_guest_edits_nothing_and_sees_what_is_listed() -> None:
    assert not rules.can_edit(GUEST, a_consultation())
    assert not rules.can_create(GUEST)
    assert rules.can_see(GUEST, a_consultation())
    assert not rules.can_see(GUEST, a_consultation(listed=False))
    assert rules.can_see(Actor(person_id=1, grants=(Grant("administrator"),)), a_consultation(listed=False))


@pytest.mark.parametrize(
    ("days_open", "days_closed", "active", "question_closed", "expected"),
    [
        (-1, 1, True, False, True),
        (-1, 1, True, True, False),
        (1, 2, True, False, False),
        (-2, -1, True, False, False),
        (-1, 1, False, False, False),
    ],
)
def test_a_question_takes_answers_while_it_and_its_consultation_are_open(
    days_open: int, days_closed: int, active: bool, question_closed: bool, expected: bool
) -> None:
    consultation = a_consultation(
        opens_at=now() + timedelta(days=days_open), closes_at=now() + timedelta(days=days_closed), is_active=active
    )
    question = Question(closed_at=now() if question_closed else None)
    assert rules.takes_answers(consultation, question) is expected


def test_a_wording_is_public_from_the_first_day_of_a_listed_consultation() -> None:
    begun = a_consultation(opens_at=now() - timedelta(seconds=1))
    assert rules.wording_is_public(begun, now())
    assert not rules.wording_is_public(a_consultation(opens_at=now() + timedelta(days=1)), now())
    assert not rules.wording_is_public(a_consultation(), now())
    begun.listed = False
    assert not rules.wording_is_public(begun, now())
