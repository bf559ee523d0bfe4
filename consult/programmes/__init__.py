"""Programmes: funding, competitions, calls and measures that clusters and projects use.

What always holds: an amount is whole units of its currency with its source; where sources differ, all of them are shown.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.programmes import loading, subjects


def init_app(app: Flask) -> None:
    """Register the room."""
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.loaders.append(Loader(45, "facts", "programmes", loading.load))
