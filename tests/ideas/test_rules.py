"""The decision table of an idea: every state with every act, and who may what."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.access import GUEST, Actor, Grant, Membership
from consult.ideas import rules
from consult.ideas.models import Idea
from consult.ideas.rules import MACHINE

STATES = (
    "draft", "awaiting_confirmation", "submitted", "returned", "published", "rejected", "withdrawn", "hidden", "removed",
    "closed", "merged", "awaiting_release",
)  # fmt: skip

# The table of `domain.md`, as far as this room serves it: act -> {state: state after it}.
TABLE: dict[str, dict[str, str]] = {
    "send": {"draft": "submitted"},
    "ask_confirmation": {"draft": "awaiting_confirmation", "awaiting_confirmation": "awaiting_confirmation"},
    "confirm": {"awaiting_confirmation": "submitted"},
    "lapse": {"awaiting_confirmation": "draft"},
    "ask_release": {"draft": "awaiting_release", "returned": "returned", "published": "published"},
    "release": {"awaiting_release": "submitted", "returned": "submitted", "published": "published"},
    "return_draft": {"awaiting_release": "draft", "returned": "returned", "published": "published"},
    "take_back": {"awaiting_release": "draft", "returned": "returned", "published": "published"},
    "publish": {"submitted": "published"},
    "return": {"submitted": "returned"},
    "reject": {"submitted": "rejected"},
    "resend": {"returned": "submitted"},
    "close": {"returned": "closed"},
    "send_version": {"published": "published"},
    "publish_version": {"published": "published"},
    "return_version": {"published": "published"},
    "reject_version": {"published": "published"},
    "hide": {"published": "hidden"},
    "restore": {"hidden": "published"},
    "remove": {"hidden": "removed"},
    "withdraw": {
        "awaiting_confirmation": "withdrawn",
        "submitted": "withdrawn",
        "returned": "withdrawn",
        "published": "withdrawn",
    },
    "reverse_publish": {"published": "submitted"},
    "reverse_return": {"returned": "submitted"},
    "reverse_reject": {"rejected": "submitted"},
    "reverse_hide": {"hidden": "published"},
    "reverse_restore": {"published": "hidden"},
    "reverse_remove": {"removed": "hidden"},
    "reverse_version": {"published": "published"},
    "redact": {"submitted": "published"},
    "redact_version": {"published": "published"},
    "redact_public": {"published": "published"},
    "reverse_redact": {"published": "submitted"},
    "reverse_redact_public": {"published": "published"},
    "merge": {"submitted": "merged", "published": "merged"},
    "reverse_merge": {"merged": "published"},
    "reverse_merge_submitted": {"merged": "submitted"},
    "split": {"submitted": "submitted"},
    "reverse_split": {"submitted": "submitted"},
    "rejoin": {"submitted": "withdrawn"},
    "reinstate": {
        "rejected": "published", "returned": "published", "removed": "published", "hidden": "published",
        "merged": "published",
    },
    "reinstate_version": {"published": "published"},
    "unredact": {"published": "published"},
}  # fmt: skip


def test_the_machine_knows_exactly_these_states_and_acts() -> None:
    assert frozenset(STATES) == MACHINE.states
    assert frozenset(TABLE) == MACHINE.acts


@pytest.mark.parametrize("act", TABLE)
@pytest.mark.parametrize("state", STATES)
def test_where_each_act_leads(state: str, act: str) -> None:
    assert MACHINE.target(state, act) == TABLE[act].get(state)


def test_every_transition_says_who() -> None:
    assert all(one.who for one in MACHINE.transitions)


@pytest.mark.parametrize(
    ("status", "waiting", "may"),
    [
        ("draft", None, True),
        ("returned", None, True),
        ("published", None, True),
        ("published", 7, False),
        ("awaiting_confirmation", None, False),
        ("awaiting_release", None, False),
        ("submitted", 7, False),
        ("rejected", None, False),
        ("withdrawn", None, False),
        ("hidden", None, False),
        ("removed", None, False),
        ("closed", None, False),
        ("merged", None, False),
    ],
)
def test_when_the_author_may_write(status: str, waiting: int | None, may: bool) -> None:
    assert rules.can_write(Idea(status=status, waiting_version_id=waiting)) is may


class _Phase:
    def __init__(self, phase: str) -> None:
        self.phase = phase


@pytest.mark.parametrize(
    ("phase", "new", "returned"),
    [
        ("inactive", False, False),
        ("announced", False, False),
        ("open", True, True),
        ("closed", False, True),
        ("evaluation", False, False),
        ("results", False, False),
    ],
)
def test_what_the_phase_allows(phase: str, new: bool, returned: bool) -> None:
    assert rules.can_send_in(_Phase(phase), "draft") is new
    assert rules.can_send_in(_Phase(phase), "published") is new
    assert rules.can_send_in(_Phase(phase), "returned") is returned


def person(number: int, role: str = "participant", *places: tuple[int, str]) -> Actor:
    memberships = tuple(Membership(one, f"Organisation {one}", "author", kind) for one, kind in places)
    return Actor(person_id=number, grants=(Grant(role),), memberships=memberships)


AUTHOR, COLLEAGUE, STRANGER = person(1, "company", (10, "")), person(2, "company", (10, "")), person(3)
MODERATOR = person(4, "moderator")
AGENCY_ANALYST, MINISTRY_OFFICIAL = person(5, "analyst", (20, "agency")), person(6, "official", (30, "ministry"))
LONE_ANALYST, ADMIN = person(7, "analyst"), person(8, "administrator", (30, "ministry"))


@pytest.mark.parametrize(
    ("actor", "involved", "supports"),
    [
        (GUEST, False, False),
        (AUTHOR, True, False),
        (COLLEAGUE, True, True),
        (STRANGER, False, True),
        (MODERATOR, False, True),
        (ADMIN, False, True),
    ],
)
def test_who_is_involved_and_who_may_support(actor: Actor, involved: bool, supports: bool) -> None:
    idea = Idea(author_id=1, organisation_id=10, consultation_id=1, status="published", is_public=True)
    assert rules.is_involved(actor, idea) is involved
    assert rules.can_support(actor, idea) is supports
    idea.is_public = False
    assert rules.can_support(actor, idea) is False


@pytest.mark.parametrize(
    ("actor", "reads"),
    [
        (GUEST, set()),
        (STRANGER, set()),
        (MODERATOR, set()),
        (LONE_ANALYST, set()),
        (ADMIN, set()),
        (AGENCY_ANALYST, {"agency"}),
        (MINISTRY_OFFICIAL, {"agency", "ministry"}),
    ],
)
def test_who_reads_what_is_not_public(actor: Actor, reads: set[str]) -> None:
    assert rules.restricted_for(actor) == reads
    hidden_idea = Idea(status="published", is_public=False)
    assert rules.can_open_page(actor, hidden_idea, frozenset({"ministry"})) is ("ministry" in reads)
    assert rules.can_open_page(actor, hidden_idea, frozenset({"agency"})) is ("agency" in reads)
    assert rules.can_open_page(actor, Idea(status="published", is_public=True), frozenset()) is True


def test_a_draft_of_an_account_is_sent_by_its_owner_only() -> None:
    assert rules.can_send_as(STRANGER, Idea(author_id=None))
    assert rules.can_send_as(AUTHOR, Idea(author_id=1))
    assert not rules.can_send_as(COLLEAGUE, Idea(author_id=1))
    assert not rules.can_send_as(GUEST, Idea(author_id=1))


@pytest.mark.parametrize(
    ("new", "old", "narrower"),
    [
        ("anonymous", "public", True),
        ("agency", "public", True),
        ("ministry", "agency", True),
        ("public", "anonymous", False),
        ("agency", "ministry", False),
        ("public", "public", False),
    ],
)
def test_which_audience_is_narrower(new: str, old: str, narrower: bool) -> None:
    assert rules.is_narrower(new, old) is narrower


def test_the_admin_reads_no_restricted_answer_by_role() -> None:
    both: Any = Actor(person_id=9, grants=(Grant("administrator"), Grant("moderator")), memberships=ADMIN.memberships)
    assert rules.restricted_for(both) == frozenset()
