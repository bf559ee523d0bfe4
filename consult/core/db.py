"""The database: one session a request, one declarative base, and SQLite made safe for several writers.

Models are declared on `Base`. Relationships are expected to be `lazy="raise"`: a page loads what it needs by name.
Plain pysqlite opens transactions lazily and loses concurrent updates; here every transaction begins explicitly, as a
writer (`BEGIN IMMEDIATE`) or as a reader (`BEGIN`), see `reading` and `docs/decisions.md`.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from markupsafe import Markup
from sqlalchemy import JSON, DateTime, Engine, MetaData, Text, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from consult.core.errors import Busy

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraint names are systematic, so that migrations can name what they drop."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# JSON document column with an index-friendly form on PostgreSQL.
JSONType = JSON().with_variant(JSONB(), "postgresql")

# A text in the languages of the interface: {"de": "...", "en": "..."}.
Text2 = JSONType


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. Stored as UTC; comes back aware in UTC on both databases; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_decode = json.JSONDecoder().raw_decode


def read_json(text: str | bytes) -> Any:
    """A stored document: as `json.loads`, without guessing its encoding and looking for what stands around it; a page reads
    fifty to a hundred.
    """
    try:
        return _decode(text if isinstance(text, str) else text.decode())[0]
    except (ValueError, AttributeError):  # white space before it, or it is none: SQLite gives a bare number as such
        return json.loads(text)


class LongText(TypeDecorator[str]):
    """Text of any length that can never hold NUL, which PostgreSQL refuses with an error of its own."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value.replace("\x00", "") if value else value


class RenderedHTML(TypeDecorator[Markup]):
    """HTML that `core.text.render_markdown` made. Anything that is not marked as safe is refused at write, so what comes
    back may stand in a template as it is.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value == "":
            return value
        if not isinstance(value, Markup):
            raise TypeError("only rendered and sanitised HTML may be stored here")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Markup | None:
        return None if value is None else Markup(value)


_reading: ContextVar[bool] = ContextVar("consult_reading", default=False)


class _Queue:
    """Lets one thread of this process at a time be SQLite's writer, so that they do not race for its lock.

    SQLite's own waiting is a race that a thread can lose many times; here the others wait their turn, at most `patience`
    seconds, and at most `places` of them, so that reads keep threads to run on. Who gets no turn is told to try again.
    """

    patience = 6.0

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.places = 10_000
        self.waiting = 0

    def take(self) -> None:
        if self.turn.acquire(blocking=False):
            return
        if self.waiting >= self.places:
            raise Busy("")
        self.waiting += 1
        try:
            if not self.turn.acquire(timeout=self.patience):
                raise Busy("")
        finally:
            self.waiting -= 1


_queues: dict[str, _Queue] = {}
_HOLDS = "consult_turn"


def limit_waiting(places: int) -> None:
    """At most so many threads of this process may wait to write: half of those that serve."""
    for queue in _queues.values():
        queue.places = max(1, places)


def set_reading(value: bool) -> None:
    """Whether transactions that begin from now on in this context only read."""
    _reading.set(value)


@contextmanager
def reading() -> Iterator[None]:
    """Read without holding SQLite's write lock; the transaction ends with the block, so carry plain values out of it.

    Must not be entered with unflushed changes: they would be rolled back.
    """
    token = _reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Write in a transaction of its own in the midst of what only reads; the block ends it."""
    token = _reading.set(False)
    db.session.rollback()
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


