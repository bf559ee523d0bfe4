"""Projects that people join by degree, and activities that they take a place at.

Words: a *project* is joined through a *membership* (informed, expertise, test partner, resources, co-lead); an *activity*
takes *participations*, and has *places*, some *held back* for the host, and a *waiting list*; a place that became free is
*offered* to the next and held for a while. What always holds: never are more places confirmed and offered than there are
without those held back, whatever happens at the same moment; nobody who joined is lost; who came first is first; what a
host writes (a *message*) is read by others only after moderation has published it.
"""

from __future__ import annotations

from flask import Flask

from consult.core import pagecache
from consult.core.i18n import _l
from consult.core.registry import Loader, NavigationItem, Panel, registries
from consult.projects import (
    activity_queries,
    activity_views,
    demo,
    editorial,
    exchange,
    host_mails,
    jobs,
    loading,
    managing_views,
    merging,
    message_review,
    message_rules,
    message_views,
    notices,
    panels,
    personal,
    places,
    saved,
    subjects,
    views,
)

__all__ = ["host_mails", "init_app", "jobs", "managing_views"]


def init_app(app: Flask) -> None:
    """Register pages, menu, subjects, search, panels, notices, counters, personal data and the shipped content."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(activity_views.blueprint)
    app.register_blueprint(editorial.blueprint)
    registries.navigation.append(NavigationItem(40, "projects", "projects.index", _l("Projects")))
    registries.navigation.append(NavigationItem(50, "activities", "activities.index", _l("Activities")))
    registries.subjects["project"] = subjects.PROJECT
    registries.subjects["activity"] = subjects.ACTIVITY
    registries.spoken_for.append(subjects.spoken_for)
    registries.searchables["project"] = subjects.SEARCHABLE_PROJECT
    registries.searchables["activity"] = subjects.SEARCHABLE_ACTIVITY
    for panel in panels.PANELS:
        registries.add_panel(panel)
    registries.me_sections.append(panels.ME)
    registries.me_sections.append(panels.KEEPING)
    for kind in notices.KINDS:
        registries.notice_kinds[kind.kind] = kind
    registries.subjects[message_rules.KIND] = message_review.SUBJECT
    registries.moderated[message_rules.KIND] = message_review.MODERATED
    registries.resolvers["activities.message"] = message_review.resolve
    registries.add_panel(Panel("activities.show", 5, "activities/_messages.html", message_views.for_page))
    registries.personal_data["projects"] = personal.DATA
    registries.merge_hooks.append(merging.HOOK)
    for kept in (saved.LIST, saved.PROJECTS):
        registries.saved_lists[kept.kind] = kept
    registries.counters["activities.places"] = places.recount
    pagecache.add_boundary("projects", activity_queries.next_change)
    for exchanged in (exchange.PROJECTS, exchange.ACTIVITIES):
        registries.exchanges[exchanged.name] = exchanged
    registries.loaders.append(Loader(50, "facts", "projects", loading.load_facts))
    registries.loaders.append(Loader(51, "demo", "projects", loading.load_examples, loading.shift))
    registries.loaders.append(Loader(85, "demo", "projects", demo.load))
