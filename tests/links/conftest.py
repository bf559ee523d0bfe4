"""Two clusters, each with somebody who speaks for it, and a link between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from consult.clusters.models import Cluster
from consult.core.access import Actor
from consult.core.clock import now
from consult.links.models import PROPOSED, Link
from consult.links.operations import refresh_ends


@dataclass
class Pair:
    """Both ends of a link and who acts on it."""

    first: Cluster
    second: Cluster
    actors: dict[str, Actor]


@pytest.fixture
def pair(make: Any, cast: Any) -> Pair:
    """`actors`: "from" and "to" speak for one end each, "both" for both; "editor" and "stranger" for none."""
    people = {name: make.person(roles=("cluster",)) for name in ("from", "to", "both")}
    first = make.cluster("Optik Saaletal", nuts1="DEG", nuts2="DEG0", managers=[people["from"], people["both"]])
    second = make.cluster("Photonik Neckar", nuts1="DE1", nuts2="DE11", managers=[people["to"], people["both"]])
    actors = {name: make.actor(person) for name, person in people.items()}
    actors["editor"], actors["stranger"] = make.actor(cast.editor), make.actor(cast.stranger)
    return Pair(first, second, actors)


@pytest.fixture
def new_link(db: Any, pair: Pair) -> Callable[..., Link]:
    """`new_link(status=..., ...)`: a link from the first to the second cluster."""

    def create(**columns: Any) -> Link:
        columns = {"type": "partner_of", "status": PROPOSED, **columns}
        link = Link(
            from_kind="cluster", from_id=pair.first.id, from_key=pair.first.slug, to_kind="cluster",
            to_id=pair.second.id, to_key=pair.second.slug, created_at=now(), **columns,
        )  # fmt: skip
        db.session.add(link)
        db.session.flush()
        refresh_ends([("cluster", pair.first.id), ("cluster", pair.second.id)])
        return link

    return create
