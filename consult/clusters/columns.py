"""What lists, cards and search need of a portrait, made of its observations: they are the truth, the columns follow.

Of several statements about one thing a column takes the one that was entered here last; else the one that a source gives.
Where sources contradict each other about a seat there is none of them in the column, since none is the right one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from consult.clusters.models import Cluster, Observation
from consult.core.clock import now
from consult.core.db import sort_key
from consult.core.i18n import LANGUAGES
from consult.core.registry import touch

# Kinds whose statement is one code, and the column that holds it.
CODED = {
    "form": "form", "scope": "scope", "legal-form": "legal_form", "lifecycle": "lifecycle", "portfolio": "portfolio",
}  # fmt: skip
# Kinds whose statement is a list of codes.
LISTED = {"ecosystems": "ecosystems", "technologies": "key_technologies", "topics": "topics"}
TEXTS = ("name", "strengths")
ORIGINAL, HUMAN, MACHINE, MISSING = "original", "human", "machine", "missing"
TEXT_STATES = (ORIGINAL, HUMAN, MACHINE, MISSING)


def standing(found: Iterable[Observation], kind: str, code: str | None = None) -> list[Observation]:
    """The observations of a kind that have not ended, in their order."""
    return [
        one
        for one in found
        if one.kind == kind and not one.until and one.replaced_at is None and (code is None or one.code == code)
    ]


def own(found: Iterable[Observation]) -> list[Observation]:
    """Without what a merged portrait brought along, unless there is nothing else: its figures count something else."""
    everything = list(found)
    return [one for one in everything if one.origin_id is None] or everything


def present(found: Iterable[Observation], kind: str, code: str | None = None) -> Observation | None:
    """The statement that counts: the one entered last, else the last one that a source gives."""
    known = own(standing(found, kind, code))
    entered = [one for one in known if one.entered_at is not None]
    if entered:
        return max(entered, key=lambda one: (str(one.entered_at), one.position))
    return known[-1] if known else None


def newest_members(found: Sequence[Observation]) -> Observation | None:
    """The member observation for a card: the newest dated one, else the last undated one."""
    members = own(standing(found, "members"))
    return max(members, key=lambda one: (one.as_of, one.position), default=None)


def text_state(cluster: Cluster, name: str, language: str) -> str:
    """How the text of a field came about in a language; what was shipped is taken as original and translation."""
    texts: dict[str, str] = getattr(cluster, name) or {}
    if not texts.get(language):
        return MISSING
    known = (cluster.text_states or {}).get(name, {}).get(language, "")
    if known in TEXT_STATES and known != MISSING:
        return known
    others = [texts[one] for one in LANGUAGES if one != language and texts.get(one)]
    return HUMAN if language != LANGUAGES[0] and others and texts[language] not in others else ORIGINAL


def gaps_of(cluster: Cluster) -> str:
    """The texts that are to be translated, "name:en strengths:de": missing ones, and those of a machine."""
    found = []
    for name in TEXTS:
        states = {language: text_state(cluster, name, language) for language in LANGUAGES}
        if set(states.values()) == {MISSING}:
            continue
        found += [f"{name}:{language}" for language, state in states.items() if state in (MISSING, MACHINE)]
    return " ".join(found)


def _seat(found: Sequence[Observation]) -> tuple[str, str]:
    """City and country; no city where sources disagree."""
    chosen = present(found, "seat")
    if chosen is None:
        return "", "DE"
    cities = {one.value for one in own(standing(found, "seat"))}
    agreed = chosen.entered_at is not None or len(cities) == 1
    return (chosen.value if agreed else ""), str(chosen.details.get("country", "") or "DE")


def _names(cluster: Cluster, found: Sequence[Observation]) -> list[str]:
    names = [cluster.name.get(language, "") for language in LANGUAGES]
    names += [cluster.short_name, *(one.value for one in found if one.kind == "alias")]
    return [one for one in names if one]


def _codes(found: Sequence[Observation], kind: str, key: str = "values") -> list[str]:
    chosen = present(found, kind)
    return list(chosen.details.get(key, [])) if chosen is not None else []


def refresh(cluster: Cluster, found: Sequence[Observation]) -> None:
    """Set the columns of a cluster by its observations and say that it changed; `found` are those that stand."""
    for kind, column in CODED.items():
        chosen = present(found, kind)
        setattr(cluster, column, chosen.code if chosen is not None else "")
    cluster.form = cluster.form or "unassigned"
    for kind, column in LISTED.items():
        setattr(cluster, column, _codes(found, kind))
    cluster.sectors = _codes(found, "sectors", "sections")
    sectors, region = present(found, "sectors"), present(found, "region")
    cluster.main_sector = str(sectors.details.get("main", "")) if sectors is not None else ""
    cluster.nuts1 = str(region.details.get("nuts1", "") or "") if region is not None else ""
    cluster.nuts2 = str(region.details.get("nuts2", "") or "") if region is not None else ""
    cluster.seat, cluster.country = _seat(found)
    cluster.services = list(dict.fromkeys(one.code for one in standing(found, "service")))
    website, strengths = present(found, "website"), present(found, "strengths")
    cluster.website = website.value if website is not None else ""
    cluster.strengths = dict(strengths.text or {}) if strengths is not None else {}
    _refresh_members(cluster, found)
    names = _names(cluster, found)
    cluster.sort_key = sort_key(names[0]) if names else ""
    cluster.name_key = "\n".join(dict.fromkeys(sort_key(one) for one in names))
    cluster.as_of = max((one.as_of for one in found), default="")
    cluster.text_gaps = gaps_of(cluster)
    cluster.updated_at = now()
    if cluster.id is not None:
        touch("cluster", cluster.id)


def _refresh_members(cluster: Cluster, found: Sequence[Observation]) -> None:
    latest = newest_members(found)
    values: dict[str, Any] = {
        "members": latest.number if latest else None,
        "members_unit": latest.unit if latest else "",
        "members_qualifier": latest.qualifier if latest else "",
        "members_as_of": latest.as_of if latest else "",
        "members_source": list(latest.source) if latest else [],
    }
    for column, value in values.items():
        setattr(cluster, column, value)
