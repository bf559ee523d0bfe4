"""Log lines: one event a line, as text for people or JSON for machines, never with control characters from outside."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from flask import g, has_request_context, request


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {}
    return {"request": g.get("request_id", ""), "method": request.method, "path": request.path[:200]}


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        head, *rest = line.split("\n")
        safe = "".join(c if c.isprintable() else " " for c in head)
        return "\n".join([safe, *rest]) if record.exc_info else safe


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
