"""Topics: the tags of the agenda and the topic of the month, an article that leads to a question of the consultation.

What always holds: a paraphrase says that it is one, and the wording of a speaker appears only with their approval; what
is planned is shown to nobody but editors before its date, in no list, feed, index or interface, and to everyone from then
on; a picture is described in both languages.
"""

from __future__ import annotations

from flask import Flask

from consult.core import editing, pagecache
from consult.core.i18n import _l
from consult.core.registry import Loader, NavigationItem, Panel, registries
from consult.topics import editorial, exchange, jobs, loading, personal, queries, saved, subjects, uploads, views

__all__ = ["init_app", "jobs"]


def init_app(app: Flask) -> None:
    """Register the room."""
    for blueprint in (views.blueprint, editorial.blueprint, uploads.blueprint):
        app.register_blueprint(blueprint)
    # the size is allowed before the check of the form's token reads the form
    app.before_request_funcs.setdefault(None, []).insert(0, editorial.allow_large_picture)
    app.context_processor(editorial.tools)
    app.jinja_env.globals.update(text_state=editing.state_of, text_state_words=editing.STATES)
    registries.personal_data["topics"] = personal.DATA
    pagecache.add_boundary("topics", queries.next_change)
    registries.navigation.append(NavigationItem(60, "topics", "topics.index", _l("Topics")))
    registries.add_panel(Panel("pages.home", 60, "topics/_home.html", views.on_home, lasting=True))
    registries.resolvers["topics.show"] = subjects.resolve
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.on_touch.append(exchange.follow)
    registries.loaders.append(Loader(55, "facts", "topics", loading.load))
    registries.loaders.append(Loader(61, "facts", "topics", loading.load_tags))
    registries.loaders.append(Loader(62, "demo", "topics", loading.load_example_tags))
