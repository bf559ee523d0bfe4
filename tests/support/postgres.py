"""A PostgreSQL server of the tests' own: made, started and thrown away by the run itself.

It lives in a temporary folder, listens on a free port of 127.0.0.1 and keeps nothing safe (no fsync), since the data die
with the run. PostgreSQL refuses to run as root, so there it runs as the user `postgres` that its package brings. One
template database gets the schema once; each worker clones it, which takes a third of a second.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.machine import die_with_parent, free_port, postgresql_bin

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "logging_collector": "off",
}


def _as_owner() -> dict[str, Any]:
    """Arguments for `subprocess` that let a server program run as somebody whom PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


@dataclass
class PostgreSQL:
    """A running server; `url(name)` addresses one of its databases."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, name: str) -> str:
        return database_url(self.port, name)

    def stop(self) -> None:
        """End the server at once and delete what it stored."""
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def database_url(port: int, name: str) -> str:
    """SQLAlchemy's address of a database on the tests' server."""
    return f"postgresql+psycopg://consult@127.0.0.1:{port}/{name}"


def start() -> PostgreSQL:
    """Make and start a server. Raises RuntimeError with PostgreSQL's own words where that fails."""
    programs = postgresql_bin()
    if programs is None:
        raise RuntimeError("PostgreSQL's server programs are not installed")
    # not below pytest's own folder: that is closed to the user `postgres`
    folder = Path(tempfile.mkdtemp(prefix="consult-pg-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    owner = _as_owner()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data, log = folder / "data", folder / "log"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "consult", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True, capture_output=True, cwd=folder, env=environment, **owner,
    )  # fmt: skip
    port = free_port()
    command: list[Any] = [programs / "postgres", "-D", data, "-p", str(port)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=folder, env=environment,
            preexec_fn=die_with_parent, start_new_session=True, **owner,
        )  # fmt: skip
    server = PostgreSQL(folder, port, process)
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="consult", dbname="postgres").close()
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    words = log.read_text("utf-8", "replace")[-2000:]
    server.stop()
    raise RuntimeError(f"PostgreSQL did not start:\n{words}")


def execute(port: int, statement: str) -> None:
    """One statement beside all databases of the run: create, clone or drop one."""
    with psycopg.connect(host="127.0.0.1", port=port, user="consult", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)
