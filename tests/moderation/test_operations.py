"""Cases and decisions: what each step stores, refuses and tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.audit import AuditRow
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.jobs import Job
from consult.moderation import operations, queries
from consult.moderation.examples import store_example_decision
from consult.moderation.jobs import shift_examples
from consult.moderation.models import LOOK, REPORT, SUBMISSION, Case, Decision
from consult.moderation.operations import Choice
from tests.moderation.kind import KIND, Notes

pytestmark = pytest.mark.usefixtures("chain_is_whole")

ADVERT = {"reason": "advertising", "note": "Bitte ohne Preise."}


def choose(case: Case, outcome: str = "publish", **values: Any) -> Choice:
    return Choice(outcome, version=queries.version_text(case), **values)


def events(db: Any) -> list[str]:
    db.session.commit()
    return list(db.session.execute(select(AuditRow.event).order_by(AuditRow.seq)).scalars())


# ---- opening --------------------------------------------------------------------------------------------------------


def test_a_case_is_due_after_the_promised_working_days(notes: Notes, clock: Any) -> None:
    case = notes.sent()
    assert (case.status, case.source) == ("open", SUBMISSION)
    assert case.due_at - clock.now == timedelta(days=2, hours=7)  # the end of the office day


def test_a_subject_has_one_open_case(notes: Notes, clock: Any) -> None:
    note = notes.add()
    first = notes.open(note)
    clock.shift(hours=3)
    note.versions.append("Anders.")
    again = notes.open(note)
    assert again is first
    assert again.version_id == note.version_id
    assert again.due_at - clock.now == timedelta(days=2, hours=4)  # the promise is the older one


def test_a_returned_text_goes_on_with_its_time(notes: Notes, cast: Any, clock: Any) -> None:
    note = notes.add(author=cast.owner)
    case = notes.open(note)
    clock.shift(hours=30)
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "return", **ADVERT))
    clock.shift(days=20)
    again = notes.open(note)
    assert again.id != case.id
    assert again.used_seconds == 30 * 3600
    assert again.due_at - clock.now == timedelta(hours=25)


def test_moderators_hear_of_it_once_an_hour(notes: Notes, cast: Any, db: Any, clock: Any, run_jobs: Any) -> None:
    cast.moderator, cast.moderator2, cast.owner  # noqa: B018 (they come to life when named)
    db.session.flush()
    waiting = select(func.count()).select_from(Job).where(Job.kind == "notice.deliver")
    notes.sent("Eins")
    notes.sent("Zwei")
    run_jobs()
    assert db.session.execute(waiting).scalar_one() == 2  # one for each of them
    clock.shift(hours=1)
    notes.sent("Drei")
    run_jobs()
    assert db.session.execute(waiting).scalar_one() == 4


def test_moderators_of_another_consultation_hear_nothing(notes: Notes, make: Any, db: Any, run_jobs: Any) -> None:
    here, there = make.consultation(), make.consultation()
    make.person(roles=("moderator",), consultation=there)
    notes.sent(consultation_id=here.id)
    run_jobs()
    assert not db.session.execute(select(Job).where(Job.kind == "notice.deliver")).all()


def test_before_the_promised_time_runs_out_they_hear_again(
    notes: Notes, cast: Any, db: Any, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    from consult.moderation.jobs import tell_before_due

    cast.moderator  # noqa: B018
    notes.sent("Bald fällig")
    run_jobs()
    tell_before_due({})
    assert not outbox.to(cast.moderator, "moderation.due")
    clock.shift(hours=50)
    for _turn in range(2):
        tell_before_due({})
    db.session.commit()
    run_jobs()
    due = [mail for mail in outbox.to(cast.moderator) if "Frist" in mail.subject]
    assert len(due) == 1
    assert "Bald fällig" in due[0].text


# ---- deciding -------------------------------------------------------------------------------------------------------


def test_a_decision_keeps_everything_and_tells_the_author(
    notes: Notes, cast: Any, db: Any, outbox: Any, clock: Any
) -> None:
    case = notes.sent(author=cast.owner)
    clock.shift(hours=5)
    passage = ("an drei Tagen still", "Stimmt das noch?")
    decision = operations.decide(
        cast.actor(cast.moderator),
        case.id,
        choose(case, "return", reason="personal-data", note="Bitte ohne Namen.", passages=(passage,)),
    )
    assert (decision.outcome, decision.reason, decision.note) == ("return", "personal-data", "Bitte ohne Namen.")
    assert decision.passages == [list(passage)]
    assert (decision.ground, decision.automated, decision.version_id) == ("law", False, case.version_id)
    assert (decision.waited_seconds, decision.in_time) == (5 * 3600, True)
    assert (case.status, case.claimed_by, case.closed_at) == ("decided", None, decision.made_at)
    for part in ("Bitte ohne Namen.", "»an drei Tagen still«", "DSGVO", "Entschieden hat ein Mensch", decision.number):
        assert part in decision.statement["de"]
    assert "A human being decided" in decision.statement["en"]
    assert notes.applied[0].decision_id == decision.id
    mail = outbox.last(cast.owner)
    assert mail.send_after - clock.now == timedelta(minutes=10)
    assert {"case.claimed", "decision.made", "case.decided"} <= set(events(db))


def test_what_was_public_is_told_at_once(notes: Notes, cast: Any, outbox: Any, clock: Any) -> None:
    note = notes.published(author=cast.owner)
    case = operations.look_again(cast.actor(cast.moderator), KIND, note.id)
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "hide", **ADVERT))
    assert outbox.last(cast.owner).send_after == clock.now


def test_after_an_interim_decision_the_case_waits_for_the_last_word(notes: Notes, cast: Any) -> None:
    note = notes.published()
    moderator = cast.actor(cast.moderator)
    case = operations.look_again(moderator, KIND, note.id)
    operations.decide(moderator, case.id, choose(case, "hide", **ADVERT))
    assert (note.status, case.status, case.closed_at) == ("hidden", "open", None)
    with pytest.raises(Conflict):  # a second moderator, whose page is older, wants the same
        operations.decide(cast.actor(cast.moderator2), case.id, choose(case, "hide", **ADVERT))
    operations.decide(cast.actor(cast.moderator2), case.id, choose(case, "remove", **ADVERT))
    assert (note.status, case.status) == ("removed", "decided")


def test_what_is_in_order_stays_without_the_room_being_asked(notes: Notes, cast: Any) -> None:
    note = notes.published()
    case = operations.look_again(cast.actor(cast.moderator), KIND, note.id)
    decision = operations.decide(cast.actor(cast.moderator), case.id, choose(case))
    assert notes.applied == []
    assert decision.facts["left"] is True
    assert (note.status, case.status) == ("published", "decided")


@pytest.mark.parametrize("person", ["owner", "colleague"])
def test_nobody_decides_on_a_text_of_their_own_house(notes: Notes, cast: Any, make: Any, db: Any, person: str) -> None:
    make.grant(getattr(cast, person), "moderator")
    case = notes.sent(author=cast.owner, organisation_id=cast.company.id)
    actor = cast.actor(getattr(cast, person))
    for act in (
        lambda: operations.decide(actor, case.id, choose(case)),
        lambda: operations.claim(actor, case.id),
    ):
        with pytest.raises(Refused):
            act()
    assert (case.status, notes.applied) == ("open", [])
    assert db.session.execute(select(Decision)).first() is None


@pytest.mark.parametrize("person", ["participant", "editor", "analyst", "official", "admin", "cluster_manager"])
def test_other_roles_decide_nothing(notes: Notes, cast: Any, person: str) -> None:
    case = notes.sent()
    with pytest.raises(Refused):
        operations.decide(cast.actor(getattr(cast, person)), case.id, choose(case))


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "burn"}, "outcome"),
        ({"outcome": "hide", **ADVERT}, "outcome"),
        ({"outcome": "reject", "note": "Weil."}, "reason"),
        ({"outcome": "reject", "reason": "meets-rules", "note": "Weil."}, "reason"),
        ({"outcome": "reject", "reason": "no-such-reason", "note": "Weil."}, "reason"),
        ({"outcome": "publish", "reason": "no-such-reason"}, "reason"),
        ({"outcome": "reject", "reason": "spam"}, "note"),
        ({"outcome": "reject", "reason": "spam", "note": "x" * 2001}, "note"),
        ({"outcome": "return", **ADVERT, "passages": (("nie geschrieben", ""),)}, "passage"),
        ({"outcome": "return", **ADVERT, "passages": (("", "Anmerkung ohne Stelle"),)}, "passage"),
        ({"outcome": "return", **ADVERT, "passages": (("Wir", ""),) * 11}, "passage"),
    ],
)
def test_what_is_missing_is_said_at_its_field(notes: Notes, cast: Any, choice: dict[str, Any], field: str) -> None:
    case = notes.sent()
    with pytest.raises(Invalid) as refused:
        operations.decide(cast.actor(cast.moderator), case.id, Choice(version=queries.version_text(case), **choice))
    assert field in refused.value.fields
    assert case.status == "open"


def test_a_passage_may_be_copied_from_the_page(notes: Notes, cast: Any) -> None:
    case = notes.sent(versions=["Ein **starker** Satz\nüber zwei Zeilen."])
    passages = (("Ein starker Satz über", ""), ("**starker** Satz\nüber", ""))
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "return", **ADVERT, passages=passages))


@pytest.mark.parametrize("seen", ["", "0", "99999", "ä", "None"])
def test_another_version_than_the_waiting_one_is_refused(notes: Notes, cast: Any, seen: str) -> None:
    case = notes.sent()
    with pytest.raises(Conflict):
        operations.decide(cast.actor(cast.moderator), case.id, Choice("publish", version=seen))
    assert notes.applied == []


def test_the_second_moderator_is_told_who_decided_and_when(notes: Notes, cast: Any, db: Any, clock: Any) -> None:
    case = notes.sent()
    operations.decide(cast.actor(cast.moderator), case.id, choose(case))
    with pytest.raises(Conflict) as refused:
        operations.decide(cast.actor(cast.moderator2), case.id, choose(case, "reject", **ADVERT))
    assert "Mona Moderator" in str(refused.value.message)
    assert "24. November 2026" in str(refused.value.message)
    assert "veröffentlicht" in str(refused.value.message)
    assert len(db.session.execute(select(Decision)).all()) == 1


# ---- lease ----------------------------------------------------------------------------------------------------------


def test_a_lease_keeps_others_out_for_twenty_minutes(notes: Notes, cast: Any, clock: Any) -> None:
    case = notes.sent()
    first, second = cast.actor(cast.moderator), cast.actor(cast.moderator2)
    operations.claim(first, case.id)
    with pytest.raises(Conflict) as refused:
        operations.decide(second, case.id, choose(case))
    assert "Mona Moderator" in str(refused.value.message)
    with pytest.raises(Conflict):
        operations.claim(second, case.id)
    clock.shift(minutes=19)
    operations.claim(first, case.id)  # goes on reading
    clock.shift(minutes=19)
    with pytest.raises(Conflict):
        operations.claim(second, case.id)
    clock.shift(minutes=1, seconds=1)
    operations.decide(second, case.id, choose(case))
    assert case.status == "decided"


def test_a_lease_can_be_given_back(notes: Notes, cast: Any) -> None:
    case = notes.sent()
    operations.claim(cast.actor(cast.moderator), case.id)
    with pytest.raises(Conflict):
        operations.release(cast.actor(cast.moderator2), case.id)
    operations.release(cast.actor(cast.moderator), case.id)
    assert (case.status, case.claimed_by, case.claimed_until) == ("open", None, None)
    operations.claim(cast.actor(cast.moderator2), case.id)


# ---- taking back ----------------------------------------------------------------------------------------------------


def test_a_decision_is_taken_back_as_if_it_had_not_been(
    notes: Notes, cast: Any, db: Any, outbox: Any, clock: Any, run_jobs: Any
) -> None:
    case = notes.sent(author=cast.owner)
    moderator = cast.actor(cast.moderator)
    decision = operations.decide(moderator, case.id, choose(case, "reject", **ADVERT))
    clock.shift(minutes=9)
    operations.reverse(moderator, decision.id)
    assert (case.status, case.closed_at, notes.all[1].status) == ("open", None, "submitted")
    assert (decision.reversed_by, decision.reversed_at) == (cast.moderator.id, clock.now)
    assert not outbox.to(cast.owner)
    with pytest.raises(Refused):
        operations.reverse(moderator, decision.id)
    assert {"decision.reversed", "case.reopened"} <= set(events(db))
    operations.decide(moderator, case.id, choose(case))
    assert case.status == "decided"


def test_whom_a_mail_has_reached_is_told_of_the_reversal(
    notes: Notes, cast: Any, db: Any, outbox: Any, clock: Any
) -> None:
    note = notes.published(author=cast.owner)
    moderator = cast.actor(cast.moderator)
    case = operations.look_again(moderator, KIND, note.id)
    decision = operations.decide(moderator, case.id, choose(case, "hide", **ADVERT))
    outbox.last(cast.owner).sent_at = clock.now
    operations.reverse(moderator, decision.id)
    assert outbox.last(cast.owner).kind == "moderation.reversal"
    assert decision.number in outbox.last(cast.owner).text
    assert (note.status, case.status) == ("published", "open")


@pytest.mark.parametrize("who", ["moderator2", "owner"])
def test_others_cannot_take_it_back(notes: Notes, cast: Any, who: str) -> None:
    case = notes.sent(author=cast.owner)
    decision = operations.decide(cast.actor(cast.moderator), case.id, choose(case))
    with pytest.raises(Refused):
        operations.reverse(cast.actor(getattr(cast, who)), decision.id)


def test_after_ten_minutes_it_stands(notes: Notes, cast: Any, clock: Any) -> None:
    case = notes.sent()
    decision = operations.decide(cast.actor(cast.moderator), case.id, choose(case))
    clock.shift(minutes=10)
    with pytest.raises(Refused):
        operations.reverse(cast.actor(cast.moderator), decision.id)


def test_nothing_is_taken_back_over_what_came_later(notes: Notes, cast: Any) -> None:
    note = notes.add()
    case = notes.open(note)
    decision = operations.decide(cast.actor(cast.moderator), case.id, choose(case, "return", **ADVERT))
    notes.open(note)  # the author was quick
    with pytest.raises(Conflict):
        operations.reverse(cast.actor(cast.moderator), decision.id)


# ---- from outside ---------------------------------------------------------------------------------------------------


def test_a_withdrawn_text_has_no_case_any_more(notes: Notes, cast: Any) -> None:
    case = notes.sent()
    operations.claim(cast.actor(cast.moderator), case.id)
    assert operations.withdraw_case(KIND, 1) is case
    assert (case.status, case.claimed_by) == ("withdrawn", None)
    assert operations.withdraw_case(KIND, 1) is None
    with pytest.raises(Conflict):
        operations.decide(cast.actor(cast.moderator), case.id, choose(case))


def test_a_second_look_finds_the_open_case(notes: Notes, cast: Any, make: Any) -> None:
    note = notes.published(author=cast.owner)
    moderator = cast.actor(cast.moderator)
    case = operations.look_again(moderator, KIND, note.id)
    assert (case.source, case.author_id) == (LOOK, cast.owner.id)
    assert operations.look_again(cast.actor(cast.moderator2), KIND, note.id) is case
    with pytest.raises(NotFound):
        operations.look_again(moderator, KIND, 77)
    with pytest.raises(NotFound):
        operations.look_again(moderator, "nothing", 1)
    elsewhere = make.person(roles=("moderator",), consultation=make.consultation())
    with pytest.raises(Refused):
        operations.look_again(cast.actor(elsewhere), KIND, note.id)


def test_there_is_no_case_of_that_number(notes: Notes, cast: Any) -> None:
    assert notes is not None
    for act in (operations.claim, operations.release):
        with pytest.raises(NotFound):
            act(cast.actor(cast.moderator), 4711)
    with pytest.raises(NotFound):
        operations.reverse(cast.actor(cast.moderator), 4711)


def test_trust_counts_published_texts(notes: Notes, cast: Any) -> None:
    for number in range(3):
        case = notes.sent(f"Text {number}", author=cast.owner)
        operations.decide(
            cast.actor(cast.moderator), case.id, choose(case, "publish" if number else "reject", **ADVERT)
        )
    assert queries.accepted_texts(cast.owner.id) == 2


def test_examples_carry_decisions_and_move_with_the_day(notes: Notes, cast: Any, clock: Any, db: Any) -> None:
    note = notes.published()
    made = clock.now - timedelta(days=3)
    decision = store_example_decision(
        KIND, note.id, note.version_id, outcome="reject", reason="advertising", note="Werbung.", title=note.title,
        language="de", opened_at=made - timedelta(hours=4), made_at=made, moderator_id=cast.moderator.id,
    )  # fmt: skip
    assert "Werbung." in decision.statement["de"]
    assert decision.waited_seconds == 4 * 3600
    shift_examples(5)
    case = db.session.get(Case, decision.case_id)
    assert (decision.made_at, case.closed_at) == (made + timedelta(days=5), made + timedelta(days=5))
    assert "decision.made" in events(db)


def test_the_source_of_a_report_gives_way_to_a_waiting_version(notes: Notes, cast: Any, db: Any) -> None:
    note = notes.published()
    case = notes.open(note, source=REPORT)
    note.versions.append("Eine neue Fassung.")
    notes.open(note)
    assert (case.source, case.version_id) == (SUBMISSION, note.version_id)
    assert {"case.opened", "case.renewed"} <= set(events(db))
