"""Tables: what a page loads it names, and no table points upstairs."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapper

from consult.core.db import Base
from tests.house.source import ROOT


def _mappers(app: Any) -> list[Mapper[Any]]:
    assert app is not None  # building the application imports all rooms
    return sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def _rank(module: str) -> int:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0][
        "layers"
    ]
    room = module.split(".")[1]
    for rank, layer in enumerate(reversed(layers)):
        if room in layer.replace("(", "").replace(")", "").replace(" ", "").split("|"):
            return rank
    raise AssertionError(f"{room} has no rank")


@pytest.mark.sqlite
def test_relationships_load_by_name_only(app: Any) -> None:
    """A lazy load is a query that nobody sees; with `raise` a page loads what it needs where it is written."""
    eager = [
        f"{mapper.class_.__name__}.{relation.key}: lazy={relation.lazy!r}"
        for mapper in _mappers(app)
        for relation in mapper.relationships
        if relation.lazy not in ("raise", "raise_on_sql", "write_only")
    ]
    assert not eager, "\n".join(eager)


@pytest.mark.sqlite
def test_no_table_points_upstairs(app: Any) -> None:
    owner = {mapper.local_table.name: mapper.class_.__module__ for mapper in _mappers(app)}  # type: ignore[attr-defined]
    found = []
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            other = key.column.table.name
            if table.name in owner and other in owner:
                mine, theirs = owner[table.name], owner[other]
                same_room = mine.split(".")[1] == theirs.split(".")[1]
                if not same_room and _rank(mine) <= _rank(theirs):
                    found.append(f"{table.name}.{key.parent.name} ({mine}) -> {other} ({theirs})")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_foreign_keys_are_indexed(app: Any) -> None:
    """Deleting or joining from the other side would otherwise read the whole table; see the goals on growth."""
    assert app is not None
    found = []
    for table in Base.metadata.tables.values():
        leading = {next(iter(index.columns)).name for index in table.indexes}
        leading |= {next(iter(rule.columns)).name for rule in table.constraints if isinstance(rule, UniqueConstraint)}
        leading |= {column.name for column in table.columns if column.unique or column.index}
        leading.add(next(iter(table.primary_key.columns)).name)
        found += [f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.parent.name not in leading]
    assert not found, "\n".join(sorted(found))


@pytest.mark.sqlite
def test_moments_are_aware(app: Any) -> None:
    assert app is not None
    naive = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if type(column.type).__name__ in ("DateTime", "TIMESTAMP")
    ]
    assert not naive


@pytest.mark.sqlite
def test_names_fit_postgresql(app: Any) -> None:
    """PostgreSQL cuts names after 63 bytes, after which a migration no longer finds what it made."""
    assert app is not None
    found = []
    for table in Base.metadata.tables.values():
        names = [table.name, *(column.name for column in table.columns), *(str(index.name) for index in table.indexes)]
        found += [one for one in names if len(one) > 63]
    assert not found
