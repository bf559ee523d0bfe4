"""The formula: symmetric, bounded, the same in the database and in words, and published as it is used."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.core.clock import now, today
from consult.core.dataset import FOLDER
from consult.core.db import db
from consult.core.vocabularies import vocabulary
from consult.links.models import Link
from consult.partnering import interests, matching
from consult.partnering.matches import match_count, matches_page
from consult.partnering.matching import LEAST, WEIGHTS, Profile, explain, passes, points, profile_of, score
from consult.partnering.models import PUBLISHED, Offer
from consult.partnering.publishing import write_facets
from tests.partnering.conftest import Market
from tests.support.factories import actor
from tests.support.queries import count_queries

CATEGORIES = [term.code for term in vocabulary("cooperation_categories")]
DAY = date(2026, 11, 24)
TOPICS = ["innovation", "digitalisation", "start-ups", "internationalisation"]
TECHNOLOGIES = ["advanced-materials", "micro-nano-electronics-photonics"]
COUNTRIES = ["DE", "FI", "FR"]
LANDS = {"DE": ["DEG", "DE1", ""], "FI": [""], "FR": [""]}


@st.composite
def profiles(draw: Any) -> Profile:
    def some(codes: list[str]) -> frozenset[str]:
        return frozenset(draw(st.sets(st.sampled_from(codes))))

    country = draw(st.sampled_from(COUNTRIES))
    programme = draw(st.sampled_from([None, 1, 2]))
    position = draw(st.integers(0, 7))
    days = draw(st.sampled_from([None, -3, 0, 30]))
    return Profile(
        kind=draw(st.sampled_from(["offer", "request"])), category=draw(st.sampled_from(CATEGORIES)),
        topics=some(TOPICS), technologies=some(TECHNOLOGIES), languages=some(["de", "en", "fr"]), country=country,
        region=draw(st.sampled_from(LANDS[country])), countries=some(COUNTRIES), programme_id=programme,
        deadline=DAY + timedelta(days=days) if programme and days is not None else None,
        stage=list(vocabulary("value_chain_stages"))[position - 1].code if position else "", stage_position=position,
        format=draw(st.sampled_from(["in-person", "online", "hybrid"])),
    )  # fmt: skip


@given(profiles(), profiles())
@settings(max_examples=400, deadline=None)
def test_the_score_is_symmetric_and_bounded(one: Profile, two: Profile) -> None:
    assert passes(one, two) == passes(two, one)
    assert points(one, two, DAY) == points(two, one, DAY)
    assert score(one, two, DAY) == score(two, one, DAY)
    assert 0 <= score(one, two, DAY) <= sum(WEIGHTS.values()) == 100
    assert all(0 <= number <= WEIGHTS[name] for name, number in points(one, two, DAY).items())


@given(profiles(), profiles())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_part_has_a_reason_or_a_gap(app: Any, one: Profile, two: Profile) -> None:
    """What gives points is a reason, what gives none is missing, and both sides read the same."""
    mine, theirs = explain(one, two, DAY, {}), explain(two, one, DAY, {})
    assert mine == theirs
    assert len(mine.fits) == sum(number > 0 for number in points(one, two, DAY).values())
    assert len(mine.fits) + len(mine.missing) == len(WEIGHTS)
    assert mine.score == sum(number for _title, number, _most in mine.parts)


def test_more_in_common_never_gives_less() -> None:
    few = Profile("offer", "technology", topics=frozenset(TOPICS[:1]), languages=frozenset(["de"]))
    other = Profile("request", "technology", topics=frozenset(TOPICS[:2]), languages=frozenset(["de"]))
    alike = Profile("request", "technology", topics=frozenset(TOPICS[:1]), languages=frozenset(["de"]))
    none = Profile("request", "technology", topics=frozenset(TOPICS[3:]), languages=frozenset(["de"]))
    assert score(few, alike, DAY) >= score(few, other, DAY) > score(few, none, DAY)


@pytest.mark.parametrize(
    ("one", "two", "part", "expected"),
    [
        ({"topics": {"innovation"}}, {"topics": {"innovation", "start-ups"}}, "topics", 35),
        ({"topics": {"innovation", "start-ups"}}, {"topics": {"innovation", "digitalisation"}}, "topics", 17),
        ({"topics": set()}, {"topics": {"innovation"}}, "topics", 0),
        ({"countries": {"FI"}}, {"country": "FI", "countries": {"DE"}}, "countries", 15),
        ({"countries": {"FI"}}, {"country": "FI"}, "countries", 7),
        ({}, {"country": "FI"}, "countries", 0),
        ({"programme_id": 1}, {"programme_id": 1, "deadline": DAY}, "programme", 10),
        ({"programme_id": 1}, {"programme_id": 1, "deadline": DAY - timedelta(days=1)}, "programme", 0),
        ({"programme_id": 1}, {}, "programme", 5),
        ({"programme_id": 1}, {"programme_id": 2}, "programme", 0),
        ({"stage_position": 2}, {"stage_position": 3}, "stage", 10),
        ({"stage_position": 2}, {"stage_position": 2}, "stage", 5),
        ({"stage_position": 2}, {"stage_position": 5}, "stage", 0),
        ({"stage_position": 0}, {"stage_position": 1}, "stage", 0),
        ({"format": "online"}, {"format": "hybrid", "country": "FI"}, "place", 5),
        ({"format": "in-person", "region": "DEG"}, {"format": "hybrid", "region": "DEG0"}, "place", 5),
        ({"format": "in-person", "region": "DEG"}, {"format": "hybrid", "region": "DE1"}, "place", 3),
        ({"format": "in-person"}, {"format": "in-person", "country": "FI"}, "place", 0),
        ({"format": "in-person"}, {"format": "online"}, "place", 0),
    ],
)
def test_points_of_each_part(one: Any, two: Any, part: str, expected: int) -> None:
    def profile(kind: str, changes: dict[str, Any]) -> Profile:
        given = {key: frozenset(value) if isinstance(value, set) else value for key, value in changes.items()}
        return Profile(kind, "technology", languages=frozenset(["de"]), **{"country": "DE", **given})

    assert points(profile("offer", one), profile("request", two), DAY)[part] == expected


def test_the_published_weights_are_those_in_use(client: Any) -> None:
    """The data set's description and the page say what the formula does."""
    words = (Path(FOLDER) / "SCHEMA.md").read_text("utf-8")
    said = {
        name: int(re.search(rf"{phrase}[^0-9;]* (\d+)", words)[1])  # type: ignore[index]
        for name, phrase in {
            "topics": "topic overlap", "category": "offer among what is requested", "countries": "reciprocal country focus",
            "programme": "programme eligibility and deadline", "stage": "complementary stage of the value chain",
            "place": "distance for formats on site",
        }.items()
    }  # fmt: skip
    assert said == WEIGHTS
    assert f"Pairs under {LEAST} points" in words
    for language in ("de", "en"):
        page = client.page(f"/{language}/partners/matching")
        shown = [int(cell.get_text()) for cell in page.select("table.c-table tbody td.r")]
        assert shown == list(WEIGHTS.values())
        assert str(LEAST) in page.text


