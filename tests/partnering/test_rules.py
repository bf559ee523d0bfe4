"""The policy: decision tables of offers and of interest, state by state, act by act, actor by actor."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts.models import Person
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Refused
from consult.moderation import operations as moderation
from consult.moderation.queries import waiting_case
from consult.partnering import interests, merging, operations, rules
from consult.partnering.models import Offer, OfferInterest
from tests.partnering.conftest import Market, text
from tests.support.factories import actor

STATES = ("submitted", "published", "returned", "rejected", "closed", "withdrawn", "expired", "hidden", "removed")
ACTS = ("change", "withdraw", "renew", "ask", "publish", "return", "reject", "redact", "hide", "restore", "remove")
ACTORS = ("author", "colleague", "outsider", "participant", "moderator", "editor", "admin")
SIDE, OTHERS, MODERATION = (
    {"author", "colleague"},
    {"outsider", "participant", "moderator", "editor", "admin"},
    {"moderator"},
)

# (state, act) -> (who may, state after). All other combinations are refused and change nothing.
OFFERS = {
    ("submitted", "change"): (SIDE, "submitted"),
    ("returned", "change"): (SIDE, "submitted"),
    ("published", "change"): (SIDE, "published"),
    ("expired", "change"): (SIDE, "expired"),
    ("submitted", "withdraw"): (SIDE, "withdrawn"),
    ("returned", "withdraw"): (SIDE, "withdrawn"),
    ("published", "withdraw"): (SIDE, "withdrawn"),
    ("expired", "withdraw"): (SIDE, "withdrawn"),
    ("hidden", "withdraw"): (SIDE, "withdrawn"),
    ("withdrawn", "withdraw"): (SIDE, "withdrawn"),  # twice changes nothing and is no error
    ("expired", "renew"): (SIDE, "published"),
    ("published", "renew"): (SIDE, "published"),  # on its first day it runs for a whole term already
    ("published", "ask"): (OTHERS, "published"),
    ("submitted", "publish"): (MODERATION, "published"),
    ("submitted", "return"): (MODERATION, "returned"),
    ("submitted", "reject"): (MODERATION, "rejected"),
    ("submitted", "redact"): (MODERATION, "published"),
    ("published", "publish"): (MODERATION, "published"),  # a look that leaves it as it is
    ("published", "redact"): (MODERATION, "published"),
    ("published", "hide"): (MODERATION, "hidden"),
    ("expired", "hide"): (MODERATION, "hidden"),
    ("hidden", "restore"): (MODERATION, "published"),
    ("hidden", "remove"): (MODERATION, "removed"),
}


@pytest.fixture
def people(cast: Any) -> dict[str, Person]:
    return {
        "author": cast.owner, "colleague": cast.colleague, "outsider": cast.outsider, "participant": cast.participant,
        "moderator": cast.moderator, "editor": cast.editor, "admin": cast.admin,
    }  # fmt: skip


def _do(name: str, who: Person, offer: Offer, market: Market) -> None:
    by = actor(who)
    if name == "change":
        newest = operations.newest_version(offer.id)
        operations.change_offer(by, offer.id, text(offer.owner, "Neuer Titel"), newest.id)
    elif name == "withdraw":
        operations.withdraw_offer(by, offer.id)
    elif name == "renew":
        operations.renew_offer(by, offer.id)
    elif name == "ask":
        market.interest(offer, who)
    else:
        passages = (("Licht", "bitte ohne"),) if name in ("redact", "return") else ()
        decide(market, offer, name, who, passages)


def decide(market: Market, offer: Offer, outcome: str, who: Person, passages: Any = ()) -> None:
    """The decision on the case that waits, else on one that this moderator opens."""
    by = actor(who)
    case = waiting_case("offer", offer.id) or moderation.look_again(by, "offer", offer.id)
    version = "" if case.version_id is None else str(case.version_id)
    choice = moderation.Choice(outcome, "unreadable" if outcome != "publish" else "", "Ein Satz.", passages, version)
    moderation.decide(by, case.id, choice)


@pytest.mark.parametrize("status", STATES)
def test_who_may_do_what_to_an_offer(status: str, market: Market, people: dict[str, Person]) -> None:
    """Each combination on an offer of its own, undone afterwards, so that a refusal is seen to change nothing."""
    offer = market.offer(status=status)
    assert offer.status == status
    db.session.commit()
    number = offer.id
    for act in ACTS:
        for name, who in people.items():
            who_may, after = OFFERS.get((status, act), (set(), status))
            with db.session.begin_nested() as step:
                offer = db.session.get_one(Offer, number)
                if name in who_may:
                    _do(act, who, offer, market)
                    assert offer.status == after, (status, act, name)
                else:
                    with pytest.raises(DomainError):
                        _do(act, who, offer, market)
                step.rollback()
            db.session.expire_all()
            assert db.session.get_one(Offer, number).status == status, (status, act, name)


INTEREST_STATES = ("asked", "accepted", "declined", "withdrawn", "concluded", "lapsed")
INTEREST_ACTS = ("accept", "decline", "share", "take_back", "conclude")
INTEREST_ACTORS = ("interested", "author", "colleague", "outsider", "moderator")
BOTH = {"interested", "author", "colleague"}

INTERESTS = {
    ("asked", "accept"): (SIDE, "accepted"),
    ("asked", "decline"): (SIDE, "declined"),
    ("asked", "share"): ({"interested"}, "asked"),
    ("asked", "take_back"): ({"interested"}, "withdrawn"),
    ("accepted", "share"): ({"interested"}, "accepted"),
    ("accepted", "take_back"): ({"interested"}, "withdrawn"),
    ("accepted", "conclude"): (BOTH, "concluded"),
    ("concluded", "conclude"): (BOTH, "concluded"),
    ("concluded", "share"): ({"interested"}, "concluded"),
    ("withdrawn", "take_back"): ({"interested"}, "withdrawn"),
}


def _bring(interest: OfferInterest, status: str, people: dict[str, Person]) -> None:
    side, asker = actor(people["author"]), actor(people["interested"])
    if status in ("accepted", "concluded"):
        interests.accept(side, interest.id, contact="Olga")
    if status == "concluded":
        interests.conclude(side, interest.id, "talks")
    elif status == "declined":
        interests.decline(side, interest.id, reason="topic", note="Passt nicht.")
    elif status == "withdrawn":
        interests.take_back(asker, interest.id)
    elif status == "lapsed":
        interests.lapse_of(interest.offer_id)


def _act(name: str, who: Person, interest_id: int) -> None:
    by = actor(who)
    if name == "accept":
        interests.accept(by, interest_id, contact="Olga, 0361")
    elif name == "decline":
        interests.decline(by, interest_id, reason="timing", note="Später.")
    elif name == "share":
        interests.share_contact(by, interest_id)
    elif name == "take_back":
        interests.take_back(by, interest_id)
    else:
        interests.conclude(by, interest_id, "project")


@pytest.mark.parametrize("status", INTEREST_STATES)
def test_who_may_do_what_to_interest(status: str, market: Market, cast: Any) -> None:
    people = {
        "interested": cast.participant, "author": cast.owner, "colleague": cast.colleague, "outsider": cast.outsider,
        "moderator": cast.moderator,
    }  # fmt: skip
    interest = market.interest(market.offer(), share=False)
    _bring(interest, status, people)
    assert interest.status == status
    db.session.commit()
    number = interest.id
    for act in INTEREST_ACTS:
        for name in INTEREST_ACTORS:
            who_may, after = INTERESTS.get((status, act), (set(), status))
            with db.session.begin_nested() as step:
                if name in who_may:
                    _act(act, people[name], number)
                    assert db.session.get_one(OfferInterest, number).status == after, (status, act, name)
                else:
                    with pytest.raises(DomainError):
                        _act(act, people[name], number)
                step.rollback()
            db.session.expire_all()
            assert db.session.get_one(OfferInterest, number).status == status, (status, act, name)


def test_tables_hold_all_transitions() -> None:
    """The tables above and the machines speak of the same states."""
    assert set(STATES) == set(rules.OFFER_MACHINE.states)
    assert set(INTEREST_STATES) == set(rules.INTEREST_MACHINE.states)
    reached = {after for _who, after in OFFERS.values()} | {"expired", "closed", "rejected"}
    assert reached == set(STATES)


# ---- in whose name --------------------------------------------------------------------------------------------------


def test_owners_are_things_one_speaks_for(market: Market, cast: Any, make: Any) -> None:
    consultation = make.consultation(slug="open-region")
    idea = make.idea(consultation=consultation, author=cast.owner)
    strange_idea = make.idea(consultation=consultation, author=cast.stranger)
    project = make.project()
    manager = cast.cluster_manager
    mine = {
        ("organisation", cast.company.id): cast.owner, ("cluster", cast.cluster.id): manager, ("idea", idea.id): cast.owner,
    }  # fmt: skip
    for owner, person in mine.items():
        assert rules.can_offer_for(actor(person), *owner)
        assert operations.send_offer(actor(person), text(owner)).owner == owner
        assert not rules.can_offer_for(actor(cast.participant), *owner)
    for owner in (("idea", strange_idea.id), ("project", project.id), ("cluster", cast.cluster.id), ("person", 1)):
        with pytest.raises(Refused):
            operations.send_offer(actor(cast.owner), text(owner))


def test_where_an_organisation_signs_off_only_approvers_send(make: Any) -> None:
    firm = make.organisation("Mit Freigabe", signoff=True)
    author = make.person(organisation=firm)
    approver = make.person(organisation=firm, member_role="approver")
    with pytest.raises(Refused):
        operations.send_offer(actor(author), text(("organisation", firm.id)))
    offer = operations.send_offer(actor(approver), text(("organisation", firm.id)))
    with pytest.raises(Refused):
        operations.change_offer(
            actor(author), offer.id, text(("organisation", firm.id), "Neu"), operations.newest_version(offer.id).id
        )


def test_members_of_the_owner_never_decide(market: Market, cast: Any, make: Any) -> None:
    """A moderator who belongs to the organisation is involved, even in a role that may not write offers."""
    offer = market.offer(status="submitted")
    insider = make.person(roles=("moderator",), organisation=cast.company, member_role="contact")
    assert rules.is_involved(actor(insider), offer)
    with pytest.raises(Refused):
        make.decide("offer", offer.id, "publish", moderator=insider)


def test_limits(market: Market, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_LIVE_OFFERS", 2)
    monkeypatch.setattr(rules, "MOST_LIVE_INTERESTS", 1)
    one, two = market.offer("Eins"), market.offer("Zwei")
    with pytest.raises(Conflict):
        market.offer("Drei")
    operations.withdraw_offer(actor(cast.owner), two.id)
    three = market.offer("Drei")
    market.interest(one)
    with pytest.raises(Conflict):
        market.interest(three)


def test_a_term_is_never_longer_than_twelve_months(market: Market) -> None:
    for months in (1, 3, 12, 40):
        offer = market.offer(f"Angebot {months}", months=months)
        assert offer.expires_at is not None
        assert offer.expires_at <= operations.end_of_term(now(), 12)


# ---- two owners become one ------------------------------------------------------------------------------------------


def test_a_merged_owner_takes_offers_and_interest_along_and_back(
    market: Market, cast: Any, make: Any, client: Any
) -> None:
    offer = market.offer()
    asked = market.interest(
        market.offer("Gesuch", kind="request", author=cast.outsider), cast.owner,
        behalf=("organisation", cast.company.id),
    )  # fmt: skip
    heir = make.organisation("Feinwerk Erbin")
    moved = merging.merge("organisation", cast.company.id, heir.id)
    db.session.commit()
    assert (offer.owner_id, asked.from_id) == (heir.id, heir.id)
    assert "Feinwerk Erbin" in client.page(f"/de/partners/{offer.slug}").text
    merging.undo("organisation", cast.company.id, heir.id, moved)
    db.session.commit()
    assert (offer.owner_id, asked.from_id) == (cast.company.id, cast.company.id)
    assert "Feinwerk Saaletal" in client.page(f"/de/partners/{offer.slug}").text
    assert merging.merge("topic", 1, 2) == {"offers": [], "interests": []}
