"""A portrait as the page shows it: aspects with rows, each value with its date and source, gaps as gaps.

Pure: observations and links go in, words in the reader's language come out. Remarks of editors come along apart from the
values, since they are in English and not for everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from consult.clusters import readings
from consult.clusters.models import Cluster, Observation
from consult.clusters.readings import Value
from consult.core.i18n import _, format_number, pick, picked_language
from consult.core.vocabularies import vocabulary
from consult.links.queries import LinkView
from consult.links.sources import readable_date


@dataclass(frozen=True)
class Row:
    """A line of the portrait; without values it is a gap. What is not `expected` of a portrait is no gap.

    `figures` are the observations behind a line of numbers, the newest first: what a comparison chooses from.
    """

    term: str
    values: tuple[Value, ...] = ()
    expected: bool = True
    figures: tuple[Observation, ...] = ()


@dataclass(frozen=True)
class Aspect:
    """One of the parts of a portrait."""

    key: str
    title: str
    text: str
    rows: tuple[Row, ...]

    @property
    def filled(self) -> int:
        return sum(bool(row.values) for row in self.rows if row.expected)

    @property
    def expected(self) -> int:
        return sum(row.expected for row in self.rows)


def _numbers(term: str, figures: Sequence[Observation], expected: bool) -> Row:
    return Row(term, tuple(map(readings.figure_of, figures)), expected, tuple(figures))


class Portrait:
    """Observations by kind, and the rows made of them."""

    def __init__(self, cluster: Cluster, links: Sequence[LinkView]) -> None:
        self.cluster = cluster
        self.links = links
        self._by_kind: dict[str, list[Observation]] = {}
        for one in cluster.observations:
            self._by_kind.setdefault(one.kind, []).append(one)

    def of(self, kind: str, code: str | None = None) -> list[Observation]:
        """The observations of a kind (with a code), dated ones first and the newest of them first."""
        found = [one for one in self._by_kind.get(kind, []) if code is None or one.code == code]
        return sorted(found, key=lambda one: one.as_of, reverse=True)

    def row(self, term: str, kind: str, read: Callable[[Observation], Value], expected: bool = True) -> list[Row]:
        values = tuple(value for value in map(read, self.of(kind)) if value.text)
        return [Row(term, values, expected)] if values or expected else []

    def figures(self, *codes: str) -> list[Row]:
        """A row for each kind of figure that there is."""
        return [
            _numbers(vocabulary("figure_kinds").title(code), self.of("figure", code), False)
            for code in codes
            if self.of("figure", code)
        ]

    def members(self) -> list[Row]:
        """A row for each unit, so that nothing is compared that cannot be; one gap if there is none."""
        units = list(dict.fromkeys(one.unit for one in self._by_kind.get("members", [])))
        rows = [
            _numbers(
                vocabulary("member_units").title(unit),
                [one for one in self.of("members") if one.unit == unit],
                expected=index == 0,
            )
            for index, unit in enumerate(units)
        ]
        return rows or [Row(vocabulary("member_units").title("members"))]

    def openness(self) -> list[Row]:
        return [
            Row(term.title(), tuple(readings.openness(one) for one in self.of("openness", term.code)))
            for term in vocabulary("openness_aspects")
        ]

    def services(self) -> list[Row]:
        values = tuple(
            readings.value_of(one, vocabulary("services").title(one.code)) for one in self._by_kind.get("service", [])
        )
        return [Row(_("Offers"), values)]


_DEVELOPMENT_FIGURES = ("grant", "projects", "companies-in-region", "jobs-in-region")
_PEOPLE_FIGURES = ("jobs-represented", "apprentices", "partners", "staff", "posts")


def _other_figures(portrait: Portrait) -> list[Row]:
    """Kinds of figures that no part expects: shown all the same, since nothing that was observed is left out."""
    known = {*_DEVELOPMENT_FIGURES, *_PEOPLE_FIGURES}
    return portrait.figures(*dict.fromkeys(one.code for one in portrait.of("figure") if one.code not in known))


def development(portrait: Portrait) -> Aspect:
    rows = [
        *portrait.row(_("Founded"), "founded", readings.founded),
        *portrait.row(_("Stage of life"), "lifecycle", readings.lifecycle),
        *portrait.row(_("Awards"), "label", readings.label_of),
        *portrait.figures(*_DEVELOPMENT_FIGURES),
        *_other_figures(portrait),
    ]
    return _aspect("development-dynamics", _("Every figure with its date and source"), rows)


def people(portrait: Portrait) -> Aspect:
    rows = [
        *portrait.members(),
        *portrait.figures(*_PEOPLE_FIGURES),
        *portrait.row(_("Active in"), "regions-covered", readings.listed("nuts2024_de")),
        *portrait.row(_("Reach"), "scope", readings.coded("scope_levels")),
    ]
    return _aspect("actors-networks", _("Who belongs to it, and with whom"), rows)


def themes(portrait: Portrait) -> Aspect:
    topics = tuple(
        Value(view.other.title, url=view.other.url, lang=readings.foreign(view.other.language))
        for view in portrait.links
        if view.type == "about_topic" and view.outgoing and view.link.derived
    )
    rows = [
        *portrait.row(_("Strengths"), "strengths", readings.worded),
        *portrait.row(_("Form"), "form", readings.form_of),
        *portrait.row(_("Sectors"), "sectors", readings.sectors),
        *portrait.row(_("Divisions, the main one first"), "sectors", readings.divisions, expected=False),
        *portrait.row(_("Industrial ecosystems"), "ecosystems", readings.listed("ecosystems")),
        *portrait.row(_("Key technologies"), "technologies", readings.listed("key_technologies")),
        *portrait.row(
            _("Portfolio in European comparisons"), "portfolio", readings.coded("portfolios"), expected=False
        ),
        *portrait.services(),
        *([Row(_("Topics"), topics, False)] if topics else []),
    ]
    return _aspect("thematic-strengths", _("What can be found here"), rows)


def attraction(portrait: Portrait) -> Aspect:
    focus = tuple(readings.focus_country(view) for view in portrait.links if view.type == "focus_on" and view.outgoing)
    twins = tuple(readings.partner(view) for view in portrait.links if view.type == "twinned_with")
    rows = [Row(_("Focus countries"), focus), Row(_("Partner clusters"), twins), *portrait.openness()]
    return _aspect("international-attraction", _("Beyond the own border"), rows)


def placing(portrait: Portrait) -> list[Row]:
    """Legal form and place: basic data that are also compared."""
    return [
        *portrait.row(_("Legal form"), "legal-form", readings.coded("legal_forms")),
        *portrait.row(_("Seat"), "seat", readings.seat, expected=not portrait.of("seat-note")),
        *portrait.row(_("On the seat"), "seat-note", readings.worded, expected=False),
        *portrait.row(_("Region"), "region", readings.region),
    ]


def profile(portrait: Portrait) -> Aspect:
    cluster = portrait.cluster
    rows = [
        Row(_("Name"), (Value(pick(cluster.name), lang=readings.foreign(picked_language(cluster.name))),)),
        *portrait.row(_("Other names"), "alias", readings.alias, expected=False),
        *portrait.row(_("The source calls it"), "stated-as", readings.worded),
        *placing(portrait),
        *portrait.row(_("Website"), "website", readings.website),
        *portrait.row(_("Not to be confused with"), "not-to-be-confused", readings.plain, expected=False),
    ]
    return Aspect("profile", _("Basic data"), _("Name, seat and legal form"), tuple(rows))


def _aspect(key: str, text: str, rows: list[Row]) -> Aspect:
    return Aspect(key, _softened(vocabulary("portrait_aspects").title(key)), text, tuple(rows))


def _softened(title: str) -> str:
    """Long words of our own lists may break where they are composed: narrow columns know no hyphenation."""
    for begin, end in (("Entwicklungs", "dynamik"), ("Anziehungs", "kraft")):
        title = title.replace(begin + end, f"{begin}\u00ad{end}")
    return title


# Links with a place of their own on the page, or shown by another room's panel.
_ELSEWHERE = {"focus_on", "twinned_with"}


def grouped(links: Sequence[LinkView]) -> list[tuple[str, str, list[LinkView]]]:
    """(kind, heading, links) of the links in both directions, by the kind of the other end."""
    headings = {
        "project": _("Connected projects"),
        "programme": _("Programmes"),
        "cluster": _("Clusters"),
        "organisation": _("Organisations"),
        "activity": _("Connected activities"),
        "topic": _("Topics"),
    }
    found = []
    for kind, heading in headings.items():
        shown = [
            view
            for view in links
            if view.other.kind == kind
            and view.type not in _ELSEWHERE
            and not (view.type == "about_topic" and view.link.derived)
        ]
        if shown:
            found.append((kind, heading, shown))
    return found


def key_figures(portrait: Portrait) -> list[tuple[str, str]]:
    """(words, figure) of the few numbers at the head of the page; only those that are known."""
    cluster, found = portrait.cluster, []
    initiative = [one for one in portrait.of("founded") if one.code in ("initiative", "unspecified")]
    if initiative:
        found.append((_("founded"), min(one.value for one in initiative)[:4]))
    if cluster.members is not None:
        unit = vocabulary("member_units").title(cluster.members_unit)
        found.append(
            (_dated(unit, cluster.members_as_of), readings.qualified(cluster.members, cluster.members_qualifier))
        )
    jobs = portrait.of("figure", "jobs-represented")
    if jobs:
        words = vocabulary("figure_kinds").title("jobs-represented")
        found.append((_dated(words, jobs[0].as_of), readings.number(jobs[0])))
    found.append((_("links confirmed by both sides"), format_number(sum(view.confirmed for view in portrait.links))))
    return found


def _dated(words: str, as_of: str) -> str:
    return f"{words}, {readable_date(as_of) or _('undated')}"


def aspects(portrait: Portrait) -> list[Aspect]:
    """The four aspects of a portrait and the basic data, in the order of the page."""
    return [development(portrait), people(portrait), themes(portrait), attraction(portrait), profile(portrait)]


def completeness(parts: Sequence[Aspect]) -> list[tuple[str, str, float]]:
    """(aspect, "3/5", share) for the bars: how much of what a portrait can tell is told."""
    return [(part.title, f"{part.filled}/{part.expected}", part.filled / part.expected) for part in parts]


def context(cluster: Cluster, links: Sequence[LinkView]) -> dict[str, Any]:
    """All that the page needs."""
    portrait = Portrait(cluster, links)
    parts = aspects(portrait)
    return {
        "aspects": parts, "completeness": completeness(parts), "key_figures": key_figures(portrait),
        "groups": grouped(links), "stated_as": portrait.of("stated-as")[:1], "place": readings.place_of(cluster),
    }  # fmt: skip