# ---- the same in the database ---------------------------------------------------------------------------------------


def _scatter(make: Any, number: int, seed: int = 7) -> list[Offer]:
    """Public offers with fields drawn at random, without the way through moderation."""
    chance = random.Random(seed)
    moment = now()
    found = []

    def some(codes: list[str]) -> list[str]:
        return [code for code in codes if chance.random() < 0.4]

    for step in range(number):
        country = chance.choice(COUNTRIES)
        position = chance.randint(0, 7)
        offer = Offer(
            slug=f"zufall-{step}", kind=chance.choice(["offer", "request"]), owner_kind="organisation",
            owner_id=chance.randint(1, 40), status=PUBLISHED, category=chance.choice(CATEGORIES),
            title={"de": f"Zufall {step}"}, country=country, region=chance.choice(LANDS[country]),
            stage=list(vocabulary("value_chain_stages"))[position - 1].code if position else "",
            stage_position=position, format=chance.choice(["in-person", "online", "hybrid"]),
            languages=some(["de", "en", "fr"]) or ["de"], countries=some(COUNTRIES), topics=some(TOPICS),
            technologies=some(TECHNOLOGIES), anonymous=chance.random() < 0.3, published_at=moment,
            expires_at=moment + timedelta(days=chance.randint(1, 300)),
        )  # fmt: skip
        offer.theme_count = len(offer.topics) + len(offer.technologies)
        found.append(make.add(offer))
        write_facets(offer)
    db.session.commit()
    return found


