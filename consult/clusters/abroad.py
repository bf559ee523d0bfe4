"""Who works with which country: clusters beside countries, and the clusters of one country.

A macro-region stands for its countries where the closed list names them, and says so; one whose list is empty stands for
itself. In the narrow cells of the table letters stand for kinds and numbers for programmes; the words are in the legend,
in what screen readers say, and in the list below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from consult.clusters.facets import COUNTRY as FACET
from consult.clusters.facets import MACRO_REGIONS, countries_of, naming
from consult.clusters.models import Cluster
from consult.core.db import sort_key
from consult.core.i18n import _
from consult.core.registry import SubjectInfo
from consult.core.vocabularies import vocabulary
from consult.links.models import Link
from consult.links.queries import LinkView
from consult.links.sources import cite, readable_date

COUNTRY, MACRO_REGION = "country", "macro-region"


def title_of(code: str) -> str:
    """The name of a country or macro-region."""
    return vocabulary(MACRO_REGIONS if code in vocabulary(MACRO_REGIONS) else "countries").title(code)


def expanded(kind: str, code: str) -> list[tuple[str, str]]:
    """(column, macro-region that stands behind it or "") of what a link names."""
    if kind == MACRO_REGION and countries_of(code):
        return [(one, code) for one in countries_of(code)]
    return [(code, "")]


def phase_of(link: Link) -> str:
    """From when to when; "" where the source does not say."""
    begin, end = readable_date(link.from_date), readable_date(link.to_date)
    if begin and end:
        return _("%(begin)s to %(end)s", begin=begin, end=end)
    if begin:
        return _("since %(date)s", date=begin)
    return _("until %(date)s", date=end) if end else ""


@dataclass(frozen=True)
class Work:
    """That a cluster works with a country, as a source says it. `via` names the macro-region that was read as it."""

    view: LinkView
    code: str
    via: str = ""

    @property
    def place(self) -> str:
        return title_of(self.code)

    @property
    def kind(self) -> str:
        return vocabulary("focus_kinds").title(self.view.link.attributes.get("kind"))

    @property
    def programme(self) -> SubjectInfo | None:
        return self.view.frames.get("programme")

    @property
    def partner(self) -> SubjectInfo | None:
        return self.view.frames.get("jointly_with")

    @property
    def phase(self) -> str:
        return phase_of(self.view.link)

    @property
    def source(self) -> str:
        return cite(self.view.link.as_of, self.view.link.source)

    @property
    def region(self) -> str:
        return title_of(self.via) if self.via else ""

    @property
    def members(self) -> str:
        """The countries for which a macro-region stands, where the work is shown as its source names it."""
        return ", ".join(title_of(one) for one in countries_of(self.code))


@dataclass(frozen=True)
class Line:
    """A cluster with what it does: `named` as its sources say it, `cells` by column of the table."""

    cluster: Cluster
    named: tuple[Work, ...]
    cells: Mapping[str, tuple[Work, ...]]

    def about(self, code: str) -> tuple[Work, ...]:
        """What it does in a country or macro-region."""
        if countries_of(code):
            return tuple(work for work in self.named if work.code in naming(code))
        return self.cells.get(code, ())


@dataclass(frozen=True)
class Column:
    """A country or macro-region with the number of clusters that name it."""

    code: str
    title: str
    count: int


@dataclass
class Legend:
    """Letters for kinds and numbers for programmes, in the order in which they occur."""

    kinds: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, tuple[str, SubjectInfo]] = field(default_factory=dict)
    regions: bool = False

    def mark(self, work: Work) -> str:
        """What stands in the cell: "A1", with an asterisk if a macro-region was named."""
        letter = self.kinds.get(work.kind, "")
        number = self.programmes[work.programme.key][0] if work.programme else ""
        return f"{letter}{number}" + ("*" if work.via else "")


def line(cluster: Cluster, views: Sequence[LinkView]) -> Line:
    """A cluster with the countries that it names."""
    named = tuple(Work(view, view.link.to_key) for view in views)
    cells: dict[str, tuple[Work, ...]] = {}
    for view in views:
        for code, via in expanded(view.link.to_kind, view.link.to_key):
            cells[code] = (*cells.get(code, ()), Work(view, code, via))
    return Line(cluster, named, cells)


def lines(clusters: Sequence[Cluster], views: Mapping[int, Sequence[LinkView]]) -> list[Line]:
    """A line for each of these clusters."""
    return [line(cluster, views.get(cluster.id, ())) for cluster in clusters]


def columns(counts: Mapping[tuple[str, str], int]) -> list[Column]:
    """All that is named, by name, macro-regions without a list of countries last; a cluster counts once in each."""
    found = [
        Column(code, title_of(code), count)
        for (facet, code), count in counts.items()
        if facet == FACET and count and not countries_of(code)
    ]
    return sorted(found, key=lambda one: (one.code in vocabulary(MACRO_REGIONS), sort_key(one.title)))


def legend(shown: Sequence[Line]) -> Legend:
    """The legend for the cells of these lines."""
    found = Legend()
    for one in shown:
        found.regions |= any(work.via for works in one.cells.values() for work in works)
        for work in one.named:
            if work.kind and work.kind not in found.kinds:
                found.kinds[work.kind] = ascii_uppercase[len(found.kinds) % len(ascii_uppercase)]
            if work.programme and work.programme.key not in found.programmes:
                found.programmes[work.programme.key] = (str(len(found.programmes) + 1), work.programme)
    return found
