"""Public pages, answered before Flask: what did not change since the last view is not made again.

An entry lives as long as the content version (`core.unit`) stays the same, and at the longest until the next moment at
which time alone changes a page (midnight in Berlin, opening or closing, end of a registration: `add_boundary`; for one page
`made_until`). The version is read on a raw connection in every request, and an entry is handed out for the version it was
made under and for no other, so a request that begins after a change was acknowledged sees it, however slow the threads
beside it are. Requests with our session cookie pass by: what they see is theirs.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import brotli
from flask import Flask, request

from consult.core.clock import end_of_day, now, today
from consult.core.db import db, reading

log = logging.getLogger(__name__)

MAX_ENTRIES = 1000
MAX_BODY = 400_000
KEPT = frozenset(
    {
        "content-type",
        "content-disposition",
        "content-language",
        "content-security-policy",
        "cross-origin-opener-policy",
        "link",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-robots-tag",
    }
)

StartResponse = Callable[..., Any]
_boundaries: dict[str, Callable[[], datetime | None]] = {}


def add_boundary(name: str, next_moment: Callable[[], datetime | None]) -> None:
    """Register a function that tells the next moment at which public pages of a room change by themselves (one query)."""
    _boundaries[name] = next_moment


_UNTIL = "consult.made_until"


def made_until(moment: datetime) -> None:
    """Say of the page that is being made that it holds until this moment at the longest, whatever the content version."""
    request.environ[_UNTIL] = moment.timestamp()


@dataclass(frozen=True)
class Period:
    """What an answer depends on beside its address: the content version, and the moment at which time alone changes it."""

    version: int
    until: float

    def holds(self, version: int, moment: float) -> bool:
        return self.version == version and moment < self.until


@dataclass
class Entry:
    """A stored answer and its compressed forms, made when first asked for."""

    body: bytes
    headers: list[tuple[str, str]]
    etag: str
    period: Period
    packed: dict[str, bytes] = field(default_factory=dict)

    def encoded(self, encoding: str) -> bytes:
        if encoding == "identity":
            return self.body
        if encoding not in self.packed:
            pack = gzip.compress(self.body, 6) if encoding == "gzip" else brotli.compress(self.body, quality=5)
            self.packed[encoding] = pack
        return self.packed[encoding]


def _encoding(environ: dict[str, Any], size: int) -> str:
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    if size < 800:
        return "identity"
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else "identity"


class PageCache:
    """WSGI middleware in front of the application; one in each process, with its own entries."""

    def __init__(self, app: Flask, inner: Any) -> None:
        self.app, self.inner = app, inner
        self.cookie = app.config["SESSION_COOKIE_NAME"] + "="
        self.entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self.period = Period(-1, 0.0)
        self.lock = threading.Lock()
        self.local = threading.local()
        with app.app_context():
            self.engine = db.engine
        self.sqlite_file = self.engine.url.database if self.engine.dialect.name == "sqlite" else None

    def _read_version(self) -> int:
        """The content version as committed at this moment; -1 if it cannot be read (then nothing is served from here)."""
        connection = getattr(self.local, "connection", None)
        try:
            if connection is None:
                connection = self._connect()
                self.local.connection = connection
            row = connection.execute("select version from content_version where id = 1").fetchone()
            return int(row[0]) if row else 0
        except Exception as error:  # database away or schema not there yet: let the application answer
            log.info("page cache: version unreadable (%s)", type(error).__name__)
            self.local.connection = None
            return -1

    def _connect(self) -> Any:
        if self.sqlite_file:
            return sqlite3.connect(f"file:{self.sqlite_file}?mode=ro", uri=True, isolation_level=None, timeout=1)
        arguments, options = self.engine.dialect.create_connect_args(self.engine.url)
        connection: Any = self.engine.dialect.loaded_dbapi.connect(*arguments, **options)
        connection.autocommit = True
        return connection

    def _cacheable(self, environ: dict[str, Any]) -> bool:
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and environ.get("PATH_INFO", "").startswith(("/de/", "/en/", "/feeds/"))
            and self.cookie not in environ.get("HTTP_COOKIE", "")
            and "HTTP_AUTHORIZATION" not in environ
        )

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._cacheable(environ):
            return self.inner(environ, start_response)
        version = self._read_version()
        if version < 0:
            return self.inner(environ, start_response)
        moment = now().timestamp()
        period = self._period(version, moment)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        entry = self.entries.get(key)
        if entry is None or not entry.period.holds(version, moment):
            return self._fetch(environ, start_response, key, period)
        return _answer(entry, environ, start_response)

    def _period(self, version: int, moment: float) -> Period:
        """The period of a request that read this version; the entries of another one go.

        A thread that was held up comes with an older version than the others have seen meanwhile. It may throw away what is
        newer (that is made again), and what it keeps is found by nobody who read the newer version.
        """
        with self.lock:
            if not self.period.holds(version, moment):
                self.entries.clear()
                self.period = Period(version, self._next_boundary())
            return self.period

    def _next_boundary(self) -> float:
        moments = [end_of_day(today()), now() + timedelta(hours=1)]
        with self.app.app_context():
            try:
                with reading():
                    moments += [found for ask in _boundaries.values() if (found := ask()) is not None]
            except Exception:  # a table may not be there yet: a short life is always right
                log.info("page cache: boundaries unreadable", exc_info=True)
                moments.append(now() + timedelta(seconds=5))
            finally:
                db.session.remove()
        present = now()
        return min((one for one in moments if one > present), default=present + timedelta(seconds=5)).timestamp()

    def _fetch(
        self, environ: dict[str, Any], start_response: StartResponse, key: tuple[str, str], period: Period
    ) -> Iterable[bytes]:
        """Let the application answer and keep the answer if it is public. The period was read before, never after."""
        seen: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen.update(status=status, headers=headers)
            return lambda data: None

        asked = {**environ, "REQUEST_METHOD": "GET"}
        result = self.inner(asked, note)
        if _is_large(seen):  # a download of any length goes out as it comes, without standing in memory
            start_response(seen["status"], seen["headers"])
            if environ["REQUEST_METHOD"] != "HEAD":
                return result
            if hasattr(result, "close"):
                result.close()
            return []
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        own = replace(period, until=min(period.until, asked.get(_UNTIL, period.until)))
        entry = self._entry(seen, body, own)
        if entry is not None:
            with self.lock:
                if self.period == period:
                    self.entries[key] = entry
                    while len(self.entries) > MAX_ENTRIES:
                        self.entries.popitem(last=False)
            return _answer(entry, environ, start_response)
        start_response(seen["status"], seen["headers"])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _entry(self, seen: dict[str, Any], body: bytes, period: Period) -> Entry | None:
        headers = {name.lower(): value for name, value in seen["headers"]}
        if (
            not seen["status"].startswith("200")
            or "set-cookie" in headers
            or "private" in headers.get("cache-control", "private")
            or "content-encoding" in headers
            or len(body) > MAX_BODY
        ):
            return None
        kept = [(name, value) for name, value in seen["headers"] if name.lower() in KEPT]
        return Entry(body, kept, hashlib.sha256(body).hexdigest()[:24], period)


def _is_large(seen: dict[str, Any]) -> bool:
    """Whether the answer says of itself that it is too large to be kept."""
    sizes = [value for name, value in seen.get("headers", ()) if name.lower() == "content-length"]
    return bool(sizes) and sizes[0].isdecimal() and int(sizes[0]) > MAX_BODY


def _answer(entry: Entry, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    encoding = _encoding(environ, len(entry.body))
    etag = f'"{entry.etag}-{encoding[0]}"'
    headers = [
        *entry.headers,
        ("ETag", etag),
        ("Cache-Control", "public, no-cache"),
        ("Vary", "Accept-Encoding, Cookie"),
    ]
    if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return []
    body = entry.encoded(encoding)
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def init_app(app: Flask) -> None:
    """Put the cache in front of the application; tests that count queries run without it."""
    if app.config.get("PAGE_CACHE", not app.testing):
        app.wsgi_app = PageCache(app, app.wsgi_app)  # type: ignore[method-assign]
