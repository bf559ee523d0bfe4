"""Who may do what with a portrait, and the machines that hold what can follow what."""

from __future__ import annotations

from consult.clusters.models import CLAIMED, CONFIRMED, IMPORTED, Cluster, ClusterClaim, ClusterVersion
from consult.core.access import Actor
from consult.core.states import Machine, Transition

WAITING, APPLIED, RETURNED, REJECTED = "waiting", "applied", "returned", "rejected"
WITHDRAWN, REPLACED, UNDONE = "withdrawn", "replaced", "undone"
OPEN, ASKED, ACCEPTED, DECLINED, REVOKED = "open", "asked", "accepted", "declined", "revoked"

# Who stands by the portrait. Whoever was asked by the signed link confirms without an account.
PORTRAIT = Machine(
    "cluster",
    IMPORTED,
    [
        Transition(IMPORTED, "claim", CLAIMED, "editor accepts"),
        Transition(IMPORTED, "confirm", CONFIRMED, "contact"),
        Transition(CLAIMED, "confirm", CONFIRMED, "management"),
        Transition(CLAIMED, "release", IMPORTED, "editor, with the last manager"),
        Transition(CONFIRMED, "release", IMPORTED, "editor, with the last manager"),
    ],
    {"claim": "cluster.claimed", "confirm": "cluster.confirmed", "release": "cluster.released"},
)

# A change: carried out at once, or by a moderator's decision.
VERSION = Machine(
    "cluster_version",
    WAITING,
    [
        Transition(WAITING, "apply", APPLIED, "author or moderator"),
        Transition(WAITING, "return", RETURNED, "moderator"),
        Transition(WAITING, "reject", REJECTED, "moderator"),
        Transition(WAITING, "withdraw", WITHDRAWN, "management"),
        Transition(RETURNED, "withdraw", WITHDRAWN, "management"),
        Transition(WAITING, "replace", REPLACED, "management sends again"),
        Transition(RETURNED, "replace", REPLACED, "management sends again"),
        Transition(APPLIED, "undo", UNDONE, "editor"),
        Transition(APPLIED, "reverse", WAITING, "moderator, ten minutes"),
        Transition(RETURNED, "reverse", WAITING, "moderator, ten minutes"),
        Transition(REJECTED, "reverse", WAITING, "moderator, ten minutes"),
    ],
    {
        "apply": "cluster_version.applied", "return": "cluster_version.returned", "reject": "cluster_version.rejected",
        "withdraw": "cluster_version.withdrawn", "replace": "cluster_version.replaced",
        "undo": "cluster_version.undone", "reverse": "cluster_version.reversed",
    },
)  # fmt: skip

CLAIM = Machine(
    "cluster_claim",
    OPEN,
    [
        Transition(OPEN, "accept", ACCEPTED, "editor, not on their own"),
        Transition(OPEN, "decline", DECLINED, "editor, not on their own"),
        Transition(OPEN, "ask", ASKED, "editor, not on their own"),
        Transition(ASKED, "answer", OPEN, "claimant"),
        Transition(ASKED, "decline", DECLINED, "editor, not on their own"),
        Transition(OPEN, "withdraw", WITHDRAWN, "claimant"),
        Transition(ASKED, "withdraw", WITHDRAWN, "claimant"),
        Transition(ACCEPTED, "revoke", REVOKED, "editor"),
    ],
    {
        "accept": "cluster_claim.accepted", "decline": "cluster_claim.declined", "ask": "cluster_claim.asked",
        "answer": "cluster_claim.answered", "withdraw": "cluster_claim.withdrawn", "revoke": "cluster_claim.revoked",
    },
)  # fmt: skip
RUNNING = (OPEN, ASKED)


def can_manage(actor: Actor, cluster_id: int) -> bool:
    """Whether the actor speaks for this cluster. Editors mend portraits, but they confirm nothing in its name."""
    return actor.may("clusters.edit_own") and cluster_id in actor.cluster_ids


def is_editor(actor: Actor) -> bool:
    """Whether the actor looks after the whole directory."""
    return actor.may("clusters.edit")


def can_edit(actor: Actor, cluster_id: int) -> bool:
    """Change a portrait: its management, and editors any."""
    return can_manage(actor, cluster_id) or is_editor(actor)


def can_withdraw(actor: Actor, version: ClusterVersion) -> bool:
    """Take back a change that waits: whoever speaks for the portrait, or wrote it."""
    own = actor.person_id is not None and version.author_id == actor.person_id
    return own or can_manage(actor, version.cluster_id)


def can_drop(actor: Actor, cluster_id: int, entered_as: str) -> bool:
    """Replace an observation or say that it was never so: the management what it entered itself, editors any."""
    return is_editor(actor) or (can_manage(actor, cluster_id) and entered_as == "management")


def can_claim(actor: Actor, cluster: Cluster) -> bool:
    """Say to speak for a portrait: who is signed in and does not speak for it yet."""
    return actor.signed_in and cluster.listed and cluster.id not in actor.cluster_ids


def is_claimant(actor: Actor, claim: ClusterClaim) -> bool:
    return actor.person_id is not None and claim.person_id == actor.person_id


def can_decide(actor: Actor, claim: ClusterClaim) -> bool:
    """Decide about a claim: editors, never about their own."""
    return is_editor(actor) and not is_claimant(actor, claim)


def is_involved(actor: Actor, cluster_id: int, author_id: int | None) -> bool:
    """Whether the actor has a part in a change: they never decide on it as moderators."""
    own = actor.person_id is not None and author_id == actor.person_id
    return own or cluster_id in actor.cluster_ids


def can_see_remarks(actor: Actor) -> bool:
    """Whether remarks on observations, which are in English and meant for the editors, are shown."""
    return actor.may("clusters.edit")
