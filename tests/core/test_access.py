"""Roles x permissions, word for word: a change of the table has to be made twice, once on purpose."""

from __future__ import annotations

import pytest

from consult.core.access import GUEST, PERMISSIONS, ROLES, Actor, Grant

EVERYONE = "participant company cluster moderator editor analyst official administrator"
EXPECTED = {
    "account.use": EVERYONE,
    "ideas.write": EVERYONE,
    "comments.write": EVERYONE,
    "ideas.support": EVERYONE,
    "ideas.enter": "moderator analyst official",
    "activities.join": EVERYONE,
    "projects.join": EVERYONE,
    "clusters.edit_own": "cluster editor",
    "moderation.queue": "moderator",
    "moderation.decide": "moderator",
    "clusters.edit": "editor",
    "programmes.edit": "editor",
    "projects.edit": "editor",
    "topics.edit": "editor",
    "pages.edit": "editor",
    "answers.read_restricted": "analyst official",
    "evaluation.code": "analyst",
    "responses.draft": "analyst official",
    "responses.publish": "official",
    "admin": "administrator",
    "admin.consultations": "administrator",
    "admin.people": "administrator",
    "admin.jobs": "administrator",
    "audit.read": "administrator",
}


def test_table_is_complete() -> None:
    assert set(EXPECTED) == set(PERMISSIONS)


@pytest.mark.parametrize("permission", sorted(EXPECTED))
@pytest.mark.parametrize("role", ROLES)
def test_role_has_permission(role: str, permission: str) -> None:
    actor = Actor(person_id=1, grants=(Grant(role),))
    assert actor.may(permission) == (role in EXPECTED[permission].split())


@pytest.mark.parametrize("permission", sorted(EXPECTED))
def test_guest_has_none(permission: str) -> None:
    assert not GUEST.may(permission)


def test_grant_for_one_consultation_does_not_reach_another() -> None:
    actor = Actor(person_id=1, grants=(Grant("moderator", 5),))
    assert actor.may("moderation.decide", 5)
    assert not actor.may("moderation.decide", 6)
    assert actor.may("moderation.queue")


def test_unknown_permission_is_an_error() -> None:
    with pytest.raises(KeyError):
        GUEST.may("moderation.everything")
