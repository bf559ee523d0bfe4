"""The neighbourhood of a cluster: drawing and list say the same, lines tell who confirmed, only what is public is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from consult.clusters import neighbourhood
from consult.clusters.models import Cluster
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.links.models import Link
from consult.links.operations import refresh_all
from tests.clusters.test_facets import link
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries


def address(slug: str) -> str:
    return f"/de/clusters/{slug}/neighbourhood"


def drawn(page: Page) -> dict[str, str]:
    """ "number: name" -> address of the nodes."""
    return {plain_spaces(str(one["aria-label"])): str(one["href"]) for one in page.select(".c-graph svg a")}


def told(page: Page) -> dict[str, str]:
    """The same from the list."""
    found = {}
    for line in page.select(".c-rel li"):
        number, other = line.select_one("b"), line.select_one("a")
        if number is not None and other is not None:
            found[f"{number.get_text()}: {plain_spaces(other.get_text())}"] = str(other["href"])
    return found


def end(thing: Any, kind: str = "cluster") -> tuple[str, int, str]:
    return kind, thing.id, thing.slug


def test_drawing_and_list_hold_the_same_for_every_record(client: Any, facts: Dataset) -> None:
    relations = facts.records("relations")
    for record in facts.records("clusters"):
        own = f"cluster/{record['id']}"
        others = {one["to"] for one in relations if one["from"] == own} | {
            one["from"] for one in relations if one["to"] == own
        }
        wanted = {one for one in others if one.split("/")[0] in neighbourhood.KINDS}
        page = client.page(address(record["id"]))
        assert drawn(page) == told(page)
        assert len(page.select(".c-rel li")) == len(wanted), record["id"]
        assert bool(page.select(".c-graph")) == bool(wanted)


def test_lines_tell_who_confirmed_and_what_crosses(client: Any, db: Any, make: Any) -> None:
    one = make.cluster("Mitte", slug="mitte", nuts1="DEG")
    near, far = make.cluster("Nah", nuts1="DEG"), make.cluster("Fern", nuts1="DE1")
    link(db, "twinned_with", end(one), end(near), "confirmed")
    link(db, "twinned_with", end(one), end(far))
    link(db, "partner_of", end(near), end(far), "confirmed")
    refresh_all()
    page = client.page(address("mitte"))
    lines = page.select(".c-graph svg g:nth-of-type(2) path")
    assert [(line["class"], line.has_attr("stroke-dasharray")) for line in lines] == [
        (["x-in"], False),
        (["x-cross"], True),
    ]
    (chord,) = page.select(".c-graph svg g:nth-of-type(1) path")
    assert not chord.has_attr("stroke-dasharray")
    words = plain_spaces(page.one(".c-graph title").get_text())
    assert words == "2 Nachbarn sind gezeichnet, davon 1 jenseits der Grenze eines Landes oder Staates."
    texts = [plain_spaces(line.get_text(" ")) for line in page.select(".c-rel li")]
    assert "von beiden Seiten bestätigt" in texts[0] and "(über eine Grenze)" in texts[1]


def test_several_links_to_one_thing_are_one_node(client: Any, db: Any, make: Any) -> None:
    one, project = make.cluster("Mitte", slug="mitte"), make.project("Vorhaben")
    for code in ("partner_of", "supporter_of"):
        link(db, code, end(one), end(project, "project"))
    refresh_all()
    page = client.page(address("mitte"))
    assert len(page.select(".c-graph svg a")) == 1 and len(page.select(".c-rel li")) == 1
    assert len(page.select(".c-rel .c-why")) == 2


@pytest.mark.parametrize("status", ["suggested", "declined", "ended"])
def test_what_is_not_public_is_not_drawn(client: Any, db: Any, make: Any, status: str) -> None:
    one, other = make.cluster("Mitte", slug="mitte"), make.cluster("Nah")
    link(db, "twinned_with", end(one), end(other), status)
    refresh_all()
    page = client.page(address("mitte"))
    assert "noch nichts verbunden" in page.text and "Nah" not in page.text


def test_more_than_fit_are_in_the_list(client: Any, db: Any, make: Any) -> None:
    one = make.cluster("Mitte", slug="mitte")
    for number in range(neighbourhood.MOST + 3):
        link(db, "twinned_with", end(one), end(make.cluster(f"Nachbar {number:02}")))
    refresh_all()
    page = client.page(address("mitte"))
    assert len(page.select(".c-graph svg a")) == neighbourhood.MOST
    assert len(page.select(".c-rel li")) == neighbourhood.MOST + 3
    assert "3 weitere stehen nur in der Liste." in page.text
    places = {(text["x"], text["y"]) for text in page.select(".c-graph svg text")}
    assert len(places) == neighbourhood.MOST


def test_the_portrait_holds_the_drawing_and_leads_here(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/medicalmountains")
    assert address("medicalmountains") in page.links("main a")
    assert drawn(page) == drawn(client.page(address("medicalmountains")))
    names = [plain_spaces(one.get_text(" ")) for one in page.select("details .c-near li")]
    assert len(names) == len(drawn(page)) and names[0].startswith("1 ")


def test_addresses_that_lead_elsewhere(client: Any, db: Any, make: Any) -> None:
    one, other = make.cluster("Neu", slug="neu"), make.cluster("Alt", slug="alt")
    other.merged_into_id, other.listed = one.id, False
    db.session.flush()
    answer = client.get(address("alt"))
    assert answer.status_code == 301 and answer.headers["Location"].endswith(address("neu"))
    assert client.get(address("nobody")).status_code == 404
    assert client.get(address("x" * 400)).status_code == 404
    one.listed = False
    db.session.flush()
    assert client.get(address("neu")).status_code == 410


def test_few_queries_whatever_the_number_of_links(app: Flask, client: Any, db: Any, make: Any, facts: Dataset) -> None:
    with count_queries(app, at_most=10) as found:
        client.get(address("medicalmountains"))
    before = len(found)
    here = db.session.execute(select(Cluster).where(Cluster.slug == "medicalmountains")).scalar_one()
    for number in range(40):
        link(db, "twinned_with", end(here), end(make.cluster(f"Nachbar {number}")))
    refresh_all()
    db.session.commit()
    with count_queries(app) as found:
        client.get(address("medicalmountains"))
    assert len(found) == before


def test_a_thing_is_no_neighbour_of_itself_by_chords(app: Flask, make: Any) -> None:
    one = make.cluster("Eins")
    same = Link(
        type="partner_of", from_kind="cluster", from_id=one.id, to_kind="cluster", to_id=one.id, created_at=now()
    )
    assert neighbourhood.draw(one, [], [same]).chords == ()
