"""Complaints (Regulation (EU) 2022/2065, Art. 20): who may, until when, who decides, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.access import GUEST, Actor
from consult.core.audit import AuditRow
from consult.core.errors import Conflict, DomainError, Invalid, NotFound, Refused
from consult.moderation import operations
from consult.moderation.models import Decision, SecondLook
from consult.moderation.objecting import complaint_token, complaint_until, read_token
from consult.redress import complaint_queries, complaints, rules
from consult.redress.complaints import Answer
from consult.redress.jobs import remind_of_promises
from consult.redress.models import Complaint
from consult.redress.words import OUTCOMES
from tests.redress.disputes import INSULT, SAID, Disputes, choose

pytestmark = pytest.mark.usefixtures("chain_is_whole")

UPHELD = Answer("uphold", "facts", "Die Zeile stand so nicht da.")
REJECTED = Answer("reject", "confirmed", "Die Zeile setzt eine Firma herab.")


# ---- the address ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("party", "number"), [("author", 1), ("reporter", 2147483647), ("measure", 12)])
def test_art_20_1_the_address_carries_what_it_is_about(app: Any, party: str, number: int) -> None:
    assert app is not None
    assert read_token(complaint_token(party, number)) == (party, number)


def test_nobody_guesses_an_address(app: Any) -> None:
    token = complaint_token("author", 7)
    forged = ["", "d7", "d7-", token[:-1], token + "x", token.replace("d7", "d8"), token.replace("d7", "r7"), "ä" * 30]
    assert [read_token(one) for one in forged] == [None] * len(forged)
    assert read_token(f"d99999999999-{token[3:]}") is None


@pytest.mark.parametrize(
    ("told", "until"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2027, 5, 24, 22, tzinfo=UTC)),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)),
        (datetime(2027, 8, 31, 9, tzinfo=UTC), datetime(2028, 2, 29, 23, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2027, 7, 1, 22, tzinfo=UTC)),  # January in Berlin
    ],
)
def test_art_20_1_six_months_whole_days(told: datetime, until: datetime) -> None:
    assert complaint_until(told) == until


def test_art_20_1_open_at_day_181_closed_after_six_months(disputes: Disputes, clock: Any) -> None:
    first, second = disputes.rejected(), disputes.rejected(title="Noch einer")
    clock.move_to(datetime(2027, 5, 24, 21, 59, tzinfo=UTC))
    assert disputes.complain("author", first.id).status == "received"
    clock.shift(minutes=2)
    with pytest.raises(Conflict, match="24. Mai 2027"):
        disputes.complain("author", second.id)


# ---- who, in which state, does what ---------------------------------------------------------------------------------

# Who may see, take and decide a complaint of the author of a text that the first moderator rejected.
TABLE: dict[str, tuple[bool, bool]] = {
    "visitor": (False, False),
    "participant": (False, False),
    "author": (False, False),
    "editor": (False, False),
    "admin": (False, False),
    "analyst": (False, False),
    "first moderator": (True, False),
    "second moderator": (True, True),
    "moderator of this consultation": (True, True),
    "moderator of another consultation": (False, False),
    "author with the role": (True, False),
    "colleague with the role": (True, False),
    "reporter with the role": (True, False),
}
STATES = ("received", "in_work", "answered")


@pytest.fixture
def actors(cast: Any, make: Any, disputes: Disputes) -> Callable[[str, Any], Actor]:
    """The actor of a row of the table, for a complaint about a text of this consultation."""

    def find(who: str, here: Any) -> Actor:
        plain = {
            "participant": "participant", "author": "owner", "editor": "editor", "admin": "admin", "analyst": "analyst",
            "first moderator": "moderator", "second moderator": "moderator2",
        }  # fmt: skip
        if who == "visitor":
            return GUEST
        if who in plain:
            return cast.actor(getattr(cast, plain[who]))
        if who.startswith("moderator of"):
            place = here if "this" in who else make.consultation()
            return cast.actor(make.person(who, roles=("moderator",), consultation=place))
        person = {"author": cast.owner, "colleague": cast.colleague, "reporter": cast.participant}[who.split()[0]]
        make.grant(person, "moderator")
        return cast.actor(person)

    return find


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", TABLE)
def test_art_20_6_decision_table(
    disputes: Disputes, actors: Any, cast: Any, make: Any, notes: Any, who: str, state: str
) -> None:
    here = make.consultation()
    note = notes.published(author=cast.owner, organisation_id=cast.company.id, consultation_id=here.id)
    report = disputes.report(note, by=cast.participant)
    decision = disputes.restrict(report)
    complaint = disputes.complain("author", decision.id)
    if state == "in_work":
        complaints.take(cast.actor(cast.moderator2), complaint.id)
    if state == "answered":
        complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    actor = actors(who, here)
    sees, decides = TABLE[who]
    assert rules.can_see(actor, complaint) == sees
    for act in (complaints.take, lambda actor, one: complaints.decide(actor, one, REJECTED)):
        expected: type[DomainError] | None = None if decides else Refused
        if decides and complaint.status == "answered":
            expected = Conflict
        if expected is None:
            act(actor, complaint.id)
        else:
            with pytest.raises(expected):
                act(actor, complaint.id)


def test_art_20_6_everybody_of_the_case_took_part(disputes: Disputes, cast: Any, make: Any, notes: Any) -> None:
    """Who hid the text does not decide about its removal by somebody else, nor who looked at it a second time."""
    note = notes.published(author=cast.owner)
    case = operations.look_again(cast.actor(cast.moderator), "note", note.id)
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "hide", **INSULT))
    removed = operations.decide(cast.actor(cast.moderator2), case.id, choose(case, "remove", **INSULT))
    third = make.person("Dritte", roles=("moderator",))
    make.add(SecondLook(decision_id=removed.id, reviewer_id=third.id))
    complaint = disputes.complain("author", removed.id)
    for person in (cast.moderator, cast.moderator2, third):
        with pytest.raises(Refused):
            complaints.decide(cast.actor(person), complaint.id, REJECTED)
    fourth = make.person("Vierter", roles=("moderator",))
    assert complaints.decide(cast.actor(fourth), complaint.id, REJECTED).decided_by == fourth.id


# ---- filing ---------------------------------------------------------------------------------------------------------


def test_the_receipt_names_number_and_promised_day(disputes: Disputes, cast: Any, outbox: Any, run_jobs: Any) -> None:
    assert cast.moderator2
    complaint = disputes.about_rejection()
    assert complaint.number == f"B-2026-{complaint.id:05d}"
    assert complaint.due_at.date() == date(2026, 12, 8)  # ten working days
    receipt = outbox.to(cast.owner, "complaint.receipt")[0]
    assert complaint.number in receipt.subject
    assert "8. Dezember 2026" in receipt.text
    assert complaint_token("author", complaint.decision_id or 0) in receipt.text
    run_jobs()
    told = [mail.subject for mail in outbox.to(cast.moderator2, "complaint.waiting")]
    assert told == [f"Eine Beschwerde wartet auf Sie: {complaint.number}"]
    assert not outbox.to(cast.moderator, "complaint.waiting")  # took part


@pytest.mark.parametrize(("party", "letter"), [("author", "E-"), ("reporter", "M-")])
def test_a_second_complaint_about_the_same_is_refused(disputes: Disputes, party: str, letter: str) -> None:
    number = disputes.rejected().id if party == "author" else disputes.refused().id
    disputes.complain(party, number)
    with pytest.raises(Conflict, match="schon"):
        disputes.complain(party, number)
    assert letter


def test_two_reports_two_complaints(disputes: Disputes, cast: Any, notes: Any, db: Any) -> None:
    first = disputes.refused(by=cast.participant)
    second = disputes.refused(by=cast.stranger)
    assert disputes.complain("reporter", first.id).number != disputes.complain("reporter", second.id).number


@pytest.mark.parametrize("body", ["", "  \n ", "\u200b\u200d", "x" * 5001])
def test_a_complaint_needs_words(disputes: Disputes, body: str) -> None:
    with pytest.raises(Invalid) as raised:
        disputes.complain("author", disputes.rejected().id, body)
    assert set(raised.value.fields) == {"body"}


def test_what_restricts_nothing_or_was_taken_back_needs_no_complaint(
    disputes: Disputes, notes: Any, cast: Any, db: Any
) -> None:
    moderator = cast.actor(cast.moderator)
    case = notes.sent(author=cast.owner)
    published = operations.decide(moderator, case.id, choose(case, "publish"))
    reversed_ = disputes.rejected()
    operations.reverse(moderator, reversed_.id)
    for number in (published.id, reversed_.id):
        with pytest.raises(Conflict):
            disputes.complain("author", number)
    waiting = disputes.report(notes.published(author=cast.owner))
    with pytest.raises(Conflict, match="noch nicht beantwortet"):
        disputes.complain("reporter", waiting.id)
    disputes.restrict(waiting)
    with pytest.raises(Conflict):
        disputes.complain("reporter", waiting.id)  # got what was asked for
    with pytest.raises(NotFound):
        disputes.complain("author", 999_999)


# ---- what an answer does --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("restrict", ["rejected", "removed"])
def test_art_20_4_an_upheld_complaint_restores(
    disputes: Disputes, cast: Any, notes: Any, db: Any, outbox: Any, restrict: str
) -> None:
    decision = getattr(disputes, restrict)()
    complaint = disputes.complain("author", decision.id)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, UPHELD)
    assert notes.all[decision.subject_id].status == "published"
    assert decision.reversed_by == cast.moderator2.id
    new = db.session.get(Decision, complaint.new_decision_id)
    assert (new.outcome, new.overturned_id, new.moderator_id) == ("reinstate", decision.id, cast.moderator2.id)
    assert (complaint.status, complaint.outcome, complaint.in_time) == ("answered", "uphold", True)
    answer = outbox.to(cast.owner, "complaint.answer")[0]
    assert "ist begründet" in answer.text
    assert "Die Zeile stand so nicht da." in answer.text


def test_art_20_5_the_answer_names_reason_human_and_bodies(disputes: Disputes, cast: Any, outbox: Any) -> None:
    complaint = disputes.about_rejection()
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    text = outbox.to(cast.owner, "complaint.answer")[0].text
    for words in (
        "ist nicht begründet", "Die Entscheidung ist richtig", REJECTED.note, "Die Entscheidung bleibt bestehen",
        "Ein Mensch hat entschieden", "Keine Software", "Streitbeilegungsstellen", "www.dsc.bund.de", "Gericht",
    ):  # fmt: skip
        assert words in text, words
    assert complaint.answer["de"].split("\n\n")[0] in text  # stored as sent
    assert complaint.answer["en"].startswith("The complaint is not justified")


def test_art_21_the_bodies_are_a_setting(disputes: Disputes, cast: Any, outbox: Any, app: Any) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, dispute_bodies={"de": "Schlichtungsstelle Musterland, Postfach 1."})
    try:
        complaint = disputes.about_rejection()
        complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    finally:
        app.config["SETTINGS"] = settings
    assert "Schlichtungsstelle Musterland" in outbox.to(cast.owner, "complaint.answer")[0].text


def test_justified_in_part_gives_a_milder_step(disputes: Disputes, cast: Any, notes: Any, db: Any) -> None:
    decision = disputes.removed()
    complaint = disputes.complain("author", decision.id)
    partly = Answer(
        "partly", "proportion", "Ein Satz genügt.", act="redact", act_reason="insult", act_note="Dieser Satz bleibt weg.",
        passage="Er steht an drei Tagen still.",
    )  # fmt: skip
    complaints.decide(cast.actor(cast.moderator2), complaint.id, partly)
    assert notes.all[decision.subject_id].status == "published"
    assert [one.outcome for one in notes.applied] == ["hide", "remove", "reinstate", "redact"]
    new = db.session.get(Decision, complaint.new_decision_id)
    assert (new.outcome, new.passages) == ("redact", [["Er steht an drei Tagen still.", ""]])


def test_a_reader_who_is_right_gets_the_text_decided_anew(
    disputes: Disputes, cast: Any, notes: Any, db: Any, outbox: Any
) -> None:
    report = disputes.refused()
    complaint = disputes.complain("reporter", report.id)
    assert complaints.acts_for(complaint) == ("redact", "hide")
    answer = Answer(
        "uphold", "overlooked", "Die zweite Zeile haben wir übersehen.", act="hide", act_reason="insult",
        act_note="Die zweite Zeile setzt eine Firma herab.",
    )  # fmt: skip
    complaints.decide(cast.actor(cast.moderator2), complaint.id, answer)
    assert notes.all[report.subject_id].status == "hidden"
    told = outbox.to(cast.owner, "moderation.decision")[-1]
    assert "rita" not in told.text.casefold()
    assert "neu entschieden: verborgen" in outbox.to(report.email, "complaint.answer")[0].text


FAULTS: tuple[tuple[Answer, set[str]], ...] = (
    (Answer(""), {"outcome"}),
    (Answer("publish", "facts", "x"), {"outcome"}),
    (Answer("uphold"), {"reason", "note"}),
    (Answer("uphold", "confirmed", "x"), {"reason"}),
    (Answer("reject", "facts", "x"), {"reason"}),
    (Answer("reject", "confirmed", " \u200b"), {"note"}),
    (Answer("reject", "confirmed", "x" * 2001), {"note"}),
    (Answer("uphold", "facts", "x", is_manifest=True), {"is_manifest"}),
    (Answer("partly", "facts", "x"), {"act"}),
    (Answer("partly", "facts", "x", act="publish"), {"act"}),
    (Answer("partly", "facts", "x", act="redact", act_reason="insult"), {"passage"}),
    (Answer("partly", "facts", "x", act="hide"), {"act_reason"}),
)


@pytest.mark.parametrize(("answer", "fields"), FAULTS)
def test_what_an_answer_lacks_is_said_at_its_field(
    disputes: Disputes, cast: Any, answer: Answer, fields: set[str]
) -> None:
    complaint = disputes.complain("author", disputes.removed().id)
    with pytest.raises(Invalid) as raised:
        complaints.decide(cast.actor(cast.moderator2), complaint.id, answer)
    assert set(raised.value.fields) == fields


def test_what_was_hidden_and_then_removed_comes_back(disputes: Disputes, cast: Any, notes: Any, make: Any) -> None:
    """The complaint is about the hiding; by the time of the answer the text was removed by somebody else."""
    note = notes.published(author=cast.owner)
    case = operations.look_again(cast.actor(cast.moderator), "note", note.id)
    hidden = operations.decide(cast.actor(cast.moderator), case.id, choose(case, "hide", **INSULT))
    complaint = disputes.complain("author", hidden.id)
    removed = operations.decide(cast.actor(cast.moderator2), case.id, choose(case, "remove", **INSULT))
    third = make.person("Dritte", roles=("moderator",))
    complaints.decide(cast.actor(third), complaint.id, UPHELD)
    assert note.status == "published"
    assert removed.reversed_by == third.id


def test_what_is_free_again_needs_nothing_more(disputes: Disputes, cast: Any, notes: Any) -> None:
    note = notes.published(author=cast.owner)
    case = operations.look_again(cast.actor(cast.moderator), "note", note.id)
    hidden = operations.decide(cast.actor(cast.moderator), case.id, choose(case, "hide", **INSULT))
    complaint = disputes.complain("author", hidden.id)
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "restore", note="Es war ein Irrtum."))
    complaints.decide(cast.actor(cast.moderator2), complaint.id, UPHELD)
    assert (note.status, complaint.outcome, complaint.new_decision_id) == ("published", "uphold", None)


def test_of_two_who_answer_one_is_told_who_was_faster(disputes: Disputes, cast: Any, make: Any) -> None:
    complaint = disputes.about_rejection()
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    third = make.person("Dritte Moderatorin", roles=("moderator",))
    with pytest.raises(Conflict, match="Max Moderator"):
        complaints.decide(cast.actor(third), complaint.id, UPHELD)
    assert complaint.outcome == "reject"


def test_a_correction_reaches_who_reported(disputes: Disputes, cast: Any, notes: Any, outbox: Any, clock: Any) -> None:
    """The reader was told that the text is gone; after the author's complaint it is back, and the reader hears that."""
    report = disputes.report(notes.published(author=cast.owner))
    decision = disputes.restrict(report)
    clock.shift(days=3)
    complaint = disputes.complain("author", decision.id)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, UPHELD)
    mail = outbox.to(report.email, "report.correction")[0]
    assert "zurückgenommen" in mail.text
    assert report.status == "answered"  # what was said then stays on record
    assert report.answered_at == decision.made_at


