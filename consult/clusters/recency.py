"""How recent what a portrait tells is, for each group of fields: current, check, outdated, or unconfirmed.

A group is current from the day on which the organisation vouched for it. Figures age faster than a seat, so each group has
periods of its own; they are the ones below. What nobody of the organisation has vouched for is unconfirmed, however new
its evidence is. Silence makes a portrait perhaps inactive; nothing is ever deleted for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from consult.clusters.models import Cluster
from consult.core.clock import today

DEVELOPMENT, PEOPLE = "development-dynamics", "actors-networks"
THEMES, ATTRACTION, PROFILE = "thematic-strengths", "international-attraction", "profile"
GROUPS = (DEVELOPMENT, PEOPLE, THEMES, ATTRACTION, PROFILE)

CURRENT, CHECK, OUTDATED, UNCONFIRMED, DORMANT = "current", "check", "outdated", "unconfirmed", "dormant"
_WORST = (CURRENT, CHECK, OUTDATED, UNCONFIRMED)

# Group -> (days for which it counts as current, days after which it is outdated).
PERIODS: dict[str, tuple[int, int]] = {
    PEOPLE: (400, 800),
    DEVELOPMENT: (400, 800),
    ATTRACTION: (550, 1100),
    THEMES: (730, 1460),
    PROFILE: (730, 1460),
}

# The yearly question: asked so long after the last confirmation; reminded after each of these; then perhaps inactive.
ASK_AFTER = timedelta(days=365)
REMIND_AFTER = (timedelta(days=21), timedelta(days=42))
SILENT_AFTER = timedelta(days=63)
LINK_LIFETIME = timedelta(days=90)

_OF_KIND = {
    "founded": DEVELOPMENT, "lifecycle": DEVELOPMENT, "label": DEVELOPMENT, "figure": DEVELOPMENT, "members": PEOPLE,
    "regions-covered": PEOPLE, "scope": PEOPLE, "strengths": THEMES, "form": THEMES, "sectors": THEMES,
    "ecosystems": THEMES, "technologies": THEMES, "portfolio": THEMES, "service": THEMES, "openness": ATTRACTION,
}  # fmt: skip
_OF_FIELD = {
    "lifecycle": DEVELOPMENT, "scope": PEOPLE, "regions_covered": PEOPLE, "form": THEMES, "portfolio": THEMES,
    "sectors": THEMES, "divisions": THEMES, "ecosystems": THEMES, "key_technologies": THEMES, "services": THEMES,
    "strengths_de": THEMES, "strengths_en": THEMES,
}  # fmt: skip


def group_of_kind(kind: str) -> str:
    """The group to which observations of a kind belong."""
    return _OF_KIND.get(kind, PROFILE)


def group_of_field(name: str) -> str:
    """The group to which a field of the form belongs."""
    return ATTRACTION if name.startswith("open_") else _OF_FIELD.get(name, PROFILE)


@dataclass(frozen=True)
class Recency:
    """The state of a group, and since when it is vouched for."""

    group: str
    state: str
    on: str = ""
    by: str = ""


def state_at(group: str, verified: date | None, day: date) -> str:
    """The state of a group on a day."""
    if verified is None:
        return UNCONFIRMED
    current, outdated = PERIODS[group]
    age = (day - verified).days
    return CURRENT if age <= current else CHECK if age <= outdated else OUTDATED


def of_group(cluster: Cluster, group: str, day: date | None = None) -> Recency:
    """How recent a group of fields of a portrait is."""
    known = (cluster.verified or {}).get(group, {})
    on = known.get("on", "")
    return Recency(
        group, state_at(group, date.fromisoformat(on) if on else None, day or today()), on, known.get("by", "")
    )


def of_all(cluster: Cluster, day: date | None = None) -> dict[str, Recency]:
    """How recent each group is."""
    return {group: of_group(cluster, group, day) for group in GROUPS}


def overall(cluster: Cluster, day: date | None = None) -> str:
    """One word for a card: perhaps inactive, unconfirmed as a whole, else the worst of what is vouched for."""
    if cluster.dormant_since is not None:
        return DORMANT
    states = [one.state for one in of_all(cluster, day).values()]
    if set(states) == {UNCONFIRMED}:
        return UNCONFIRMED
    return max((CHECK if one == UNCONFIRMED else one for one in states), key=_WORST.index)


def vouch(cluster: Cluster, groups: Iterable[str], by: str, day: date | None = None) -> None:
    """Note that somebody vouches for these groups."""
    entry = {"on": (day or today()).isoformat(), "by": by}
    cluster.verified = {**(cluster.verified or {}), **{group: dict(entry) for group in groups}}


def wake(cluster: Cluster) -> None:
    """The organisation has spoken: the yearly question is answered, and a time of silence is over, with its dates."""
    cluster.asked_at, cluster.reminders = None, 0
    if cluster.dormant_since is not None:
        silence = {"from": cluster.dormant_since.isoformat(), "until": today().isoformat(), "why": "silent"}
        cluster.interruptions = [*(cluster.interruptions or []), silence]
        cluster.dormant_since = None
