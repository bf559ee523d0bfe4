"""Organisations: companies, agencies, ministries and other bodies, and who belongs to them.

Words: a *member* has a role in an organisation: author, approver, contact, manager. What always holds: a typed name
makes nobody a member, nobody joins without a word from both sides, and the type alone decides whether an organisation
counts as agency or ministry; that type only the administration gives.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, Panel, registries
from consult.organisations import (
    exchange,
    jobs,
    loading,
    notices,
    queries,
    review,
    subjects,
    views,
    views_members,
)

__all__ = ["init_app", "jobs", "views_members"]


def init_app(app: Flask) -> None:
    """Register the pages, the kind of thing, and what membership adds to the actor of a request."""
    app.register_blueprint(views.blueprint)
    registries.subjects["organisation"] = subjects.KIND
    registries.searchables["organisation"] = subjects.SEARCHABLE
    registries.moderated["organisation"] = review.KIND
    registries.notice_kinds.update({kind.kind: kind for kind in notices.NOTICE_KINDS})
    registries.me_sections.append(Panel("pages.me", 60, "organisations/_me.html", subjects.mine))
    registries.actor_parts.append(queries.ACTOR_PART)
    registries.personal_data["organisations"] = subjects.DATA
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(20, "facts", "organisations", loading.load_facts))
    registries.loaders.append(Loader(21, "demo", "organisations", loading.load_demo))
