"""The shipped relations as links."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.registry import registries
from consult.core.vocabularies import vocabulary
from consult.links import loading
from consult.links.ends import COUNTRY, LISTS, number_of
from consult.links.models import STATED, Link
from consult.links.queries import links_of


def _link(db: Any, key: str) -> Link:
    found = db.session.execute(select(Link).where(Link.key == key)).scalar_one()
    assert isinstance(found, Link)
    return found


def test_every_relation_becomes_a_link(db: Any, facts: Dataset) -> None:
    for record in facts.records("relations"):
        link = _link(db, record["id"])
        assert f"{link.from_kind}/{link.from_key}" == record["from"]
        assert f"{link.to_kind}/{link.to_key}" == record["to"]
        assert (link.type, link.status) == (record["type"], STATED)
        assert link.source == ([record["source"]] if isinstance(record["source"], str) else record["source"])
        assert link.as_of == record.get("as_of", "")
        assert link.from_id is not None and link.to_id is not None, record["id"]


def test_loading_again_adds_nothing(db: Any, facts: Dataset) -> None:
    before = db.session.execute(select(func.count()).select_from(Link)).scalar_one()
    loading.load(facts)
    assert db.session.execute(select(func.count()).select_from(Link)).scalar_one() == before


def test_what_belongs_to_a_relation_is_kept(db: Any, facts: Dataset) -> None:
    link = _link(db, "software-cluster--focus-on--br")
    assert link.attributes == {
        "kind": "rd-partnership",
        "programme": "programme/bmbf-internationalisierung",
        "jointly_with": "cluster/cyberforum",
    }
    views = links_of("cluster", link.from_id or 0, types=["focus_on"])
    assert {view.frames["jointly_with"].key for view in views} == {"cyberforum"}
    assert _link(db, "cyberforum--member-of--software-cluster").inferred is True


def test_a_reference_to_something_unknown_is_kept_and_found_later(db: Any, make: Any) -> None:
    record = {"id": "a--b", "type": "part_of", "from": "cluster/first", "to": "cluster/second", "source": "x.org"}
    make.cluster("First", slug="first")
    loading.add_relations([record])
    link = _link(db, "a--b")
    assert (link.from_id is not None, link.to_id, link.to_key) == (True, None, "second")
    assert links_of("cluster", link.from_id or 0) == []
    second = make.cluster("Second", slug="second")
    loading.add_relations([record])
    assert link.to_id == second.id
    assert [view.other.title for view in links_of("cluster", link.from_id or 0)] == ["Second"]


@pytest.mark.parametrize("kind", LISTS)
def test_lists_as_ends(app: Flask, kind: str) -> None:
    subject = registries.subjects[kind]
    codes = [term.code for term in vocabulary(LISTS[kind])]
    numbers = [subject.find(code) for code in codes]
    assert None not in numbers and len(set(numbers)) == len(codes)
    with in_language("en"):
        found = subject.describe([number for number in numbers if number is not None])
    assert [found[number or 0].key for number in numbers] == codes
    assert subject.find("XX") is None
    assert subject.describe([1]) == {}


def test_a_country_is_found_by_its_name(app: Flask) -> None:
    picker = registries.subjects[COUNTRY].picker
    assert picker is not None
    with in_language("de"):
        assert [one.title for one in picker("finn", 5)] == ["Finnland"]
        assert picker("finn", 5)[0].id == number_of("FI")
