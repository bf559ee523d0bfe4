"""Public pages in front of Flask: shared when public, never when personal, never old."""

from __future__ import annotations

import contextvars
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consult.core import pagecache
from consult.core.clock import now
from consult.core.pagecache import PageCache
from consult.core.unit import bump_content

PAGE = "/de/search"


class Visitor(FlaskClient):
    """A client whose requests know nothing of the test's own application context."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        return contextvars.Context().run(super().open, *arguments, **options)


@pytest.fixture
def cached(app: Flask) -> Any:
    """The application behind the cache, with a note of every request that got through to Flask."""
    reached: list[str] = []
    inner = app.wsgi_app

    def noting(environ: dict[str, Any], start_response: Any) -> Any:
        reached.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    cache = PageCache(app, noting)
    app.wsgi_app = cache  # type: ignore[method-assign]
    client = Visitor(app, app.response_class)
    client.reached = reached  # type: ignore[attr-defined]
    client.cache = cache  # type: ignore[attr-defined]
    yield client
    app.wsgi_app = inner  # type: ignore[method-assign]


def change(db: Any) -> None:
    bump_content()
    db.session.execute(db.text("select 1"))
    db.session.commit()


def test_second_view_does_not_reach_flask(cached: Any) -> None:
    first, second = cached.get(PAGE), cached.get(PAGE)
    assert first.data == second.data
    assert cached.reached == [PAGE]
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_query_and_language_are_pages_of_their_own(cached: Any) -> None:
    assert cached.get(PAGE + "?q=Optik").data != cached.get(PAGE).data
    assert cached.get("/en/search").data != cached.get(PAGE).data


def test_a_change_is_seen_by_the_next_request(cached: Any, db: Any) -> None:
    cached.get(PAGE)
    change(db)
    cached.get(PAGE)
    assert cached.reached == [PAGE, PAGE]


def test_session_cookie_goes_past_the_cache(cached: Any) -> None:
    cached.get(PAGE)
    cached.set_cookie("session", "something")
    cached.get(PAGE)
    assert len(cached.reached) == 2
    cached.delete_cookie("session")
    cached.set_cookie("theme", "dark")
    cached.get(PAGE)
    assert len(cached.reached) == 2


def test_errors_and_posts_are_never_kept(cached: Any) -> None:
    for _ in range(2):
        assert cached.get("/de/no-such-page").status_code == 404
    assert len(cached.reached) == 2


def test_etag_answers_304_and_compression_is_negotiated(cached: Any) -> None:
    first = cached.get(PAGE, headers={"Accept-Encoding": "br"})
    again = cached.get(PAGE, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    assert first.headers["Content-Encoding"] == "br"
    assert again.status_code == 304
    assert again.data == b""
    packed = cached.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != first.headers["ETag"]


def test_head_has_headers_only(cached: Any) -> None:
    body = cached.get(PAGE).data
    head = cached.head(PAGE)
    assert head.data == b""
    assert int(head.headers["Content-Length"]) == len(body)


def test_what_is_too_large_goes_out_as_it_comes(app: Flask) -> None:
    closed: list[bool] = []

    class Pieces:
        """A body that tells when it is read to which piece and when it is closed."""

        read = 0

        def __iter__(self) -> Any:
            for _number in range(3):
                self.read += 1
                yield b"x" * pagecache.MAX_BODY

        def close(self) -> None:
            closed.append(True)

    made: list[Pieces] = []

    def download(_environ: dict[str, Any], start_response: Any) -> Any:
        size = str(3 * pagecache.MAX_BODY)
        start_response("200 OK", [("Content-Length", size), ("Cache-Control", "public, no-cache")])
        made.append(Pieces())
        return made[-1]

    cache, heads = PageCache(app, download), []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/de/ideas/", "QUERY_STRING": "format=csv"}
    body = cache(environ, lambda status, headers: heads.append((status, headers)))
    assert next(iter(body)) and made[0].read == 1 and heads[0][0] == "200 OK"
    body.close()  # type: ignore[attr-defined]
    assert closed == [True] and not cache.entries
    assert list(cache({**environ, "REQUEST_METHOD": "HEAD"}, lambda *_head: None)) == [] and closed == [True, True]


def test_a_page_may_end_earlier_than_the_others(cached: Any, clock: Any) -> None:
    figures = "/de/transparency"  # they are those of a minute
    for page in (PAGE, figures, PAGE, figures):
        cached.get(page)
    assert cached.reached == [PAGE, figures]
    clock.shift(minutes=1)
    for page in (PAGE, figures):
        cached.get(page)
    assert cached.reached == [PAGE, figures, figures]


def test_entries_end_when_time_alone_changes_a_page(cached: Any, clock: Any) -> None:
    pagecache.add_boundary("test", lambda: now() + timedelta(minutes=5))
    try:
        cached.get(PAGE)
        clock.shift(minutes=4)
        cached.get(PAGE)
        assert len(cached.reached) == 1
        clock.shift(minutes=2)
        cached.get(PAGE)
        assert len(cached.reached) == 2
    finally:
        pagecache._boundaries.pop("test")


def test_entries_end_at_midnight_in_berlin(cached: Any, clock: Any) -> None:
    clock.shift(hours=13, minutes=50)
    cached.get(PAGE)
    clock.shift(minutes=15)
    cached.get(PAGE)
    assert len(cached.reached) == 2


def test_number_of_entries_is_bounded(cached: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pagecache, "MAX_ENTRIES", 3)
    for number in range(6):
        cached.get(f"{PAGE}?q={number}xx")
    assert len(cached.cache.entries) == 3


class Stamped:
    """The application with the content version written behind each page, read as the page begins."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.wait: threading.Event | None = None  # the next page is held back after it was made
        self.made = threading.Event()
        self.cache: PageCache | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        assert self.cache is not None
        version = self.cache._read_version()
        body = b"".join(self.inner(environ, start_response)) + f"<!-- {version} -->".encode()
        wait, self.wait = self.wait, None
        if wait:
            self.made.set()
            assert wait.wait(30)
        return [body]


