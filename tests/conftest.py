"""Fixtures of the whole suite.

Database tests run on both engines where PostgreSQL is installed; of a table with many rows all run on SQLite and every
tenth on PostgreSQL, since rows differ in what the rules say, not in what the engine does. `--db both` runs every row on
both, `--db sqlite` and `--db postgresql` all on one. Ask for what you need:

    app, db             the application with a clean database and an application context
    demo                the same with the shipped facts and the demo content in it; `facts`, `indexed_facts`: facts alone
    own_app             a further application with other settings on the same database
    client, new_client  browsers without JavaScript; pages they open are checked (`support.client`)
    sign_in             sign_in(client, person)
    cast, make          the fixed cast of people; factories for everything else (`support.factories`)
    outbox, run_jobs    queued mail; do the background jobs that are due
    clock               time stands still; `clock.shift(...)`, `clock.move_to(...)`
    smtp_sink, redis_url, database          real servers beside the application
    live_server, browser                    the product in a process of its own, and a real Chromium
"""

from __future__ import annotations

import contextvars
import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.support import lasting, machine, postgres, redis
from tests.support.databases import Database, PostgreSQLDatabase, SQLiteDatabase, remove_run_folder, run_folder
from tests.support.network import block_foreign_connections

pytest.register_assert_rewrite("tests.support.client", "tests.support.page", "tests.support.factories")

block_foreign_connections()
lasting.watch()

PG_PORT = "CONSULT_TEST_PG_PORT"
ENGINES = pytest.StashKey[list[str]]()
SAMPLED = 10  # of the rows of a table, every so many-th runs on PostgreSQL, too
LEFT_OUT = pytest.StashKey[list[str]]()
_server: postgres.PostgreSQL | None = None


# ---- what runs where ------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db", choices=("sqlite", "postgresql", "both"), default=os.environ.get("CONSULT_TEST_DB") or None,
        help="engines to run every row of a table on; default: all on SQLite, every tenth on PostgreSQL where installed",
    )  # fmt: skip


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("--db") or "both"
    engines = ["sqlite", "postgresql"] if wanted == "both" else [wanted]
    left_out = machine.missing()
    if machine.IN_CI and left_out:
        raise pytest.UsageError(f"with CI=true nothing may be left out, but: {'; '.join(left_out.values())}")
    config.stash[LEFT_OUT] = list(left_out.values())
    if "postgresql" in engines and machine.postgresql_bin() is None:
        if wanted == "postgresql":
            raise pytest.UsageError("PostgreSQL's server programs are not installed")
        engines.remove("postgresql")
    config.stash[ENGINES] = engines
    run_folder()
    if not _is_worker(config) and "postgresql" in engines and config.getoption("numprocesses", None):
        start_postgresql()  # one server for all workers, ended by the process that outlives them


def start_postgresql() -> int:
    """The port of the run's server; the first call starts it."""
    global _server
    if PG_PORT not in os.environ:
        _server = postgres.start()
        os.environ[PG_PORT] = str(_server.port)
    return int(os.environ[PG_PORT])


