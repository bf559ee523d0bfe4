"""Where the benchmark's data lie: a folder with an SQLite file, or a database on a PostgreSQL server of its own.

PostgreSQL is that of the machine, with its cluster in the benchmark's folder, so that what was made once is kept. It refuses
to run as root, so there it runs as the user `postgres` that its package brings.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "fsync": "off",  # the figures are CPU time; a benchmark's data can be made again
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Store:
    """A folder with the product's files, and the address of its database."""

    folder: Path
    url: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def ready(self) -> Path:
        """The file that says that the data are whole."""
        return self.folder / "ready"

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def one(self, statement: str, **values: Any) -> Any:
        """The only value that a statement finds."""
        return self.rows(statement, **values)[0][0]

    def do(self, *statements: str, **values: Any) -> None:
        """Change the data past the product."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)


def environment(store: Store) -> dict[str, str]:
    """What a process needs that works on these data."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **keep,
        "CONSULT_DATA_DIR": str(store.folder),
        "DATABASE_URL": store.url,
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "WARNING",
    }


def consult(store: Store, *arguments: str) -> None:
    """One of the product's commands."""
    subprocess.run(
        [sys.executable, "-m", "consult", *arguments], check=True, cwd=ROOT, env=environment(store),
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on: granian shares a taken one without a word, and another server would answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stores:
    """Makes stores by name on one engine."""

    def __init__(self, base: Path, port: int | None) -> None:
        self.base, self.port = base, port

    def __call__(self, name: str) -> Store:
        folder = self.base / (name if self.port is None else f"{name}-postgresql")
        folder.mkdir(parents=True, exist_ok=True)
        if self.port is None:
            return Store(folder, f"sqlite:///{folder / 'consult.sqlite3'}")
        database = "bench_" + name.replace("-", "_")
        server = Store(folder, f"postgresql+psycopg://consult@127.0.0.1:{self.port}/postgres")
        if not server.rows("select 1 from pg_database where datname = :name", name=database):
            subprocess.run(
                [_programs() / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "consult", database],
                check=True,
            )
        return Store(folder, f"postgresql+psycopg://consult@127.0.0.1:{self.port}/{database}")


def _programs() -> Path:
    found = sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit("PostgreSQL's server programs are not installed")
    return found[-1]


def _as_owner() -> Mapping[str, Any]:
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


@contextmanager
def opened(base: Path, database: str) -> Iterator[Stores]:
    """The stores of an engine; a server that they need ends with the block."""
    base.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        yield Stores(base, None)
        return
    cluster, owner = base / "postgresql", _as_owner()
    if not (cluster / "data" / "PG_VERSION").exists():
        cluster.mkdir(exist_ok=True)
        if owner:
            os.chown(cluster, owner["user"], owner["group"])
        subprocess.run(
            [_programs() / "initdb", "-D", cluster / "data", "-U", "consult", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=cluster, **owner,
        )  # fmt: skip
    port = free_port()
    command: list[Any] = [_programs() / "postgres", "-D", cluster / "data", "-p", str(port)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (cluster / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=cluster, start_new_session=True, **owner)
    try:
        _wait(process, port, cluster / "log")
        yield Stores(base, port)
    finally:
        process.send_signal(signal.SIGINT)  # fast: whoever is connected is cut off
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            Store(log.parent, f"postgresql+psycopg://consult@127.0.0.1:{port}/postgres").one("select 1")
            return
        except OperationalError:  # it does not listen yet, or is still starting
            time.sleep(0.05)
    raise SystemExit(f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def made(store: Store, what: str, steps: list[tuple[str, ...]]) -> Store:
    """The store with its data: made once by these commands and kept, and brought to the present schema."""
    consult(store, "db", "upgrade")
    if not store.ready.exists():
        began = time.monotonic()
        for step in steps:
            consult(store, *step)
        if not store.is_sqlite:
            engine = create_engine(store.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:  # as autovacuum does in the end
                connection.execute(text("vacuum analyze"))
        store.ready.touch()
        print(f"made {what} in {time.monotonic() - began:.0f} s", flush=True)
    return store