def _listed(offer: Offer, **options: Any) -> dict[int, int]:
    """All counterparts of an offer over all pages: id -> score."""
    found: dict[int, int] = {}
    order: list[tuple[int, int]] = []
    after: str | None = None
    while True:
        page = matches_page(offer, {}, after, 7, **options)
        for match in page.items:
            assert match.offer.id not in found
            assert match.score == match.reasons.score
            found[match.offer.id] = match.score
            order.append((-match.score, match.offer.id))
        if page.next is None:
            break
        after = page.next
    if not options.get("fresh"):
        assert order == sorted(order)
    return found


def test_the_database_counts_as_the_formula_and_both_sides_list_each_other(app: Any, make: Any) -> None:
    offers = _scatter(make, 70)
    lists = {offer.id: _listed(offer) for offer in offers}
    day = today()
    for one in offers:
        expected = {
            two.id: score(profile_of(one), profile_of(two), day)
            for two in offers
            if two.id != one.id
            and (one.owner != two.owner or one.anonymous or two.anonymous)
            and score(profile_of(one), profile_of(two), day) >= LEAST
        }
        assert lists[one.id] == expected
        assert match_count(one) == len(expected)
        for other, number in lists[one.id].items():
            assert lists[other][one.id] == number
    assert sum(map(len, lists.values())) > 100  # the drawing is no empty one


def test_what_ended_or_is_not_public_is_no_counterpart(market: Market, cast: Any) -> None:
    one = market.offer(kind="request", author=cast.outsider)
    states = ("published", "submitted", "hidden", "expired")
    others = {status: market.offer(f"Angebot {status}", status=status) for status in states}
    assert set(_listed(one)) == {others["published"].id}
    others["published"].expires_at = now() - timedelta(seconds=1)
    db.session.flush()
    assert not _listed(one)


def test_partners_move_down_only_if_the_own_side_asks(market: Market, cast: Any, make: Any) -> None:
    mine = market.offer()
    known = market.offer("Bekannt", kind="request", author=cast.outsider)
    third = make.organisation("Dritte")
    stranger = make.person(organisation=third, roles=("company",))
    fresh = market.offer("Neu", kind="request", author=stranger, owner=("organisation", third.id), stage="")
    hidden = market.offer("Verborgen", kind="request", author=cast.outsider, anonymous=True)
    db.session.add(
        Link(type="partner_of", from_kind="organisation", from_id=cast.other_company.id, from_key="a",
             to_kind="organisation", to_id=cast.company.id, to_key="b", status="stated", created_at=now())
    )  # fmt: skip
    db.session.flush()

    def order(**options: Any) -> list[int]:
        return [match.offer.id for match in matches_page(mine, {}, **options).items]

    assert order(own_side=True) == [known.id, hidden.id, fresh.id]
    # the anonymous one stays where it is: moving it would tell who is behind it
    assert order(own_side=True, fresh=True) == [hidden.id, fresh.id, known.id]
    assert order(own_side=False, fresh=True) == [known.id, hidden.id, fresh.id]


def test_who_agreed_to_talk_counts_as_partner(market: Market, cast: Any) -> None:
    mine = market.offer()
    theirs = market.offer("Gesuch", kind="request", author=cast.outsider)
    asked = market.interest(mine, cast.outsider, behalf=("organisation", cast.other_company.id))
    assert not matches_page(mine, {}, own_side=True, fresh=True).items[0].partner
    interests.accept(actor(cast.owner), asked.id, contact="Olga")
    for one, other in ((mine, theirs), (theirs, mine)):
        match = matches_page(one, {}, own_side=True, fresh=True).items[0]
        assert (match.offer.id, match.partner) == (other.id, True)


def test_matching_reads_one_query_however_many_offers(app: Any, make: Any) -> None:
    offers = _scatter(make, 20)
    for more in (0, 200):
        _scatter_more(make, more)
        offer = db.session.get_one(Offer, offers[0].id)
        with count_queries(app) as found:
            matches_page(offer, {}, size=20)
        assert len(found) == 1


def _scatter_more(make: Any, number: int) -> None:
    moment = now()
    for step in range(number):
        offer = make.add(
            Offer(
                slug=f"mehr-{step}", kind="request", owner_kind="organisation", owner_id=99, status=PUBLISHED,
                category=CATEGORIES[0], title={"de": "Mehr"}, languages=["de", "en", "fr"], topics=TOPICS, theme_count=4,
                published_at=moment, expires_at=moment + timedelta(days=9),
            )
        )  # fmt: skip
        write_facets(offer)
    db.session.commit()


def test_mutual_categories_are_known(app: Any) -> None:
    assert set(matching.MUTUAL) <= set(CATEGORIES)
