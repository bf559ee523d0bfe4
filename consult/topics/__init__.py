"""Topics: the tags of the agenda and the topic of the month, an article that leads to a question of the consultation.

What always holds: a statement is a paraphrase and says so; nobody is named; what is to be published later is shown to
nobody before.
"""

from __future__ import annotations

from flask import Flask

from consult.core.i18n import _l
from consult.core.registry import Loader, NavigationItem, Panel, registries
from consult.topics import loading, subjects, views


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    registries.navigation.append(NavigationItem(60, "topics", "topics.index", _l("Topics")))
    registries.add_panel(Panel("pages.home", 60, "topics/_home.html", views.on_home))
    registries.resolvers["topics.show"] = subjects.resolve
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.loaders.append(Loader(55, "facts", "topics", loading.load))
    registries.loaders.append(Loader(61, "facts", "topics", loading.load_tags))
    registries.loaders.append(Loader(62, "demo", "topics", loading.load_example_tags))
