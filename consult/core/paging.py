"""Keyset paging: page 4,000 costs what page 1 costs, and nothing is shown twice when something new arrives.

A cursor is the sort values of the row before which or after which the page lies. It is readable by no one's design but
harmless to forge: it only chooses where a public list begins.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from flask import current_app
from sqlalchemy import BigInteger, Select, and_, bindparam, or_
from sqlalchemy.orm import InstrumentedAttribute

from consult.core.db import db
from consult.core.rows import rows_of

Row = TypeVar("Row")


@dataclass
class Page(Generic[Row]):
    """One page of a list. `next` and `prev` are cursors or None; `at_start` is true on the first page."""

    items: list[Row]
    next: str | None = None
    prev: str | None = None
    at_start: bool = True

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def _pack(values: Sequence[Any], backwards: bool = False) -> str:
    plain: list[Any] = [
        {"t": v.isoformat()} if isinstance(v, datetime) else {"d": v.isoformat()} if isinstance(v, date) else v
        for v in values
    ]
    raw = json.dumps([int(backwards), *plain], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpack(token: str, width: int) -> tuple[bool, list[Any]] | None:
    """The values of a cursor, or None if it is not one of ours: then the list starts at its beginning."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        backwards, *values = json.loads(raw)
    except (ValueError, binascii.Error, TypeError, RecursionError):
        return None
    if len(values) != width or backwards not in (0, 1):
        return None
    out: list[Any] = []
    for value in values:
        try:
            if isinstance(value, dict) and isinstance(value.get("t"), str):
                moment = datetime.fromisoformat(value["t"])
                value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
            elif isinstance(value, dict) and isinstance(value.get("d"), str):
                value = date.fromisoformat(value["d"])
            elif isinstance(value, dict | list):
                return None
            elif isinstance(value, str):
                value.encode()  # a lone surrogate cannot reach the database
        except (ValueError, OverflowError):
            return None
        if isinstance(value, str) and "\x00" in value:
            return None
        if isinstance(value, int) and abs(value) > 2**62:
            return None
        out.append(value)
    return bool(backwards), out


Order = Sequence[tuple[InstrumentedAttribute[Any] | Any, str]]


def _fits(order: Order, values: list[Any]) -> bool:
    """Whether each value has the type of its column: a forged cursor must not reach the database with another one."""
    for (column, _direction), value in zip(order, values, strict=True):
        expected = column.type.python_type
        if expected is float and isinstance(value, int):
            continue
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            return False
        if expected is int and abs(value) >= 2**31 and not isinstance(column.type, BigInteger):
            return False
    return True


def _beyond(order: Order, values: list[Any], backwards: bool) -> Any:
    """Condition: comes after (or before) the row with these values, in an order of mixed directions."""
    alternatives = []
    for index, (column, direction) in enumerate(order):
        later = column > values[index] if (direction == "asc") != backwards else column < values[index]
        alternatives.append(and_(*[order[i][0] == values[i] for i in range(index)], later))
    return or_(*alternatives)


_PLACE = "place_"


def _page(statement: Select[Any], order: Order, size: int, values: list[Any] | None, backwards: bool) -> Select[Any]:
    """The statement for the rows beyond these values, or the first ones, and one more than the page holds."""
    if values is not None:
        first, second = order[0]
        # a plain bound on the leading column lets the database start in the index instead of walking to the row
        leading = first >= values[0] if (second == "asc") != backwards else first <= values[0]
        statement = statement.where(leading, _beyond(order, values, backwards))
    ordered = [column.asc() if (direction == "asc") != backwards else column.desc() for column, direction in order]
    return statement.order_by(*ordered).limit(size + 1)


@lru_cache(maxsize=64)
def _kept(
    statement: Select[Any], order: tuple[tuple[Any, str], ...], size: int, beyond: bool, backwards: bool
) -> Select[Any]:
    places = [bindparam(f"{_PLACE}{number}", type_=column.type) for number, (column, _) in enumerate(order)]
    return _page(statement, order, size, places if beyond else None, backwards)


def keyset(
    statement: Select[Any],
    order: Order,
    after: str | None = None,
    size: int = 20,
    *,
    scalars: bool = True,
    key: Any = None,
    parameters: dict[str, Any] | None = None,
    fetch: Callable[[Select[Any], dict[str, Any], bool], list[Any]] | None = None,
) -> Page[Any]:
    """One page of `statement`, ordered by `order` (its last column unique, none of them NULL).

    `after` is a cursor of an earlier page or nothing; a malformed or mistyped one counts as nothing. Reads size + 1 rows, in
    one query.
    `key(row)` gives the order values of a row; by default they are read from the entity's attributes. With
    `scalars=False` rows are kept as rows and `key` must be given. `parameters` fill those that the statement names; such a
    statement must be one that is put together once, not anew for each request, and with rows one of columns alone.
    `fetch(statement, parameters, backwards)` asks the database instead, for who reads more with the same query; it returns
    the statement's rows in its order, which on the way back is that of the page turned round.
    """
    unpacked = _unpack(after, len(order)) if after else None
    if unpacked is not None and not _fits(order, unpacked[1]):
        unpacked = None
    backwards = bool(unpacked and unpacked[0])
    if parameters is not None:
        # a statement that is kept: its pages are put together once, too, with the place as further parameters
        statement = _kept(statement, tuple(order), size, unpacked is not None, backwards)
        places = unpacked[1] if unpacked else []
        parameters = {**parameters, **{f"{_PLACE}{number}": value for number, value in enumerate(places)}}
    else:
        statement = _page(statement, order, size, unpacked[1] if unpacked else None, backwards)
    if fetch is not None:
        rows: list[Any] = fetch(statement, parameters or {}, backwards)
    elif parameters is not None and not scalars:
        rows = list(rows_of(statement, parameters))
    else:
        result = db.session.execute(statement, parameters or {})
        rows = list(result.scalars().unique()) if scalars else list(result)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()

    def values(row: Any) -> list[Any]:
        return list(key(row)) if key else [getattr(row, column.key) for column, _ in order]

    page: Page[Any] = Page(items=rows, at_start=unpacked is None)
    if rows:
        if more or backwards:
            page.next = _cursor(order, values(rows[-1]))
        if (unpacked and not backwards) or (backwards and more):
            page.prev = _cursor(order, values(rows[0]), backwards=True)
    return page


def _cursor(order: Order, values: list[Any], backwards: bool = False) -> str:
    """A cursor of these values. In tests it must be one that leads on: a `key` that gives other types than the columns have
    would make a list that begins anew on every page, and nobody would be told."""
    token = _pack(values, backwards)
    if current_app.testing:
        read = _unpack(token, len(order))
        assert read is not None and _fits(order, read[1]), (
            f"cursor {values!r} does not fit {[str(c) for c, _d in order]}"
        )
    return token
