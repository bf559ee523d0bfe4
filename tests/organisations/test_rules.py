"""Which organisations count as agency or ministry, and who speaks for one, as literal tables."""

from __future__ import annotations

import pytest

from consult.core.access import GUEST, SYSTEM, Actor, Grant, Membership
from consult.core.audiences import readable_by
from consult.core.vocabularies import vocabulary
from consult.organisations import rules

KINDS = {
    "federal-ministry": "ministry",
    "state-ministry": "ministry",
    "federal-state": "",
    "state-agency": "agency",
    "public-promotion-body": "",
    "municipality": "",
    "district": "",
    "chamber": "",
    "agency-operator": "agency",
    "cluster-carrier": "",
    "company": "",
    "research-body": "",
    "technology-region": "",
    "partner-cluster": "",
    "portal": "",
}

#              member write approve manage
ROLES = {
    "author":   (True, True, False, False),
    "approver": (True, True, True, False),
    "contact":  (True, False, False, False),
    "manager":  (True, True, True, True),
}  # fmt: skip


def member(role: str, kind: str = "", *grants: str) -> Actor:
    return Actor(
        person_id=1, grants=tuple(Grant(grant) for grant in grants), memberships=(Membership(5, "Firma", role, kind),)
    )


def test_every_type_of_the_vocabulary_has_its_kind() -> None:
    assert set(KINDS) == {term.code for term in vocabulary("organisation_types")}
    assert {code: rules.kind_of(code) for code in KINDS} == KINDS
    assert rules.kind_of("made-up") == ""


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_in_an_organisation_may(role: str) -> None:
    actor = member(role)
    asked = (rules.is_member, rules.may_write_for, rules.may_approve, rules.may_manage)
    assert tuple(may(actor, 5) for may in asked) == ROLES[role]
    assert not any(may(actor, 6) for may in asked)
    assert not any(may(GUEST, 5) for may in asked)


def test_all_roles_are_in_the_table() -> None:
    assert set(ROLES) == set(rules.MEMBER_ROLES)


@pytest.mark.parametrize("role", ["participant", "company", "cluster", "moderator", "editor", "analyst", "official"])
def test_only_administration_gives_places(role: str) -> None:
    assert not rules.may_give_places(Actor(person_id=1, grants=(Grant(role),)))
    assert not rules.may_give_places(member("manager"))


def test_administration_and_the_software_give_places() -> None:
    assert rules.may_give_places(Actor(person_id=1, grants=(Grant("administrator"),)))
    assert rules.may_give_places(SYSTEM)
    assert not rules.may_give_places(GUEST)


@pytest.mark.parametrize(
    ("role", "kind", "read"),
    [
        ("official", "ministry", {"public", "anonymous", "agency", "ministry"}),
        ("official", "agency", {"public", "anonymous", "agency"}),
        ("official", "", {"public", "anonymous"}),
        ("analyst", "agency", {"public", "anonymous", "agency"}),
        ("company", "ministry", {"public", "anonymous"}),
        ("administrator", "ministry", {"public", "anonymous"}),
        ("moderator", "agency", {"public", "anonymous"}),
    ],
)
def test_role_and_kind_together_open_answers(role: str, kind: str, read: set[str]) -> None:
    assert readable_by(member("author", kind, role)) == read
