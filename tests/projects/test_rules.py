"""The policy: decision tables of both machines, how long a place is held, when joining is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.models import Person
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.projects import activity_operations, operations, places, rules
from consult.projects.machines import MEMBERSHIP, PARTICIPATION
from consult.projects.models import Activity, Membership, Participation, Project
from tests.projects.crowd import counters_are_true, led_by, put

# (state, act) -> (who may, state after). All other combinations are refused and change nothing.
PARTICIPATIONS = {
    ("requested", "accept"): ({"host", "editor"}, "confirmed"),
    ("requested", "decline"): ({"host", "editor"}, "cancelled"),
    ("requested", "cancel"): ({"person"}, "cancelled"),
    ("waiting", "cancel"): ({"person"}, "cancelled"),
    ("waiting", "fill"): ({"system"}, "offered"),
    ("offered", "confirm"): ({"person"}, "confirmed"),
    ("offered", "cancel"): ({"person"}, "cancelled"),
    ("offered", "lapse"): ({"system"}, "lapsed"),
    ("confirmed", "cancel"): ({"person"}, "cancelled"),
    ("confirmed", "attend"): ({"host", "editor"}, "attended"),
    ("confirmed", "miss"): ({"host", "editor"}, "absent"),
    ("attended", "miss"): ({"host", "editor"}, "absent"),
    ("absent", "attend"): ({"host", "editor"}, "attended"),
    # doing it again changes nothing and is no error
    ("confirmed", "confirm"): ({"person"}, "confirmed"),
    ("attended", "attend"): ({"host", "editor"}, "attended"),
    ("absent", "miss"): ({"host", "editor"}, "absent"),
    ("cancelled", "cancel"): ({"person"}, "cancelled"),
    ("lapsed", "cancel"): ({"person"}, "lapsed"),
}
STATES = ("requested", "confirmed", "waiting", "offered", "lapsed", "cancelled", "attended", "absent")
ACTS = ("accept", "decline", "cancel", "confirm", "attend", "miss")
ACTORS = ("person", "stranger", "host", "editor")


@pytest.fixture
def activity(make: Any, cast: Any) -> Activity:
    return make.activity(capacity=5, organiser_kind="organisation", organiser_id=cast.company.id)


@pytest.fixture
def people(cast: Any) -> dict[str, Person]:
    return {"person": cast.participant, "stranger": cast.stranger, "host": cast.owner, "editor": cast.editor}


def _do(act: str, actor: Any, participation_id: int) -> None:
    if act in ("accept", "decline"):
        activity_operations.decide_request(actor, participation_id, act, "Ein Satz.")
    elif act == "cancel":
        activity_operations.leave_activity(actor, participation_id)
    elif act == "confirm":
        activity_operations.confirm_place(actor, participation_id)
    else:
        activity_operations.record_attendance(actor, participation_id, act == "attend")


@pytest.mark.parametrize("act", ACTS)
def test_who_moves_a_participation(
    clock: Any, make: Any, activity: Activity, people: dict[str, Person], act: str
) -> None:
    """This act by every kind of actor in every state."""
    actors = {who: make.actor(people[who]) for who in ACTORS}
    if act in ("attend", "miss"):
        activity.set_dates(clock.now - timedelta(hours=1), clock.now + timedelta(hours=1), "time")
    for state in STATES:
        who_may, after = PARTICIPATIONS.get((state, act), (set(), state))
        for who, actor in actors.items():
            participation = put(activity, people["person"], state, offered_until=clock.now + timedelta(hours=5))
            if who in who_may:
                _do(act, actor, participation.id)
            else:
                with pytest.raises((Refused, Conflict)):
                    _do(act, actor, participation.id)
            assert participation.status == (after if who in who_may else state), (state, who)
            assert counters_are_true(activity)
            _forget(activity, participation)


def _forget(activity: Activity, participation: Participation) -> None:
    places._count(activity, participation.status, -1)
    db.session.delete(participation)
    db.session.flush()


def test_the_system_offers_and_lapses(clock: Any, activity: Activity, people: dict[str, Person]) -> None:
    for state in STATES:
        participation = put(activity, people["person"], state, offered_until=clock.now - timedelta(seconds=1))
        activity_operations.lapse_offers(activity.id)
        _who, after = PARTICIPATIONS.get((state, "fill"), PARTICIPATIONS.get((state, "lapse"), (set(), state)))
        assert participation.status == (after if state in ("waiting", "offered") else state)
        assert counters_are_true(activity)
        _forget(activity, participation)


def test_the_table_names_every_transition() -> None:
    moving = [(state, act) for (state, act), (_who, after) in PARTICIPATIONS.items() if state != after]
    named = {(state, "offer" if act == "fill" else act) for state, act in moving}
    assert named | {("requested", "enlist")} == {(t.source, t.act) for t in PARTICIPATION.transitions}
    assert set(STATES) == PARTICIPATION.states


MEMBERSHIPS = {
    ("asked", "accept"): ({"lead", "editor"}, "accepted"),
    ("asked", "decline"): ({"lead", "editor"}, "declined"),
    ("asked", "leave"): ({"person"}, "left"),
    ("accepted", "leave"): ({"person"}, "left"),
    ("accepted", "end"): ({"lead", "editor"}, "ended"),
}


@pytest.fixture
def project(make: Any, cast: Any) -> Project:
    found = make.project(joining={"roles": [{"role": "expertise"}, {"role": "informed"}]}, joining_open=True)
    led_by(found, "organisation", cast.company)
    return found


@pytest.mark.parametrize("act", ("accept", "decline", "end", "leave"))
def test_who_moves_a_membership(make: Any, cast: Any, project: Project, act: str) -> None:
    """This act by every kind of actor in every state."""
    people = {"person": cast.participant, "stranger": cast.stranger, "lead": cast.owner, "editor": cast.editor}
    actors = {who: make.actor(person) for who, person in people.items()}
    for state in ("asked", "accepted", "declined", "left", "ended"):
        who_may, after = MEMBERSHIPS.get((state, act), (set(), state))
        for who, actor in actors.items():
            membership = make.add(
                Membership(project_id=project.id, person_id=cast.participant.id, role="expertise", status=state)
            )
            if act == "leave":
                ended = operations.leave_project(actor, project.id)
                assert (membership in ended) is (who in who_may)
            elif who in who_may:
                operations.decide_membership(actor, project.id, membership.id, act, "Ein Satz.")
            else:
                with pytest.raises((Refused, Conflict)):
                    operations.decide_membership(actor, project.id, membership.id, act, "Ein Satz.")
            assert membership.status == (after if who in who_may else state), (state, who)
            db.session.delete(membership)
            db.session.flush()


def test_the_membership_table_is_whole() -> None:
    assert set(MEMBERSHIPS) == {(t.source, t.act) for t in MEMBERSHIP.transitions}


def test_nobody_decides_about_themselves(make: Any, cast: Any, activity: Activity, project: Project) -> None:
    own = put(activity, cast.owner, "requested")
    with pytest.raises(Refused):
        activity_operations.decide_request(make.actor(cast.owner), own.id, "accept", "")
    asked = make.add(Membership(project_id=project.id, person_id=cast.editor.id, role="expertise", status="asked"))
    with pytest.raises(Refused):
        operations.decide_membership(make.actor(cast.editor), project.id, asked.id, "accept", "")


@pytest.mark.parametrize("outcome", ("decline", "nonsense", ""))
def test_a_decision_needs_its_parts(make: Any, cast: Any, activity: Activity, project: Project, outcome: str) -> None:
    requested = put(activity, cast.participant, "requested")
    with pytest.raises(Invalid) as refused:
        activity_operations.decide_request(make.actor(cast.owner), requested.id, outcome, "")
    assert set(refused.value.fields) == {"note" if outcome == "decline" else "outcome"}
    asked = make.add(Membership(project_id=project.id, person_id=cast.participant.id, role="expertise", status="asked"))
    with pytest.raises(Invalid):
        operations.decide_membership(make.actor(cast.owner), project.id, asked.id, outcome, "")


@pytest.mark.parametrize(
    ("left", "hold"),
    [
        (timedelta(days=60), timedelta(hours=48)),
        (timedelta(days=8), timedelta(hours=48)),
        (timedelta(days=4), timedelta(hours=24)),
        (timedelta(days=1), timedelta(hours=6)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(hours=1, minutes=30), timedelta(minutes=30)),
        (timedelta(hours=1), None),
        (timedelta(minutes=-5), None),
    ],
)
def test_a_place_is_held_shorter_near_the_date(clock: Any, left: timedelta, hold: timedelta | None) -> None:
    assert rules.hold_time(clock.now, clock.now + left) == hold
    if hold is not None:
        assert hold < left


def test_without_a_date_a_place_is_held_two_days(clock: Any) -> None:
    assert rules.hold_time(clock.now, None) == timedelta(hours=48)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, ""),
        ({"registration": False}, "none"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"status": "completed"}, "past"),
        ({"days": -1}, "past"),
        ({"days": -0.05}, "past"),  # has begun
        ({"registration_until": -1}, "deadline"),
        ({"registration_until": 1}, ""),
        ({"capacity": 0}, ""),  # onto the waiting list
        ({"capacity": 0, "waiting_list": False}, "full"),
        ({"capacity": 3, "held_back": 3, "waiting_list": False}, "full"),
        ({"capacity": 0, "waiting_list": False, "host_accepts": True}, ""),
    ],
)
def test_when_registration_is_open(clock: Any, columns: dict[str, Any], reason: str) -> None:
    if "registration_until" in columns:
        columns = {**columns, "registration_until": clock.now + timedelta(days=columns["registration_until"])}
    starts = clock.now + timedelta(days=columns.get("days", 14))
    fresh = {"status": "planned", "registration": True, "waiting_list": True, "host_accepts": False, "held_back": 0}
    numbers = {"confirmed_count": 0, "offered_count": 0, "waiting_count": 0}
    activity = Activity(**{**fresh, **numbers, **{name: value for name, value in columns.items() if name != "days"}})
    activity.set_dates(starts, starts + timedelta(hours=3), "time")
    assert activity.registration_closed_by(clock.now) == reason
    assert activity.registration_open(clock.now) is (reason == "")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "unknown"),
        ({"joining": {"roles": []}}, "unknown"),
        ({"joining": {"roles": [{"role": "informed"}]}}, "closed"),
        ({"joining": {"roles": [{"role": "informed"}]}, "joining_open": True}, ""),
        ({"joining": {"roles": [{"role": "informed"}], "waiting_list": True}}, ""),
        ({"joining": {"roles": [{"role": "informed"}]}, "joining_open": True, "joining_until": -1}, "deadline"),
    ],
)
def test_when_a_project_takes_people(clock: Any, columns: dict[str, Any], reason: str) -> None:
    if "joining_until" in columns:
        columns = {**columns, "joining_until": clock.now + timedelta(days=columns["joining_until"])}
    assert rules.joining_closed_by(Project(**columns), clock.now) == reason
