"""The production server (Granian) with the job worker beside it, in one command.

Web processes are forked and import the application by name; the worker is a process of its own, ended with the server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from consult import create_app
from consult.core import logs
from consult.core.db import db
from consult.core.starting import before_fork
from consult.ops import content, installation
from consult.ops.statics import prepare_static
from consult.search import operations as search

TARGET = "consult.ops.server_app:app"


def start_worker() -> subprocess.Popen[bytes]:
    """The job worker as a process of its own.

    Web processes are forked from this one. It must hold no open database then: SQLite keeps account of locks in the memory
    of a process, and a copy of that account locks the copy out for ever.
    """
    return subprocess.Popen([sys.executable, "-m", "consult", "jobs", "work"])  # noqa: S603 - our own program


def refuse_taken_port(host: str, port: int) -> None:
    """Say so where somebody listens already: Granian would share the port with them, and each would get half the visits."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(
                f"The server cannot listen on {host}:{port}: {error.strerror}. Another port: --port 5001", err=True
            )
            sys.exit(1)


def run(host: str, port: int, workers: int, demo: bool) -> None:
    """Prepare and serve until told to stop; requests in flight are finished, the job at hand too."""
    refuse_taken_port(host, port)
    os.environ.setdefault("SITE_URL", f"http://{host}:{port}")
    if demo:
        os.environ["CONSULT_DEMO"] = "1"
    app = create_app()
    settings = app.config["SETTINGS"]
    logs.setup(settings.log_level, settings.log_format)
    with app.app_context():
        installation.prepare_schema()
        if demo:
            if content.demo_is_loaded():
                content.move_demo_dates()
                content.load("demo", rooms=frozenset({"accounts"}))  # the password may have been set anew
            else:
                click.echo("Loading the demo content ...")
                installation.load_demo()
            if not search.is_up_to_date():  # of an older version; elsewhere `consult doctor` says so
                click.echo("Making the search index anew ...")
                search.reindex()
            installation.print_accounts()
            db.session.rollback()
        prepare_static(Path(app.static_folder or ""), settings.data_dir)
        db.session.remove()
        db.engine.dispose()
    click.echo(f"consult is at {settings.site_url}")
    worker = start_worker()
    before_fork()
    try:
        Granian(
            TARGET,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=4,
            respawn_failed_workers=True,
            websockets=False,
            log_enabled=True,
            log_level="warning",  # type: ignore[arg-type]
        ).serve()
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=20)
        except subprocess.TimeoutExpired:
            worker.kill()
