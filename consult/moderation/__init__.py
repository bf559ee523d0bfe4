"""Moderation: the only door through which a text becomes public, is hidden or comes back.

Words: a *case* waits for a decision about one version of one subject; a *decision* has an outcome, a reason and a statement
of reasons; a *report* is a reader's notice. What always holds: nobody decides on a text of their own or of their own
organisation; of two moderators one decides and the other is told; no decision without a log row and a statement. Which
texts there are, their rooms register (`ModeratedKind`); this room imports none of them.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import registries
from consult.moderation import jobs, personal, queries, views, views_bulk, views_quality, views_reasons
from consult.moderation.notices import NOTICE_KINDS
from consult.moderation.statements import WORDS

__all__ = ["init_app", "views_bulk", "views_quality", "views_reasons"]


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(WORDS)
    registries.notice_kinds.update({kind.kind: kind for kind in NOTICE_KINDS})
    registries.personal_data["moderation"] = personal.PERSONAL_DATA
    registries.brought_back = queries.brought_back
    registries.loaders.append(jobs.LOADER)
