"""The product as the benchmark serves it: the same but for limits, which would end a measurement after a minute.

With BENCH_FORGET=voices every request is the first one after somebody commented or supported an idea: what the process
remembers under the content version is thrown away before. With BENCH_FORGET=content it is the first one after any other
change: what outlasts comments and support goes, too. With BENCH_FORGET=everything nobody has seen the page before: finished
parts go as well.
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
            memory.present.values.clear()
            if FORGET != "voices":
                memory.lasting.values.clear()
        if FORGET == "everything":
            app.extensions.pop("consult_fragments", None)
        return self.inner(environ, start_response)


if FORGET:
    app.wsgi_app = Forgetful(app.wsgi_app)  # type: ignore[method-assign]
