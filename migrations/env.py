"""How Alembic reaches the database and the models: through the application, on either engine."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from consult.core.db import Base, LongText, RenderedHTML, UTCDateTime, db, include_object

PLAIN = {UTCDateTime: "sa.DateTime(timezone=True)", LongText: "sa.Text()", RenderedHTML: "sa.Text()"}


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our own column types as the plain ones they are in the database, so that old migrations need no old code."""
    if kind == "type" and type(item) in PLAIN:
        return PLAIN[type(item)]
    return False


def run() -> None:
    options = dict(current_app.extensions["migrate"].configure_args)
    options.update(include_object=include_object, render_item=render_item, compare_type=True, render_as_batch=True)
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("The migrations look at the database they change; please run them online.")
run()
