"""The schema's state: whether the migrations shipped with this version have been applied, and applying them."""

from __future__ import annotations

from functools import lru_cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade

from consult.core.db import db


@lru_cache(maxsize=4)
def _newest(directory: str) -> str | None:
    config = Config()
    config.set_main_option("script_location", directory)
    return ScriptDirectory.from_config(config).get_current_head()


def newest_revision() -> str | None:
    """The revision that this version of the product expects."""
    return _newest(current_app.config["MIGRATIONS_DIR"])


def present_revision() -> str | None:
    """The revision that the database has, None for an empty one."""
    with db.engine.connect().execution_options(consult_reading=True) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def schema_is_current() -> bool:
    """Whether the database is at the expected revision."""
    return present_revision() == newest_revision()


def bring_up_to_date() -> None:
    """Apply the missing migrations."""
    db.session.remove()
    upgrade(directory=current_app.config["MIGRATIONS_DIR"])
