"""How complete a portrait is: three steps with names, each with the list of what is missing for it.

A portrait is found, then compared, then joined. Nothing is weighed and no clusters are ranked: a step is reached when all
that belongs to it is stated. What is missing is a list to work through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from consult.clusters import columns
from consult.clusters.models import IMPORTED, Cluster, Observation
from consult.core.clock import today
from consult.core.i18n import LANGUAGES, _
from consult.core.vocabularies import vocabulary

FRESH_YEARS = 2  # a figure older than this tells what was, for who wants to join


@dataclass(frozen=True)
class Step:
    """One of the three steps: what it is called, what it is good for, what is missing."""

    key: str
    title: str
    text: str
    missing: tuple[str, ...]
    total: int

    @property
    def reached(self) -> bool:
        return not self.missing

    @property
    def stated(self) -> int:
        return self.total - len(self.missing)


Test = Callable[[Cluster, Sequence[Observation], bool], bool]


def _both(texts: dict[str, str] | None) -> bool:
    return all((texts or {}).get(language) for language in LANGUAGES)


def _kind(*kinds: str) -> Test:
    return lambda _cluster, found, _focus: any(columns.standing(found, kind) for kind in kinds)


def _dated_members(_cluster: Cluster, found: Sequence[Observation], _focus: bool) -> bool:
    return any(one.as_of for one in columns.standing(found, "members"))


def _recent_members(_cluster: Cluster, found: Sequence[Observation], _focus: bool) -> bool:
    oldest = str(today().year - FRESH_YEARS)
    return any(one.as_of[:4] >= oldest for one in columns.standing(found, "members"))


def _open(code: str) -> Test:
    return lambda _cluster, found, _focus: bool(columns.standing(found, "openness", code))


def _findable() -> list[tuple[str, Test]]:
    return [
        (_("Name in German and English"), lambda cluster, _found, _focus: _both(cluster.name)),
        (_("Strengths in German and English"), lambda cluster, _found, _focus: _both(cluster.strengths)),
        (_("Seat"), _kind("seat", "seat-note")),
        (_("Region"), _kind("region")),
        (_("Sectors"), _kind("sectors")),
        (_("Website"), _kind("website")),
    ]


def _comparable() -> list[tuple[str, Test]]:
    return [
        (_("Form, assigned by the organisation itself"), lambda cluster, _f, _focus: cluster.form != "unassigned"),
        (_("Legal form"), _kind("legal-form")),
        (_("Founded"), _kind("founded")),
        (_("Members with a date"), _dated_members),
        (_("Reach"), _kind("scope")),
        (_("Industrial ecosystems"), _kind("ecosystems")),
        (_("Key technologies"), _kind("technologies")),
        (_("Offers"), _kind("service")),
    ]


def _joinable() -> list[tuple[str, Test]]:
    aspects: list[tuple[str, Test]] = [(term.title(), _open(term.code)) for term in vocabulary("openness_aspects")]
    return [
        *aspects,
        (_("Focus countries"), lambda _cluster, _found, focus: focus),
        (_("Members, not older than two years"), _recent_members),
        (_("Somebody who stands by the portrait"), lambda cluster, _found, _focus: cluster.status != IMPORTED),
    ]


def steps(cluster: Cluster, found: Sequence[Observation], focus: bool) -> list[Step]:
    """The three steps of a portrait; `focus` tells whether it names focus countries, which are links."""
    named: list[tuple[str, str, str, list[tuple[str, Test]]]] = [
        ("found", _("Can be found"), _("Name, place and theme are known in both languages."), _findable()),
        ("compared", _("Can be compared"), _("The figures and terms of the comparison are there."), _comparable()),
        ("joined", _("Can be joined"), _("Others can see whether it is open to them, and who answers."), _joinable()),
    ]
    return [
        Step(
            key, title, text, tuple(words for words, test in tests if not test(cluster, found, focus)), len(tests)
        )
        for key, title, text, tests in named
    ]  # fmt: skip


def reached(found: Sequence[Step]) -> int:
    """How many steps are reached without leaving one out."""
    count = 0
    for step in found:
        if not step.reached:
            break
        count += 1
    return count


def summary(found: Sequence[Step]) -> dict[str, Any]:
    """For lists: the step that is worked on now, or None if all are reached."""
    at = reached(found)
    return {"reached": at, "of": len(found), "next": found[at] if at < len(found) else None}
