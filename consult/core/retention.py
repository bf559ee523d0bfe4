"""How long which class of data is kept: one table of periods, one job that clears away, one preview of what would go.

A room registers a class with its default, how much of it is older than a moment, and how that is removed. The period in
force is the default or what the administration stored. What always holds: nothing is removed before its period is over,
removing twice does nothing, and every run leaves a row in the log with how much went (GDPR Art. 5 (1) (e)).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consult.core import audit, jobs
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Invalid
from consult.core.i18n import _
from consult.core.settings_store import recall, remember

log = logging.getLogger(__name__)

audit.declare("retention.run", "name", "days", "removed")
audit.declare("retention.changed", "name", "days")

LONGEST = 3650


@dataclass(frozen=True)
class Retention:
    """A class of data. `days` is the default period, `least` the shortest that may be set; `count(before)` tells how much is
    older, `purge(before)` removes it and returns how much. `label` and `what` (what happens to it) are lazy texts.
    """

    order: int
    name: str
    label: Any
    what: Any
    days: int
    count: Callable[[datetime], int]
    purge: Callable[[datetime], int]
    least: int = 1


class Periods:
    """The registered classes by name, in their order."""

    def __init__(self) -> None:
        self.classes: dict[str, Retention] = {}

    def add(self, *entries: Retention) -> None:
        """Register classes; the same name again replaces, since several applications may start in one process."""
        self.classes.update({entry.name: entry for entry in entries})

    def all(self) -> list[Retention]:
        """All classes, ordered."""
        return sorted(self.classes.values(), key=lambda one: (one.order, one.name))


periods = Periods()


def _key(name: str) -> str:
    return f"retention.{name}"


def days_of(entry: Retention) -> int:
    """The period in force, in days."""
    stored = recall(_key(entry.name), entry.days)
    return stored if isinstance(stored, int) and stored >= entry.least else entry.days


def set_days(actor: Actor, name: str, days: int) -> None:
    """Change a period. Invalid where it is shorter than the class allows or longer than ten years."""
    entry = periods.classes[name]
    if not entry.least <= days <= LONGEST:
        raise Invalid(
            {name: _("Please enter a number of days from %(least)s to %(most)s.", least=entry.least, most=LONGEST)}
        )
    if days != days_of(entry):
        remember(_key(name), days)
        audit.record("retention.changed", actor, name=name, days=days)


@dataclass(frozen=True)
class Preview:
    """A class with its period and how much would go today."""

    entry: Retention
    days: int
    due: int


def preview(moment: datetime | None = None) -> list[Preview]:
    """What the job would remove now."""
    found = []
    for entry in periods.all():
        days = days_of(entry)
        found.append(Preview(entry, days, entry.count((moment or now()) - timedelta(days=days))))
    return found


@jobs.every("retention.run", minutes=720)
def run(_payload: dict[str, Any]) -> None:
    """Remove what has run its time. One class that fails does not keep the others."""
    for entry in periods.all():
        days = days_of(entry)
        try:
            with db.session.begin_nested():
                removed = entry.purge(now() - timedelta(days=days))
        except Exception:  # the next run tries again; the others must not wait for it
            log.exception("retention of %s failed", entry.name)
            continue
        if removed:
            audit.record("retention.run", SYSTEM, name=entry.name, days=days, removed=removed)
