"""Who may speak for a cluster, and which words no cluster can have as its address."""

from __future__ import annotations

import re

from consult.core.access import Actor

# Pages of their own below /clusters/, today's and words kept free for later ones: a portrait under one of them could not
# be reached. A test compares them with the addresses there are.
RESERVED_SLUGS = frozenset(
    {
        "add", "all", "archive", "atom", "check", "claim", "claims", "compare", "countries", "country", "download", "edit",
        "export", "facets", "feed", "forms", "import", "imports", "index", "list", "map", "matrix", "me", "mine",
        "neighbourhood", "new", "organisations", "partners", "preview", "print", "projects", "roles", "search",
        "self-check", "to-translate", "translate", "undo", "world",
    }
)  # fmt: skip


def may_be_slug(slug: str) -> bool:
    """Whether a cluster may have this address: one word of small letters, digits and hyphens that no page has."""
    return bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)) and len(slug) <= 100 and slug not in RESERVED_SLUGS


def can_manage(actor: Actor, cluster_id: int) -> bool:
    """Whether the actor speaks for this cluster. Editors mend portraits, but they confirm nothing in its name."""
    return actor.may("clusters.edit_own") and cluster_id in actor.cluster_ids


def can_see_remarks(actor: Actor) -> bool:
    """Whether remarks on observations, which are in English and meant for the editors, are shown."""
    return actor.may("clusters.edit")
