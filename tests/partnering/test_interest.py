"""Interest: the three answers, acceptance and refusal, contacts that both open, outcomes, figures, reminders, erasure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.core.audit import AuditRow, verify
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid
from consult.core.jobs import schedule_periodic
from consult.core.registry import registries
from consult.core.vocabularies import vocabulary
from consult.links.models import Link
from consult.notifications.models import Notice
from consult.partnering import figures, interests, operations, rules
from consult.partnering.models import Offer, OfferInterest
from tests.partnering.conftest import Market
from tests.support.factories import actor
from tests.support.mail import paths

ANSWERS = {
    "wants": "Zwei Prüftage.", "brings": "Zehn Muster.", "when_how": "Im März.", "contact": "Paula, 0361 000", "behalf": "",
}  # fmt: skip


def _one() -> OfferInterest:
    return db.session.execute(select(OfferInterest)).scalar_one()


def test_from_interest_to_contact_to_outcome(
    new_client: Any, sign_in: Any, market: Market, cast: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer()
    db.session.commit()
    asker, side = sign_in(new_client(), cast.outsider), sign_in(new_client(), cast.colleague)
    address = f"/de/partners/{offer.slug}"
    link = next(one for one in asker.page(address).links("main a") if one.endswith("/interest"))
    sent = {**ANSWERS, "behalf": f"organisation/{cast.other_company.id}"}
    response = asker.submit(link, sent, form="main form[method=post]")
    page = response.location
    assert response.status_code == 303
    run_jobs()
    mail = outbox.last(cast.owner)
    assert "Jemand hat Interesse an »Lasermesstechnik«" in mail.subject
    assert page in paths(mail)
    shown = side.page(page)
    assert "Lichtbau Nordsee" in shown.text  # on whose behalf, as the asker chose
    assert "0361 000" not in shown.text
    for form, fields in (("accept", {"contact": "Olga, 0361 999", "note": "Gern."}),):
        assert side.submit(page, fields, form=f"main form[action$='/{form}']").status_code == 303
    run_jobs()
    assert "wurde angenommen" in outbox.last(cast.outsider).subject
    assert "0361 999" not in asker.page(page).text
    assert asker.submit(page, form="main form[action$='/share']").status_code == 303
    for client in (asker, side):
        words = client.page(page).text
        assert "0361 000" in words
        assert "0361 999" in words
    run_jobs()
    assert "Der Kontakt zu »Lasermesstechnik« ist offen" in outbox.last(cast.owner).subject
    outcome = {"outcome": "project", "link": "y"}
    assert side.submit(page, outcome, form="main form[action$='/outcome']").status_code == 303
    assert (_one().status, _one().outcome) == ("concluded", "project")
    partnership = db.session.execute(select(Link)).scalar_one()
    assert (partnership.type, partnership.status) == ("partner_of", "proposed")
    assert "Gemeinsames Projekt" in asker.page(page).text
    assert not list(verify())


@pytest.mark.parametrize("missing", ["wants", "brings", "when_how", "contact"])
def test_all_answers_are_needed_and_nothing_is_lost(
    missing: str, client: Any, sign_in: Any, market: Market, cast: Any
) -> None:
    offer = market.offer()
    db.session.commit()
    sign_in(client, cast.participant)
    sent = {**ANSWERS, missing: ""}
    response = client.submit(f"/de/partners/{offer.slug}/interest", sent, form="main form[method=post]")
    assert response.status_code == 422
    shown = response.get_data(as_text=True)
    assert all(words in shown for name, words in ANSWERS.items() if name != missing)
    assert not db.session.execute(select(OfferInterest)).first()


def test_interest_in_nothing(client: Any, sign_in: Any, market: Market, cast: Any, make: Any) -> None:
    """Own offers, offers that are gone, foreign names, unknown numbers."""
    offer = market.offer()
    gone = market.offer("Weg", status="withdrawn")
    db.session.commit()
    sign_in(client, cast.colleague)
    assert client.get(f"/de/partners/{offer.slug}/interest").status_code == 403
    assert client.get("/de/partners/interests/77").status_code == 404
    sign_in(client, cast.participant)
    assert client.get(f"/de/partners/{gone.slug}/interest").status_code == 404
    wrong = client.submit(
        f"/de/partners/{offer.slug}/interest", {**ANSWERS, "behalf": f"organisation/{cast.company.id}"},
        form="main form[method=post]",
    )  # fmt: skip
    assert wrong.status_code == 422


def test_gone_between_opening_and_sending(client: Any, sign_in: Any, market: Market, cast: Any) -> None:
    offer = market.offer()
    db.session.commit()
    sign_in(client, cast.participant)
    page = client.page(f"/de/partners/{offer.slug}/interest")
    fields = {**page.form_values(page.select("main form[method=post]")[0]), **ANSWERS}
    offer.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    response = client.post(f"/de/partners/{offer.slug}/interest", data=fields)
    assert response.status_code in (404, 409)
    with pytest.raises(Conflict):
        market.interest(db.session.get_one(Offer, offer.id))


def test_shown_twice_it_is_one(
    client: Any, sign_in: Any, market: Market, cast: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer()
    first = market.interest(offer)
    assert market.interest(offer).id == first.id
    db.session.commit()
    run_jobs()
    assert len([mail for mail in outbox.to(cast.owner) if "Interesse" in mail.subject]) == 1
    sign_in(client, cast.participant)
    assert client.get(f"/de/partners/{offer.slug}/interest").location.endswith(f"/interests/{first.id}")
    interests.take_back(actor(cast.participant), first.id)
    assert market.interest(offer).id != first.id  # one may change one's mind twice


def test_the_database_keeps_one_live_interest(market: Market) -> None:
    """Two windows at the same moment: the rule of the database decides, and the second gets the first one's."""
    interest = market.interest(market.offer())
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(OfferInterest(offer_id=interest.offer_id, person_id=interest.person_id))
        db.session.flush()


