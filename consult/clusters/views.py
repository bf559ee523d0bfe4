"""Public page of one portrait. Lists, comparison and maps stand in `views_finding`, which shares this blueprint."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request

from consult.clusters import portrait, queries, rules, series
from consult.clusters.models import Cluster
from consult.core.access import Actor, access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.web import room_blueprint
from consult.links.queries import LinkView, links_of
from consult.links.rules import FROM, TO, waits_for
from consult.notifications.queries import is_following

blueprint = room_blueprint("clusters", __name__)

LINKED_KINDS = (
    "cluster", "organisation", "programme", "project", "activity", "topic", "country", "macro-region",
)  # fmt: skip


def _found(slug: str) -> Cluster:
    cluster = queries.cluster_by_slug(slug)
    if cluster is None:
        raise NotFound(_("We have no portrait under this address."))
    return cluster


def _waiting(actor: Actor, cluster: Cluster, links: Sequence[LinkView]) -> list[int]:
    """Numbers of the links that wait for the word of this cluster, if the reader may give it."""
    if not rules.can_manage(actor, cluster.id):
        return []
    return [view.link.id for view in links if waits_for(actor, view.link, FROM if view.outgoing else TO)]


@blueprint.get("/clusters/<slug>")
@access("public")
def show(slug: str) -> str:
    """One portrait."""
    cluster = _found(slug)
    actor = current_actor()
    links = links_of("cluster", cluster.id, kinds=LINKED_KINDS)
    return render_template(
        "clusters/show.html",
        cluster=cluster,
        following=is_following(actor, "cluster", cluster.id),
        mine=_waiting(actor, cluster, links),
        curves=series.curves(cluster.observations),
        remarks=rules.can_see_remarks(actor),
        report_url=request.path,
        **portrait.context(cluster, links),
    )
