"""Second looks: drawn by lot, decided blind by somebody else, compared, and what a difference may lead to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.core.errors import NotFound, Refused
from consult.moderation import operations, quality, reasons, second_looks
from consult.moderation.models import Case, Decision, SecondLook
from tests.moderation.kind import Notes
from tests.moderation.test_operations import choose
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

LOOKS = "/de/moderation/second-looks"
SECRET = "Zwei Sätze der ersten Person."


@pytest.fixture
def everything(cast: Any, clock: Any) -> None:
    """Every decision is in the draw's luck."""
    reasons.set_second_look_share(cast.actor(cast.admin), 1.0)


def decided(notes: Notes, cast: Any, outcome: str = "reject", person: Any = None, **values: Any) -> Decision:
    case = notes.sent(**values)
    fields = {} if outcome == "publish" else {"reason": "spam", "note": SECRET}
    return operations.decide(cast.actor(person or cast.moderator), case.id, choose(case, outcome, **fields))


def drawn(db: Any) -> list[SecondLook]:
    second_looks.draw({})
    db.session.commit()
    return list(db.session.execute(select(SecondLook).order_by(SecondLook.id)).scalars())


# ---- the draw -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("everything")
def test_a_decision_is_drawn_once_and_not_before_ten_minutes(notes: Notes, cast: Any, db: Any, clock: Any) -> None:
    decision = decided(notes, cast)
    assert drawn(db) == []
    clock.shift(minutes=11)
    assert [one.decision_id for one in drawn(db)] == [decision.id]
    assert len(drawn(db)) == 1


