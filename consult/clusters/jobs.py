"""What happens in the directory by itself: the yearly question, its reminders, and the note that a portrait is silent."""

from __future__ import annotations

from typing import Any

from consult.clusters.asking import ask_all
from consult.core.jobs import every


@every("clusters.ask", minutes=360)
def ask(_payload: dict[str, Any]) -> None:
    """Take the next step for the portraits that are due."""
    ask_all()