def test_promises_are_kept_in_mind(disputes: Disputes, cast: Any, outbox: Any, run_jobs: Any, clock: Any) -> None:
    complaint = disputes.about_rejection()
    people = (cast.moderator2, cast.admin)
    run_jobs()
    clock.move_to(complaint.due_at - timedelta(hours=20))
    for _turn in range(2):
        remind_of_promises({})
        run_jobs()
    assert [len(outbox.to(person, "complaint.due")) for person in people] == [1, 0]
    clock.shift(days=2)
    for _turn in range(2):
        remind_of_promises({})
        run_jobs()
    assert [len(outbox.to(person, "complaint.due")) for person in people] == [2, 1]
    assert not outbox.to(cast.moderator, "complaint.due")
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    assert complaint.in_time is False
    assert list(complaint_queries.due_complaints(clock.now + timedelta(days=9))) == []


def test_where_nobody_is_left_the_office_hears_of_it(disputes: Disputes, cast: Any, outbox: Any, run_jobs: Any) -> None:
    assert cast.admin
    disputes.about_rejection()
    run_jobs()
    assert "Niemand darf" in outbox.to(cast.admin, "complaint.nobody")[0].subject


def test_every_step_is_in_the_log(disputes: Disputes, cast: Any, db: Any) -> None:
    complaint = disputes.about_rejection()
    complaints.take(cast.actor(cast.moderator2), complaint.id)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    db.session.commit()
    events = db.session.execute(select(AuditRow.event).order_by(AuditRow.seq)).scalars().all()
    wanted = ["complaint.received", "complaint.taken", "complaint.answered", "complaint.decided"]
    assert [event for event in events if event.startswith("complaint.")] == wanted
    row = db.session.execute(select(AuditRow).where(AuditRow.event == "complaint.received")).scalar_one()
    assert SAID not in str(row.data)


def test_outcomes_are_those_of_the_law(db: Any) -> None:
    assert OUTCOMES == ("uphold", "partly", "reject")
    assert db.session.execute(select(Complaint)).first() is None
