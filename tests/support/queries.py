"""Counting statements: the query budgets of the pages are pinned with this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from consult.core.db import db

# begin, commit and the like are no reads of data
BOOKKEEPING = ("begin", "commit", "rollback", "savepoint", "release", "pragma", "set ", "show ", "select pg_advisory")


class Queries:
    """The statements seen so far, in order; `len()` is their number."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)

    def __iter__(self) -> Iterator[str]:
        return iter(self.statements)

    def clear(self) -> None:
        self.statements.clear()

    def at_most(self, budget: int) -> None:
        """Fail with the statements where there are more than `budget`."""
        listing = "\n".join(f"{number:3} {' '.join(s.split())[:200]}" for number, s in enumerate(self.statements, 1))
        assert len(self) <= budget, f"{len(self)} queries, at most {budget} are allowed:\n{listing}"


@contextmanager
def count_queries(app: Flask, at_most: int | None = None, warm: bool = False) -> Iterator[Queries]:
    """Collect the statements sent to the database within the block, of the test and of the requests it makes.

    With `at_most` the block fails where it took more. Measured is what a page takes right after a change, unless `warm`:
    then what the process remembers of earlier requests is left to it.
    """
    found = Queries()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().lower().startswith(BOOKKEEPING):
            found.statements.append(statement)

    if not warm:
        app.extensions.pop("consult_memory", None)
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if at_most is not None:
        found.at_most(at_most)
