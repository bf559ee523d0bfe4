"""Directories of the version before: awards and focus countries become codes, with the numbers of a new count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import MetaData, insert, select

from consult.core.db import db
from tests.support import postgres
from tests.support.databases import Database, make_app, run_folder

BEFORE, AFTER = "0003_edit_portraits", "0004_extend_the_directory"


@pytest.fixture
def empty(database: Database, worker: str) -> Iterator[Flask]:
    """An application on an empty database of the engine at hand."""
    name = f"directory_{worker}"
    if database.engine_name == "postgresql":
        port = int(database.engine.url.port or 0)
        postgres.execute(port, f"drop database if exists {name}")
        postgres.execute(port, f"create database {name}")
        url = postgres.database_url(port, name)
    else:
        file = run_folder() / f"{name}.sqlite3"
        for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            path.unlink(missing_ok=True)
        url = f"sqlite:///{file}"
    app = make_app(url, run_folder() / f"data-{name}")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def add(table: Any, **values: Any) -> None:
    """A row of a table as it is in the database; what must be there and is not said is filled in."""
    blank = {str: "", int: 0, bool: False, dict: {}, list: [], datetime: datetime(2026, 1, 1, tzinfo=UTC)}
    for column in table.columns:
        if column.name not in values and not column.nullable and column.server_default is None and column.name != "id":
            values[column.name] = blank.get(column.type.python_type, "")
    with db.engine.begin() as connection:
        connection.execute(insert(table).values(values))


def rows(table: Any) -> set[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(table))}


def test_codes_and_numbers_are_made_and_go_again(empty: Flask) -> None:
    flask_migrate.upgrade(revision=BEFORE)
    present = MetaData()
    present.reflect(db.engine)
    tables = present.tables
    for number in (1, 2):
        add(tables["cluster"], id=number, slug=f"c{number}", country="DE")
        add(tables["cluster_facet"], cluster_id=number, facet="region", code="DEG")
    add(tables["cluster_facet"], cluster_id=1, facet="region", code="DED")
    add(tables["cluster_facet_count"], facet="region", code="DEG", count=2)
    for position in (1, 2):  # the same award in two sources is one code
        add(tables["cluster_observation"], cluster_id=1, position=position, kind="label", code="ecei")
    ends = [("focus_on", "cluster", 1, "country", 7, "SE", "stated"),
            ("focus_on", "cluster", 2, "country", 8, "FR", "declined"),
            ("member_of", "organisation", 5, "cluster", 1, "c1", "stated"),
            ("member_of", "organisation", 5, "cluster", 2, "c2", "confirmed"),
            ("member_of", "organisation", 6, "cluster", 2, "c2", "ended")]  # fmt: skip
    for kind, from_kind, from_id, to_kind, to_id, key, status in ends:
        add(tables["link"], type=kind, from_kind=from_kind, from_id=from_id, from_key=str(from_id), to_kind=to_kind,
            to_id=to_id, to_key=key, status=status)  # fmt: skip
    before = rows(tables["cluster_facet"]), rows(tables["cluster_facet_count"])

    flask_migrate.upgrade(revision=AFTER)
    added = rows(tables["cluster_facet"]) - before[0]
    assert added == {
        (1, "label", "ecei"), (1, "country", "SE"), (1, "country", "scandinavia"), (1, "country", "baltic-sea"),
    }  # fmt: skip
    assert rows(tables["cluster_facet_count"]) - before[1] == {
        ("label", "ecei", 1), ("country", "SE", 1), ("country", "scandinavia", 1), ("country", "baltic-sea", 1),
        ("any", "region", 2), ("several", "region", 1), ("any", "country", 1), ("several", "country", 1),
        ("members", "", 1), ("several", "members", 1),
    }  # fmt: skip

    flask_migrate.downgrade(revision=BEFORE)
    assert (rows(tables["cluster_facet"]), rows(tables["cluster_facet_count"])) == before
