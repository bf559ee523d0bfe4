"""Bringing shipped content in: facts on first installation, the demo on top of them, dates that move with the demo."""

from __future__ import annotations

from datetime import date

from consult.core.clock import today
from consult.core.dataset import dataset
from consult.core.db import db
from consult.core.registry import registries
from consult.core.settings_store import recall, remember
from consult.search import operations as search

LOADED_FACTS, LOADED_DEMO = "facts.loaded", "demo.day"


def load(stage: str, day: date | None = None, rooms: frozenset[str] | None = None) -> None:
    """Run the loaders of a stage ("facts" or "demo") in their order, in one transaction. Can be repeated.

    `rooms` restricts it, for example to the consultation without the facts about clusters.
    """
    shipped = dataset(day)
    for loader in sorted(registries.loaders, key=lambda one: one.order):
        if loader.stage == stage and (rooms is None or loader.room in rooms):
            loader.load(shipped)
            db.session.flush()
    if rooms is None:
        remember(LOADED_FACTS if stage == "facts" else LOADED_DEMO, (day or today()).isoformat())
    search.note_analyser()
    db.session.commit()


def demo_is_loaded() -> bool:
    """Whether the demo content is in this database."""
    return recall(LOADED_DEMO) is not None


def facts_are_loaded() -> bool:
    """Whether the shipped facts are in this database."""
    return recall(LOADED_FACTS) is not None


def move_demo_dates() -> int:
    """Move example dates that nobody changed by the days since the demo was loaded; returns the days."""
    loaded = recall(LOADED_DEMO)
    days = (today() - date.fromisoformat(loaded)).days if loaded else 0
    if days > 0:
        for loader in sorted(registries.loaders, key=lambda one: one.order):
            if loader.shift is not None:
                loader.shift(days)
        remember(LOADED_DEMO, today().isoformat())
        db.session.commit()
    return days
