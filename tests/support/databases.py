"""The databases the suite runs on, and how a test gets a clean one.

Tests use real transactions: what a request commits is committed, what it rolls back is gone, a second connection sees
neither too early. An outer transaction that is rolled back after each test would be a little faster, but on one shared
connection a refused access, a logged look at an answer or a job's own commit would not behave as in the product. Instead
the database is put back after each test that wrote: SQLite by copying the pristine pages (about a millisecond),
PostgreSQL by emptying the tables that were written and refilling those that come with the schema.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection

from consult import create_app
from consult.core import db as core_db
from consult.core.db import db
from tests.support import postgres

RUN_FOLDER = "CONSULT_TEST_RUN"
WRITE = re.compile(r"^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)

TEST_SETTINGS: dict[str, Any] = {
    "TESTING": True,
    "SECRET_KEY": "for tests only, never used anywhere else",
    "SITE_URL": "http://127.0.0.1",
    "SITE_NAME": "Offene Region",
    "MAIL_FROM": "Offene Region <post@region.example>",
    "CONSULT_DEMO_PASSWORD": "for-demo-tests-only",
}


def run_folder() -> Path:
    """The folder that all workers of this run share; made by the first process and known to the others by environment."""
    if RUN_FOLDER not in os.environ:
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="consult-tests-", dir=base)
    return Path(os.environ[RUN_FOLDER])


def remove_run_folder() -> None:
    """Delete the shared folder; done by the process that made it, at its end."""
    shutil.rmtree(os.environ.pop(RUN_FOLDER, ""), ignore_errors=True)


@contextmanager
def only_one_worker(name: str) -> Iterator[Path]:
    """Let one worker at a time into the block; yields the path of a mark that the first one may leave for the others."""
    with (run_folder() / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield run_folder() / f"{name}.done"


def make_app(url: str, data: Path, **settings: Any) -> Flask:
    """The application on a database, with the tests' settings."""
    data.mkdir(parents=True, exist_ok=True)
    return create_app({**TEST_SETTINGS, "DATABASE_URL": url, "CONSULT_DATA_DIR": str(data), **settings})


def make_schema(app: Flask) -> None:
    """Bring an empty database to the present schema, as `consult db upgrade` does."""
    with app.app_context():
        if any(Path(app.config["MIGRATIONS_DIR"]).glob("versions/*.py")):
            flask_migrate.upgrade()
        else:
            core_db.create_schema()


class Database:
    """A database with its application. A snapshot is its content under a name; "pristine" is that of a new installation.

    `keep` takes a snapshot of the present state, `restore` brings one back. Both need all transactions to be over.
    """

    engine_name = ""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.present: str | None = "pristine"
        with app.app_context():
            self.engine: Engine = db.engine

    def knows(self, name: str) -> bool:
        """Whether there is a snapshot of this name."""
        raise NotImplementedError

    def keep(self, name: str) -> None:
        raise NotImplementedError

    def restore(self, name: str = "pristine") -> None:
        raise NotImplementedError

    def untouched(self) -> bool:
        """Whether nobody has written since the last snapshot was taken or brought back."""
        raise NotImplementedError

    def close(self) -> None:
        self.engine.dispose()


class SQLiteDatabase(Database):
    """The embedded database, in a file of its own. `PRAGMA data_version` tells whether a test wrote anything."""

    engine_name = "sqlite"

    def __init__(self, worker: str) -> None:
        self.path = run_folder() / f"{worker}.sqlite3"
        with only_one_worker("sqlite-template") as done:
            if not done.exists():
                self._make_template(done.with_suffix(".sqlite3"))
                done.touch()
            shutil.copyfile(done.with_suffix(".sqlite3"), self.path)
        super().__init__(make_app(f"sqlite:///{self.path}", run_folder() / f"data-{worker}"))
        self._snapshots: dict[str, sqlite3.Connection] = {}
        self._guard = sqlite3.connect(self.path, check_same_thread=False, timeout=5, isolation_level=None)
        self._guard.execute("pragma synchronous=off")
        self.keep("pristine")

    @staticmethod
    def _make_template(path: Path) -> None:
        app = make_app(f"sqlite:///{path}", run_folder() / "data-template")
        make_schema(app)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()  # the last connection writes the log back into the file

    def _data_version(self) -> int:
        return int(self._guard.execute("pragma data_version").fetchone()[0])

    def knows(self, name: str) -> bool:
        return name in self._snapshots

    def keep(self, name: str) -> None:
        self._snapshots[name] = sqlite3.connect(":memory:", check_same_thread=False)
        self._guard.backup(self._snapshots[name])
        self.present, self._version = name, self._data_version()

    def untouched(self) -> bool:
        return self._data_version() == self._version

    def restore(self, name: str = "pristine") -> None:
        if name == self.present and self.untouched():
            return
        self._snapshots[name].backup(self._guard)
        self.present, self._version = name, self._data_version()

    def close(self) -> None:
        self._guard.close()
        for snapshot in self._snapshots.values():
            snapshot.close()
        super().close()


