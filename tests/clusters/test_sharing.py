"""What is drawn once for all readers follows every change, and holds nothing of the reader who came first."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.clusters.facets import recount_all
from consult.clusters.models import Observation
from consult.core.registry import touch
from tests.support.page import plain_spaces
from tests.support.queries import count_queries

COMPARE = "/de/clusters/compare?c=eins&c=zwei"


@pytest.fixture
def reader(client: Any, make: Any, sign_in: Any) -> Any:
    return sign_in(client, make.person())


def test_numbers_beside_filters_follow_a_change(reader: Any, db: Any, make: Any) -> None:
    one = make.cluster("Eins", nuts1="DEG", sectors=["C"])
    make.cluster("Zwei", nuts1="DED", sectors=["C"])
    recount_all()
    db.session.commit()
    for _again in range(2):
        assert "TH Thüringen: 1" in [
            plain_spaces(tile.get_text(" ")) for tile in reader.page("/de/clusters/").select("li")
        ]
    one.nuts1 = "DED"
    touch("cluster", one.id)
    db.session.commit()
    tiles = [plain_spaces(tile.get_text(" ")) for tile in reader.page("/de/clusters/").select(".c-tiles li")]
    assert "TH Thüringen: 0" in tiles and "SN Sachsen: 2" in tiles


def test_a_comparison_follows_a_change(app: Flask, reader: Any, db: Any, make: Any) -> None:
    seat = Observation(kind="seat", position=1, value="Jena", source=["quelle.example"])
    one = make.cluster("Eins", slug="eins", observations=[seat])
    make.cluster("Zwei", slug="zwei")
    db.session.commit()
    assert "Jena" in reader.page(COMPARE).text
    with count_queries(app, at_most=2, warm=True):
        assert "Jena" in reader.page(COMPARE).text
    seat.value = "Ilmenau"
    touch("cluster", one.id)
    db.session.commit()
    again = reader.page(COMPARE).text
    assert "Ilmenau" in again and "Jena" not in again
    one.listed = False
    db.session.commit()
    assert "gibt es kein Portrait: eins" in reader.page(COMPARE).text


def test_languages_and_choices_are_kept_apart(reader: Any, make: Any, db: Any) -> None:
    make.cluster("Eins", slug="eins", nuts1="DEG"), make.cluster("Zwei", slug="zwei", nuts1="DED")
    recount_all()
    db.session.commit()
    assert reader.page(COMPARE).h1 == "Zwei Cluster im Vergleich"
    assert reader.page(COMPARE.replace("/de/", "/en/")).h1 == "Two clusters compared"
    assert "unterscheiden sich diese Portraits nicht" in reader.page(f"{COMPARE}&only=differences").text
    plain, chosen = reader.page("/de/clusters/"), reader.page("/de/clusters/?c=eins")
    assert not plain.select("form.c-facets input[name=c]")
    assert [one["value"] for one in chosen.select("form.c-facets input[type=hidden][name=c]")] == ["eins"]
    odd = reader.page("/de/clusters/?region=DEG&region=XX")  # a code of no list stays in the address alone
    assert [one["value"] for one in odd.select("form.c-facets input[checked]")] == ["DEG"]


def test_nothing_of_the_first_reader_is_kept(new_client: Any, sign_in: Any, make: Any, db: Any) -> None:
    make.cluster("Eins", slug="eins"), make.cluster("Zwei", slug="zwei")
    recount_all()
    db.session.commit()
    first = sign_in(new_client(), make.person("Erika Erste"))
    second = sign_in(new_client(), make.person("Zoe Zweite"))
    for address in ("/de/clusters/", COMPARE):
        pages = [first.page(address), second.page(address)]
        assert "Erika" not in pages[1].source
        mine, theirs = ({str(one["value"]) for one in page.select("main input[name=csrf_token]")} for page in pages)
        assert not mine & theirs
