"""Clusters: a directory of clusters and networks, described alike, every value with its date and source.

Words: a *portrait* is what is known of a cluster; it is made of *observations*; an imported portrait is *unconfirmed*
until the cluster's management has taken it over. What always holds: unknown is shown as a gap and never as 0;
conflicting observations stand side by side; figures in different units are never put into one series.
"""

from __future__ import annotations

from flask import Flask

from consult.clusters import loading, operations, subjects
from consult.core.registry import Loader, registries


def init_app(app: Flask) -> None:
    """Register the room."""
    registries.subjects[subjects.KIND] = subjects.SUBJECT
    registries.searchables[subjects.KIND] = subjects.SEARCHABLE
    registries.actor_parts.append(subjects.actor_part)
    registries.counters["clusters.facets"] = operations.recount_facets
    registries.loaders.append(Loader(40, "facts", "clusters", loading.load))
    registries.loaders.append(Loader(41, "demo", "clusters", loading.load_demo))
