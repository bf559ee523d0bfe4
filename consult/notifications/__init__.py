"""Notifications: what a person is told, in a list of their own and by mail, and what they follow.

Words: a *notice* is an entry in the list, a *kind* of notice is registered by the room it speaks of; a *search* is a list
with its filters that a person keeps, to be told of what is new in it. What always holds:
rooms write to the outbox with `core.notices.notify` in the transaction of the cause; only confirmed, active people are
mailed, and not those who said no.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Panel, registries
from consult.notifications import jobs, merging, search_jobs, search_views, subjects, views

__all__ = ["init_app", "search_views"]


def init_app(app: Flask) -> None:
    """Register pages, the delivery of notices, and the parts of one's own page."""
    app.register_blueprint(views.blueprint)
    registries.me_sections.append(Panel("pages.me", 10, "notifications/_me.html", subjects.own_notices))
    registries.me_sections.append(Panel("pages.me", 80, "notifications/_followed.html", subjects.own_follows))
    registries.me_sections.append(Panel("pages.me", 81, "notifications/_searches.html", subjects.own_searches))
    registries.notice_kinds[search_jobs.KIND] = search_jobs.NOTICE
    registries.personal_data["notifications"] = subjects.DATA
    registries.merge_hooks.append(merging.HOOK)
    jobs.init_app()
