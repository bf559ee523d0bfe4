"""How a process runs: what is made at its start lives to the end, so nobody need look through it for waste; and whoever
computes lets the others go on soon.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from flask import Flask, Response


@contextmanager
def collector_resting() -> Iterator[None]:
    """Make many lasting objects without the garbage collector counting them again and again: a quarter of the start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# Seconds after which a thread that computes lets another one go on. A page that is kept ready takes a tenth of a
# millisecond; beside whoever compares texts, draws a form or writes a file it waited the usual five for each of its steps.
TURN = 0.001
SETTLED = frozenset({10, 100, 1000})  # answers after which most of what a process has stays until its end


def init_app(app: Flask) -> None:
    """Let the collector leave alone what the first pages made for good: templates, catalogues, statements. It looked through
    all of it again and again, which was a sixth of a page that nobody had seen before.
    """
    answers = count(1)

    def settle(response: Response) -> Response:
        if next(answers) in SETTLED:
            gc.freeze()
        return response

    if not app.testing:
        sys.setswitchinterval(TURN)
        app.after_request(settle)


def before_fork() -> None:
    """Let the processes that are forked now share what is there: the collector will not write its marks into it."""
    gc.collect()
    gc.freeze()