def test_two_of_the_side_answer_at_the_same_moment(new_client: Any, sign_in: Any, market: Market, cast: Any) -> None:
    interest = market.interest(market.offer())
    db.session.commit()
    page = f"/de/partners/interests/{interest.id}"
    one, two = sign_in(new_client(), cast.owner), sign_in(new_client(), cast.colleague)
    late = two.page(page)
    form = late.select("main form[action$='/decline']")[0]
    fields = {**late.form_values(form), "reason": "capacity", "note": "Unser langer Satz dazu."}
    assert one.submit(page, {"contact": "Olga"}, form="main form[action$='/accept']").status_code == 303
    response = two.post(f"{page}/decline", data=fields)
    assert response.status_code == 409
    words = response.get_data(as_text=True)
    assert "Unser langer Satz dazu." in words
    assert "hat inzwischen jemand geantwortet" in words
    assert _one().status == "accepted"


def test_declining_needs_a_reason_and_a_sentence(
    client: Any, sign_in: Any, market: Market, cast: Any, run_jobs: Any
) -> None:
    interest = market.interest(market.offer(), share=True)
    db.session.commit()
    page = f"/de/partners/interests/{interest.id}"
    sign_in(client, cast.owner)
    for fields in (
        {"reason": "", "note": "Nein."},
        {"reason": "topic", "note": ""},
        {"reason": "mood", "note": "Nein."},
    ):
        response = client.submit(page, fields, form="main form[action$='/decline']")
        assert response.status_code == 422
        assert not fields["note"] or fields["note"] in response.get_data(as_text=True)
    answer = {"reason": "found", "note": "Wir sind fündig geworden."}
    done = client.submit(page, answer, form="main form[action$='/decline']")
    assert done.status_code == 303
    words = sign_in(client, cast.participant).page(page).text
    assert "Schon einen Partner gefunden" in words
    assert "Wir sind fündig geworden." in words
    assert "Olga" not in words
    with pytest.raises(Invalid):
        interests.accept(actor(cast.owner), market.interest(market.offer("Zweites")).id, contact="")


