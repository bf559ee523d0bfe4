"""The test client: every request is a request of its own, and every page it opens is checked.

A request runs in an empty context, so it gets its own application context, session and `g`, as in a server. What the test
has added is committed first, and the test's objects are read anew afterwards. Server errors are raised in the test.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from consult.core.db import db
from tests.support.page import Page, build, faults, html

_unchecked: ContextVar[bool] = ContextVar("unchecked", default=False)
_seen: set[int] = set()


class Client(FlaskClient):
    """A browser without JavaScript. Redirects are followed only on `follow_redirects=True`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        share_work()
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        forget_read()
        if not _unchecked.get():
            check(response)
        return response

    def page(self, path: str, *, status: int = 200, **kwargs: Any) -> Page:
        """GET `path`, follow redirects, expect `status`, parse."""
        kwargs.setdefault("follow_redirects", True)
        response = self.get(path, **kwargs)
        assert response.status_code == status, f"GET {path}: {response.status}"
        return html(response)

    def submit(
        self, path: str, fields: dict[str, Any] | None = None, *, form: str = "main form[method=post]", **kwargs: Any
    ) -> TestResponse:
        """Open `path`, fill the form that `form` selects with `fields` over what stands in it, and send it.

        The form's action, hidden fields and csrf token are taken from the page, as a browser does. Where several forms
        match, the first is meant. A field set to None is left out.
        """
        page = self.page(path)
        found = page.forms(form)
        assert found, f"{path} has no form {form!r}"
        values = found[0].values
        values.update(fields or {})
        action = found[0].action or path
        return self.post(action, data={name: value for name, value in values.items() if value is not None}, **kwargs)


def share_work() -> None:
    """Commit what the test has added, so that others see it and no lock is held while they work."""
    if has_app_context():
        db.session.commit()


def forget_read() -> None:
    """Let the test read its objects anew: somebody else may have changed them."""
    if has_app_context():
        db.session.expire_all()


@contextmanager
def unchecked_pages() -> Iterator[None]:
    """Open pages without the check of `page.faults`, for a test that provokes a faulty page."""
    token = _unchecked.set(True)
    try:
        yield
    finally:
        _unchecked.reset(token)


def check(response: TestResponse) -> None:
    """What holds for every answer: security headers; for HTML the language and everything in `page.faults`."""
    address = f"{response.request.method} {response.request.full_path.rstrip('?')} ({response.status_code})"
    assert response.status_code != 500, f"{address}: see the log for what went wrong"
    if response.mimetype != "text/html" or response.status_code in (301, 302, 303, 304, 307, 308):
        return
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, f"{address}: no strict Content-Security-Policy"
    assert "unsafe" not in policy, f"{address}: {policy}"
    assert response.headers.get("X-Content-Type-Options") == "nosniff", f"{address}: no nosniff"
    if response.headers.getlist("Set-Cookie"):
        control = response.headers.get("Cache-Control", "")
        assert "no-store" in control or "private" in control, f"{address}: sets a cookie and may be cached: {control!r}"
    if response.request.method == "HEAD":
        return
    source = response.get_data(as_text=True)
    known = build(source)
    if known in _seen:
        return
    found = faults(source)
    assert not found, f"{address}:\n  " + "\n  ".join(found[:20])
    _seen.add(known)
