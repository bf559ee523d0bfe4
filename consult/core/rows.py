"""Rows that are written once and not looked at again by whoever writes them: a job, a mail, a line of the log.

They go past the unit of work, each with a statement that is put together once: an object of the ORM costs five times as
much and is for what is read, changed and written again. What such a row points to must be in the database already. The
content version is told as if the row were an object.

The other way round it is the same: what a page only shows is read as a row and `looked_at` as an object of its class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Executable, Insert, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper, Session, configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from consult.core.db import Base, db

Model = TypeVar("Model", bound=Base)


def rows_of(statement: Executable, values: Mapping[str, Any]) -> Any:
    """What a statement of columns finds, past the unit of work, but not before what waits there is written. The result is
    as that of a session.
    """
    session = db.session()
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, values)


def columns_of(model: type[Base]) -> tuple[Any, ...]:
    """The columns of a table in the order in which `looked_at` takes their values."""
    return tuple(_table(model).columns)


def looked_at(model: type[Model], values: Sequence[Any]) -> Model:
    """A row as an object that can be read and nothing else: it belongs to no session, so threads may share it, and what was
    not read with it, or would change it, fails. It costs a third of what the ORM makes of a row.
    """
    found = model.__new__(model)
    vars(found).update(zip(_keys(model), values, strict=False))  # a row may go on
    return found


@cache
def _keys(model: type[Base]) -> tuple[str, ...]:
    configure_mappers()  # without it attributes cannot be read; as a rule the first object of a process does it
    mapper: Mapper[Any] = inspect(model)
    return tuple(mapper.get_property_by_column(column).key for column in columns_of(model))


def is_shown(mapped: Any) -> bool:
    """Whether rows of this class can show on a public page; tables of jobs, sessions and logs say `__private__`."""
    return not getattr(mapped, "__private__", False)


def is_lively(mapped: Any) -> bool:
    """Whether what changes in rows of this class is comments or support; their tables say `__lively__`."""
    return getattr(mapped, "__lively__", False)


def note_change(session: Session, lively: bool) -> None:
    """Public content changes with this commit; `lively` where only comments, support or their numbers do."""
    session.info["voices_changed" if lively else "content_changed"] = True


def add_row(
    model: type[Base], values: Mapping[str, Any], *, unseen: bool = False, unless_known: str = ""
) -> int | None:
    """Write a row and return its id. With `unless_known` nothing is written where a row has the same value in that column,
    and the id is None. `unseen` says that no public page shows it.
    """
    connection = _told(model, unseen)
    result = connection.execute(_insert(_table(model), connection.dialect.name, unless_known), values)
    return result.inserted_primary_key[0] if result.rowcount != 0 and result.inserted_primary_key else None


def add_rows(model: type[Base], rows: Sequence[Mapping[str, Any]], *, unseen: bool = False) -> None:
    """Write rows that have the same columns."""
    if rows:
        connection = _told(model, unseen)
        values: Any = rows if len(rows) > 1 else rows[0]
        connection.execute(_insert(_table(model), connection.dialect.name, ""), values)


def add_object(thing: Base, *, unseen: bool = False) -> None:
    """Write a new object by itself, at once: from then on the session knows it as one that was read.

    It costs a third of a flush, which looks through everything else, and is for what is about to be read and changed on.
    """
    model = type(thing)
    mapper: Mapper[Any] = inspect(model)
    values = {**_given_by_itself(model), **{key: value for key, value in vars(thing).items() if key in mapper.columns}}
    values = {key: value(None) if callable(value) else value for key, value in values.items()}
    for key, value in values.items():
        set_committed_value(thing, key, value)
    made = add_row(model, {key: value for key, value in values.items() if value is not None}, unseen=unseen)
    set_committed_value(thing, mapper.primary_key[0].name, made)
    make_transient_to_detached(thing)
    db.session.add(thing)


@cache
def _given_by_itself(model: type[Base]) -> dict[str, Any]:
    """What stands in a column where nothing is said: a value, what makes one, or None; a first revision is 1."""
    mapper: Mapper[Any] = inspect(model)
    found: dict[str, Any] = {}
    for column in mapper.columns:
        default: Any = column.default
        if not column.primary_key:
            found[column.key] = 1 if column is mapper.version_id_col else default.arg if default is not None else None
    return found


def _told(model: type[Base], unseen: bool) -> Any:
    session = db.session()
    if not unseen and is_shown(model):
        note_change(session, is_lively(model))
    return session.connection()


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


@cache
def _insert(table: Table, dialect: str, unless_known: str) -> Insert:
    made: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    statement: Insert = made.on_conflict_do_nothing(index_elements=[unless_known]) if unless_known else made
    return statement
