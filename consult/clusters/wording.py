"""How fields, values and changes of a portrait read: for moderators, for the list of changes and for conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from consult.clusters import changes, readings
from consult.clusters.changes import ADD, DROP, END, OPENNESS, Document
from consult.clusters.models import Observation
from consult.core.i18n import _
from consult.core.vocabularies import vocabulary
from consult.links.sources import cite, readable_date

_LISTS = {
    "form": "forms", "scope": "scope_levels", "legal_form": "legal_forms", "lifecycle": "lifecycle",
    "portfolio": "portfolios", "sectors": "nace_rev2_1", "divisions": "nace_rev2_1", "ecosystems": "ecosystems",
    "key_technologies": "key_technologies", "regions_covered": "nuts2024_de", "services": "services",
    "region": "nuts2024_de", "country": "countries",
}  # fmt: skip


def field_title(name: str) -> str:
    """A field of the form in words."""
    if name.startswith(OPENNESS):
        return vocabulary("openness_aspects").title(changes.aspect_of(name))
    words = {
        "name_de": _("Name in German"), "name_en": _("Name in English"), "short_name": _("Short name"),
        "stated_as_de": _("What it calls itself, in German"), "stated_as_en": _("What it calls itself, in English"),
        "strengths_de": _("Strengths in German"), "strengths_en": _("Strengths in English"),
        "website": _("Website"), "legal_form": _("Legal form"), "form": _("Form"), "scope": _("Reach"),
        "lifecycle": _("Stage of life"), "seat": _("Seat"), "country": _("Country"), "region": _("Region"),
        "regions_covered": _("Active in"), "sectors": _("Sectors"), "divisions": _("Divisions"),
        "ecosystems": _("Industrial ecosystems"), "key_technologies": _("Key technologies"),
        "portfolio": _("Portfolio in European comparisons"), "services": _("Offers"),
        "contact_email": _("Address for questions about the portrait"),
    }  # fmt: skip
    return words.get(name, name)


def kind_title(kind: str, code: str = "", unit: str = "") -> str:
    """What an observation is about."""
    if kind == "members":
        return vocabulary("member_units").title(unit or "members")
    if kind == "figure":
        return vocabulary("figure_kinds").title(code)
    words = {
        "founded": _("Founded"), "label": _("Label"), "alias": _("Other name"), "stated-as": _("The source calls it"),
        "seat": _("Seat"), "seat-note": _("On the seat"), "service": _("Offers"), "openness": _("Open to"),
        "form": _("Form"), "scope": _("Reach"), "legal-form": _("Legal form"), "lifecycle": _("Stage of life"),
        "region": _("Region"), "regions-covered": _("Active in"), "sectors": _("Sectors"),
        "ecosystems": _("Industrial ecosystems"), "technologies": _("Key technologies"), "topics": _("Topics"),
        "portfolio": _("Portfolio in European comparisons"), "strengths": _("Strengths"), "website": _("Website"),
        "not-to-be-confused": _("Not to be confused with"),
    }  # fmt: skip
    return words.get(kind, kind)


def value_words(name: str, value: Any) -> str:
    """A value of a field in words; "" where nothing is stated."""
    if isinstance(value, list):
        return ", ".join(vocabulary(_LISTS[name]).title(code) for code in value)
    if name.startswith(OPENNESS):
        return {"yes": _("yes"), "no": _("no")}.get(value, "")
    return vocabulary(_LISTS[name]).title(value) if name in _LISTS and value else str(value or "")


def observation_words(one: Observation) -> str:
    """An observation in one line, with date and source."""
    value = readings.READ.get(one.kind, readings.plain)(one)
    words = value.text
    if one.kind in ("members", "figure"):
        words = f"{words} {kind_title(one.kind, one.code, one.unit)}"
    return f"{words} ({value.source})" if value.source else words


def as_observation(act: Mapping[str, Any], kind: str, code: str = "") -> Observation:
    """What an act would enter, for words only: it is never stored."""
    given = {"code": code, **changes.given_of(dict(act))}
    return Observation(
        kind=kind, **{"value": "", "unit": "", "qualifier": "", "as_of": "", "note": "", "basis": "", "details": {},
        "derived": False, "source": [], "entered_as": "", "until": "", "number": None, **given},
    )  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that a change is about: before and after in words; `name` says which part of the form."""

    name: str
    heading: str
    before: str
    after: str


def _act(number: int, act: Mapping[str, Any], known: Mapping[int, Observation]) -> Difference | None:
    target = known.get(act.get("id", 0))
    if act["act"] != ADD and target is None:
        return None
    kind = act.get("kind") or (target.kind if target is not None else "")
    code = act.get("code", target.code if target is not None else "")
    heading = kind_title(kind, code, act.get("unit", target.unit if target is not None else ""))
    before = observation_words(target) if target is not None else ""
    if act["act"] == DROP:
        return Difference(f"act-{number}", heading, before, "")
    if act["act"] == END:
        return Difference(
            f"act-{number}",
            heading,
            before,
            _("%(what)s, until %(date)s", what=before, date=readable_date(act["until"])),
        )
    return Difference(f"act-{number}", heading, before, observation_words(as_observation(act, kind, code)))


def differences(
    document: Document, before: Mapping[str, Any], known: Iterable[Observation] = ()
) -> list[Difference]:  # fmt: skip
    """What a change is about; `before` are the values of the form before it, `known` the observations of the portrait."""
    found = [
        Difference(name, field_title(name), value_words(name, before.get(name, "")), value_words(name, value))
        for name, value in document.get("values", {}).items()
    ]
    by_id = {one.id: one for one in known}
    acts = (_act(number, act, by_id) for number, act in enumerate(document.get("acts", []), 1))
    return [*found, *(one for one in acts if one is not None)]


def basis_of(document: Document) -> str:
    """The date and source that a change gives for its values."""
    return cite(document.get("as_of", ""), document.get("source", []), dated=False)


def role_words(role: str) -> str:
    """For whom something was entered."""
    return {
        "management": _("the cluster's management"), "editors": _("the editors"), "contact": _("the portrait's contact"),
    }.get(role, "")  # fmt: skip


def status_words(status: str) -> str:
    """The state of a change."""
    words = {
        "waiting": _("waits for moderation"), "applied": _("carried out"), "returned": _("returned with a question"),
        "rejected": _("not taken over"), "withdrawn": _("withdrawn"), "replaced": _("replaced by a newer one"),
        "undone": _("taken back"),
    }  # fmt: skip
    return words.get(status, status)
