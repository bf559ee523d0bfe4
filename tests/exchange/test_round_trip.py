"""What goes out and comes in elsewhere goes out the same: each kind alone, all in any order, in every format."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.clock import today
from consult.core.exchange_runs import Plan
from consult.core.imports import UnresolvedReference
from consult.core.registry import registries
from tests.exchange.conftest import exported

KINDS = (
    "consultations", "organisations", "clusters", "programmes", "projects", "activities", "topics", "relations",
    "ideas", "responses", "comments",
)  # fmt: skip
Take = Callable[..., Plan]


Exports = dict[tuple[str, str], dict[str, bytes]]
_exports: dict[tuple[str, date], Exports] = {}


@pytest.fixture
def everything(request: pytest.FixtureRequest, app: Any, db: Any, database: Any) -> Exports:
    """The demo's export of each kind by audience and format, made once a day and engine; the database is empty."""
    key = (database.engine_name, today())
    if key not in _exports:
        request.getfixturevalue("demo")
        _exports[key] = _all_exports()
        db.session.rollback()
        db.session.remove()
        database.restore()
    return _exports[key]


def _all_exports() -> Exports:
    found: Exports = {}
    for audience in ("public", "all"):
        for fmt in ("json", "jsonl", "csv", "xlsx"):
            found[(audience, fmt)] = {kind: exported(kind, fmt, audience) for kind in KINDS}
    return found


def test_every_kind_by_itself(everything: Any, take: Take, db: Any, database: Any) -> None:
    for kind in KINDS:
        content = everything[("public", "json")][kind]
        done = take(kind, content, "file.json")
        assert not done.faults, (kind, done.faults[:3])
        assert exported(kind) == content, kind
        assert take(kind, content, "file.json").counts["unchanged"] == len(done.lines)
        db.session.remove()
        database.restore()


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "jsonl"])
def test_tables_carry_the_same(everything: Any, take: Take, fmt: str) -> None:
    for kind in KINDS:
        done = take(kind, everything[("public", fmt)][kind], f"file.{fmt}")
        assert not done.faults, (kind, done.faults[:3])
    assert {kind: exported(kind) for kind in KINDS} == everything[("public", "json")]


@pytest.mark.parametrize("audience", ["public", "all"])
def test_all_kinds_in_any_order(everything: Any, take: Take, db: Any, audience: str) -> None:
    order = sorted(KINDS)
    random.Random(3).shuffle(order)
    for kind in order:
        done = take(kind, everything[(audience, "json")][kind], "file.json")
        assert not done.faults, (kind, done.faults[:3])
    assert {kind: exported(kind, "json", audience) for kind in KINDS} == everything[(audience, "json")]
    left = db.session.execute(select(func.count()).select_from(UnresolvedReference)).scalar_one()
    assert left == 0  # everything has found its end


def test_what_comes_first_waits_and_is_exported_as_it_came(everything: Any, take: Take, db: Any) -> None:
    wanted = everything[("public", "json")]
    take("programmes", wanted["programmes"], "file.json")
    done = take("comments", wanted["comments"], "file.json")
    assert len(done.unresolved) >= len(done.lines)  # each names an idea that is not here
    assert exported("comments") == wanted["comments"]
    waits = db.session.execute(select(UnresolvedReference.field, UnresolvedReference.reference)).all()
    assert ("owner", "organisation/bmbf") in waits
    take("organisations", wanted["organisations"], "file.json")
    kinds = db.session.execute(select(UnresolvedReference.kind).distinct()).scalars().all()
    assert kinds == ["comment"]  # owners were found as soon as they appeared
    assert exported("programmes") == wanted["programmes"]


def test_an_export_is_sorted_and_tells_nothing_about_us(demo: None, app: Any) -> None:
    for kind in KINDS:
        records = json.loads(exported(kind, "json", "all"))
        assert [one["id"] for one in records] == sorted(one["id"] for one in records)
        for one in records:
            assert list(one) == sorted(one)
            assert not {"created_by", "entered_by", "revision", "updated_at", "edited_at", "version"} & one.keys()
        assert exported(kind, "json", "all") == exported(kind, "json", "all")


def test_the_facts_are_those_of_the_data_set(demo: None, app: Any) -> None:
    """Importing the shipped files over what `init` loaded changes nothing but dates that count from the day of loading."""
    from consult.core.dataset import FOLDER
    from consult.core.exchange_runs import plan

    for kind in ("organisations", "clusters", "programmes", "projects", "activities", "topics", "relations"):
        found = plan(registries.exchanges[kind], f"{kind}.yaml", (FOLDER / f"{kind}.yaml").read_bytes())
        assert not found.faults, (kind, found.faults[:3])
        assert found.counts["added"] == 0
        changed = [line for line in found.lines if line.outcome == "changed"]
        assert all(line.key.startswith("example-") for line in changed), (kind, changed)