def test_the_share_is_a_share(notes: Notes, cast: Any, db: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dice:
        def __init__(self) -> None:
            self.thrown = iter([0.04, 0.06, 0.0, 0.99])

        def random(self) -> float:
            return next(self.thrown)

    monkeypatch.setattr(second_looks, "_chance", Dice())
    made = [decided(notes, cast) for _number in range(4)]
    clock.shift(minutes=11)
    assert [one.decision_id for one in drawn(db)] == [made[0].id, made[2].id]


def test_nothing_is_drawn_where_it_is_turned_off(notes: Notes, cast: Any, db: Any, clock: Any) -> None:
    reasons.set_second_look_share(cast.actor(cast.admin), 0.0)
    decided(notes, cast)
    clock.shift(minutes=11)
    assert drawn(db) == []


@pytest.mark.usefixtures("everything")
def test_what_does_not_stand_or_may_not_be_shown_is_left_out(notes: Notes, cast: Any, db: Any, clock: Any) -> None:
    back = decided(notes, cast)
    operations.reverse(cast.actor(cast.moderator), back.id)
    decided(notes, cast, audience="ministry")
    gone = decided(notes, cast)
    del notes.all[gone.subject_id]
    clock.shift(minutes=11)
    assert drawn(db) == []


# ---- the look -------------------------------------------------------------------------------------------------------


@pytest.fixture
def second(client: Any, cast: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.moderator2)


@pytest.mark.usefixtures("everything")
def test_the_second_one_sees_the_text_and_nothing_of_the_first_decision(
    notes: Notes, cast: Any, db: Any, clock: Any, second: Any
) -> None:
    decision = decided(notes, cast, title="Zu prüfen", versions=["Der Text selbst."])
    clock.shift(minutes=11)
    drawn(db)
    assert "1 wartet auf Sie." in second.page(LOOKS).text
    response = second.submit(LOOKS)
    assert response.status_code == 303
    page = second.page(response.location)
    assert "Der Text selbst." in page.text
    assert [box["value"] for box in page.select("input[name=outcome]")] == ["publish", "return", "reject"]
    assert not page.select("input[name=outcome][checked]")
    for told in (SECRET, "Mona Moderator", decision.number, f"/moderation/cases/{decision.case_id}"):
        assert told not in page.source


@pytest.mark.usefixtures("everything")
def test_the_maker_the_author_and_others_get_none(
    notes: Notes, cast: Any, make: Any, db: Any, clock: Any, new_client: Any, sign_in: Any
) -> None:
    make.grant(cast.owner, "moderator")
    make.grant(cast.colleague, "moderator")
    decided(notes, cast, author=cast.owner, organisation_id=cast.company.id)
    clock.shift(minutes=11)
    look = drawn(db)[0]
    elsewhere = make.person(roles=("moderator",), consultation=make.consultation())
    for person in (cast.moderator, cast.owner, cast.colleague, elsewhere):
        browser = sign_in(new_client(), person)
        token = browser.page("/de/moderation/").select("input[name=csrf_token]")[0]["value"]
        taken = browser.post(LOOKS, data={"csrf_token": token})
        assert taken.location.endswith("/second-looks")
        assert browser.get(f"{LOOKS}/{look.id}").status_code == 404
    db.session.expire_all()
    assert db.session.get(SecondLook, look.id).reviewer_id is None


@pytest.mark.usefixtures("everything")
def test_what_one_holds_the_other_does_not_get(notes: Notes, cast: Any, make: Any, db: Any, clock: Any) -> None:
    decided(notes, cast)
    clock.shift(minutes=11)
    drawn(db)
    first, other = cast.actor(cast.moderator2), cast.actor(make.person(roles=("moderator",)))
    look = second_looks.take_next(first)
    assert look is not None
    assert second_looks.take_next(other) is None
    with pytest.raises(NotFound):
        second_looks.make(other, look.id, "reject", "spam", "")
    clock.shift(minutes=21)
    assert second_looks.take_next(other) is look


@pytest.mark.usefixtures("everything")
def test_agreement_is_shown_and_changes_nothing(notes: Notes, cast: Any, db: Any, clock: Any, second: Any) -> None:
    decided(notes, cast)
    clock.shift(minutes=11)
    drawn(db)
    address = second.submit(LOOKS).location
    response = second.submit(address, {"outcome": "reject", "reason": "spam"})
    assert response.status_code == 303
    page = second.page(response.location)
    assert page.h1 == "Beide haben gleich entschieden"
    assert SECRET in page.text
    assert not page.select("main form[method=post]")
    assert notes.all[1].status == "rejected"
    token = second.page("/de/moderation/").select("input[name=csrf_token]")[0]["value"]
    again = second.post(address, data={"csrf_token": token, "outcome": "publish", "reason": "meets-rules"})
    assert again.status_code == 409


@pytest.mark.usefixtures("everything")
def test_a_difference_takes_the_restriction_back_with_a_record_of_its_own(
    notes: Notes, cast: Any, db: Any, clock: Any, second: Any, outbox: Any
) -> None:
    first = decided(notes, cast, author=cast.owner)
    clock.shift(minutes=11)
    drawn(db)
    address = second.submit(LOOKS).location
    second.submit(address, {"outcome": "publish", "reason": "meets-rules", "note": "Für mich in Ordnung."})
    page = second.page(address)
    assert page.h1 == "Sie haben anders entschieden"
    empty = second.submit(address)
    assert empty.status_code == 422
    assert html(empty).select("#note-error")
    assert second.submit(address, {"note": "Der Text hält die Regeln ein."}).status_code == 303
    db.session.expire_all()
    new = db.session.execute(select(Decision).order_by(Decision.id.desc())).scalars().first()
    assert (new.outcome, new.overturned_id, new.moderator_id) == ("reinstate", first.id, cast.moderator2.id)
    assert first.reversed_by == cast.moderator2.id
    assert notes.all[1].status == "published"
    assert notes.applied[-1].overturns == "reject"
    assert "Der Text hält die Regeln ein." in outbox.last(cast.owner).text
    assert "zurückgenommen" in second.page(address).text
    token = second.page("/de/moderation/").select("input[name=csrf_token]")[0]["value"]
    assert second.post(f"{address}/follow", data={"csrf_token": token, "note": "Noch einmal."}).status_code == 403


@pytest.mark.usefixtures("everything")
def test_what_should_not_have_been_published_is_looked_at_again(
    notes: Notes, cast: Any, db: Any, clock: Any, second: Any
) -> None:
    decided(notes, cast, "publish")
    clock.shift(minutes=11)
    drawn(db)
    address = second.submit(LOOKS).location
    second.submit(address, {"outcome": "reject", "reason": "spam"})
    response = second.submit(address)
    assert response.status_code == 303
    case = db.session.execute(select(Case).where(Case.closed_at.is_(None))).scalar_one()
    assert response.location.endswith(f"/moderation/cases/{case.id}")
    assert case.source == "look"


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"outcome": "", "reason": "spam"}, "outcome"),
        ({"outcome": "hide", "reason": "spam"}, "outcome"),
        ({"outcome": "reject", "reason": "meets-rules"}, "reason"),
    ],
)
def test_what_is_missing_is_said(
    notes: Notes, cast: Any, db: Any, clock: Any, second: Any, fields: dict[str, str], error: str
) -> None:
    decided(notes, cast)
    clock.shift(minutes=11)
    drawn(db)
    address = second.submit(LOOKS).location
    response = second.submit(address, {**fields, "note": "Bleibt stehen"})
    assert response.status_code == 422
    assert html(response).select(f"#{error}-error")
    assert html(response).form("main form[method=post]")["note"].strip() == "Bleibt stehen"


