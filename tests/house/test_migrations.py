"""Migrations: one line from empty to the models, on both databases, and the newest goes down and up with data in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import MetaData, func, inspect, select

from consult.core.db import Base, db, include_object
from consult.ops import content, schema
from tests.house.source import ROOT
from tests.support import postgres
from tests.support.databases import Database, make_app, run_folder

FOLDER = ROOT / "migrations"
DERIVED = {"cluster_facet", "cluster_facet_count"}  # codes of a newer release go with it and are made anew


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config)


@pytest.fixture
def empty(database: Database, worker: str) -> Iterator[Flask]:
    """An application on an empty database of the engine at hand, with an application context."""
    name = f"migrations_{worker}"
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


def differences() -> list[Any]:
    """What Alembic would still change to make the database equal the models."""
    with db.engine.connect() as connection:
        options = {"include_object": include_object, "compare_type": True}
        found = list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))
        connection.rollback()
    return found


def table_names() -> set[str]:
    with db.engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        connection.rollback()
    return names


def rows() -> dict[str, int]:
    """How many rows each table holds, read from the database as it is, not from the models."""
    found = {}
    with db.engine.connect() as connection:
        present = MetaData()
        present.reflect(connection)
        for table in present.sorted_tables:
            if include_object(table, table.name, "table", True, None) and table.name != "alembic_version":
                found[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
        connection.rollback()
    return found


def test_they_form_one_numbered_line() -> None:
    """`0001_...`, `0002_...` without gaps, each on top of the one before."""
    revisions = list(reversed(list(scripts().walk_revisions())))
    assert revisions, "there are no migrations"
    assert scripts().get_heads() == [schema._newest(str(FOLDER))]
    for number, revision in enumerate(revisions, 1):
        file = Path(revision.path).name
        assert re.fullmatch(rf"{number:04}_[a-z0-9_]+\.py", file), f"{file} should begin with {number:04}_"
        assert revision.down_revision == (revisions[number - 2].revision if number > 1 else None)
        assert revision.doc, f"{file} says not what it does"


def test_from_empty_they_equal_the_models(empty: Flask) -> None:
    flask_migrate.upgrade()
    assert differences() == []


def test_all_the_way_down_leaves_nothing(empty: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert table_names() <= {"alembic_version"}
    flask_migrate.upgrade()
    assert differences() == []


def test_the_newest_goes_down_and_up_with_data(empty: Flask) -> None:
    """What the tables of both versions hold is still there afterwards."""
    flask_migrate.upgrade()
    content.load("facts")
    content.load("demo")
    db.session.remove()
    before = rows()
    assert sum(before.values()) > 500
    flask_migrate.downgrade(revision="-1")
    between = rows()
    flask_migrate.upgrade()
    after = rows()
    kept = {table: count for table, count in before.items() if table in between}
    assert {table: after[table] for table in kept} == kept
    assert differences() == []


def test_none_of_them_loses_a_row(empty: Flask) -> None:
    """Down to the tables of the first release and up again, with data: what had a table all the time is all there.

    On SQLite a changed table is made anew, and dropping the old one must not take along what refers to it.
    """
    flask_migrate.upgrade()
    content.load("facts")
    content.load("demo")
    db.session.remove()
    before = rows()
    flask_migrate.downgrade(revision="0002_add_search")
    between = {table: count for table, count in rows().items() if table not in DERIVED}
    assert between == {table: count for table, count in before.items() if table in between}
    flask_migrate.upgrade()
    after = rows()
    assert {table: after[table] for table in between} == between
    assert differences() == []
