"""Who may speak for a cluster."""

from __future__ import annotations

from consult.core.access import Actor


def can_manage(actor: Actor, cluster_id: int) -> bool:
    """Whether the actor speaks for this cluster. Editors mend portraits, but they confirm nothing in its name."""
    return actor.may("clusters.edit_own") and cluster_id in actor.cluster_ids


def can_see_remarks(actor: Actor) -> bool:
    """Whether remarks on observations, which are in English and meant for the editors, are shown."""
    return actor.may("clusters.edit")
