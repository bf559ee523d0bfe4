"""Programmes on screen, in both languages: every figure with its source, filters, gaps, few queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.i18n import format_number, in_language
from consult.core.registry import registries
from consult.core.vocabularies import vocabulary
from consult.links.sources import readable_date, readable_source, sources
from consult.notifications import search_queries
from consult.organisations.models import Organisation
from consult.programmes import loading
from consult.programmes.models import Programme
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries

Record = dict[str, Any]


def _wanted(record: Record, language: str, names: dict[str, Any]) -> Iterator[str]:
    yield record["title"][language]
    yield record["summary"][language]
    yield vocabulary("programme_kinds").title(record["kind"])
    yield vocabulary("programme_levels").title(record["level"])
    yield from (readable_source(one) for one in sources(record))
    yield readable_date(record.get("as_of"))
    if "region" in record:
        yield vocabulary("nuts2024_de").title(record["region"])
    for key in ("owner", "implementer"):
        if key in record:
            yield names[record[key].partition("/")[2]][language]
    if "amount_max" in record:
        yield format_number(record["amount_max"]["value"])
    if "conflict" in record:
        yield record["conflict"][language]
    for one in record.get("phases", []):
        yield one[language]
    for one in record.get("results", []):
        yield vocabulary("figure_kinds").title(one["kind"])
        yield format_number(one["value"])
        yield from (readable_source(source) for source in sources(one))
        yield readable_date(one.get("as_of"))
    for one in (*record.get("period", []), *record.get("earlier_calls", []), *record.get("aliases", [])):
        yield from (readable_date(one.get(key)) for key in ("from", "until", "as_of"))
        yield one.get("name", "")
        yield from (readable_source(source) for source in sources(one))
    yield readable_date(record.get("first_winners", {}).get("value"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_value_of_every_record_is_on_screen(client: Any, facts: Dataset, language: str) -> None:
    names = {one["id"]: one["name"] for one in facts.records("organisations")}
    missing = []
    for record in facts.records("programmes"):
        page: Page = client.page(f"/{language}/programmes/{record['id']}")
        with in_language(language):
            wanted = list(_wanted(record, language, names))
        missing += [f"{record['id']}: {one}" for one in wanted if plain_spaces(one) not in page.text]
        assert page.h1 == plain_spaces(record["title"][language])
    assert not missing, "\n".join(missing)


def test_events_of_a_course_read_in_german(client: Any, facts: Dataset) -> None:
    page = client.page("/de/programmes/innovation-express")
    assert "Frist für Anträge aus Baden-Württemberg bis 31. Oktober 2017" in page.text
    assert "bis zu 4.000.000 Euro je Cluster" in client.page("/de/programmes/bmbf-internationalisierung").text
    assert "2014 bis 2020" in client.page("/de/programmes/efre-clusterfoerderung-bw").text


def test_who_uses_it_stands_with_its_source(client: Any, facts: Dataset) -> None:
    page = client.page("/de/programmes/bmbf-internationalisierung")
    links = page.links("main .c-rel a")
    assert "/de/clusters/medicalmountains" in links and "/de/projects/scike" in links
    assert "noch nicht von der Organisation bestätigt" in page.text
    assert "keine Angabe" in client.page("/de/programmes/spitzencluster-wettbewerb").text


def test_the_list_is_complete_and_can_be_filtered(client: Any, facts: Dataset) -> None:
    def titles(query: str) -> list[str]:
        return [plain_spaces(one.get_text()) for one in client.page(f"/de/programmes/{query}").select("li article h3")]

    records = facts.records("programmes")
    assert sorted(titles("")) == sorted(plain_spaces(one["title"]["de"]) for one in records)
    for name in ("level", "kind"):
        for code in {one[name] for one in records}:
            assert len(titles(f"?{name}={code}")) == sum(one[name] == code for one in records)
    assert titles("?level=eu&kind=call") == []
    assert "Kein Programm passt" in client.page("/de/programmes/?level=eu&kind=call").text
    counts = {plain_spaces(one.get_text(" ")) for one in client.page("/de/programmes/").select("label.c-tick")}
    assert "Bund 3" in counts


@pytest.mark.parametrize(
    "query", ["level=moon", "level=%00", "kind=" + "x" * 3000, "after=%00", "after=xyz", "level=eu&level=state", "q=1"]
)
def test_whatever_the_address_holds_there_is_a_list(client: Any, query: str) -> None:
    assert client.get(f"/de/programmes/?{query}").status_code == 200


@pytest.mark.parametrize("slug", ["nobody", "%00", "x" * 3000])
def test_an_unknown_programme_is_not_found(client: Any, slug: str) -> None:
    assert client.get(f"/de/programmes/{slug}").status_code == 404


def test_the_list_is_searched_for_words(client: Any, indexed_facts: Dataset) -> None:
    """Filters, their numbers, files, feed and what is kept as a search follow the words."""

    def found(query: str) -> list[str]:
        return client.page(f"/de/programmes/?{query}").links(".c-list h3 a")

    everything, hits = found(""), found("q=Internationalisierung")
    assert hits and len(hits) < len(everything) and set(hits) <= set(everything)
    page = client.page("/de/programmes/?q=Internationalisierung&level=federal")
    assert page.one("input[name=q]")["value"] == "Internationalisierung"
    assert [one.get_text(" ", strip=True) for one in page.select(".c-chips a")] == [
        "»Internationalisierung« entfernen", "Bund entfernen",
    ]  # fmt: skip
    federal = page.links(".c-list h3 a")
    assert set(federal) == set(hits) & set(found("level=federal"))
    assert f"Bund {len(federal)}" in {plain_spaces(one.get_text(" ")) for one in page.select("label.c-tick")}
    told = client.get("/de/programmes/?q=Internationalisierung&level=federal&format=json").get_json()
    assert [urlsplit(one["url"]).path for one in told] == federal
    feed = client.get("/de/programmes/?q=Internationalisierung&level=federal&format=atom").get_data(as_text=True)
    assert feed.count("</entry>") == len(federal)
    kept = registries.saved_lists["programmes"]
    wanted = {"q": ["Internationalisierung"], "level": ["federal"]}
    with in_language("de"):
        assert {one.url for one in kept.newest(wanted, now() - timedelta(days=4000), now())} == set(federal)
    assert search_queries.kept_of(kept, "q=Internationalisierung&level=federal") == wanted
    assert "Kein Programm passt" in client.page("/de/programmes/?q=gibtesnicht").text


def test_few_queries_whatever_there_is(app: Flask, client: Any, db: Any, facts: Dataset) -> None:
    addresses = {
        "/de/programmes/": 5,
        "/de/programmes/?level=federal&q=Cluster": 5,
        "/de/programmes/go-cluster-programm": 10,
    }
    taken = {}
    for address, budget in addresses.items():
        with count_queries(app, at_most=budget) as found:
            client.get(address)
        taken[address] = len(found)
    for programme in list(db.session.execute(select(Programme)).scalars()):
        columns = {c.key: getattr(programme, c.key) for c in Programme.__table__.columns if c.key not in ("id", "slug")}
        db.session.add(Programme(slug=f"{programme.slug}-2", **columns))
    db.session.commit()
    for address, before in taken.items():
        with count_queries(app) as found:
            client.get(address)
        assert len(found) == before, address


# ---- loading, and what others see -----------------------------------------------------------------------------------


def test_loading_again_adds_nothing(db: Any, facts: Dataset) -> None:
    loading.load(facts)
    count = db.session.execute(select(func.count()).select_from(Programme)).scalar_one()
    assert count == len(facts.records("programmes"))


def test_owners_are_organisations(db: Any, facts: Dataset) -> None:
    for record in facts.records("programmes"):
        programme = db.session.execute(select(Programme).where(Programme.slug == record["id"])).scalar_one()
        for key, column in (("owner", programme.owner_id), ("implementer", programme.implementer_id)):
            slug = db.session.execute(select(Organisation.slug).where(Organisation.id == column)).scalar()
            assert slug == (record[key].partition("/")[2] if key in record else None)


def test_what_others_see_of_a_programme(app: Flask, facts: Dataset) -> None:
    subject = registries.subjects["programme"]
    found = subject.find("innovation-express") or 0
    with in_language("en"):
        info = subject.describe([found])[found]
    assert (info.title, info.url, info.region) == (
        "Innovation Express Call",
        "/en/programmes/innovation-express",
        "DE1",
    )
    assert subject.picker is not None
    assert [one.key for one in subject.picker("express", 5)] == ["innovation-express"]
    (document,) = registries.searchables["programme"].documents([found])
    assert "BSR Innovation Express" in document.body and "Baltic Sea" in document.body_en
    assert registries.resolvers["programmes.show"]({"slug": "innovation-express"}) == ("programme", found)
    assert subject.find("a\x00") is None
