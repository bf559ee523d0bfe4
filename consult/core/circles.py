"""Circles among things of which each names another: a part that contains its whole, an answer that answers itself."""

from __future__ import annotations

from collections.abc import Iterable


def circles(edges: Iterable[tuple[str, str]]) -> set[str]:
    """The nodes that can be reached from themselves. Without recursion, so that a long chain does no harm."""
    leads: dict[str, set[str]] = {}
    for start, end in edges:
        leads.setdefault(start, set()).add(end)
        leads.setdefault(end, set())
    arriving: dict[str, set[str]] = {node: set() for node in leads}
    for start, ends in leads.items():
        for end in ends:
            arriving[end].add(start)
    # what nothing leads to, or what leads nowhere, is in no circle; taking it away again and again leaves the circles
    # and what lies between two of them
    for outgoing, incoming in ((leads, arriving), (arriving, leads)):
        free = [node for node in outgoing if not outgoing[node]]
        while free:
            node = free.pop()
            for other in incoming.pop(node):
                outgoing[other].discard(node)
                if not outgoing[other]:
                    free.append(other)
            outgoing.pop(node)
    return set(leads)
