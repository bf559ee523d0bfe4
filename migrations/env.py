"""How Alembic reaches the database and the models: through the application, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from consult.core.db import Base, LongText, RenderedHTML, UTCDateTime, db, include_object

PLAIN = {UTCDateTime: "sa.DateTime(timezone=True)", LongText: "sa.Text()", RenderedHTML: "sa.Text()"}


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our own column types as the plain ones they are in the database, so that old migrations need no old code."""
    if kind == "type" and type(item) in PLAIN:
        return PLAIN[type(item)]
    return False


@contextmanager
def resting_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which would delete all rows that refer to it.

    So foreign keys rest meanwhile, as SQLite's own advice is; `check_keys` looks at them before the commit. The pragma
    counts only outside of a transaction, hence on the driver's connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("pragma foreign_keys=off")
    try:
        yield
    finally:
        if connection.in_transaction():
            connection.rollback()
        driver.execute("pragma foreign_keys=on")


def check_keys(connection: Connection) -> None:
    """RuntimeError where a migration leaves a reference without its end; nothing of it is kept then."""
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("pragma foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"the migration leaves references without their end: {broken[:5]}")


def run() -> None:
    options = dict(current_app.extensions["migrate"].configure_args)
    options.update(include_object=include_object, render_item=render_item, compare_type=True, render_as_batch=True)
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, **options)
        with resting_keys(connection):
            with context.begin_transaction():
                context.run_migrations()
                check_keys(connection)
            connection.commit()


if context.is_offline_mode():
    raise SystemExit("The migrations look at the database they change; please run them online.")
run()
