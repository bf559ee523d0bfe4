"""The schema's state: whether the migrations shipped with this version have been applied, and applying them.

The state is read without Alembic, which every web process would otherwise carry for `/readyz`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import inspect, text

from consult.core.db import db
from consult.core.late import late

if TYPE_CHECKING:
    import flask_migrate
else:
    flask_migrate = late("flask_migrate")

_NAMED = re.compile(r"^(revision|down_revision)\b[^=\n]*= *[\"']([^\"']+)[\"']", re.MULTILINE)


@lru_cache(maxsize=4)
def _newest(directory: str) -> str | None:
    """The revision on which no other builds; the migrations are one line."""
    named = [_NAMED.findall(path.read_text("utf-8")) for path in (Path(directory) / "versions").glob("*.py")]
    below = {name for found in named for kind, name in found if kind == "down_revision"}
    return next((name for found in named for kind, name in found if kind == "revision" and name not in below), None)


def newest_revision() -> str | None:
    """The revision that this version of the product expects."""
    return _newest(current_app.config["MIGRATIONS_DIR"])


def present_revision() -> str | None:
    """The revision that the database has, None for an empty one."""
    with db.engine.connect().execution_options(consult_reading=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
        return found


def schema_is_current() -> bool:
    """Whether the database is at the expected revision."""
    return present_revision() == newest_revision()


def bring_up_to_date() -> None:
    """Apply the missing migrations."""
    db.session.remove()
    flask_migrate.upgrade(directory=current_app.config["MIGRATIONS_DIR"])
