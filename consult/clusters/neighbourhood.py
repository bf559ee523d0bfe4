"""The neighbourhood of a cluster: what it is linked to, drawn as a ring around it, and told as a list.

Every node carries a number and its link; the list beside the drawing has the same numbers with names, relations and sources,
so that nothing is in the drawing alone. Shape tells the kind, length of the dashes whether both sides stand by the link, and
vermilion that it crosses the border of a Land or country.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from sqlalchemy import and_, or_, select

from consult.clusters.models import Cluster
from consult.core.db import db
from consult.core.i18n import _, _n
from consult.core.registry import SubjectInfo
from consult.links.models import VISIBLE, Link
from consult.links.queries import LinkView, crosses_border

# In the order of the ring.
KINDS = ("cluster", "organisation", "project", "programme", "activity", "country", "macro-region")
MOST = 24
WIDTH, RADIUS, CENTRE = 640, 250, 320

End = tuple[str, int]


@dataclass(frozen=True)
class Node:
    """A thing that the cluster is linked to: its number, its place, and all links to it."""

    number: int
    other: SubjectInfo
    views: tuple[LinkView, ...]
    x: int
    y: int
    crosses: bool

    @property
    def confirmed(self) -> bool:
        """Whether both sides stand by one of the links."""
        return any(view.confirmed for view in self.views)

    @property
    def end(self) -> End:
        return self.other.kind, self.other.id


@dataclass(frozen=True)
class Chord:
    """That two of the neighbours are linked to each other."""

    one: Node
    other: Node
    confirmed: bool


@dataclass(frozen=True)
class Graph:
    """What is drawn, and how many neighbours the drawing leaves to the list."""

    nodes: tuple[Node, ...]
    chords: tuple[Chord, ...]
    rest: int

    @property
    def kinds(self) -> list[str]:
        """The kinds that occur, for the legend."""
        return [kind for kind in KINDS if any(node.other.kind == kind for node in self.nodes)]

    @property
    def title(self) -> str:
        """The finding in one sentence."""
        crossing = sum(node.crosses for node in self.nodes)
        words = _n("%(num)s neighbour is drawn", "%(num)s neighbours are drawn", len(self.nodes))
        return _("%(neighbours)s, %(crossing)s of them across the border of a Land or country.", neighbours=words,
                 crossing=crossing)  # fmt: skip


@dataclass(frozen=True)
class Neighbour:
    """A line of the list: everything that links the cluster with one thing. `number` is that of the drawing, 0 for none."""

    other: SubjectInfo
    views: tuple[LinkView, ...]
    number: int = 0


def neighbours(links: Sequence[LinkView]) -> list[Neighbour]:
    """The things a cluster is linked to, by kind, in the order in which the links were entered; each once.

    What we derived ourselves, and topics, are no neighbours.
    """
    found: dict[End, list[LinkView]] = {}
    for view in links:
        if view.other.kind in KINDS and not view.link.derived:
            found.setdefault((view.other.kind, view.other.id), []).append(view)
    ordered = sorted(found.values(), key=lambda views: KINDS.index(views[0].other.kind))
    return [
        Neighbour(views[0].other, tuple(views), number if number <= MOST else 0)
        for number, views in enumerate(ordered, 1)
    ]


def region_of(cluster: Cluster) -> str:
    """Where the cluster sits, as precisely as is known."""
    return cluster.nuts2 or cluster.nuts1 or cluster.country


def draw(cluster: Cluster, listed: Sequence[Neighbour], edges: Iterable[Link] = ()) -> Graph:
    """The ring of the first neighbours; `edges` are links among them."""
    shown = listed[:MOST]
    nodes = []
    for place, one in enumerate(shown):
        angle = 2 * pi * place / len(shown) - pi / 2
        x, y = round(CENTRE + RADIUS * cos(angle)), round(CENTRE + RADIUS * sin(angle))
        crosses = crosses_border(region_of(cluster), one.other.region)
        nodes.append(Node(one.number, one.other, one.views, x, y, crosses))
    return Graph(tuple(nodes), tuple(_chords(nodes, edges)), len(listed) - len(shown))


def _chords(nodes: Sequence[Node], edges: Iterable[Link]) -> list[Chord]:
    by_end = {node.end: node for node in nodes}
    found: dict[tuple[int, int], Chord] = {}
    for link in edges:
        one, other = by_end.get((link.from_kind, link.from_id or 0)), by_end.get((link.to_kind, link.to_id or 0))
        if one is None or other is None or one is other:
            continue
        first, second = sorted((one, other), key=lambda node: node.number)
        place = (first.number, second.number)
        known = found.get(place)
        found[place] = Chord(first, second, link.status == "confirmed" or (known is not None and known.confirmed))
    return [found[place] for place in sorted(found)]


def links_among(listed: Sequence[Neighbour]) -> list[Link]:
    """The visible links among the neighbours that are drawn; one query, none for fewer than two."""
    ids: dict[str, list[int]] = {}
    for one in listed[:MOST]:
        if one.other.kind not in ("country", "macro-region"):
            ids.setdefault(one.other.kind, []).append(one.other.id)
    if sum(map(len, ids.values())) < 2:
        return []
    begin = or_(*(and_(Link.from_kind == kind, Link.from_id.in_(numbers)) for kind, numbers in ids.items()))
    end = or_(*(and_(Link.to_kind == kind, Link.to_id.in_(numbers)) for kind, numbers in ids.items()))
    query = select(Link).where(begin, end, Link.status.in_(VISIBLE), Link.derived.is_(False)).order_by(Link.id)
    return list(db.session.execute(query).scalars())


def kind_title(kind: str) -> str:
    """The plural of a kind."""
    return {
        "cluster": _("Clusters"), "organisation": _("Organisations"), "project": _("Projects"),
        "programme": _("Programmes"), "activity": _("Activities"), "country": _("Countries"),
        "macro-region": _("Macro-regions"),
    }[kind]  # fmt: skip


def grouped(listed: Sequence[Neighbour]) -> list[tuple[str, str, list[Neighbour]]]:
    """(kind, heading, neighbours) of the list."""
    return [
        (kind, kind_title(kind), [one for one in listed if one.other.kind == kind])
        for kind in KINDS
        if any(one.other.kind == kind for one in listed)
    ]
