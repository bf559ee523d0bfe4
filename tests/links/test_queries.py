"""Reading links: both directions, only what everyone may see, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from consult.clusters.models import Cluster
from consult.core.clock import now
from consult.core.db import db as core_db
from consult.core.i18n import in_language
from consult.links.ends import number_of
from consult.links.models import STATUSES, VISIBLE, Link, LinkEnd
from consult.links.operations import refresh_ends
from consult.links.queries import (
    crosses_border,
    linked_ids,
    linked_to_ids,
    links_of,
    links_of_many,
    links_to,
    links_to_confirm,
    own_links,
)
from consult.links.relations import IDEA_TYPES, link_type, relation_label
from consult.links.sources import cite, readable_date, readable_source, year_of
from tests.links.conftest import Pair
from tests.support.queries import count_queries


def test_a_link_reads_from_both_sides(pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link(type="part_of")
    with in_language("de"):
        (out,) = links_of("cluster", pair.first.id)
        (back,) = links_of("cluster", pair.second.id)
    assert (out.label, out.outgoing, out.other.title) == ("ist Teil von", True, "Photonik Neckar")
    assert (back.label, back.outgoing, back.other.title) == ("umfasst", False, "Optik Saaletal")
    with in_language("en"):
        assert links_of("cluster", pair.first.id)[0].other.url == f"/en/clusters/{pair.second.slug}"


@pytest.mark.parametrize("status", STATUSES)
def test_only_some_states_are_shown(pair: Pair, new_link: Callable[..., Link], status: str) -> None:
    new_link(status=status)
    shown = status in VISIBLE
    assert bool(links_of("cluster", pair.first.id)) == shown
    assert bool(core_db.session.execute(linked_ids("cluster", "cluster", pair.second.id)).all()) == shown
    assert bool(core_db.session.execute(linked_to_ids("cluster", "cluster", pair.first.id)).all()) == shown


def test_what_is_not_public_is_not_shown(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link()
    end = db.session.get(LinkEnd, ("cluster", pair.second.id))
    end.public = False
    db.session.flush()
    assert links_of("cluster", pair.first.id) == []
    assert len(links_of("cluster", pair.second.id)) == 1


def test_types_kinds_and_limit(db: Any, make: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link(type="part_of")
    new_link(type="partner_of")
    assert len(links_of("cluster", pair.first.id, types=["part_of"])) == 1
    assert links_of("cluster", pair.first.id, kinds=["project"]) == []
    assert len(links_of("cluster", pair.first.id, limit=1)) == 1
    assert len(links_to("cluster", pair.second.id)) == 2
    assert links_to("cluster", pair.first.id) == []


def test_what_frames_a_link_is_named(db: Any, pair: Pair, make: Any, new_link: Callable[..., Link]) -> None:
    third = make.cluster("Rahmen")
    refresh_ends([("cluster", third.id)])
    new_link(attributes={"jointly_with": f"cluster/{third.slug}", "frame": "project/unknown"})
    (view,) = links_of("cluster", pair.first.id)
    assert {name: info.title for name, info in view.frames.items()} == {"jointly_with": "Rahmen"}


def test_many_things_take_as_many_queries_as_one(
    app: Flask, db: Any, make: Any, pair: Pair, new_link: Callable[..., Link]
) -> None:
    new_link()
    clusters: list[Cluster] = [make.cluster(f"Weiterer {n}") for n in range(12)]
    for cluster in clusters:
        db.session.add(
            Link(
                type="partner_of",
                status="stated",
                from_kind="cluster",
                from_id=cluster.id,
                from_key=cluster.slug,
                to_kind="country",
                to_id=number_of("FI"),
                to_key="FI",
                created_at=now(),
            )  # fmt: skip
        )
    db.session.flush()
    refresh_ends([("country", number_of("FI")), *(("cluster", one.id) for one in clusters)])
    with count_queries(app, at_most=2):
        assert len(links_of("cluster", pair.first.id)) == 1
    with count_queries(app, at_most=2):
        found = links_of_many("cluster", [one.id for one in clusters])
    assert len(found) == 12
    assert links_of_many("cluster", []) == {}


def test_what_waits_for_somebody(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(confirmed_from_at=now())
    ((found, start, goal),) = links_to_confirm([("cluster", pair.second.id)])
    assert (found.id, start.id, goal.id) == (link.id, pair.first.id, pair.second.id)
    assert links_to_confirm([("cluster", pair.first.id)]) == []
    assert links_to_confirm([]) == []


def test_own_links_are_those_of_people(pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link(key="shipped")
    mine = new_link(type="complements")
    assert [link.id for link in own_links("cluster", pair.first.id)] == [mine.id]


# ---- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", IDEA_TYPES)
def test_every_type_of_ideas_reads_both_ways_in_both_languages(app: Flask, code: str) -> None:
    for language in ("de", "en"):
        with in_language(language):
            out, back = relation_label(code), relation_label(code, outgoing=False)
        assert out and back and out != back
    assert link_type(code) is not None


def test_a_host_is_proposed_as_host(app: Flask) -> None:
    with in_language("de"):
        assert relation_label("proposes", role="host") == "schlägt als Gastgeber vor"
        assert relation_label("unheard_of") == "unheard_of"


@pytest.mark.parametrize(
    ("one", "other", "crosses"),
    [("DEG0", "DE11", True), ("DE13", "DE11", False), ("DE1", "FI", True), ("", "FI", False), ("DEG", "", False)],
)
def test_borders(one: str, other: str, crosses: bool) -> None:
    assert crosses_border(one, other) is crosses


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        ("2019", "2019", "2019"),
        ("2019-11", "November 2019", "November 2019"),
        ("2019-03", "März 2019", "March 2019"),
        ("2019-11-28", "28. November 2019", "28 November 2019"),
        ("", "", ""),
        (None, "", ""),
        ("+21d", "+21d", "+21d"),
        ("2019-02-31", "2019-02-31", "2019-02-31"),
    ],
)
def test_dates_are_no_more_precise_than_known(app: Flask, value: str | None, german: str, english: str) -> None:
    with in_language("de"):
        assert readable_date(value) == german
    with in_language("en"):
        assert readable_date(value) == english


def test_sources_read_as_words(app: Flask) -> None:
    with in_language("de"):
        assert readable_source("004_6d8f30f5d969b8bc.txt") == "ilm-kreis.de, »Regionale Cluster«"
        assert readable_source("bnn.de, IT war damals") == "bnn.de, IT war damals"
        assert readable_source("project brief, part 2") == "Projektauftrag, part 2"
        assert cite("", ["swing-ev.de"]) == "ohne Datum; swing-ev.de"
        assert cite("2020-10", ["a.de", "b.de"]) == "Oktober 2020; a.de; b.de"
        assert cite("", [], derived=True) == "eigene Zuordnung"
        assert cite("", ["a.de"], dated=False) == "a.de"


def test_years_on_an_axis() -> None:
    assert year_of("2019") == 2019
    assert year_of("2019-07") == 2019.5
    assert 2019.9 < (year_of("2019-12-31") or 0) < 2020
    assert year_of("+3d") is None