def pytest_unconfigure(config: pytest.Config) -> None:
    global _server
    if _server is not None:
        _server.stop()
        _server = None
        os.environ.pop(PG_PORT, None)
    if not _is_worker(config):
        remove_run_folder()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    engines = metafunc.config.stash[ENGINES]
    only = [name for name in ("sqlite", "postgresql") if metafunc.definition.get_closest_marker(name)]
    if only:
        engines = [name for name in engines if name in only]
    metafunc.parametrize("database", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    fixtures = {"chromium_browser": "browser", "redis_url": "redis", "redis_server": "redis"}
    missing = machine.missing()
    sampled = not config.getoption("--db")
    rows: Counter[str] = Counter()
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        needed = {fixtures[name] for name in getattr(item, "fixturenames", ()) if name in fixtures}
        if "browser" in needed:
            item.add_marker("browser")
        if item.get_closest_marker("postgresql") and "postgresql" not in config.stash[ENGINES]:
            needed.add("another engine")
        if sampled and _engine(item) == "postgresql":
            place = item.nodeid.split("[")[0]
            rows[place] += 1
            if rows[place] % SAMPLED != 1 and not item.get_closest_marker("postgresql"):
                needed.add("another engine")
        (dropped if needed & {*missing, "another engine"} else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    # modules with a browser take longest: first, so that no worker waits for another at the end
    slow = {item.path for item in kept if item.get_closest_marker("browser")}
    items[:] = sorted(kept, key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end, so the collector need not look through it, and rarely through the rest:
    a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _engine(item: pytest.Item) -> str:
    """The engine that a test runs on; empty where it needs none."""
    return str(item.callspec.params.get("database", "")) if hasattr(item, "callspec") else ""


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if left_out := config.stash[LEFT_OUT]:
        terminalreporter.write_line(f"Left out: {'; '.join(left_out)}.", yellow=True)


# ---- application and database ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def worker() -> str:
    """Name of this process of the run: main, gw0, gw1 ..."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def databases(worker: str) -> Iterator[Callable[[str], Database]]:
    """The databases of this worker by engine, each made when first asked for and kept to the end."""
    made: dict[str, Database] = {}

    def get(engine: str) -> Database:
        if engine not in made:
            postgresql = engine == "postgresql"
            made[engine] = PostgreSQLDatabase(worker, start_postgresql()) if postgresql else SQLiteDatabase(worker)
        return made[engine]

    yield get
    for found in made.values():
        found.close()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    """A database with the present schema and what comes with it; `engine_name` tells which."""
    return databases(request.param)


# fixtures that fill the database with shipped content -> the snapshot that they are brought back from
CONTENT = {"demo": "demo", "indexed_facts": "indexed facts", "facts": "facts"}


@pytest.fixture
def app(database: Database, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application, with an application context for the test itself and a clean database.

    Where the test asks for shipped content that was loaded before, the database comes with it at once.
    """
    from consult.core.db import db as core_db
    from consult.core.db import set_reading

    if "clock" in request.fixturenames:
        request.getfixturevalue("clock")  # content is of the day that the test lives in
    wanted = next((_snapshot(CONTENT[one]) for one in CONTENT if one in request.fixturenames), "pristine")
    database.restore(wanted if database.knows(wanted) else "pristine")
    _fresh_counters(database.app)
    set_reading(False)  # a command that a test ran in this context may have left it otherwise
    with database.app.app_context():
        yield database.app
        core_db.session.rollback()
        core_db.session.remove()


def _snapshot(name: str) -> str:
    """Content is of a day: its dates are counted from it."""
    from consult.core.clock import today

    return f"{name}-{today()}" if name != "pristine" else name


@pytest.fixture
def content(app: Flask, database: Database) -> Callable[[str, Callable[[], object]], None]:
    """`content(name, load)`: the database has this content; loaded once a run and day, then copied."""

    def bring(name: str, load: Callable[[], object]) -> None:
        key = _snapshot(name)
        if database.present == key:
            return
        if database.knows(key) or database.untouched():
            database.restore(key if database.knows(key) else "pristine")
        if database.present == key:
            return
        clean = database.present == "pristine" and database.untouched()
        load()
        if clean:
            database.keep(key)

    return bring


@pytest.fixture
def demo(content: Callable[[str, Callable[[], object]], None]) -> None:
    """The shipped facts and the demo content are in the database."""
    from consult.ops import content as shipped

    def load() -> None:
        shipped.load("facts")
        shipped.load("demo")

    content(CONTENT["demo"], load)


@pytest.fixture
def facts(content: Callable[[str, Callable[[], object]], None]) -> Any:
    """The shipped facts are in the database; the data set itself."""
    from consult.core.dataset import dataset
    from tests.links.facts import load_facts

    content(CONTENT["facts"], load_facts)
    return dataset()


@pytest.fixture
def indexed_facts(content: Callable[[str, Callable[[], object]], None]) -> Any:
    """The same, and search knows them."""
    from consult.core.dataset import dataset
    from tests.links.facts import load_facts

    content(CONTENT["indexed_facts"], lambda: load_facts(indexed=True))
    return dataset()


@pytest.fixture
def own_app(database: Database, app: Flask, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """`own_app(PAGE_CACHE=True, ...)`: a further application with other settings on the same database."""
    from consult.core.db import db as core_db
    from tests.support.databases import make_app

    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        url = database.engine.url.render_as_string(hide_password=False)
        made.append(make_app(url, tmp_path / f"data-{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            core_db.session.remove()
            core_db.engine.dispose()


def _fresh_counters(app: Flask) -> None:
    """Forget what the application remembers beside its database: limits, and public content of another test."""
    found = app.extensions["consult_limits"]
    found.local.storage.reset()
    app.extensions.pop("consult_memory", None)


@pytest.fixture
def db(app: Flask) -> Any:
    """The database of `app`; `db.session` is the test's own session."""
    from consult.core.db import db as core_db

    return core_db


@pytest.fixture
def client(app: Flask) -> Any:
    """A visitor."""
    from tests.support.client import Client

    app.test_client_class = Client
    return app.test_client()


@pytest.fixture
def new_client(app: Flask) -> Callable[[], Any]:
    """Makes further visitors, for tests in which several people act."""
    from tests.support.client import Client

    app.test_client_class = Client
    return app.test_client


# ---- people and things ----------------------------------------------------------------------------------------------


@pytest.fixture
def make(db: Any) -> Any:
    """Factories: `make.person(...)` and what the rooms add (`support.factories`)."""
    from tests.support.factories import Factories

    return Factories(db.session)


@pytest.fixture
def cast(make: Any) -> Any:
    """The fixed cast: who owns, who helps, who is foreign, who decides (`support.factories.Cast`)."""
    from tests.support.factories import Cast

    return Cast(make)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Any, Any], Any]:
    """`sign_in(client, person)`: gives the client a session of this person, without the form; returns the client."""
    from tests.support.factories import sign_in as give_session

    return give_session


# ---- what happens beside requests -----------------------------------------------------------------------------------


@pytest.fixture
def outbox(db: Any) -> Any:
    """The queued mails (`support.mail.Outbox`)."""
    from tests.support.mail import Outbox

    return Outbox()


@pytest.fixture
def run_jobs(app: Flask, db: Any) -> Callable[..., int]:
    """`run_jobs()`: do the jobs that are due, with those they cause; returns how many. A failing job fails the test.

    With `failing=True` failures are left to the test to look at.
    """
    from consult.core import jobs
    from tests.support.client import forget_read, share_work

    def work() -> int:
        with app.app_context():
            done = 0
            while count := jobs.run_due():
                done += count
            return done

    def run(failing: bool = False) -> int:
        share_work()
        done = contextvars.Context().run(work)
        forget_read()
        if not failing:
            query = select(jobs.Job.kind, jobs.Job.last_error).where(
                jobs.Job.last_error != "", jobs.Job.done_at.is_(None)
            )
            failed = db.session.execute(query).all()
            assert not failed, "\n".join(f"job {kind}: {error}" for kind, error in failed)
        return done

    return run


class Clock:
    """Time that stands still until the test moves it."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def shift(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self._traveller.shift(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def move_to(self, moment: datetime) -> None:
        """Go to an aware moment."""
        assert moment.tzinfo is not None
        self._traveller.move_to(moment)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time stands still on Tuesday, 24 November 2026, 10:00 in Berlin."""
    with time_machine.travel(datetime(2026, 11, 24, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def smtp_sink() -> Iterator[Any]:
    """A mail server that keeps what it gets (`support.mail.SmtpSink`); its `url` goes into MAIL_URL."""
    from tests.support.mail import SmtpSink

    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.RedisServer]:
    """A Redis server of this worker."""
    server = redis.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: redis.RedisServer) -> str:
    """Address of an empty Redis."""
    import redis as redis_client

    with redis_client.Redis.from_url(redis_server.url) as connection:
        connection.flushall()
    return redis_server.url


# ---- the whole product ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def live_server(worker: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The product with its demo content in a process of its own, one for each test module (`support.server`)."""
    from tests.support import server

    folder = run_folder() / f"live-{worker}-{request.module.__name__.replace('.', '-')}"
    shutil.copytree(server.demo_data(), folder)
    running = server.serve(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Any]:
    """The browser's process; tests take `browser`."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import launch

    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def browser(chromium_browser: Any, live_server: Any) -> Iterator[Any]:
    """`browser.page(language=..., javascript=..., width=..., dark=...)` on the live server (`support.browser`)."""
    from tests.support.browser import Browser

    found = Browser(chromium_browser, live_server.url)
    yield found
    found.close()


@pytest.fixture
def empty_data(tmp_path: Path) -> Path:
    """A data folder for commands of the product's own (`support.server.consult`)."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder
