"""Public page of one portrait. Lists, comparison and maps stand in `views_finding`, which shares this blueprint."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from consult.clusters import (
    addresses,
    columns,
    completeness,
    mergers,
    neighbourhood,
    portrait,
    queries,
    recency,
    rules,
    series,
    translations,
)
from consult.clusters.forms_editing import state_words
from consult.clusters.models import IMPORTED, Cluster
from consult.core.access import Actor, access, current_actor
from consult.core.errors import Gone, NotFound
from consult.core.i18n import _
from consult.core.web import path, room_blueprint
from consult.links.queries import LinkView, links_of
from consult.links.rules import FROM, TO, waits_for
from consult.notifications.queries import is_following

blueprint = room_blueprint("clusters", __name__)

LINKED_KINDS = (
    "cluster", "organisation", "programme", "project", "activity", "topic", "country", "macro-region",
)  # fmt: skip


def _found(actor: Actor, slug: str) -> Cluster:
    """The portrait at this address or, by another name or after a merger, the one to which it leads."""
    cluster = queries.cluster_by_slug(slug)
    if cluster is None:
        cluster = addresses.leads_to(slug)
        if cluster is None:
            raise NotFound(_("We have no portrait under this address."))
        return cluster
    if cluster.merged_into_id is not None:
        return addresses.surviving(cluster)
    if not cluster.listed and not rules.can_edit(actor, cluster.id):
        raise Gone(_("This portrait was taken out of the directory."))
    return cluster


def _waiting(actor: Actor, cluster: Cluster, links: Sequence[LinkView]) -> list[int]:
    """Numbers of the links that wait for the word of this cluster, if the reader may give it."""
    if not rules.can_manage(actor, cluster.id):
        return []
    return [view.link.id for view in links if waits_for(actor, view.link, FROM if view.outgoing else TO)]


@blueprint.get("/clusters/<slug>")
@access("public")
def show(slug: str) -> str | Response:
    """One portrait; an address that leads to another one answers with a redirect that stays."""
    actor = current_actor()
    cluster = _found(actor, slug)
    if cluster.slug != slug:
        return redirect(path("clusters.show", slug=cluster.slug), code=301)
    mergers.name_origins(cluster.observations)
    links = links_of("cluster", cluster.id, kinds=LINKED_KINDS)
    return render_template(
        "clusters/show.html",
        cluster=cluster,
        following=is_following(actor, "cluster", cluster.id),
        mine=_waiting(actor, cluster, links),
        graph=neighbourhood.draw(cluster, neighbourhood.neighbours(links)),
        curves=series.curves(columns.own(cluster.observations)),
        recency=recency.of_all(cluster),
        steps=completeness.steps(cluster, cluster.observations, any(view.type == "focus_on" for view in links)),
        texts=translations.texts_of(cluster),
        state_words=state_words,
        may_edit=rules.can_edit(actor, cluster.id),
        may_claim=cluster.status == IMPORTED and cluster.id not in actor.cluster_ids,
        remarks=rules.can_see_remarks(actor),
        report_url=request.path,
        **portrait.context(cluster, links),
    )
