"""The shipped examples: complete, marked, loaded once, moved with the demo; and the rules that hold their file."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.dataset import FOLDER, dataset
from consult.core.db import db
from consult.data.content import Content, read
from consult.data.offer_rules import offers
from consult.partnering import loading
from consult.partnering.matches import matches_page
from consult.partnering.models import Offer
from consult.partnering.queries import titles


def test_every_example_is_on_screen_and_marked(demo: None, client: Any) -> None:
    records = dataset().records("offers")
    assert len(records) >= 7
    for language, word in (("de", "Beispiel"), ("en", "Example")):
        for record in records:
            page = client.page(f"/{language}/partners/{record['id']}")
            assert page.one("h1").get_text() == record["title"][language]
            assert word in page.one(".c-pagehead .c-kicker").get_text()
            company = record.get("company", "")
            assert (company in page.one(".c-pagehead .lede").get_text()) is not bool(record.get("anonymous"))


def test_loading_again_adds_nothing_and_dates_move(demo: None) -> None:
    def count() -> int:
        return db.session.execute(select(func.count()).select_from(Offer)).scalar_one()

    before = count()
    loading.load(dataset())
    assert count() == before == len(dataset().records("offers"))
    first, second = db.session.execute(select(Offer).order_by(Offer.id).limit(2)).scalars()
    published, ends = first.published_at, second.expires_at
    second.moved_at += timedelta(hours=1)  # somebody has done something with it
    loading.shift(5)
    assert first.published_at == published + timedelta(days=5)
    assert second.expires_at == ends


def test_the_examples_show_matches(demo: None) -> None:
    """A demonstration of finding partners in which nobody is found would be none."""
    words = titles()["topic"]
    found = {
        offer.slug: [match.offer.slug for match in matches_page(offer, words).items]
        for offer in db.session.execute(select(Offer)).scalars()
    }
    assert found["example-request-finnland-feldtest"][0] == "example-offer-nordic-test-bed"
    assert found["example-request-klimapruefung"][0] == "example-offer-klimaschrank"


Break = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("sentence", "damage"),
    [
        ("example: true is missing", lambda row: row.pop("example")),
        ("kind is offer or request", lambda row: row.update(kind="gift")),
        ("exactly one of company", lambda row: row.update(idea="idea-pruefstand-kalender")),
        ("not obviously invented", lambda row: row.update(company="Sensorik GmbH")),
        ("vocab/cooperation_categories.csv", lambda row: row.update(category="gold")),
        ("vocab/value_chain_stages.csv", lambda row: row.update(stage="dream")),
        ("vocab/working_languages.csv", lambda row: row.update(languages=["xx"])),
        ("vocab/countries.csv", lambda row: row.update(countries=["XX"])),
        ("not an agenda topic", lambda row: row.update(topics=["weather"])),
        ("needs both de and en", lambda row: row["title"].pop("en")),
        ("longer than 120", lambda row: row["title"].update(de="x" * 121)),
        ("at most twelve months", lambda row: row.update(months=13)),
        ("published is no date", lambda row: row.update(published="gestern")),
        ("required key text", lambda row: row.pop("text")),
    ],
)
def test_a_broken_example_is_found(pristine: Content, sentence: str, damage: Break) -> None:
    files, lists = pickle.loads(pickle.dumps((pristine.files, pristine.lists)))
    content = Content(files, lists)
    for kind, rows in content.records.items():
        content.index[kind] = {row["id"]: row for row in rows}
    damage(files["offers"]["offers"][0])
    offers(content)
    assert any(sentence in fault for fault in content.faults), content.faults


@pytest.fixture(scope="module")
def pristine() -> Content:
    return read(FOLDER)


def test_the_shipped_examples_keep_the_rules(pristine: Content) -> None:
    assert not pristine.faults
