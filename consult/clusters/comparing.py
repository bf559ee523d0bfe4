"""Portraits side by side: the same features under the four aspects, gaps as gaps, differences in words.

Figures stand in one line only if they count the same thing in the same unit. A line shows the newest figure of each
cluster; where these are of different years it says so, and a line for the newest year that all of them know follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from consult.clusters import portrait, readings
from consult.clusters.models import Observation
from consult.clusters.portrait import Aspect, Portrait, Row
from consult.clusters.readings import Value
from consult.core.i18n import _, _l, format_number, pick
from consult.core.tables import Column
from consult.core.vocabularies import vocabulary
from consult.links.queries import LinkView
from consult.links.sources import cite


@dataclass(frozen=True)
class Feature:
    """A line of the comparison: a cell for each cluster, an empty one where nothing is known; `note` tells of years."""

    term: str
    cells: tuple[tuple[Value, ...], ...]
    note: str = ""

    @property
    def known(self) -> list[frozenset[str]]:
        """What the clusters say, of those that say something; lists of the same things in another order are the same."""
        said = [
            frozenset(part for value in cell if not value.gap for part in re.split("[,;] ", value.text))
            for cell in self.cells
        ]
        return [words for words in said if words]

    @property
    def differs(self) -> bool:
        """Whether two clusters say different things; a gap is no difference, since nobody knows."""
        return len(set(self.known)) > 1


@dataclass(frozen=True)
class Group:
    """The features of an aspect."""

    key: str
    title: str
    features: tuple[Feature, ...]


# So many links of a kind are told for each cluster; all of them stand in its portrait.
LINKS = 10
CONNECTED = ("project", "programme", "cluster", "organisation")

Key = tuple[str, str, str]
MEMBERS: Key = ("members", "", "members")


def _connection(views: Sequence[LinkView]) -> Value:
    """Links to the same thing from the same source as one: what it is to it, date and source."""
    first = views[0]
    labels = ", ".join(dict.fromkeys(view.label for view in views))
    source = "; ".join([labels, cite(first.link.as_of or first.link.from_date, first.link.source)])
    return Value(first.other.title, source, readings.foreign(first.other.language), first.other.url)


def _connections(one: Portrait) -> list[Row]:
    """Links to things of the directory, a row for each kind of them."""
    rows = []
    for kind, heading, views in portrait.grouped(one.links):
        if kind not in CONNECTED:
            continue
        found: dict[tuple[str, ...], list[LinkView]] = {}
        for view in views:
            link = view.link
            found.setdefault((view.other.url, link.as_of or link.from_date, *link.source), []).append(view)
        values = [_connection(same) for same in found.values()]
        more = len(values) - LINKS
        rest = [Value(_("and %(num)s more in the portrait", num=format_number(more)))] if more > 0 else []
        rows.append(Row(heading, (*values[:LINKS], *rest), expected=False))
    return rows


def _aspects(one: Portrait) -> list[Aspect]:
    """The four aspects with the rows that are compared."""
    people = portrait.people(one)
    rows = (*portrait.placing(one), *people.rows, *_connections(one))
    return [portrait.development(one), replace(people, rows=rows), portrait.themes(one), portrait.attraction(one)]


def _keyed(row: Row) -> Iterator[tuple[Key, Row]]:
    """A row under what makes it comparable: for figures what they count and in which unit, else its words."""
    if not row.figures:
        none = not row.values and row.term == vocabulary("member_units").title("members")
        yield MEMBERS if none else ("", row.term, ""), row
    for unit in dict.fromkeys(one.unit for one in row.figures):
        own = tuple(one for one in row.figures if one.unit == unit)
        yield (own[0].kind, own[0].code, unit), replace(row, figures=own)


def _lines(columns: Sequence[Sequence[Row]]) -> dict[Key, dict[int, Row]]:
    """Rows of all clusters by key; what only some have stands before what follows it in their portraits."""
    order: list[Key] = []
    found: dict[Key, dict[int, Row]] = {}
    for place, rows in enumerate(columns):
        at, own = 0, dict(pair for one in rows for pair in _keyed(one))
        for key, row in own.items():
            if key not in found:
                while at < len(order) and order[at] not in own:
                    at += 1
                order.insert(at, key)
            at = order.index(key) + 1
            found.setdefault(key, {})[place] = row
    empty = not any(row.values for row in found.get(MEMBERS, {}).values())
    if empty and any(key[0] == MEMBERS[0] and key != MEMBERS for key in order):
        order = [key for key in order if key != MEMBERS]  # others count differently: that line says what there is
    return {key: found[key] for key in order}


def newest(figures: Sequence[Observation], year: str = "") -> tuple[Observation, ...]:
    """The newest figures (of a year): several where sources of the same date contradict each other."""
    dated = sorted((one for one in figures if one.as_of.startswith(year)), key=lambda one: one.as_of, reverse=True)
    return tuple(one for one in dated if one.as_of == dated[0].as_of)


def _figures(term: str, cells: Sequence[Sequence[Observation]]) -> Iterator[Feature]:
    """The newest figures, and where they are of different years those of the newest year that all have."""
    latest = [newest(cell) for cell in cells]
    years = {cell[0].as_of[:4] for cell in latest if cell}
    same = len(years) < 2
    yield Feature(term, tuple(map(_read, latest)), "" if same else _("not of the same year"))
    common = set.intersection(*[{one.as_of[:4] for one in cell} for cell in cells if cell]) - {""} if not same else ()
    if common:
        year = max(common)
        words = _("%(what)s in %(year)s", what=term, year=year)
        yield Feature(words, tuple(_read(newest(cell, year)) for cell in cells))


def _read(figures: Sequence[Observation]) -> tuple[Value, ...]:
    return tuple(map(readings.figure_of, figures))


def _features(rows: Mapping[int, Row], count: int) -> Iterator[Feature]:
    term = next(iter(rows.values())).term
    if any(row.figures for row in rows.values()):
        yield from _figures(term, [rows[place].figures if place in rows else () for place in range(count)])
    else:
        yield Feature(term, tuple(rows[place].values if place in rows else () for place in range(count)))


def compare(portraits: Sequence[Portrait], only_differences: bool = False) -> list[Group]:
    """The groups of the comparison, without those in which nothing is left to show."""
    columns = [_aspects(one) for one in portraits]
    groups = []
    for parts in zip(*columns, strict=True):
        features = tuple(
            feature
            for rows in _lines([part.rows for part in parts]).values()
            for feature in _features(rows, len(portraits))
            if feature.differs or not only_differences
        )
        if features:
            groups.append(Group(parts[0].key, parts[0].title, features))
    return groups


TITLES = {
    2: _l("Two clusters compared"),
    3: _l("Three clusters compared"),
    4: _l("Four clusters compared"),
    5: _l("Five clusters compared"),
    6: _l("Six clusters compared"),
}


def filled(groups: Sequence[Group]) -> tuple[int, int]:
    """How many fields say something, of how many."""
    cells = [cell for group in groups for feature in group.features for cell in feature.cells]
    return sum(any(not value.gap for value in cell) for cell in cells), len(cells)


# ---- as a file ------------------------------------------------------------------------------------------------------


def _flat(words: str) -> str:
    """Words of a portrait as a cell: on one line, without the soft hyphens of the page."""
    return " ".join(words.replace("\u00ad", "").split())


def _notes(feature: Feature) -> str:
    return ", ".join(filter(None, (_("different") if feature.differs else "", feature.note)))


def _cells(cell: Sequence[Value]) -> tuple[str, str]:
    if not cell:
        return _("not stated"), ""
    sources = [value.source for value in cell]
    told = " | ".join(source or "–" for source in sources) if any(sources) else ""
    return " | ".join(value.text for value in cell), told


def columns(portraits: Sequence[Portrait]) -> list[Column]:
    """The columns of the file: for each cluster what it says, and from when and where that is."""
    found = [Column("aspect", _("Aspect"), 24), Column("feature", _("Feature"), 30), Column("note", _("Note"), 24)]
    for one in portraits:
        name = _flat(pick(one.cluster.name))
        found.append(Column(one.cluster.slug, name, 40))
        found.append(Column(f"{one.cluster.slug}_source", _("%(name)s: date and source", name=name), 40))
    return found


def rows(groups: Sequence[Group]) -> Iterator[list[str]]:
    """What the page shows, a row for each feature."""
    for group in groups:
        for feature in group.features:
            cells = [words for cell in feature.cells for words in _cells(cell)]
            yield [_flat(words) for words in (group.title, feature.term, _notes(feature), *cells)]
