"""Clusters: a directory of clusters and networks, described alike, every value with its date and source.

Words: a *portrait* is what is known of a cluster; it is made of *observations*; an imported portrait is *unconfirmed*
until the cluster's management has taken it over. What always holds: unknown is shown as a gap and never as 0;
conflicting observations stand side by side; figures in different units are never put into one series.
"""

from __future__ import annotations

from flask import Flask

from consult.clusters import exchange, facets, loading, operations, personal, readings, subjects, views_finding
from consult.core.i18n import _l
from consult.core.registry import Loader, NavigationItem, PersonalData, registries


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views_finding.blueprint)
    app.jinja_env.globals.update(members_of=readings.members_of, place_of=readings.place_of, count_of=readings.count_of)
    registries.navigation.append(NavigationItem(30, "clusters", "clusters.index", _l("Clusters")))
    registries.personal_data["clusters"] = PersonalData(
        "clusters", personal.TABLES, personal.export_person, personal.erase_person
    )
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.resolvers["clusters.show"] = subjects.resolve
    registries.actor_parts.append(subjects.actor_part)
    registries.counters["clusters.facets"] = facets.recount_all
    registries.on_touch.append(facets.follow)
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(40, "facts", "clusters", loading.load))
    registries.loaders.append(Loader(61, "facts", "clusters", loading.load_focus))
    registries.loaders.append(Loader(41, "demo", "clusters", loading.load_demo))
