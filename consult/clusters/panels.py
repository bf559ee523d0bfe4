"""On one's own page: the portraits that a person speaks for with what to do next, and what waits for the editors."""

from __future__ import annotations

from typing import Any

from consult.clusters import asking, claims, completeness, editorial, recency, rules
from consult.clusters.models import Cluster, ClusterVersion
from consult.core.access import Actor
from consult.core.i18n import _
from consult.core.registry import Panel
from consult.core.web import path


def _next(cluster: Cluster, version: ClusterVersion | None, steps: dict[str, Any]) -> tuple[str, str]:
    """(what to do next, where): the first thing that waits for the management."""
    edit = path("clusters.edit", slug=cluster.slug)
    if not cluster.listed:
        return _("The portrait is not in the directory any more."), ""
    if version is not None and version.status == rules.RETURNED:
        return _("The moderation has a question about your change"), edit
    if version is not None:
        return _("Your change waits for the moderation"), edit
    state = recency.overall(cluster)
    if cluster.asked_at is not None or state in (recency.DORMANT, recency.OUTDATED, recency.CHECK):
        return _("Look through the portrait and confirm it"), edit
    if cluster.confirmed_at is None:
        return _("Look through the portrait and confirm it for the first time"), edit
    if steps["next"] is not None:
        return _("Add what is missing: %(what)s", what=", ".join(steps["next"].missing[:3])), edit
    return _("Nothing. We ask again in a year."), ""


def mine(person_id: int, actor: Actor) -> dict[str, Any] | None:
    """The person's portraits and claims."""
    clusters = editorial.managed_by(person_id)
    claimed = [one for one in claims.claims_of(person_id) if one[0].status in rules.RUNNING]
    if not clusters and not claimed:
        return None
    ids = [cluster.id for cluster in clusters]
    waiting = editorial.versions_in_hand(ids) if ids else {}
    focus = editorial.with_focus(ids) if ids else set()
    rows = []
    for cluster in clusters:
        steps = completeness.summary(completeness.steps(cluster, cluster.observations, cluster.id in focus))
        what, where = _next(cluster, waiting.get(cluster.id), steps)
        rows.append(
            {
                "cluster": cluster, "steps": steps, "recency": recency.overall(cluster), "what": what, "where": where,
                "asked": asking.next_question(cluster),
            }
        )  # fmt: skip
    return {"portraits": rows, "portrait_claims": claimed}


def editors(_person_id: int, actor: Actor) -> dict[str, Any] | None:
    """For editors: how much waits in the directory."""
    if not rules.is_editor(actor):
        return None
    return {"portrait_counts": editorial.waiting_counts()}


PANELS = (
    Panel("pages.me", 25, "clusters/_mine.html", mine),
    Panel("pages.me", 26, "clusters/_editors.html", editors),
)
