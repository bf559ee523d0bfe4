"""What a search found, narrowed down by what is chosen: the numbers of the hits in order, and how many have which codes.

Kept in the process as long as public content stays the same, since whoever searches turns pages, chooses a facet and comes
back from a hit: the engine is asked once for the same words. A thousand hits take about 6 kB here.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from operator import itemgetter

from consult.core.memory import remembered
from consult.search.models import unpacked
from consult.search.queries import RANKED, Hit, search_hits, some_hits

DOCUMENT = itemgetter(Hit._fields.index("document_id"))
KEY = itemgetter(*map(Hit._fields.index, ("kind", "codes")))
Codes = dict[str, tuple[str, ...]]  # of a hit, by facet


@dataclass(frozen=True)
class Found:
    """The hits of some words, the best first, at most RANKED; `more` tells that there are others.

    `documents` are their numbers in the index, `groups` to which of `codes` each belongs: hits with the same codes are
    far more than there are different codes. `partly`: no document has all the words, these have some of them.
    """

    documents: array[int]
    groups: array[int]
    codes: tuple[Codes, ...]
    more: bool
    partly: bool = False

    def combinations(self) -> list[tuple[Codes, int]]:
        """How many hits have which codes."""
        return [(self.codes[group], number) for group, number in Counter(self.groups).items()]

    def narrowed(self, chosen: dict[str, str]) -> Found:
        """Those of the hits that have the code that is chosen in each facet."""
        wanted = {group for group, codes in enumerate(self.codes) if fits(codes, chosen)}
        kept = [place for place, group in enumerate(self.groups) if group in wanted]
        return Found(
            array("l", (self.documents[place] for place in kept)), array("H", (self.groups[place] for place in kept)),
            self.codes, self.more, self.partly,
        )  # fmt: skip


NOTHING = Found(array("l"), array("H"), (), False)


def found(query: str, chosen: dict[str, str]) -> tuple[Found, Found]:
    """All hits of the words, and those of them with what is chosen."""
    every = _remembered(query, {}) if query else NOTHING
    if not chosen:
        return every, every
    if every.more:
        # of the newest 1,000 hits few may have what is chosen; asked for alone, it gets a thousand of its own
        return every, _remembered(query, chosen, every.partly)
    return every, every.narrowed(chosen)


def fits(codes: Codes, chosen: dict[str, str]) -> bool:
    """Whether these codes have the one that is chosen in each facet."""
    return all(code in codes[name] for name, code in chosen.items())


def _remembered(query: str, chosen: dict[str, str], partly: bool = False) -> Found:
    key = ("search.found", query, tuple(sorted(chosen.items())))
    return remembered(key, lambda: _ask(query, chosen, partly))


def _ask(query: str, chosen: dict[str, str], partly: bool) -> Found:
    codes = {name: [code] for name, code in chosen.items()}
    hits: Sequence[Hit] = [] if partly else search_hits(query, codes, limit=RANKED + 1)
    if not (hits or chosen) or partly:
        hits = some_hits(query, codes, limit=RANKED + 1)
        partly = bool(hits)
    ranked = hits[:RANKED]
    numbers: defaultdict[tuple[str, str], int] = defaultdict(count().__next__)
    groups = array("H", map(numbers.__getitem__, map(KEY, ranked)))
    documents = array("l", map(DOCUMENT, ranked))
    return Found(documents, groups, tuple(_codes(*key) for key in numbers), len(hits) > RANKED, partly)


_codes = lru_cache(maxsize=2000)(unpacked)  # few different ones, in the hits of many searches
