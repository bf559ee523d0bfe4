"""The policy as tables: states, who may, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.core import audit
from consult.core.access import ROLES, Actor, Grant, Membership
from consult.core.errors import Conflict
from consult.core.states import move
from consult.moderation import rules
from consult.moderation.models import Case, Decision, Report

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)

CASE_TABLE = {
    # state: {act: next state}; what is not here is refused
    "open": {"claim": "claimed", "withdraw": "withdrawn", "settle": "decided"},
    "claimed": {
        "take_over": "claimed", "release": "open", "decide": "decided", "hold": "open", "withdraw": "withdrawn",
        "settle": "decided",
    },
    "decided": {"reopen": "open"},
    "withdrawn": {},
}  # fmt: skip
REPORT_TABLE = {
    "received": {"take": "in_work", "answer": "answered"},
    "in_work": {"answer": "answered"},
    "answered": {"reopen": "in_work"},
}


@pytest.mark.parametrize("state", CASE_TABLE)
@pytest.mark.parametrize("act", sorted(rules.CASE.acts))
def test_cases_move_as_the_table_says(app: Any, state: str, act: str) -> None:
    assert app is not None
    case = Case(id=7, status=state)
    target = CASE_TABLE[state].get(act)
    if target is None:
        with pytest.raises(Conflict):
            move(rules.CASE, case, act, Actor(person_id=1))
        assert case.status == state
    else:
        row = move(rules.CASE, case, act, Actor(person_id=1))
        assert (case.status, row.data) == (target, {"from": state, "to": target})


@pytest.mark.parametrize("state", REPORT_TABLE)
@pytest.mark.parametrize("act", sorted(rules.REPORT_MACHINE.acts))
def test_reports_move_as_the_table_says(app: Any, state: str, act: str) -> None:
    assert app is not None
    report = Report(id=7, status=state)
    target = REPORT_TABLE[state].get(act)
    if target is None:
        with pytest.raises(Conflict):
            move(rules.REPORT_MACHINE, report, act, Actor(person_id=1))
    else:
        assert move(rules.REPORT_MACHINE, report, act, Actor(person_id=1)).data["to"] == target


def test_the_tables_name_every_state() -> None:
    assert rules.CASE.states == set(CASE_TABLE)
    assert rules.REPORT_MACHINE.states == set(REPORT_TABLE)
    assert {rules.CASE.events[act] for act in rules.CASE.acts} <= set(audit.declared())


def an_actor(role: str, consultation_id: int | None = None, **values: Any) -> Actor:
    return Actor(person_id=1, grants=(Grant(role, consultation_id),), **values)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("involved", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_only_moderators_without_a_part_in_it_decide(role: str, involved: bool, own: bool) -> None:
    case = Case(status="open", author_id=1 if own else 2, consultation_id=3)
    allowed = role == "moderator" and not involved and not own
    assert rules.can_decide(an_actor(role), case, involved) is allowed
    assert rules.can_see_case(an_actor(role), case) is (role == "moderator")
    assert rules.can_read_restricted(an_actor(role), case, involved) is allowed


def test_visitors_decide_nothing() -> None:
    case = Case(status="open", author_id=None, consultation_id=None)
    assert not rules.can_decide(Actor(), case, False)
    assert not rules.can_see_case(Actor(), case)


@pytest.mark.parametrize(
    ("granted", "asked", "allowed"),
    [(None, 3, True), (None, None, True), (3, 3, True), (4, 3, False), (3, None, False)],
)
def test_moderators_of_one_consultation_stay_in_it(granted: int | None, asked: int | None, allowed: bool) -> None:
    case = Case(status="open", author_id=2, consultation_id=asked)
    assert rules.can_decide(an_actor("moderator", granted), case, False) is allowed


def test_answers_that_are_not_public_are_read_within_an_open_case_only() -> None:
    closed = Case(status="decided", author_id=2, consultation_id=3, closed_at=NOON)
    assert not rules.can_read_restricted(an_actor("moderator"), closed, False)


def test_members_of_the_organisation_are_told_apart_by_the_room() -> None:
    member = an_actor("moderator", memberships=(Membership(5, "Firma", "author"),))
    case = Case(status="open", author_id=2, consultation_id=3)
    assert not rules.can_decide(member, case, True)


@pytest.mark.parametrize(
    ("maker", "age", "was_reversed", "allowed"),
    [
        (1, timedelta(minutes=0), False, True),
        (1, timedelta(minutes=9, seconds=59), False, True),
        (1, timedelta(minutes=10), False, False),
        (1, timedelta(minutes=1), True, False),
        (2, timedelta(minutes=1), False, False),
        (None, timedelta(minutes=1), False, False),
    ],
)
def test_a_decision_is_taken_back_by_its_maker_within_ten_minutes(
    maker: int | None, age: timedelta, was_reversed: bool, allowed: bool
) -> None:
    decision = Decision(moderator_id=maker, made_at=NOON - age, reversed_at=NOON if was_reversed else None)
    assert rules.can_reverse(an_actor("moderator"), decision, NOON) is allowed
