"""Flask-Migrate, made when it is first looked for: serving pages needs neither it nor Alembic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from flask import Flask

from consult.core.db import db, include_object
from consult.core.late import late

if TYPE_CHECKING:
    import flask_migrate
    from flask_migrate import cli
else:
    flask_migrate = late("flask_migrate")
    cli = late("flask_migrate.cli")


class _Commands(click.Command):
    """`consult db ...`, which are Flask-Migrate's own commands."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return cli.db.make_context(info_name, args, parent, **extra)


class _Extension:
    """Stands in `app.extensions["migrate"]` until somebody asks it for something."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        flask_migrate.Migrate(
            self._app,
            db,
            directory=self._app.config["MIGRATIONS_DIR"],
            render_as_batch=True,
            include_object=include_object,
            compare_type=True,
        )  # it takes this one's place
        return getattr(self._app.extensions["migrate"], name)


def init_app(app: Flask) -> None:
    """Register the commands, and the extension to be made later."""
    app.extensions["migrate"] = _Extension(app)
    app.cli.add_command(_Commands("db", help="Migrations of the database."))