@pytest.mark.usefixtures("everything")
def test_a_decision_that_was_taken_back_meanwhile_is_no_longer_asked_about(
    notes: Notes, cast: Any, make: Any, db: Any, clock: Any
) -> None:
    decision = decided(notes, cast)
    clock.shift(minutes=11)
    drawn(db)
    third = cast.actor(make.person(roles=("moderator",)))
    operations.overturn_decision(third, decision.id, "", "Wir lagen falsch.")
    assert second_looks.take_next(cast.actor(cast.moderator2)) is None


def test_whoever_made_the_decision_never_takes_it_back_this_way(notes: Notes, cast: Any) -> None:
    decision = decided(notes, cast)
    with pytest.raises(Refused):
        operations.overturn_decision(cast.actor(cast.moderator), decision.id, "", "Wir lagen falsch.")


def test_decided_again_by_somebody_else(notes: Notes, cast: Any) -> None:
    note = notes.published("Blieb stehen")
    case = notes.open(note, source="look")
    left = operations.decide(cast.actor(cast.moderator), case.id, choose(case, "publish"))
    choice = operations.Choice("hide", reason="insult", note="Doch eine Beleidigung.")
    with pytest.raises(Refused):
        operations.decide_again(cast.actor(cast.moderator), left.id, choice)
    new = operations.decide_again(cast.actor(cast.moderator2), left.id, choice)
    assert (note.status, new.outcome, new.overturned_id) == ("hidden", "hide", left.id)


# ---- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 0.4),  # a textbook's example
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "a")] * 7, None),
        ([], None),
    ],
)
def test_kappa(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    found = quality.cohen(pairs)
    assert found == (pytest.approx(kappa) if kappa is not None else None)


@pytest.mark.usefixtures("everything")
def test_the_quality_page_counts_what_was_decided_twice(
    notes: Notes, cast: Any, db: Any, clock: Any, second: Any, app: Any
) -> None:
    assert "keine Zweitprüfung" in second.page("/de/moderation/quality").text
    for number in range(4):
        decided(notes, cast, "publish" if number % 2 else "reject", title=f"Text {number}")
    clock.shift(minutes=11)
    drawn(db)
    for outcome in ("reject", "publish", "publish"):
        address = second.submit(LOOKS).location
        second.submit(address, {"outcome": outcome, "reason": "spam" if outcome == "reject" else "meets-rules"})
    with count_queries(app) as found:
        page = second.page("/de/moderation/quality")
    found.at_most(10)
    assert "67 %" in page.text
    assert "0,40" in page.text
    assert "100 %" in page.text
    assert page.select("table")
    assert second.page("/de/moderation/quality?days=365").h1 == "Güte der Moderation"


def test_figures_of_decisions_that_did_not_stand(notes: Notes, cast: Any, clock: Any) -> None:
    first, second, _third = (decided(notes, cast, title=f"Text {number}") for number in range(3))
    operations.reverse(cast.actor(cast.moderator), first.id)
    operations.overturn_decision(cast.actor(cast.moderator2), second.id, "", "Falsch.")
    figures = quality.quality(cast.actor(cast.moderator), 90)
    assert (figures.decisions, figures.taken_back, figures.overturned, figures.in_time) == (3, 1, 1, 3)