@pytest.fixture
def stamped(app: Flask) -> Any:
    inner = app.wsgi_app
    stamp = Stamped(inner)
    stamp.cache = PageCache(app, stamp)
    app.wsgi_app = stamp.cache  # type: ignore[method-assign]
    yield stamp
    app.wsgi_app = inner  # type: ignore[method-assign]


def _seen(app: Flask) -> int:
    """The content version under which the page that a visitor gets was made."""
    page = Visitor(app, app.response_class).get(PAGE)
    assert page.status_code == 200
    return int(page.get_data(as_text=True).rsplit("<!-- ", 1)[1].split()[0])


def test_readers_and_a_writer_at_once_never_see_old_content(stamped: Any, app: Flask, db: Any) -> None:
    """Whoever asks after a commit was acknowledged gets a page made after it."""
    committed = [stamped.cache._read_version()]
    old: list[tuple[int, int]] = []

    def read() -> None:
        for _ in range(20):
            least = committed[-1]
            found = _seen(app)
            if found < least:
                old.append((found, least))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        change(db)
        committed.append(stamped.cache._read_version())
        assert _seen(app) >= committed[-1]
    for thread in threads:
        thread.join()
    assert old == []
    assert committed == sorted(set(committed))


def test_a_page_held_up_on_its_way_is_not_kept_for_those_who_come_later(
    stamped: Any, app: Flask, db: Any, monkeypatch: Any
) -> None:
    """A page made before a change, kept after it beside another thread with the old version, is found by nobody new."""
    change(db)
    before = stamped.cache._read_version()
    stamped.wait = release = threading.Event()
    slow = threading.Thread(target=_seen, args=(app,))
    slow.start()
    assert stamped.made.wait(30)
    change(db)
    after = stamped.cache._read_version()
    assert (after > before, _seen(app)) == (True, after)
    with (
        monkeypatch.context() as held_up
    ):  # a second thread that read the version before the change and goes on only now
        reads = iter([before])
        current = stamped.cache._read_version
        held_up.setattr(stamped.cache, "_read_version", lambda: next(reads, None) or current())
        assert _seen(app) == after
    release.set()
    slow.join()
    # The old page lies under its old version now. A reader of the new one who has passed the check of the period:
    period = stamped.cache.period
    held = {entry.period.version for entry in stamped.cache.entries.values()}
    monkeypatch.setattr(stamped.cache, "_period", lambda version, moment: period)
    assert held <= {before}
    assert _seen(app) == after
