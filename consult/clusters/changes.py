"""A change of a portrait as a document: what it holds, how it is carried out and how it is taken back.

    {"values": {"website": "example.org", "services": ["networking"], ...},     fields of the form, only those that change
     "states": {"strengths": {"en": "machine"}},                                how texts came about
     "as_of": "2026-11", "source": ["..."],                                     of the values
     "acts": [{"act": "add", "kind": "members", "number": 135, ...},            observations: add, replace, end, drop
              {"act": "end", "id": 12, "until": "2026-11"}]}

What always holds: an observation is never overwritten. What a source states stays beside what is entered later, and ends
at most; what was entered here before, and our own classification, is kept as replaced. So every change can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from consult.clusters import columns
from consult.clusters.models import Cluster, Observation
from consult.core.clock import now, today
from consult.core.db import db, sort_key
from consult.core.i18n import LANGUAGES
from consult.core.vocabularies import vocabulary

Document = dict[str, Any]

MANAGEMENT, EDITORS, CONTACT = "management", "editors", "contact"

# field of the form -> (kind of observation, where the codes stand in its details); "" for the observation's own code
CODED = {
    "form": "form",
    "scope": "scope",
    "legal_form": "legal-form",
    "lifecycle": "lifecycle",
    "portfolio": "portfolio",
}
LISTED = {
    "sectors": ("sectors", "sections"), "divisions": ("sectors", "divisions"), "ecosystems": ("ecosystems", "values"),
    "key_technologies": ("technologies", "values"), "regions_covered": ("regions-covered", "values"),
}  # fmt: skip
BILINGUAL = {"stated_as": "stated-as", "strengths": "strengths"}
NAMES = ("name_de", "name_en", "short_name", "contact_email")
OPENNESS = "open_"
# Kinds of which only one statement makes sense: a new one takes the place even of what a source gives.
ALONE = frozenset({"strengths", "website"})
ADD, REPLACE, END, DROP = "add", "replace", "end", "drop"
_COLUMNS = ("code", "value", "number", "text", "unit", "qualifier", "as_of", "note", "details")


@dataclass(frozen=True)
class Entry:
    """Who enters something, for whom, and what the values rest on."""

    person_id: int | None
    role: str
    as_of: str = ""
    source: tuple[str, ...] = ()


@dataclass
class Undo:
    """What a change did, so that it can be taken back."""

    added: list[Observation] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    before: Document = field(default_factory=dict)

    def document(self) -> Document:
        """As it is stored; the added observations have their numbers by now."""
        return {
            "added": [one.id for one in self.added],
            "replaced": self.replaced,
            "ended": self.ended,
            "columns": self.before,
        }


def open_fields() -> list[str]:
    """The fields for whom a cluster is open, one for each aspect."""
    return [OPENNESS + term.code.replace("-", "_") for term in vocabulary("openness_aspects")]


def aspect_of(name: str) -> str:
    return name.removeprefix(OPENNESS).replace("_", "-")


def values_of(cluster: Cluster, found: Sequence[Observation]) -> Document:
    """The present values of all fields of the form."""
    values: Document = {
        "name_de": cluster.name.get("de", ""), "name_en": cluster.name.get("en", ""), "short_name": cluster.short_name,
        "contact_email": cluster.contact_email, "website": cluster.website,
    }  # fmt: skip
    for name, kind in CODED.items():
        chosen = columns.present(found, kind)
        values[name] = chosen.code if chosen is not None else ""
    values["form"] = values["form"] or "unassigned"
    for name, (kind, key) in LISTED.items():
        chosen = columns.present(found, kind)
        values[name] = sorted(chosen.details.get(key, [])) if chosen is not None else []
    for name, kind in BILINGUAL.items():
        chosen = columns.present(found, kind)
        for language in LANGUAGES:
            values[f"{name}_{language}"] = ((chosen.text if chosen is not None else None) or {}).get(language, "")
    seat, region = columns.present(found, "seat"), columns.present(found, "region")
    values["seat"] = seat.value if seat is not None else ""
    values["country"] = str(seat.details.get("country", "") or "DE") if seat is not None else cluster.country
    codes = [str(region.details.get(level, "") or "") for level in ("nuts2", "nuts1")] if region is not None else []
    values["region"] = next(filter(None, codes), "")
    values["services"] = sorted({one.code for one in columns.standing(found, "service")})
    for name in open_fields():
        chosen = columns.present(found, "openness", aspect_of(name))
        said = chosen.details.get("value") if chosen is not None else None
        values[name] = {True: "yes", False: "no"}.get(said, "")  # type: ignore[arg-type]
    return values


def difference(before: Mapping[str, Any], typed: Mapping[str, Any]) -> Document:
    """The typed values that are not the present ones; lists are compared without their order."""
    found = {}
    for name, value in typed.items():
        new = sorted(value) if isinstance(value, list) else value
        if name in before and new != before[name]:
            found[name] = new
    return found


def joined(first: Document, second: Document) -> Document:
    """Two changes as one: later values win, acts follow each other."""
    states = {name: dict(given) for name, given in first.get("states", {}).items()}
    for name, given in second.get("states", {}).items():
        states.setdefault(name, {}).update(given)
    return {
        "values": {**first.get("values", {}), **second.get("values", {})},
        "states": states,
        "acts": [*first.get("acts", []), *second.get("acts", [])],
        "as_of": second.get("as_of") or first.get("as_of", ""),
        "source": second.get("source") or first.get("source", []),
    }


def is_empty(changes: Document) -> bool:
    return not any(changes.get(key) for key in ("values", "acts", "states"))


# ---- carrying out ---------------------------------------------------------------------------------------------------


class _Work:
    """One change being carried out on one portrait."""

    def __init__(self, cluster: Cluster, found: list[Observation], entry: Entry) -> None:
        self.cluster, self.found, self.entry = cluster, found, entry
        self.undo = Undo()
        self.position = max((one.position for one in found), default=0)

    def set_aside(self, one: Observation) -> None:
        one.replaced_at = now()
        self.undo.replaced.append(one.id)

    def end(self, one: Observation, until: str) -> None:
        self.undo.ended.setdefault(str(one.id), one.until)
        one.until = until

    def make_room(self, kind: str, code: str | None, gone: bool) -> None:
        """Before a new statement: what was entered or classified here goes; what a source says stays, or ends."""
        for one in columns.standing(self.found, kind, code):
            ours = one.derived or one.entered_as or not one.source
            if ours or kind in ALONE:
                self.set_aside(one)
            elif gone:
                self.end(one, self.entry.as_of or today().isoformat())

    def add(self, kind: str, **given: Any) -> Observation:
        self.position += 1
        given.setdefault("as_of", self.entry.as_of)
        given.setdefault("source", list(self.entry.source))
        added = Observation(
            cluster_id=self.cluster.id, position=self.position, kind=kind, entered_by=self.entry.person_id,
            entered_as=self.entry.role, entered_at=now(), verified_on=today(), **given,
        )  # fmt: skip
        db.session.add(added)
        self.found.append(added)
        self.undo.added.append(added)
        return added

    def column(self, name: str, value: Any) -> None:
        self.undo.before.setdefault(name, getattr(self.cluster, name))
        setattr(self.cluster, name, value)


def _set_name(work: _Work, name: str, value: str) -> None:
    if not name.startswith("name_"):
        work.column(name, value)
        return
    language = name.removeprefix("name_")
    former = work.cluster.name.get(language, "")
    changed = {key: words for key, words in {**work.cluster.name, language: value}.items() if words}
    work.column("name", changed)
    others = {sort_key(one) for one in changed.values()} | {
        sort_key(one.value) for one in columns.standing(work.found, "alias")
    }
    if former and sort_key(former) not in others:
        work.add(
            "alias", code="former-name", value=former, details={"until": work.entry.as_of} if work.entry.as_of else {}
        )


def _set_listed(work: _Work, kind: str, details: Document) -> None:
    work.make_room(kind, None, gone=not any(details.values()))
    kept = {key: value for key, value in details.items() if value}
    if kept:
        work.add(kind, details=kept)


def _sectors(work: _Work, values: Document) -> None:
    """Sections and divisions stand in one statement; the main one is kept while it is still among them."""
    chosen = columns.present(work.found, "sectors")
    old = dict(chosen.details) if chosen is not None else {}
    sections = values.get("sectors", old.get("sections", []))
    divisions = values.get("divisions", old.get("divisions", []))
    main = old.get("main", "")
    if main not in (*sections, *divisions):
        main = next(iter([*divisions, *sections]), "")
    _set_listed(work, "sectors", {"sections": sections, "divisions": divisions, "main": main if sections else ""})


def _set_bilingual(work: _Work, name: str, values: Document) -> None:
    kind = BILINGUAL[name]
    chosen = columns.present(work.found, kind)
    old = dict((chosen.text if chosen is not None else None) or {})
    text = {language: values.get(f"{name}_{language}", old.get(language, "")) for language in LANGUAGES}
    work.make_room(kind, None, gone=not any(text.values()))
    kept = {language: words for language, words in text.items() if words}
    if kept:
        source = list(chosen.source) if chosen is not None and not work.entry.source else list(work.entry.source)
        work.add(kind, text=kept, source=source)


def _set_place(work: _Work, values: Document) -> None:
    if "seat" in values or "country" in values:
        chosen = columns.present(work.found, "seat")
        city = values.get("seat", chosen.value if chosen is not None else "")
        country = values.get("country", work.cluster.country)
        work.make_room("seat", None, gone=not city)
        if city:
            work.add("seat", value=city, details={"country": country})
    if "region" in values:
        code = values["region"]
        levels = {"nuts1": code[:3], "nuts2": code[:4] if len(code) > 3 else ""}
        _set_listed(work, "region", levels)


def _set_services(work: _Work, wanted: Sequence[str]) -> None:
    known = {one.code for one in columns.standing(work.found, "service")}
    for code in sorted(known - set(wanted)):
        work.make_room("service", code, gone=True)
    for code in sorted(set(wanted) - known):
        work.add("service", code=code)


def _set_codes(work: _Work, values: Document) -> None:
    for name, kind in CODED.items():
        if name in values:
            work.make_room(kind, None, gone=not values[name])
            if values[name]:
                work.add(kind, code=values[name])


def _set_openness(work: _Work, values: Document) -> None:
    for name in open_fields():
        if name in values:
            work.make_room("openness", aspect_of(name), gone=not values[name])
            if values[name]:
                work.add("openness", code=aspect_of(name), details={"value": values[name] == "yes"})


def _apply_values(work: _Work, values: Document) -> None:
    for name in NAMES:
        if name in values:
            _set_name(work, name, values[name])
    _set_codes(work, values)
    if "website" in values:
        work.make_room("website", None, gone=True)
        if values["website"]:
            work.add("website", value=values["website"])
    if "sectors" in values or "divisions" in values:
        _sectors(work, values)
    for name, (kind, key) in LISTED.items():
        if name in values and kind != "sectors":
            _set_listed(work, kind, {key: values[name]})
    for name in BILINGUAL:
        if any(f"{name}_{language}" in values for language in LANGUAGES):
            _set_bilingual(work, name, values)
    _set_place(work, values)
    if "services" in values:
        _set_services(work, values["services"])
    _set_openness(work, values)


def given_of(act: Document) -> Document:
    """The columns of an observation that an act names."""
    return {name: act[name] for name in (*_COLUMNS, "source") if name in act}


def _apply_act(work: _Work, act: Document) -> None:
    """One act on one observation; one whose observation is gone by now changes nothing."""
    if act["act"] == ADD:
        work.add(act["kind"], **given_of(act))
        return
    target = next((one for one in work.found if one.id == act["id"] and one.replaced_at is None), None)
    if target is None:
        return
    if act["act"] == END:
        work.end(target, act["until"])
        return
    work.set_aside(target)
    if act["act"] == REPLACE:
        work.add(target.kind, **{"code": target.code, **given_of(act)})


def apply(cluster: Cluster, found: list[Observation], changes: Document, entry: Entry) -> Undo:
    """Carry a change out on a portrait and the observations that stand; the caller flushes and makes the columns anew."""
    work = _Work(cluster, found, entry)
    _apply_values(work, changes.get("values", {}))
    for act in changes.get("acts", []):
        _apply_act(work, act)
    if changes.get("states"):
        states = {name: dict(given) for name, given in (cluster.text_states or {}).items()}
        for name, given in changes["states"].items():
            states.setdefault(name, {}).update(given)
        work.column("text_states", states)
    return work.undo


def take_back(cluster: Cluster, everything: Sequence[Observation], undo: Document) -> None:
    """Make a change undone; `everything` are all observations of the portrait, replaced ones too."""
    by_id = {one.id: one for one in everything}
    for number in undo.get("added", []):
        if number in by_id:
            by_id[number].replaced_at = now()
    for number in undo.get("replaced", []):
        if number in by_id:
            by_id[number].replaced_at = None
    for number, until in undo.get("ended", {}).items():
        if int(number) in by_id:
            by_id[int(number)].until = until
    for name, value in undo.get("columns", {}).items():
        setattr(cluster, name, value)


def is_date(value: str) -> bool:
    """Whether this is YYYY, YYYY-MM or YYYY-MM-DD."""
    parts = value.split("-")
    if not all(part.isdigit() for part in parts) or [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        return False
    try:
        date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except ValueError:
        return False
    return True
