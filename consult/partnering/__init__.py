"""Partnering: what clusters, companies, ideas and projects offer and look for, and how two of them find each other.

Words: an *offer* is an entry of either kind (offer or request) and belongs to its *owner*; its *side* are its author and
those who speak for the owner; a *counterpart* is an entry that fits by the published formula; *interest* is what a person
shows, and it is accepted or declined. What always holds: nothing is public that moderation did not read; nothing lasts
longer than twelve months without somebody saying so; who wants to stay without name is named nowhere but to moderators;
no contact is shown before both sides have agreed; the score of two is the same for both.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.partnering import (
    decisions,
    jobs,
    loading,
    merging,
    notices,
    panels,
    personal,
    publishing,
    saved,
    subjects,
    views,
    views_interest,
    views_writing,
)

__all__ = ["init_app", "jobs", "views_interest", "views_writing"]


def init_app(app: Flask) -> None:
    """Register pages, subject, moderation, search, panels, notices, personal data, codes and the examples."""
    app.register_blueprint(views.blueprint)
    registries.footer.append(views.footer_item())
    registries.subjects["offer"] = subjects.SUBJECT
    registries.searchables["offer"] = subjects.SEARCHABLE
    registries.moderated["offer"] = decisions.MODERATED
    registries.resolvers["partnering.show"] = subjects.resolve
    for panel in panels.PANELS:
        registries.add_panel(panel)
    registries.me_sections.append(panels.ME)
    for kind in notices.KINDS:
        registries.notice_kinds[kind.kind] = kind
    registries.personal_data["partnering"] = personal.DATA
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.counters["offers.codes"] = publishing.rebuild
    registries.on_touch += [publishing.follow_states, publishing.follow_owners]
    registries.merge_hooks.append(merging.HOOK)
    registries.loaders.append(Loader(90, "demo", "partnering", loading.load, loading.shift))
