"""Running the product: the command line, the server, health and figures, synthetic load.

Words: a *loader* brings shipped content into the database, *demo* is the fictitious part of it, *synth* makes reproducible
load. Always holds: commands commit what they announce, and nothing here decides what a room may do.
"""

from __future__ import annotations

from flask import Flask

from consult.core import exchange_runs
from consult.core.registry import registries
from consult.ops import cli, exchange, health


def init_app(app: Flask) -> None:
    """Register health addresses and commands, so that `flask --app wsgi` knows what `consult` knows."""
    app.register_blueprint(health.blueprint)
    registries.on_touch.append(exchange_runs.settle)
    registries.personal_data["imports"] = exchange.DATA
    for command in cli.commands():
        app.cli.add_command(command)
