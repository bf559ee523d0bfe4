"""Topics: the tags of the agenda and the topic of the month, an article that leads to a question of the consultation.

What always holds: a statement is a paraphrase and says so; nobody is named; what is to be published later is shown to
nobody before.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.topics import loading, subjects


def init_app(app: Flask) -> None:
    """Register the room."""
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.loaders.append(Loader(55, "facts", "topics", loading.load))
    registries.loaders.append(Loader(61, "facts", "topics", loading.load_tags))
    registries.loaders.append(Loader(62, "demo", "topics", loading.load_example_tags))
