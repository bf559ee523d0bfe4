"""Clusters: a directory of clusters and networks, described alike, every value with its date and source.

Words: a *portrait* is what is known of a cluster; it is made of *observations*; an imported portrait is *unconfirmed*
until the cluster's *management* has *claimed* and confirmed it; every change is a *version*. What always holds: unknown is
shown as a gap and never as 0; conflicting observations stand side by side and none is overwritten; figures in different
units are never put into one series; what was merged counts once; silence deletes nothing.
"""

from __future__ import annotations

from flask import Flask

from consult.clusters import (
    exchange,
    facets,
    jobs,
    loading,
    panels,
    personal,
    profile_files,
    readings,
    recency,
    review,
    saved,
    subjects,
    views_claims,
    views_editing,
    views_editorial,
    views_finding,
)
from consult.core.i18n import _, _l, pick
from consult.core.registry import Loader, NavigationItem, NoticeKind, PersonalData, registries
from consult.core.web import path

# These register themselves by being imported.
BY_IMPORT = (jobs, views_claims, views_editing, views_editorial)


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views_finding.blueprint)
    app.jinja_env.globals.update(recency_of=recency.overall)
    app.jinja_env.globals.update(members_of=readings.members_of, place_of=readings.place_of, count_of=readings.count_of)
    registries.navigation.append(NavigationItem(30, "clusters", "clusters.index", _l("Clusters")))
    registries.personal_data["clusters"] = PersonalData(
        "clusters", personal.TABLES, personal.export_person, personal.erase_person
    )
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.moderated[subjects.KIND] = review.MODERATED
    registries.me_sections.extend(panels.PANELS)
    registries.notice_kinds["cluster.updated"] = NoticeKind(
        "cluster.updated",
        lambda context: _("The portrait %(name)s has been changed.", name=pick(context["name"])),
        lambda context: path("clusters.show", slug=context["slug"]),
    )
    registries.notice_kinds["cluster.claim_waiting"] = NoticeKind(
        "cluster.claim_waiting",
        lambda context: _("Somebody claims the portrait %(name)s.", name=pick(context["name"])),
        lambda context: path("clusters.editorial_claim", claim_id=context["claim_id"]),
    )
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.resolvers["clusters.show"] = subjects.resolve
    registries.actor_parts.append(subjects.ACTOR_PART)
    registries.counters["clusters.facets"] = facets.recount_all
    registries.on_touch.append(facets.follow)
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.add_panel(profile_files.PANEL)
    registries.loaders.append(Loader(40, "facts", "clusters", loading.load))
    registries.loaders.append(Loader(61, "facts", "clusters", loading.load_focus))
    registries.loaders.append(Loader(41, "demo", "clusters", loading.load_demo))
