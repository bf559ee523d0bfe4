"""What happens to calls by the clock: who asked for it is reminded of a deadline."""

from __future__ import annotations

from typing import Any

from consult.core import jobs
from consult.programmes import operations

BATCH = 200


@jobs.every("programmes.reminders", minutes=15)
def send_reminders(_payload: dict[str, Any]) -> None:
    """Send what is due; doing it twice changes nothing, since each reminder is marked with its notice."""
    if operations.send_due(BATCH) == BATCH:
        jobs.enqueue("programmes.reminders.rest", {})


@jobs.handler("programmes.reminders.rest")
def send_rest(_payload: dict[str, Any]) -> None:
    """Go on where more was due than one transaction should hold."""
    send_reminders(_payload)
