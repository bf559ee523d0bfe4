"""Remember what public content says as long as it says so: values kept in the process under the content version.

For things that many pages need and few commits change: the current consultation with its questions, numbers beside facets.
The version is read once a request, in the request's own transaction and before the values, so a request that begins after
a change was acknowledged never gets the old value. Requests that write see the database itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import current_app, g, has_request_context, request
from sqlalchemy import select

from consult.core.db import db
from consult.core.unit import ContentVersion

Value = TypeVar("Value")
MAX_ENTRIES = 500
_VERSION = select(ContentVersion.__table__.c.version).where(ContentVersion.__table__.c.id == 1)


def detached(rows: Iterable[Any]) -> None:
    """Take rows out of the session where they are shared, so that no other request's session can touch them."""
    if sharing():
        for row in rows:
            db.session.expunge(row)


class Memory:
    """The values of one application in one process."""

    def __init__(self) -> None:
        self.version = -1
        self.values: OrderedDict[Any, Any] = OrderedDict()
        self.lock = threading.Lock()


def content_version() -> int:
    """The content version that this request's transaction sees; one query a request."""
    if "content_version" not in g:
        g.content_version = db.session.execute(_VERSION).scalar() or 0
    found: int = g.content_version
    return found


# The version as a part of another query, for who asks the database anyway; hand the answer to `note_version`.
version_column = select(ContentVersion.__table__.c.version).where(ContentVersion.__table__.c.id == 1).scalar_subquery()


def note_version(version: int | None) -> None:
    """Say which content version this request's transaction sees, where another query brought it along."""
    g.content_version = version or 0


def sharing() -> bool:
    """Whether this request shares what it reads: pages that only read do."""
    return has_request_context() and request.method in ("GET", "HEAD")


def remembered(key: Any, make: Callable[[], Value], *, in_writes: bool = False) -> Value:
    """The value of `make()`, kept under `key` until public content changes.

    `make` must depend on public content and on its key alone (put language and filters into it), never on the reader; what
    it returns is shared between threads and must not be changed. Rows are expunged by `detached`. `in_writes` is for what a
    request that writes reads in the transaction in which it looked up the content version, before its own begins.
    """
    if not (sharing() or (in_writes and has_request_context())):
        return make()
    memory: Memory = current_app.extensions.setdefault("consult_memory", Memory())
    version = content_version()
    with memory.lock:
        if memory.version < version:
            memory.values.clear()
            memory.version = version
        if memory.version == version and key in memory.values:
            memory.values.move_to_end(key)  # what is asked for often outlives what was asked for once
            found: Value = memory.values[key]
            return found
    value = make()
    with memory.lock:
        if memory.version == version:
            memory.values[key] = value
            while len(memory.values) > MAX_ENTRIES:
                memory.values.popitem(last=False)
    return value
