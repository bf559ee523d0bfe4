"""Limits on writing, on failed sign-ins and on what costs much to read, per network address and per account.

Counters stand in memory, or in Redis where several processes share them; a Redis that is away costs the limit, not the
page. A failure elsewhere never locks a person out of their own device.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from consult.core.access import current_actor
from consult.core.errors import DomainError
from consult.core.i18n import _

log = logging.getLogger(__name__)

DEFAULTS = {
    "writes.address": "60/minute",
    "writes.account": "20/minute",
    "sign_in.account": "10/15minutes",
    "sign_in.address": "100/15minutes",
    "factor.address": "5/15minutes",
    "factor.person": "30/hour",
    "confirmations.recipient": "5/day",
    "search.address": "120/minute",
    "files.address": "30/minute",
}


class TooMany(DomainError):
    """A limit is reached. `retry_after` is in whole seconds."""

    status = 429

    def __init__(self, message: Any, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Counters(Storage):
    """Counters in the memory of this process, each until its window ends.

    The library's own ones start a thread at nearly every hit, to look through all of them; here whoever opens a window
    does that, once there are twice as many as were left the last time.
    """

    STORAGE_SCHEME = ["consult"]
    base_exceptions = ValueError

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.windows: dict[str, tuple[int, float]] = {}  # key -> how many, until when (seconds since 1970)
        self.many = 1000

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        moment = time.time()
        with self.lock:
            count, until = self.windows.get(key, (0, 0.0))
            if until <= moment:
                count, until = 0, moment + expiry
                self._drop_ended(moment)
            self.windows[key] = count + amount, until
        return count + amount

    def _drop_ended(self, moment: float) -> None:
        if len(self.windows) >= self.many:
            self.windows = {key: window for key, window in self.windows.items() if window[1] > moment}
            self.many = max(1000, 2 * len(self.windows))

    def get(self, key: str) -> int:
        count, until = self.windows.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self.windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self.lock:
            number = len(self.windows)
            self.windows.clear()
        return number

    def clear(self, key: str) -> None:
        with self.lock:
            self.windows.pop(key, None)


class Limits:
    """The counters of one application."""

    def __init__(self, redis_url: str, rules: dict[str, str]) -> None:
        self.rules: dict[str, RateLimitItem] = {name: parse(rule) for name, rule in rules.items()}
        self.local = FixedWindowRateLimiter(Counters())
        self.shared = self.local
        if redis_url:
            storage = storage_from_string(redis_url, socket_connect_timeout=0.5, socket_timeout=0.5)
            self.shared = FixedWindowRateLimiter(storage)

    def _ask(self, method: str, rule: RateLimitItem, key: str) -> Any:
        try:
            return getattr(self.shared, method)(rule, key)
        except Exception as error:  # Redis is away: count in this process until it is back
            if self.shared is self.local:
                raise
            log.warning("limits: shared storage is away (%s), counting locally", type(error).__name__)
            return getattr(self.local, method)(rule, key)

    def hit(self, name: str, key: str) -> bool:
        """Count one; False if the limit was reached before."""
        return bool(self._ask("hit", self.rules[name], f"{name}:{key}"))

    def free(self, name: str, key: str) -> bool:
        """Whether one more is allowed, without counting it."""
        return bool(self._ask("test", self.rules[name], f"{name}:{key}"))

    def wait(self, name: str, key: str) -> int:
        """Seconds until one more is allowed again, at least 1."""
        stats = self._ask("get_window_stats", self.rules[name], f"{name}:{key}")
        return max(1, int(stats[0] - time.time()) + 1)


def limits() -> Limits:
    """The counters of the running application."""
    found: Limits = current_app.extensions["consult_limits"]
    return found


def client_address() -> str:
    """The visitor's network address; forwarded headers count only behind trusted proxies (see `core.web`)."""
    return request.remote_addr or "unknown"


def allow_write() -> None:
    """Count a write of this visitor; TooMany when the limit of the address or of the account is reached."""
    actor = current_actor()
    keys = [("writes.address", client_address())]
    if actor.signed_in:
        keys.append(("writes.account", str(actor.person_id)))
    for name, key in keys:
        if not limits().hit(name, key):
            raise TooMany(
                _("That was a lot in a short time. Please wait a moment and send it again; your text is still here."),
                limits().wait(name, key),
            )


def _allow_read(name: str) -> None:
    key = (name, client_address())
    if not limits().hit(*key):
        raise TooMany(_("That was a lot in a short time. Please wait a moment and try it again."), limits().wait(*key))


def allow_search() -> None:
    """Count a search; TooMany when the limit of the address is reached. What the page cache answers is not counted."""
    _allow_read("search.address")


def allow_file() -> None:
    """Count a list that is made into a file, which costs as much as all of its pages (OWASP ASVS 2.4.1)."""
    _allow_read("files.address")


def init_app(app: Flask, redis_url: str) -> None:
    """Make the counters; `LIMITS` in the configuration overrides single rules."""
    app.extensions["consult_limits"] = Limits(redis_url, {**DEFAULTS, **app.config.get("LIMITS", {})})