def test_strangers_see_no_interest(new_client: Any, sign_in: Any, market: Market, cast: Any) -> None:
    interest = market.interest(market.offer())
    db.session.commit()
    page = f"/de/partners/interests/{interest.id}"
    for person in (cast.outsider, cast.moderator, cast.editor, cast.admin):
        stranger = sign_in(new_client(), person)
        assert stranger.get(page).status_code == 404
        token = stranger.page("/de/me/").select("input[name=csrf_token]")[0]["value"]
        for act in ("accept", "decline", "share", "withdraw", "outcome"):
            sent = {"csrf_token": token, "contact": "x", "reason": "topic", "note": "x", "outcome": "talks"}
            assert stranger.post(f"{page}/{act}", data=sent).status_code == 404, (person.name, act)
    assert "/account/sign-in" in new_client().get(page).location
    assert _one().status == "asked"


def test_who_showed_interest_ends_with_the_offer(market: Market, cast: Any, run_jobs: Any, outbox: Any) -> None:
    offer = market.offer()
    waiting, accepted = market.interest(offer), market.interest(offer, cast.outsider)
    interests.accept(actor(cast.owner), accepted.id, contact="Olga")
    operations.withdraw_offer(actor(cast.owner), offer.id)
    db.session.commit()
    run_jobs()
    assert (waiting.status, accepted.status) == ("lapsed", "accepted")
    assert "ist nicht mehr offen" in outbox.last(cast.participant).subject


# ---- reminders ------------------------------------------------------------------------------------------------------


def test_reminders_come_once(market: Market, cast: Any, clock: Any, run_jobs: Any) -> None:
    offer = market.offer()
    waiting, accepted = market.interest(offer), market.interest(offer, cast.outsider)
    interests.accept(actor(cast.owner), accepted.id, contact="Olga")
    db.session.commit()

    def kinds() -> list[tuple[str, int]]:
        schedule_periodic()
        run_jobs()
        reminders = ("partnering.answer_due", "partnering.outcome_due")
        rows = db.session.execute(select(Notice).where(Notice.kind.in_(reminders)))
        return sorted((one.kind, one.person_id) for one in rows.scalars())

    clock.shift(days=6)
    assert kinds() == []
    clock.shift(days=2)
    due = [("partnering.answer_due", cast.owner.id)]
    assert kinds() == due
    clock.shift(days=60)
    both = sorted([*due, ("partnering.outcome_due", cast.owner.id), ("partnering.outcome_due", cast.outsider.id)])
    assert kinds() == both
    clock.shift(days=60)
    assert kinds() == both
    assert waiting.status == "asked"


def test_returned_texts_are_closed_after_a_month(market: Market, cast: Any, clock: Any, run_jobs: Any) -> None:
    offer = market.offer(status="returned")
    db.session.commit()
    clock.shift(days=29)
    schedule_periodic()
    run_jobs()
    assert offer.status == "returned"
    clock.shift(days=2)
    schedule_periodic()
    run_jobs()
    assert db.session.get_one(Offer, offer.id).status == "closed"
    notice = db.session.execute(select(Notice).where(Notice.kind == "partnering.closed")).scalar_one()
    assert notice.person_id == cast.owner.id


# ---- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ({}, [0, 0, 0], 0),
        ({"a": 3}, [None, 0, 0], None),
        ({"a": 5}, [5, 0, 0], 5),
        ({"a": 4, "b": 20}, [None, 20, 0], None),
        ({"a": 5, "b": 6, "c": 7}, [5, 6, 7], 18),
    ],
)
def test_small_numbers_are_not_told(counts: dict[str, int], shown: list[Any], total: Any) -> None:
    found, together = figures.careful(counts, ["a", "b", "c"])
    assert (list(found.values()), together) == (shown, total)


