"""Held in every test: what is remembered as lasting is made without comments, support and their numbers.

Otherwise a page could show what was before a comment or a supporter came (`consult.core.memory`). The statements that are
sent while such a value is made are read.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, event

from consult.core.memory import makes_lasting

LIVELY = re.compile(r"\b(?:from|join|into|update)\s+\"?(?:comment|support)\b|\bidea\.(?:comment|support)_count\b", re.I)


def _look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if makes_lasting():
        found = LIVELY.search(statement)
        assert found is None, f"a lasting value is made of {found[0]!r}: {' '.join(statement.split())}"


def watch() -> None:
    """Read the statements of all engines from now on."""
    event.listen(Engine, "before_cursor_execute", _look)
