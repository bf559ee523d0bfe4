"""Organisations: companies, agencies, ministries and other bodies, and who belongs to them.

Words: a *member* has a role in an organisation: author, approver, contact, manager. What always holds: a typed name
makes nobody a member, and the type alone decides whether an organisation counts as agency or ministry.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.organisations import exchange, loading, queries, subjects, views


def init_app(app: Flask) -> None:
    """Register the page, the kind of thing, and what membership adds to the actor of a request."""
    app.register_blueprint(views.blueprint)
    registries.subjects["organisation"] = subjects.KIND
    registries.searchables["organisation"] = subjects.SEARCHABLE
    registries.actor_parts.append(queries.actor_part)
    registries.personal_data["organisations"] = subjects.DATA
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(20, "facts", "organisations", loading.load_facts))
    registries.loaders.append(Loader(21, "demo", "organisations", loading.load_demo))
