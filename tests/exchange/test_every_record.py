"""Every record of the shipped data: all its facts are in the export, and its page shows what it is called and observed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from consult.core.dataset import dataset
from consult.core.i18n import format_number, in_language
from consult.core.registry import registries
from consult.links.sources import readable_date, readable_source
from tests.exchange.conftest import exported
from tests.support.page import plain_spaces

KINDS = ("organisations", "clusters", "programmes", "projects", "activities", "topics", "relations", "consultations")
PAGES = ("organisations", "clusters", "programmes", "projects", "activities", "topics")
# Of these the page shows every figure with its date and source.
FIGURES = {"clusters": ("members", "figures"), "programmes": ("results",)}
UNORDERED = {"topics": ("related",)}


def _records(kind: str) -> list[dict[str, Any]]:
    return dataset().records("open_region" if kind == "consultations" else kind, kind)


def _kept(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    exchange = registries.exchanges[kind]
    return exchange.canonical(exchange.translate(record) if exchange.translate else record)


@pytest.mark.parametrize("kind", KINDS)
def test_all_facts_are_in_the_export(demo: None, app: Any, kind: str) -> None:
    there = {one["id"]: one for one in json.loads(exported(kind, "json", "all"))}
    assert len(_records(kind)) <= len(there)
    for record in _records(kind):
        wanted = _kept(kind, record)
        found = there[record["id"]]
        for name, value in wanted.items():
            if record.get("example") and name in ("joining", "registration_until", "date", "start"):
                continue  # their dates count from the day of loading
            if kind == "consultations" and name in ("opens", "closes"):
                continue
            assert found.get(name) == value, (record["id"], name)


def _said(kind: str, record: dict[str, Any]) -> Iterator[str]:
    for name in FIGURES.get(kind, ()):
        for one in record.get(name, []):
            yield format_number(one["value"])
            if one.get("as_of"):
                yield readable_date(one["as_of"])
            source = one.get("source") or []
            yield from (readable_source(each) for each in ([source] if isinstance(source, str) else source))


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_record_has_a_page_that_shows_it(demo: None, client: Any, kind: str, language: str) -> None:
    for record in _records(kind):
        words = plain_spaces(client.page(f"/{language}/{kind}/{record['id']}").text)
        title = record.get("name") or record["title"]
        assert plain_spaces(title[language]) in words, record["id"]
        with in_language(language):
            for one in _said(kind, record):
                assert plain_spaces(one) in words, (record["id"], one)


def test_every_example_idea_is_there(demo: None, app: Any) -> None:
    titles = {one["title"] for one in json.loads(exported("ideas", "json", "all"))}
    wanted = {one["title"] for one in dataset().records("ideas") if one["status"] != "draft"}
    assert wanted <= titles
    bodies = {one["body"] for one in json.loads(exported("comments", "json", "all"))}
    assert {one["text"].strip() for one in dataset().records("ideas", "comments")} <= bodies
