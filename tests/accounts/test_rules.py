"""Who may: roles x permissions as one literal table, grants for one consultation, and how long sessions live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.accounts import periods, rules
from consult.core.access import GUEST, PERMISSIONS, ROLES, SYSTEM, Actor, Grant

# permission -> x for each role that has it; the columns are those of the design's table "Who may"
COLUMNS = ("participant", "company", "cluster", "moderator", "editor", "analyst", "official", "administrator")
TABLE = {
    #                          part comp clus mode edit anal offi admi
    "account.use":             "x    x    x    x    x    x    x    x",
    "ideas.write":             "x    x    x    x    x    x    x    x",
    "comments.write":          "x    x    x    x    x    x    x    x",
    "ideas.support":           "x    x    x    x    x    x    x    x",
    "ideas.enter":             "-    -    -    x    -    x    x    -",
    "activities.join":         "x    x    x    x    x    x    x    x",
    "projects.join":           "x    x    x    x    x    x    x    x",
    "clusters.edit_own":       "-    -    x    -    x    -    -    -",
    "moderation.queue":        "-    -    -    x    -    -    -    -",
    "moderation.decide":       "-    -    -    x    -    -    -    -",
    "clusters.edit":           "-    -    -    -    x    -    -    -",
    "programmes.edit":         "-    -    -    -    x    -    -    -",
    "projects.edit":           "-    -    -    -    x    -    -    -",
    "topics.edit":             "-    -    -    -    x    -    -    -",
    "pages.edit":              "-    -    -    -    x    -    -    -",
    "answers.read_restricted": "-    -    -    -    -    x    x    -",
    "evaluation.code":         "-    -    -    -    -    x    -    -",
    "responses.draft":         "-    -    -    -    -    x    x    -",
    "responses.publish":       "-    -    -    -    -    -    x    -",
    "admin":                   "-    -    -    -    -    -    -    x",
    "admin.consultations":     "-    -    -    -    -    -    -    x",
    "admin.people":            "-    -    -    -    -    -    -    x",
    "admin.jobs":              "-    -    -    -    -    -    -    x",
    "audit.read":              "-    -    -    -    -    -    -    x",
}  # fmt: skip


def holder(role: str, consultation_id: int | None = None) -> Actor:
    return Actor(person_id=1, grants=(Grant(role, consultation_id),))


def test_the_table_names_every_role_and_permission() -> None:
    assert set(COLUMNS) == set(ROLES)
    assert set(TABLE) == set(PERMISSIONS)


@pytest.mark.parametrize("permission", TABLE)
@pytest.mark.parametrize("role", COLUMNS)
def test_roles_and_permissions(role: str, permission: str) -> None:
    marks = dict(zip(COLUMNS, TABLE[permission].split(), strict=True))
    assert holder(role).may(permission) is (marks[role] == "x")


@pytest.mark.parametrize("permission", TABLE)
def test_nobody_signed_out_has_a_permission(permission: str) -> None:
    assert not GUEST.may(permission)
    assert not Actor(person_id=1).may(permission)


def test_a_grant_for_one_consultation_counts_there_only() -> None:
    moderator = holder("moderator", 7)
    assert moderator.may("moderation.decide", 7)
    assert not moderator.may("moderation.decide", 8)
    assert moderator.may("moderation.queue")  # to see that there is a queue at all
    assert holder("moderator").may("moderation.decide", 8)


def test_an_unknown_permission_opens_nothing() -> None:
    with pytest.raises(KeyError):
        holder("administrator").may("admin.everything")


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (GUEST, False),
        (SYSTEM, True),
        *[(holder(role), role == "administrator") for role in COLUMNS],
    ],
)
def test_who_manages_people(actor: Actor, may: bool) -> None:
    assert rules.may_manage_people(actor) is may


def test_periods_of_sessions_and_links(app: Any) -> None:
    assert app is not None
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    idle, born = periods.oldest_allowed(moment)
    assert (moment - idle, moment - born) == (timedelta(days=14), timedelta(days=30))
    assert timedelta(minutes=5) == rules.SEEN_EVERY
    assert rules.LINK_LIFETIMES["sign_in"] == timedelta(minutes=15)
    assert rules.LINK_LIFETIMES["reset"] == timedelta(hours=1)


def test_the_administrator_reads_no_restricted_answer(cast: Any) -> None:
    assert not cast.actor(cast.admin).may("answers.read_restricted")