class PostgreSQLDatabase(Database):
    """A clone of the run's template. A snapshot is a schema beside `public` with a copy of each table that holds rows.

    Only tables that were written since are emptied and refilled, without regard to triggers and the order of keys.
    """

    engine_name = "postgresql"

    def __init__(self, worker: str, port: int) -> None:
        with only_one_worker("postgresql-template") as done:
            if not done.exists():
                self._make_template(port)
                done.touch()
            postgres.execute(port, f"create database consult_{worker} template consult_template")
        url = postgres.database_url(port, f"consult_{worker}")
        super().__init__(make_app(url, run_folder() / f"data-{worker}-pg"))
        self._cleaner = create_engine(url, pool_size=1)
        self._columns: dict[str, dict[str, str]] = {}  # snapshot -> table -> its columns
        self._touched: set[str] = set()
        self._known, self._cascades = self._read_structure()
        # whichever engine of this process writes into this database
        event.listen(Engine, "after_cursor_execute", self._note)
        self.keep("pristine")

    @staticmethod
    def _make_template(port: int) -> None:
        postgres.execute(port, "create database consult_template")
        app = make_app(postgres.database_url(port, "consult_template"), run_folder() / "data-template")
        make_schema(app)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _note(self, connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection.engine.url.database != self.engine.url.database or connection.engine is self._cleaner:
            return
        if found := WRITE.match(statement):
            self._touched.add(found[1].lower())
        elif statement.lstrip()[:4].upper() == "WITH":
            self._touched |= {name.lower() for name in re.findall(r"(?i)\b(?:into|update|from)\s+\"?(\w+)", statement)}

    def _read_structure(self) -> tuple[set[str], list[tuple[str, str]]]:
        """All tables, and the pairs (parent, child) in which deleting the parent changes the child."""
        with self._cleaner.begin() as connection:
            tables = connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))
            known = set(tables.scalars())
            pairs = connection.execute(
                text(
                    "select confrelid::regclass::text, conrelid::regclass::text from pg_constraint"
                    " where contype = 'f' and confdeltype in ('c', 'n', 'd')"
                )
            ).all()
        return known, [(parent.strip('"'), child.strip('"')) for parent, child in pairs]

    def _with_cascades(self, names: set[str]) -> set[str]:
        """The tables together with those that a cascading foreign key may have changed."""
        found, before = set(names), 0
        while len(found) != before:
            before = len(found)
            found |= {child for parent, child in self._cascades if parent in found}
        return found

    def knows(self, name: str) -> bool:
        return name in self._columns

    def keep(self, name: str) -> None:
        found: dict[str, str] = {}
        with self._cleaner.begin() as connection:
            connection.execute(text(f'create schema "{name}"'))
            for table in sorted(self._known):
                if not connection.execute(text(f'select exists (select 1 from "{table}")')).scalar_one():
                    continue
                connection.execute(text(f'create table "{name}"."{table}" as table public."{table}"'))
                columns = connection.execute(
                    text(
                        "select column_name from information_schema.columns where table_schema = 'public'"
                        " and table_name = :table and is_generated = 'NEVER' order by ordinal_position"
                    ),
                    {"table": table},
                ).scalars()
                found[table] = ", ".join(f'"{column}"' for column in columns)
        self._columns[name] = found
        self.present = name
        self._touched.clear()

    def untouched(self) -> bool:
        return not self._touched & self._known

    def restore(self, name: str = "pristine") -> None:
        touched = self._touched & self._known
        if name != self.present:
            touched |= {*self._columns[name], *self._columns[self.present or "pristine"]}
        if not touched:
            return
        with self._cleaner.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text("set local lock_timeout = '5s'"))
            for table in self._with_cascades(touched):
                connection.execute(text(f'delete from "{table}"'))
                if table in self._columns[name]:
                    columns = self._columns[name][table]
                    target = f'"{table}" ({columns}) overriding system value'
                    connection.execute(text(f'insert into {target} select {columns} from "{name}"."{table}"'))
        self.present = name
        self._touched.clear()

    def close(self) -> None:
        event.remove(Engine, "after_cursor_execute", self._note)
        self._cleaner.dispose()
        super().close()
