"""The schema's state: whether the migrations shipped with this version have been applied, and applying them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flask import current_app

from consult.core.db import db
from consult.core.late import late

if TYPE_CHECKING:
    import flask_migrate
    from alembic import config, script
    from alembic.runtime import migration
else:
    flask_migrate = late("flask_migrate")
    config = late("alembic.config")
    script = late("alembic.script")
    migration = late("alembic.runtime.migration")


@lru_cache(maxsize=4)
def _newest(directory: str) -> str | None:
    made = config.Config()
    made.set_main_option("script_location", directory)
    return script.ScriptDirectory.from_config(made).get_current_head()


def newest_revision() -> str | None:
    """The revision that this version of the product expects."""
    return _newest(current_app.config["MIGRATIONS_DIR"])


def present_revision() -> str | None:
    """The revision that the database has, None for an empty one."""
    with db.engine.connect().execution_options(consult_reading=True) as connection:
        return migration.MigrationContext.configure(connection).get_current_revision()


def schema_is_current() -> bool:
    """Whether the database is at the expected revision."""
    return present_revision() == newest_revision()


def bring_up_to_date() -> None:
    """Apply the missing migrations."""
    db.session.remove()
    flask_migrate.upgrade(directory=current_app.config["MIGRATIONS_DIR"])
