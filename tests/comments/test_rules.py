"""The policy of comments as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.comments import rules
from consult.comments.models import Comment
from consult.core.access import ROLES, Actor, Grant, Membership
from consult.core.errors import Conflict
from consult.core.states import move

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
TABLE = {
    # state: {act: next state}; what is not here is refused
    "pending": {"publish": "published", "redact": "published", "reject": "hidden", "remove": "removed"},
    "published": {
        "hide": "hidden", "redact": "published", "take_down": "taken_down", "reinstate": "published",
        "recheck": "pending", "remove": "removed", "undo_publish": "pending", "undo_restore": "hidden",
        "undo_restore_taken_down": "taken_down", "undo_redact": "pending", "undo_redact_published": "published",
        "undo_redact_hidden": "hidden",
    },
    "hidden": {
        "restore": "published", "redact": "published", "take_down": "taken_down", "reinstate": "published",
        "remove": "removed", "undo_reject": "pending", "undo_hide": "published",
    },
    "taken_down": {
        "restore": "published", "reinstate": "published", "remove": "removed", "undo_take_down": "hidden",
        "undo_take_down_published": "published",
    },
    "removed": {},
}  # fmt: skip


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("act", sorted(rules.COMMENT.acts))
def test_comments_move_as_the_table_says(app: Any, state: str, act: str) -> None:
    assert app is not None
    comment = Comment(id=7, status=state)
    target = TABLE[state].get(act)
    if target is None:
        with pytest.raises(Conflict):
            move(rules.COMMENT, comment, act, Actor(person_id=1))
        assert comment.status == state
    else:
        assert move(rules.COMMENT, comment, act, Actor(person_id=1)).data == {"from": state, "to": target}
        assert comment.status == target


def test_the_table_names_every_state_and_decision() -> None:
    assert rules.COMMENT.states == set(TABLE) == set(rules.OUTCOMES)
    for state, outcomes in rules.OUTCOMES.items():
        assert all(rules.COMMENT.target(state, rules.ACTS.get(outcome, outcome)) for outcome in outcomes)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_with_an_account_comments(role: str) -> None:
    assert rules.can_write(Actor(person_id=1, grants=(Grant(role),)))


def test_visitors_do_not() -> None:
    assert not rules.can_write(Actor())
    assert not rules.can_write(Actor(person_id=1))  # an account without any role


@pytest.mark.parametrize("status", TABLE)
@pytest.mark.parametrize(("person", "own"), [(1, True), (2, False), (None, False)])
def test_only_the_author_changes_and_removes(status: str, person: int | None, own: bool) -> None:
    comment = Comment(status=status, author_id=1)
    actor = Actor(person_id=person)
    assert rules.can_edit(actor, comment) is (own and status in ("pending", "published"))
    assert rules.can_remove(actor, comment) is (own and status != "removed")


def test_nobody_owns_what_has_no_author() -> None:
    assert not rules.can_edit(Actor(), Comment(status="published", author_id=None))


@pytest.mark.parametrize(
    ("person", "organisation", "involved"),
    [(1, None, True), (2, None, False), (2, 5, True), (2, 6, False), (1, 6, True)],
)
def test_author_and_colleagues_are_involved(person: int, organisation: int | None, involved: bool) -> None:
    comment = Comment(author_id=1, organisation_id=5)
    memberships = (Membership(organisation, "Firma", "author"),) if organisation else ()
    assert rules.is_involved(Actor(person_id=person, memberships=memberships), comment) is involved


@pytest.mark.parametrize(
    ("mode", "accepted", "at_once"),
    [
        ("pre", 0, False),
        ("pre", 99, False),
        ("post", 0, True),
        ("trust", 2, False),
        ("trust", 3, True),
        ("closed", 9, False),
    ],
)
def test_modes(mode: str, accepted: int, at_once: bool) -> None:
    assert rules.publishes_at_once(mode, accepted) is at_once


@pytest.mark.parametrize(("minutes", "unseen"), [(0, True), (14.99, True), (15, False), (60, False)])
def test_a_quarter_of_an_hour_for_corrections(minutes: float, unseen: bool) -> None:
    assert rules.is_unseen_edit(Comment(created_at=NOON), NOON + timedelta(minutes=minutes)) is unseen
