"""The product as the benchmark serves it: the same but for limits, which would end a measurement after a minute.

With BENCH_FORGET=content every request is the first one after a change of public content: what the process remembers of it
is thrown away before. With BENCH_FORGET=everything it is the first one to its page at all: finished parts go, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from consult import create_app
from consult.core.limits import DEFAULTS

FORGET = os.environ.get("BENCH_FORGET", "")
app = create_app({"LIMITS": dict.fromkeys(DEFAULTS, "1000000/minute")})


class Forgetful:
    """Lets no request profit from the one before: neither a page nor a part of it is kept."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        memory = app.extensions.get("consult_memory")
        if memory is not None:
            memory.values.clear()
        if FORGET == "everything":
            app.extensions.pop("consult_fragments", None)
        return self.inner(environ, start_response)


if FORGET:
    app.wsgi_app = Forgetful(app.wsgi_app)  # type: ignore[method-assign]
