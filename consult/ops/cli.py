"""`consult`, the command line. Each command says what it did and what to do next; errors end with status 1.

`consult COMMAND --help` explains each. The migrations (`consult db ...`) come from Flask-Migrate.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import click
from flask import current_app
from flask.cli import FlaskGroup, with_appcontext

from consult import create_app
from consult.accounts import cli as accounts_cli
from consult.core import audit, jobs, logs
from consult.core.db import db, set_reading
from consult.core.registry import registries
from consult.ops import doctor, exchange_cli, installation, serving, synthetic


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--demo", is_flag=True, help="Load the demo content if there is none, and run in demo mode.")
def serve(host: str, port: int, workers: int, demo: bool) -> None:
    """Bring the embedded database up to date, then serve the product and work on its jobs."""
    serving.run(host, port, workers, demo)


@click.command()
@click.option("--admin", "admin_email", required=True, help="E-mail address of the first administrator.")
@click.option("--without-facts", is_flag=True, help="Leave out the shipped clusters, programmes and projects.")
@with_appcontext
def init(admin_email: str, without_facts: bool) -> None:
    """First installation: schema, the open-region consultation, the facts, the first administrator."""
    installation.first_time(admin_email, without_facts)


@click.group()
def demo() -> None:
    """The fictitious content for trying things out."""


@demo.command("load")
@with_appcontext
def demo_load() -> None:
    """Load the demo content; refuses on a database that holds other people's data."""
    installation.load_demo()


@click.command()
@with_appcontext
def reindex() -> None:
    """Make the search index and all rendered texts anew."""
    click.echo(f"{installation.reindex()} documents are in the index.")


@click.command()
@with_appcontext
def recount() -> None:
    """Count the stored counters anew."""
    for name, mend in sorted(registries.counters.items()):
        click.echo(f"{name}: {mend()} corrected")
    db.session.commit()


@click.group("jobs")
def jobs_group() -> None:
    """Background jobs."""


@jobs_group.command("work")
@with_appcontext
def jobs_work() -> None:
    """Work on jobs until the process is told to stop."""
    logs.setup(current_app.config["SETTINGS"].log_level, current_app.config["SETTINGS"].log_format)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_stop_with_parent, args=(stop, os.getppid()), daemon=True).start()
    jobs.work(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


def _stop_with_parent(stop: threading.Event, parent: int) -> None:
    """End the worker when the server that started it is gone, however it ended."""
    while not stop.wait(2):
        if os.getppid() != parent:
            stop.set()


@jobs_group.command("status")
@with_appcontext
def jobs_status() -> None:
    """How many jobs wait, are late, failed for good; exit status 1 if any failed."""
    set_reading(True)
    counts = jobs.counts()
    for name, value in counts.items():
        click.echo(f"{name}: {value}")
    if counts["failed"]:
        sys.exit(1)


@jobs_group.command("retry")
@with_appcontext
def jobs_retry() -> None:
    """Give jobs that failed for good another try."""
    count = jobs.retry_failed()
    db.session.commit()
    click.echo(f"{count} jobs will be tried again.")


@click.group("audit")
def audit_group() -> None:
    """The audit log."""


@audit_group.command("verify")
@with_appcontext
def audit_verify() -> None:
    """Check the hash chain; names the first broken record and ends with status 1."""
    set_reading(True)
    erased = 0
    for finding in audit.verify():
        if finding.state == "broken":
            click.echo(f"Record {finding.seq} is broken: {finding.reason}.", err=True)
            sys.exit(1)
        erased += 1
    click.echo(f"The chain is whole. {erased} details were erased as the law demands.")


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Check configuration, schema, mail, storage, index and clock; exit status 1 if something must be mended."""
    set_reading(True)
    if not doctor.report():
        sys.exit(1)


@click.command()
@click.option("--ideas", required=True, type=click.IntRange(0, 2_000_000))
@click.option("--comments", default=0, show_default=True, type=click.IntRange(0, 20_000_000))
@click.option("--clusters", default=0, show_default=True, type=click.IntRange(0, 100_000))
@click.option("--users", default=50, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True)
@with_appcontext
def synth(**sizes: int) -> None:
    """Make reproducible synthetic content for load tests; refuses where real people have accounts."""
    synthetic.make(**sizes)


def commands() -> list[click.Command]:
    """All commands of the product."""
    return [
        serve, init, demo, reindex, recount, accounts_cli.group, jobs_group, audit_group, doctor_command, synth,
        *exchange_cli.COMMANDS,
    ]  # fmt: skip


def main(arguments: Any = None) -> None:
    """Entry of the `consult` command."""
    os.environ.setdefault("FLASK_SKIP_DOTENV", "1")
    group = FlaskGroup(create_app=create_app, help=__doc__, add_version_option=False, add_default_commands=False)
    group.main(args=arguments, prog_name="consult")


if __name__ == "__main__":
    main()