def test_the_figures_count_reasons_and_outcomes(market: Market, make: Any, cast: Any, client: Any) -> None:
    offer = market.offer()
    side = actor(cast.owner)
    for number in range(8):
        interest = market.interest(offer, make.person())
        if number < 5:
            interests.decline(side, interest.id, reason="capacity", note="Nein.")
        else:
            interests.accept(side, interest.id, contact="Olga")
            interests.conclude(side, interest.id, "talks")
    db.session.commit()
    page = client.page("/de/partners/figures")
    rows = {row.select_one("th").get_text(): row.select_one("td").get_text() for row in page.select("tbody tr")}
    assert rows["Derzeit keine Kapazität"] == "5"
    assert rows["Gespräche laufen"] == "weniger als 5"
    assert rows["Gemeinsames Projekt"] == "0"
    assert len(rows) >= len(vocabulary("interest_decline_reasons")) + len(vocabulary("interest_outcomes"))
    totals = [row.select_one("td").get_text() for row in page.select("tbody tr:last-child")]
    assert totals == ["1", "nicht angegeben", "5", "nicht angegeben"]


# ---- people's data --------------------------------------------------------------------------------------------------


def test_taken_out_and_erased(market: Market, cast: Any, client: Any) -> None:
    offer = market.offer()
    open_one = market.interest(offer)
    done = market.interest(market.offer("Zweites"), contact="Paula, 0361 777")
    interests.accept(actor(cast.owner), done.id, contact="Olga, 0361 999")
    interests.conclude(actor(cast.owner), done.id, "talks")
    db.session.commit()
    data = registries.personal_data["partnering"]
    mine, theirs = data.export(cast.participant.id), data.export(cast.owner.id)
    assert [one["contact"] for one in mine["interest"]] == [open_one.contact, "Paula, 0361 777"]
    assert [one["offer"] for one in theirs["offers"]][0] == offer.slug
    assert theirs["answers"][0]["contact"] == "Olga, 0361 999"
    assert "0361 999" not in json.dumps(mine)
    data.erase(cast.participant.id)
    data.erase(cast.owner.id)
    db.session.commit()
    left = db.session.execute(select(OfferInterest).order_by(OfferInterest.id)).scalars().all()
    assert [(one.status, one.outcome) for one in left] == [("withdrawn", ""), ("concluded", "talks")]
    for one in left:
        assert (one.person_id, one.wants, one.contact, one.answer_contact, one.answered_by) == (None, "", "", "", None)
    assert db.session.get_one(Offer, offer.id).author_id is None
    assert "Feinwerk Saaletal" in client.page(f"/de/partners/{offer.slug}").text  # it belongs to the company
    assert not list(verify())


def test_words_are_forgotten_a_year_after_the_end(market: Market, cast: Any, clock: Any, run_jobs: Any) -> None:
    interest = market.interest(market.offer())
    interests.decline(actor(cast.owner), interest.id, reason="topic", note="Passt nicht.")
    db.session.commit()
    for days, kept in ((364, True), (2, False)):
        clock.shift(days=days)
        schedule_periodic()
        run_jobs()
        db.session.expire_all()
        assert bool(_one().wants) is kept
    assert (_one().status, _one().reason) == ("declined", "topic")
    assert timedelta(days=365) == rules.KEEP_TEXTS


def test_who_has_left_is_followed_by_those_who_speak_for_the_owner(
    market: Market, cast: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer()
    assert cast.colleague.email
    registries.personal_data["partnering"].erase(cast.owner.id)
    market.interest(offer)
    db.session.commit()
    run_jobs()
    assert "Jemand hat Interesse" in outbox.last(cast.colleague).subject


def test_what_happened_stands_in_the_log_without_words(market: Market, cast: Any) -> None:
    interest = market.interest(market.offer())
    interests.decline(actor(cast.owner), interest.id, reason="topic", note="Geheimer Satz.")
    db.session.commit()
    rows = db.session.execute(select(AuditRow)).scalars().all()
    events = {row.event for row in rows}
    assert {"offer.sent", "offer.published", "interest.shown", "interest.declined"} <= events
    assert "Geheimer Satz" not in json.dumps([row.data for row in rows])
