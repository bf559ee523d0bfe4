"""Moderation of offers: versions that wait, what each decision does, and how it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.registry import Verdict
from consult.moderation.operations import Choice, overturn_decision, reverse
from consult.moderation.operations import decide as carry_out
from consult.moderation.queries import last_decision, waiting_case
from consult.partnering import decisions, operations
from consult.partnering.models import Offer, OfferVersion
from tests.partnering.conftest import Market, text
from tests.partnering.test_rules import decide
from tests.support.factories import actor


def _change(cast: Any, offer: Offer, title: str = "Neuer Titel", **changes: Any) -> None:
    newest = operations.newest_version(offer.id)
    operations.change_offer(actor(cast.owner), offer.id, text(offer.owner, title, **changes), newest.id)


def _title(client: Any, offer: Offer) -> str:
    return client.page(f"/de/partners/{offer.slug}").one("h1").get_text()


def _states(offer: Offer) -> list[str]:
    rows = db.session.query(OfferVersion).filter_by(offer_id=offer.id).order_by(OfferVersion.number)
    return [row.state for row in rows]


def test_a_newer_text_waits_while_the_old_one_stays(market: Market, cast: Any, client: Any, outbox: Any) -> None:
    offer = market.offer("Alter Titel")
    _change(cast, offer, category="infrastructure")
    assert _title(client, offer) == "Alter Titel"
    assert "Gemeinsame Infrastruktur" not in client.page("/de/partners/").one(".c-list").get_text()
    market.decide(offer, "publish")
    db.session.commit()
    assert _title(client, offer) == "Neuer Titel"
    assert "Gemeinsame Infrastruktur" in client.page("/de/partners/").one(".c-list").get_text()
    assert _states(offer) == ["superseded", "current"]
    assert len(outbox.to(cast.owner, "moderation.decision")) == 2


@pytest.mark.parametrize("outcome", ["return", "reject"])
def test_a_newer_text_that_is_refused_leaves_the_old_one(outcome: str, market: Market, cast: Any, client: Any) -> None:
    offer = market.offer("Alter Titel")
    _change(cast, offer)
    market.decide(offer, outcome)
    db.session.commit()
    assert (_title(client, offer), offer.status) == ("Alter Titel", "published")
    assert _states(offer)[1] == {"return": "returned", "reject": "rejected"}[outcome]


def test_the_term_begins_with_publication_and_not_with_a_newer_text(market: Market, cast: Any, clock: Any) -> None:
    offer = market.offer(months=3)
    first = offer.expires_at
    clock.shift(days=10)
    _change(cast, offer, months=3)
    market.decide(offer, "publish")
    assert offer.expires_at == first


def test_a_version_overtaken_is_not_decided_about(market: Market, cast: Any) -> None:
    """The moderator had the first text on the screen when the second one came."""
    offer = market.offer(status="submitted")
    case = waiting_case("offer", offer.id)
    assert case is not None
    seen = str(case.version_id)
    _change(cast, offer)
    with pytest.raises(Conflict):
        carry_out(actor(cast.moderator), case.id, Choice("publish", version=seen))
    assert offer.status == "submitted"


def test_two_of_one_side_at_the_same_moment(market: Market, cast: Any) -> None:
    offer = market.offer()
    seen = operations.newest_version(offer.id).id
    operations.change_offer(actor(cast.owner), offer.id, text(offer.owner, "Erste"), seen)
    with pytest.raises(Conflict):
        operations.change_offer(actor(cast.colleague), offer.id, text(offer.owner, "Zweite"), seen)
    assert operations.newest_version(offer.id).title == {"de": "Erste"}


# ---- blacking out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["submitted", "published"])
def test_blacked_out_passages_are_read_by_nobody(status: str, market: Market, cast: Any, client: Any) -> None:
    offer = market.offer(status=status, body="Rufen Sie Frau Beispiel an, sie misst mit Licht.")
    decide(market, offer, "redact", cast.moderator, (("Frau Beispiel", "keine Namen"),))
    db.session.commit()
    page = client.page(f"/de/partners/{offer.slug}").text
    assert "Frau Beispiel" not in page
    assert decisions.BAR in page
    for outlet in ("/de/partners/", "/de/search?q=Licht", f"/api/v1/offers/{offer.slug}", "/api/v1/offers"):
        assert "Frau Beispiel" not in client.get(outlet).get_data(as_text=True), outlet
    # the next text of the side begins with the bars, not with what was taken out
    assert decisions.BAR in operations.newest_version(offer.id).body["de"]


def test_a_passage_that_is_not_there_is_no_redaction(market: Market, cast: Any) -> None:
    offer = market.offer()
    verdict = Verdict("redact", "personal-data", "Ein Satz.", (("steht nicht da", ""),), 1, 1, offer.public_version_id)
    with pytest.raises(Conflict):
        decisions.apply(actor(cast.moderator), offer.id, verdict)


# ---- taking back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["publish", "return", "reject", "redact"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_decision_about_a_version_is_taken_back(outcome: str, beside: bool, market: Market, cast: Any) -> None:
    offer = market.offer("Erster", status="published" if beside else "submitted")
    if beside:
        _change(cast, offer, "Zweiter")
    before = (offer.status, offer.title, offer.waiting_version_id, offer.public_version_id)
    decide(
        market, offer, outcome, cast.moderator, (("Licht", "bitte ohne"),) if outcome in ("redact", "return") else ()
    )
    assert offer.waiting_version_id is None
    db.session.commit()
    _reverse_last(offer, cast)
    assert (offer.status, offer.title, offer.waiting_version_id, offer.public_version_id) == before
    assert waiting_case("offer", offer.id) is not None
    if not beside:
        assert (offer.published_at, offer.expires_at) == (None, None)
    market.decide(offer, "publish")
    assert offer.title == {"de": "Zweiter" if beside else "Erster"}


def _reverse_last(offer: Offer, cast: Any) -> None:
    decision = last_decision("offer", offer.id)
    assert decision is not None
    reverse(actor(cast.moderator), decision.id)
    db.session.commit()


def test_a_public_redaction_is_taken_back(market: Market, cast: Any, client: Any) -> None:
    offer = market.offer()
    before = offer.public_version_id
    decide(market, offer, "redact", cast.moderator, (("Licht", "bitte ohne"),))
    assert offer.public_version_id != before
    _reverse_last(offer, cast)
    assert offer.public_version_id == before
    assert "Licht" in client.page(f"/de/partners/{offer.slug}").text


@pytest.mark.parametrize("last_word", ["restore", "remove"])
def test_hidden_then_a_last_word(last_word: str, market: Market, cast: Any, client: Any, run_jobs: Any) -> None:
    offer = market.offer("Alter Titel")
    _change(cast, offer)
    decide(market, offer, "hide", cast.moderator)
    db.session.commit()
    assert client.get(f"/de/partners/{offer.slug}").status_code == 410
    assert client.get(f"/api/v1/offers/{offer.slug}").status_code == 410
    assert waiting_case("offer", offer.id) is not None  # hiding is not the last word
    market.decide(offer, last_word)
    db.session.commit()
    run_jobs()
    if last_word == "remove":
        assert client.get(f"/de/partners/{offer.slug}").status_code == 410
        assert waiting_case("offer", offer.id) is None
        _reverse_last(offer, cast)
        assert offer.status == "hidden"
    else:
        assert _title(client, offer) == "Alter Titel"
        case = waiting_case("offer", offer.id)  # the newer text was set aside and waits again
        assert case is not None
        assert case.version_id == offer.waiting_version_id is not None


def test_hiding_is_taken_back_with_what_waited(market: Market, cast: Any) -> None:
    offer = market.offer()
    _change(cast, offer)
    waiting = offer.waiting_version_id
    decide(market, offer, "hide", cast.moderator)
    assert offer.waiting_version_id is None
    db.session.commit()
    _reverse_last(offer, cast)
    assert (offer.status, offer.waiting_version_id) == ("published", waiting)


@pytest.mark.parametrize("overturned", ["reject", "return", "hide", "remove", "redact"])
def test_an_upheld_complaint_brings_it_back(
    overturned: str, market: Market, cast: Any, client: Any, outbox: Any
) -> None:
    status = "submitted" if overturned in ("reject", "return") else "published"
    offer = market.offer(status=status)
    if overturned == "remove":
        decide(market, offer, "hide", cast.moderator)
    decide(market, offer, overturned, cast.moderator, (("Licht", ""),) if overturned in ("redact", "return") else ())
    decision = last_decision("offer", offer.id)
    assert decision is not None
    overturn_decision(actor(cast.moderator2), decision.id, "meets-rules", "Die Beschwerde trifft zu.")
    db.session.commit()
    assert offer.is_public
    assert "Licht" in client.page(f"/de/partners/{offer.slug}").text
    assert "Die Beschwerde trifft zu." in outbox.last(cast.owner).text


# ---- what moderators read -------------------------------------------------------------------------------------------


def test_moderators_see_the_owner_of_an_anonymous_offer(market: Market, cast: Any, client: Any, sign_in: Any) -> None:
    offer = market.offer("Ohne Namen", status="submitted", anonymous=True)
    db.session.commit()
    case = waiting_case("offer", offer.id)
    assert case is not None
    page = sign_in(client, cast.moderator).page(f"/de/moderation/cases/{case.id}").text
    assert "Feinwerk Saaletal" in page
    assert "Ohne Namen" in page
    review = decisions.review(offer.id, None)
    assert review.organisation == "Feinwerk Saaletal"
    assert review.outcomes == ("publish", "return", "redact", "reject")
    assert [part.name for part in review.parts] == ["title-de", "body-de"]


def test_the_returned_passages_stand_beside_the_form(market: Market, cast: Any, client: Any, sign_in: Any) -> None:
    offer = market.offer(status="submitted")
    decide(market, offer, "return", cast.moderator, (("Licht", "Bitte die Wellenlänge nennen."),))
    db.session.commit()
    page = sign_in(client, cast.colleague).page(f"/de/partners/{offer.slug}/edit").text
    assert "Bitte die Wellenlänge nennen." in page
    _change(cast, offer)
    assert offer.status == "submitted"
