"""Places and waiting lists: who gets one, who moves up, what is mailed, what the clock does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consult.core import jobs
from consult.core.audit import AuditRow
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.projects import activity_operations, activity_queries, personal, places
from consult.projects.models import Activity, Participation
from consult.projects.refusals import Closed
from tests.projects.crowd import counters_are_true, join, put, statuses
from tests.support.mail import paths

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def crowd(make: Any) -> Callable[[int], list[Any]]:
    """`crowd(n)`: n people with an account."""
    return lambda number: [make.person() for _one in range(number)]


def test_first_come_first_served(make: Any, crowd: Any, outbox: Any) -> None:
    activity = make.activity("Werkstatt", capacity=2)
    people = crowd(4)
    joined = [
        activity_operations.join_activity(make.actor(one), activity.id, role="", message="", language="de")
        for one in people
    ]
    assert [one.participation.status for one in joined] == ["confirmed", "confirmed", "waiting", "waiting"]
    assert [one.ahead for one in joined] == [0, 0, 0, 1]
    assert counters_are_true(activity) and activity.waiting_count == 2
    assert [mail.kind for mail in outbox] == ["activities.confirmed"] * 2 + ["activities.waiting"] * 2
    assert "Sie stehen an zweiter Stelle und rücken von selbst nach." in outbox.last(people[3]).text


def test_joining_twice_changes_nothing(make: Any, cast: Any, outbox: Any) -> None:
    activity = make.activity(capacity=3, roles=["informed", "expertise"])
    first = join(make, activity, cast.participant, "informed", "Erste Nachricht")
    again = activity_operations.join_activity(
        make.actor(cast.participant), activity.id, role="expertise", message="Zweite", language="en"
    )
    assert again.participation.id == first.id and not again.new
    assert (first.role, first.message) == ("informed", "Erste Nachricht")
    assert activity.confirmed_count == 1 and len(outbox) == 1


def test_a_place_that_became_free_is_offered_and_taken(make: Any, crowd: Any, outbox: Any, clock: Any) -> None:
    activity = make.activity("Werkstatt", capacity=1, days=30)
    anna, bert, cora = crowd(3)
    seats = [join(make, activity, one) for one in (anna, bert, cora)]
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    assert statuses(activity) == ["cancelled", "offered", "waiting"]
    assert seats[1].offered_until == clock.now + timedelta(hours=48)
    assert [mail.kind for mail in outbox.to(anna)][-1] == "activities.cancelled"
    offer = outbox.last(bert)
    assert offer.kind == "activities.offered" and "26. November 2026, 10 Uhr" in offer.text
    activity_operations.confirm_place(make.actor(bert), seats[1].id)
    activity_operations.confirm_place(make.actor(bert), seats[1].id)  # once more changes nothing
    assert statuses(activity) == ["cancelled", "confirmed", "waiting"]
    assert len(outbox.to(bert, "activities.confirmed")) == 1
    assert counters_are_true(activity)


def test_an_offer_lapses_and_goes_on(make: Any, crowd: Any, outbox: Any, clock: Any, run_jobs: Any) -> None:
    activity = make.activity(capacity=1, days=30)
    anna, bert, cora = crowd(3)
    seats = [join(make, activity, one) for one in (anna, bert, cora)]
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    clock.shift(hours=47)
    jobs.enqueue("activities.offers")
    run_jobs()
    assert statuses(activity) == ["cancelled", "offered", "waiting"]
    clock.shift(hours=1)
    with pytest.raises(Conflict):  # over is over, even before the job has run
        activity_operations.confirm_place(make.actor(bert), seats[1].id)
    jobs.enqueue("activities.offers")
    run_jobs()
    assert statuses(activity) == ["cancelled", "lapsed", "offered"]
    assert outbox.last(bert).kind == "activities.lapsed" and outbox.last(cora).kind == "activities.offered"
    clock.shift(hours=48)
    jobs.enqueue("activities.offers")
    run_jobs()
    assert statuses(activity) == ["cancelled", "lapsed", "lapsed"]
    assert counters_are_true(activity) and activity.free == 1
    again = join(make, activity, bert)
    assert again.status == "confirmed" and again.position == 4


def test_declining_an_offer_passes_it_on_at_once(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1)
    anna, bert, cora = crowd(3)
    seats = [join(make, activity, one) for one in (anna, bert, cora)]
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    activity_operations.leave_activity(make.actor(bert), seats[1].id)
    assert statuses(activity) == ["cancelled", "cancelled", "offered"]
    assert counters_are_true(activity)


def test_held_places_count_as_taken(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1)
    anna, bert, cora = crowd(3)
    seats = [join(make, activity, one) for one in (anna, bert)]
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    assert join(make, activity, cora).status == "waiting"
    assert join(make, activity, anna).status == "waiting"
    assert statuses(activity) == ["cancelled", "offered", "waiting", "waiting"]


def test_places_held_back_are_not_given_out(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=4, held_back=2)
    assert [join(make, activity, one).status for one in crowd(3)] == ["confirmed", "confirmed", "waiting"]
    assert activity.free == 0 and activity.places == 2


def test_without_a_limit_everybody_has_a_place(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=None)
    assert {join(make, activity, one).status for one in crowd(3)} == {"confirmed"}
    assert activity.free is None


def test_more_places_are_offered_by_the_clock(make: Any, crowd: Any, run_jobs: Any) -> None:
    activity = make.activity(capacity=1, days=20)
    for one in crowd(4):
        join(make, activity, one)
    activity.capacity = 3
    jobs.enqueue("activities.offers")
    run_jobs()
    assert statuses(activity) == ["confirmed", "offered", "offered", "waiting"]
    assert counters_are_true(activity)


def test_nobody_overtakes_the_queue(make: Any, crowd: Any) -> None:
    """A place that is free while others wait goes to the first of them, not to who comes just now."""
    activity = make.activity(capacity=1)
    anna, bert, cora = crowd(3)
    for one in (anna, bert):
        join(make, activity, one)
    activity.capacity = 2
    assert join(make, activity, cora).status == "waiting"
    assert statuses(activity) == ["confirmed", "offered", "waiting"]


def test_without_a_waiting_list_full_is_full(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1, waiting_list=False)
    anna, bert = crowd(2)
    join(make, activity, anna)
    with pytest.raises(Closed) as refused:
        join(make, activity, bert)
    assert refused.value.reason == "full"


def test_a_part_must_be_offered(make: Any, cast: Any) -> None:
    activity = make.activity(roles=["expertise"])
    with pytest.raises(Invalid) as refused:
        join(make, activity, cast.participant, "co-lead")
    assert set(refused.value.fields) == {"role"}
    assert join(make, make.activity(), cast.participant, "co-lead").role == ""  # none asked, none stored


def test_giving_up_ends_with_the_beginning(make: Any, cast: Any, clock: Any) -> None:
    activity = make.activity(days=2)
    seat = join(make, activity, cast.participant)
    clock.move_to(activity.starts_at)
    with pytest.raises(Conflict):
        activity_operations.leave_activity(make.actor(cast.participant), seat.id)
    assert seat.status == "confirmed"


def test_nobody_is_asked_in_the_last_hour(make: Any, crowd: Any, clock: Any) -> None:
    activity = make.activity(capacity=1, days=2)
    anna, bert = crowd(2)
    seats = [join(make, activity, one) for one in (anna, bert)]
    clock.move_to(activity.starts_at - timedelta(minutes=50))
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    assert statuses(activity) == ["cancelled", "waiting"]


def test_where_the_host_decides(make: Any, cast: Any, crowd: Any, outbox: Any, run_jobs: Any) -> None:
    activity = make.activity(
        "Messestand", capacity=1, host_accepts=True, organiser_kind="organisation", organiser_id=cast.company.id
    )
    anna, bert, cora = crowd(3)
    host = make.actor(cast.owner)
    asked = [join(make, activity, one) for one in (anna, bert, cora)]
    assert {one.status for one in asked} == {"requested"} and activity.confirmed_count == 0
    run_jobs()
    notice = outbox.to(cast.owner, "activities.requested")
    assert len(notice) == 3 and "Messestand" in notice[0].text
    activity_operations.decide_request(host, asked[0].id, "accept", "")
    activity_operations.decide_request(host, asked[1].id, "accept", "")
    activity_operations.decide_request(host, asked[2].id, "decline", "Diesmal nur Betriebe aus zwei Regionen.")
    assert statuses(activity) == ["confirmed", "waiting", "cancelled"]
    assert outbox.last(bert).kind == "activities.waiting"
    assert "Diesmal nur Betriebe aus zwei Regionen." in outbox.last(cora).text
    assert counters_are_true(activity)


def test_accepting_needs_room_or_a_waiting_list(make: Any, cast: Any) -> None:
    activity = make.activity(capacity=0, host_accepts=True, waiting_list=False)
    asked = join(make, activity, cast.participant)
    with pytest.raises(Conflict):
        activity_operations.decide_request(make.actor(cast.editor), asked.id, "accept", "")


def test_a_signed_out_actor_cannot_join(make: Any) -> None:
    from consult.core.access import GUEST

    with pytest.raises(Refused):
        activity_operations.join_activity(GUEST, make.activity().id, role="", message="", language="de")


def test_the_log_tells_every_step(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1)
    anna, bert = crowd(2)
    seats = [join(make, activity, one) for one in (anna, bert)]
    activity_operations.leave_activity(make.actor(anna), seats[0].id)
    db.session.commit()
    rows = db.session.execute(
        select(AuditRow.event, AuditRow.data).where(AuditRow.subject_kind == "participation").order_by(AuditRow.seq)
    ).all()
    assert [(event, data["to"]) for event, data in rows] == [
        ("participation.joined", "confirmed"),
        ("participation.joined", "waiting"),
        ("participation.cancelled", "cancelled"),
        ("participation.offered", "offered"),
    ]


def test_the_day_before_people_are_reminded_once(make: Any, crowd: Any, outbox: Any, clock: Any, run_jobs: Any) -> None:
    activity = make.activity("Werkstatt", capacity=30, days=3)
    for one in crowd(27):
        join(make, activity, one)
    late = make.person()

    def look() -> int:
        jobs.enqueue("activities.reminders")
        run_jobs()
        return sum(mail.kind == "activities.reminder" for mail in outbox)

    assert look() == 0
    clock.shift(days=2, hours=-4)  # 6 o'clock on the day before
    assert look() == 0
    clock.shift(hours=4)
    join(make, activity, late)
    assert look() == 27  # not the one who registered a moment ago
    assert look() == 27
    assert outbox.to(late, "activities.reminder") == []
    reminder = next(mail for mail in outbox if mail.kind == "activities.reminder")
    assert reminder.subject == "Morgen: Werkstatt" and "/place/" in " ".join(paths(reminder))


def test_no_letter_to_who_is_gone(make: Any, cast: Any, outbox: Any, clock: Any) -> None:
    activity = make.activity()
    cast.participant.deactivated_at = clock.now
    join(make, activity, cast.participant)
    assert len(outbox) == 0


def test_counters_can_be_counted_again(make: Any, crowd: Any) -> None:
    activity, other = make.activity(capacity=2), make.activity()
    for one in crowd(4):
        join(make, activity, one)
    activity.confirmed_count, activity.waiting_count, other.offered_count = 9, 0, 3
    assert places.recount() == 2
    assert counters_are_true(activity) and counters_are_true(other)
    assert places.recount() == 0


def test_erasure_frees_the_place_and_keeps_the_numbers(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1)
    anna, bert = crowd(2)
    join(make, activity, anna, message="Ich bringe Kuchen mit.")
    join(make, activity, bert)
    assert personal.export(anna.id)["activities"][0]["message"] == "Ich bringe Kuchen mit."
    personal.erase(anna.id)
    db.session.expire_all()
    assert statuses(activity) == ["cancelled", "offered"]
    assert counters_are_true(activity)
    assert "Kuchen" not in str(personal.export(anna.id))


def test_who_waits_sees_the_true_place(make: Any, crowd: Any) -> None:
    activity = make.activity(capacity=1)
    people = crowd(4)
    seats = [join(make, activity, one) for one in people]
    assert [activity_queries.ahead_of(one) for one in seats[1:]] == [0, 1, 2]
    activity_operations.leave_activity(make.actor(people[2]), seats[2].id)
    assert activity_queries.ahead_of(seats[3]) == 1


MOVES = st.lists(
    st.tuples(st.sampled_from(["join", "leave", "confirm", "lapse", "grow", "shrink"]), st.integers(0, 5)), max_size=40
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_happens_the_places_are_kept(make: Any, clock: Any, moves: list[tuple[str, int]]) -> None:
    """Any sequence of acts: never more confirmed and offered than places, counters true, order kept."""
    activity: Activity = make.activity(capacity=2, held_back=0, days=40)
    people = [make.person() for _one in range(6)]
    for act, number in moves:
        actor = make.actor(people[number])
        own = activity_queries.own_participation(activity.id, people[number].id)
        if act == "join":
            join(make, activity, people[number])
        elif act == "leave" and own:
            activity_operations.leave_activity(actor, own.id)
        elif act == "confirm" and own and own.status == "offered":
            activity_operations.confirm_place(actor, own.id)
        elif act == "lapse":
            clock.shift(hours=49)
            activity_operations.lapse_offers(activity.id)
            clock.shift(hours=-49)
        elif act == "grow":
            activity.capacity = (activity.capacity or 0) + 1
            places.fill(places.lock_activity(activity.id))
        elif act == "shrink" and activity.held_back < 1 and (activity.free or 0) > 0:
            activity.held_back += 1
        assert counters_are_true(activity)
        queue = db.session.execute(
            select(Participation.status, Participation.position)
            .where(Participation.activity_id == activity.id, Participation.status.in_(("offered", "waiting")))
            .order_by(Participation.position)
        ).all()  # fmt: skip
        order = [status for status, _position in queue]
        assert order == sorted(order), "somebody was offered a place before another who came earlier"
    db.session.rollback()


def test_a_participation_of_nowhere(make: Any, cast: Any) -> None:
    from consult.core.errors import NotFound

    with pytest.raises(NotFound):
        activity_operations.leave_activity(make.actor(cast.participant), 999)
    assert put(make.activity(), cast.participant, "cancelled").live is False
