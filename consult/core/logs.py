"""Log lines: one event a line, as text for people or JSON for machines, never with control characters from outside.

What opens something stays out: secret links are masked in addresses, and `core.db` keeps values out of database errors.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from flask import g, has_request_context, request

_SECRET = ("token", "receipt")


def safe_path() -> str:
    """The path of the request at hand, without the secret that a mailed link carries."""
    path = request.path
    for name in _SECRET:
        if value := (request.view_args or {}).get(name):
            path = path.replace(str(value), "***")
    return path[:200]


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {}
    return {"request": g.get("request_id", ""), "method": request.method, "path": safe_path()}


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        message, *trace = super().format(record).split("\nTraceback ", 1)
        line = _printable(message)
        # each line of a trace is set in, so that none can pass for an entry of its own
        return (
            "\n    ".join([line, *(_printable(one) for one in f"Traceback {trace[0]}".split("\n"))]) if trace else line
        )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_context(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def setup(level: str, form: str) -> None:
    """Send the product's log to standard error in the chosen form; called by the commands, not by tests."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
