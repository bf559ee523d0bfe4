"""Full-text search over everything that is public: one analysis in Python for both databases.

Words: a *document* is what search knows of a subject, an *analyser* turns text into the tokens that are stored, a *hit* is
a document with its score. Always holds: the index contains public text only, and it follows every change in the same
commit (`core.registry.touch`), so nothing withdrawn is found for a moment longer.
"""

from __future__ import annotations

from flask import Flask

from consult.core.i18n import _l
from consult.core.registry import NavigationItem, registries
from consult.search import operations, saved, views


def init_app(app: Flask) -> None:
    """Register the page, the menu entry and the index's place in every commit."""
    app.register_blueprint(views.blueprint)
    registries.on_touch.append(operations.refresh)
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.navigation.append(NavigationItem(70, "search", "search.index", _l("Search")))
