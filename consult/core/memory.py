"""Remember what public content says as long as it says so: values kept in the process under the content version.

For things that many pages need and few commits change: the current consultation with its questions, numbers beside facets.
The version is read once a request, in the request's own transaction and before the values, so a request that begins after
a change was acknowledged never gets the old value. Requests that write see the database itself.

People comment and support by the minute, and much of a page has nothing to do with that. So there are two versions, read
in one query: one moves with every change, the other with all but those (`core.unit`). A value that is `lasting` is kept
under the second: it must be made without comments, support and their numbers. The tests watch its queries.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, TypeVar

from flask import current_app, g, has_request_context, request
from sqlalchemy import ScalarSelect, select

from consult.core.db import db
from consult.core.unit import EVERYTHING, LASTING, ContentVersion

Value = TypeVar("Value")
MAX_ENTRIES = 500
_TABLE = ContentVersion.__table__.c
_VERSIONS = select(_TABLE.id, _TABLE.version).where(_TABLE.id.in_((EVERYTHING, LASTING)))
_making: ContextVar[bool] = ContextVar("consult_making_lasting", default=False)


def detached(rows: Iterable[Any]) -> None:
    """Take rows out of the session where they are shared, so that no other request's session can touch them."""
    if sharing():
        for row in rows:
            db.session.expunge(row)


class Shelf:
    """Values of one version."""

    def __init__(self) -> None:
        self.version = -1
        self.values: OrderedDict[Any, Any] = OrderedDict()

    def turn(self, version: int) -> bool:
        """Whether values of this version stand here; those of an older one go."""
        if self.version < version:
            self.values.clear()
            self.version = version
        return self.version == version


class Memory:
    """The values of one application in one process."""

    def __init__(self) -> None:
        self.present, self.lasting = Shelf(), Shelf()
        self.lock = threading.Lock()


def versions() -> tuple[int, int]:
    """The content version that this request's transaction sees, and the lasting one; one query a request."""
    if "content_versions" not in g:
        found = {row.id: row.version for row in db.session.execute(_VERSIONS)}
        g.content_versions = found.get(EVERYTHING, 0), found.get(LASTING, 0)
    known: tuple[int, int] = g.content_versions
    return known


def _column(version_id: int) -> ScalarSelect[Any]:
    return select(_TABLE.version).where(_TABLE.id == version_id).scalar_subquery()


# Both versions as parts of another query, for who asks the database anyway; hand the answers to `note_versions`.
version_columns = (_column(EVERYTHING).label("content_version"), _column(LASTING).label("lasting_version"))


def note_versions(version: int | None, lasting: int | None) -> None:
    """Say which versions this request's transaction sees, where another query brought them along."""
    g.content_versions = version or 0, lasting or 0


def sharing() -> bool:
    """Whether this request shares what it reads: pages that only read do."""
    return has_request_context() and request.method in ("GET", "HEAD")


def note_read(kind: str, thing_id: int, thing: Any) -> None:
    """Let what else asks for this thing on a page that only reads find it, instead of asking the database again."""
    if sharing():
        g.setdefault("read_already", {})[kind, thing_id] = thing


def read_already(kind: str, thing_id: int) -> Any:
    """What this request noted of a thing, to be looked at only, or None; nothing for requests that write."""
    return g.get("read_already", {}).get((kind, thing_id)) if sharing() else None


def makes_lasting() -> bool:
    """Whether a lasting value is being made at this moment."""
    return _making.get()


def remembered(key: Any, make: Callable[[], Value], *, in_writes: bool = False, lasting: bool = False) -> Value:
    """The value of `make()`, kept under `key` until public content changes.

    `make` must depend on public content and on its key alone (put language and filters into it), never on the reader; what
    it returns is shared between threads and must not be changed. Rows are expunged by `detached`. `in_writes` is for what a
    request that writes reads in the transaction in which it looked up the content version, before its own begins.

    A `lasting` value outlives comments and support: neither they nor their numbers may have a part in it, except by its
    key. So whatever is remembered within it must be lasting, too.
    """
    if not lasting and _making.get():
        raise RuntimeError(f"{key!r} may change earlier than the lasting value that is made of it")
    if not (sharing() or (in_writes and has_request_context())):
        return make()
    memory: Memory = current_app.extensions.setdefault("consult_memory", Memory())
    shelf, version = (memory.lasting, versions()[1]) if lasting else (memory.present, versions()[0])
    with memory.lock:
        if shelf.turn(version) and key in shelf.values:
            shelf.values.move_to_end(key)  # what is asked for often outlives what was asked for once
            found: Value = shelf.values[key]
            return found
    token = _making.set(lasting)
    try:
        value = make()
    finally:
        _making.reset(token)
    with memory.lock:
        if shelf.version == version:
            shelf.values[key] = value
            while len(shelf.values) > MAX_ENTRIES:
                shelf.values.popitem(last=False)
    return value