def hold_still() -> None:
    """Read one state of the database until this transaction ends, however long that takes: for files of many rows.

    SQLite's readers do so anyway; on PostgreSQL the transaction begins anew, so what was loaded before must be detached.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def begin() -> None:
    """Make sure that the session is in a transaction, so that what is noted on it goes when that is rolled back."""
    session = db.session()
    if not session.in_transaction():
        session.begin()


def is_busy(error: BaseException) -> bool:
    """Whether this is the database saying that another writer holds the lock, that is: try again."""
    return isinstance(error, OperationalError) and "locked" in str(error).lower()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # stop pysqlite's lazy BEGIN, which lets SELECT run outside the transaction
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL may lose an acknowledged commit in a power cut
        "foreign_keys=ON",
        "busy_timeout=5000",  # other processes; those of this one wait their turn in the queue
        "temp_store=MEMORY",
        "mmap_size=268435456",
        "cache_size=-8000",  # kB of each thread's connection; four times as much made no page faster with 100,000 ideas
    ):
        connection.execute(f"pragma {pragma}")


def _refuse_writes(engine: Engine) -> None:
    """A transaction begun for reading takes no change, on either database: nothing could take it back as a whole."""

    def look(connection: Connection, _cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any) -> None:
        if connection.info.get(_READS) and (context.isinsert or context.isupdate or context.isdelete):
            raise RuntimeError("this transaction was begun for reading")

    event.listen(engine, "before_cursor_execute", look)


_READS = "consult_reads"
_USED = "consult_used"
FRESH = 1.0  # seconds for which a connection that was in use is taken to live on


def _prepare_postgresql(engine: Engine) -> None:
    """Fewer words with the server: what only reads needs no BEGIN and no ROLLBACK, since each statement sees the state of
    its moment anyway (READ COMMITTED); and a connection that was in use a moment ago is not asked whether it lives.
    """

    def begin_transaction(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.info[_READS] = bool(_reading.get() or options.get("consult_reading"))
        if connection.info[_READS] and "isolation_level" not in options:  # whoever set it wants a whole transaction
            _driver(connection).autocommit = True

    def end(connection: Connection) -> None:
        if not connection.invalidated and _driver(connection).autocommit:
            _driver(connection).autocommit = False

    def give_back(_driver_connection: Any, record: Any) -> None:
        record.info[_USED] = monotonic()

    def take(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.autocommit:
            connection.autocommit = False
        if monotonic() - record.info.get(_USED, 0.0) < FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "begin", begin_transaction)
    event.listen(engine, "rollback", end)
    event.listen(engine, "commit", end)
    event.listen(engine, "checkin", give_back)
    event.listen(engine, "checkout", take)


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def prepare_engine(engine: Engine) -> None:
    """Attach the transaction rules; called once for each engine the application makes."""
    _refuse_writes(engine)
    if engine.dialect.name != "sqlite":
        _prepare_postgresql(engine)
        return
    queue = _queues.setdefault(str(engine.url.database), _Queue())

    def begin_transaction(connection: Connection) -> None:
        connection.info[_READS] = bool(_reading.get() or connection.get_execution_options().get("consult_reading"))
        if connection.info[_READS]:
            connection.exec_driver_sql("BEGIN")
            return
        queue.take()
        connection.info[_HOLDS] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:  # whatever it is, the turn must not stay taken
            give_back(connection)
            raise

    def give_back(holder: Any, *_rest: Any) -> None:
        if holder.info.pop(_HOLDS, False):
            queue.turn.release()

    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", begin_transaction)
    event.listen(engine, "commit", give_back)
    event.listen(engine, "rollback", give_back)
    event.listen(engine, "checkin", lambda _dbapi, record: give_back(record))


def is_sqlite() -> bool:
    """Whether the application at hand runs on the embedded database."""
    return db.engine.dialect.name == "sqlite"


def sort_key(text: str) -> str:
    """Key that orders German words like a dictionary (DIN 5007-1: ä as a, ß as ss), the same on both databases."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c))[:200]


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare: Any) -> bool:
    """What Alembic compares: all but the shadow tables that SQLite's full-text index makes for itself."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def init_app(app: Flask, database_url: str) -> None:
    """Bind the session to the application and prepare its engine."""
    # an error names the statement in the log, not what stood in it
    options: dict[str, Any] = {"hide_parameters": True, "json_deserializer": read_json}
    if database_url.startswith("postgresql"):
        options |= {"pool_size": 10, "max_overflow": 10}
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def create_schema() -> None:
    """All tables at once, for throw-away databases; real ones are made by the migrations."""
    db.create_all()
    db.session.commit()
