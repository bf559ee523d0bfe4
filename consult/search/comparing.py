"""What is compared of two texts: the stems of their words and their runs of four characters, and the cosine of the runs.

A text that is being written is compared with two dozen others while its author waits, and with the same ones after the next
pause. So what is taken of a document is kept for those that come again, what does not depend on the text is worked out once
for those that are compared together, and everything is added up by what Python does in one go.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from operator import mul
from zlib import crc32

from consult.search.analyse import fold_umlauts, stems, words
from consult.search.asking import one_for_same

READ = 3000  # characters of a document that are compared


@lru_cache(maxsize=20_000)
def _runs(word: str, language: str) -> tuple[int, ...]:
    """The runs of four characters of a word, as numbers; none of a word that means nothing."""
    if not stems(word, language):
        return ()
    padded = f" {fold_umlauts(word)} "
    return tuple(crc32(padded[place : place + 4].encode()) for place in range(len(padded) - 3))


def grams_of(said: Sequence[str], language: str) -> Counter[int]:
    """How often each run of four characters occurs within the meaningful words of a text, as numbers."""
    return Counter(chain.from_iterable(map(_runs, said, repeat(language))))


# what a run weighs that occurs so often, and by how much that and its square are more than one
DAMPED = (0.0, *(1 + math.log(count) for count in range(1, 2 * READ)))
_BY = tuple(weight - 1 for weight in DAMPED)
_BY_SQUARES = tuple(weight * weight - 1 for weight in DAMPED)


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What is compared of a document: the stems of its words (one for all that mean the same), each with the word that it
    stands for first, its runs of four characters, and which of those count for more than one: by how much, and by how much
    their squares. Two are equal only if they are the same, so that those that are compared together are found again
    without looking at their runs.
    """

    written: Mapping[str, str]
    grams: tuple[int, ...]
    more: tuple[int, ...]
    by: tuple[float, ...]
    squares: tuple[float, ...]


# some 20 kB each; clusters and projects come again with every text, and so does what is like a draft
@lru_cache(maxsize=300)
def taken_of(title: str, body: str, language: str) -> Taken:
    """What is compared of a document with this title, whose words count twice."""
    twice = words(f"{title}\n{title}\n{body}"[:READ])
    grams = grams_of(twice, language)
    once = twice if 2 * len(title) + len(body) + 2 <= READ else words(f"{title}\n{body}"[:READ])
    written: dict[str, str] = {}
    same = one_for_same()
    for word in dict.fromkeys(once):
        for stem in stems(word, language):
            written.setdefault(same.get(stem, stem), word)
    more = tuple(gram for gram, count in grams.items() if count > 1)
    counts = tuple(map(grams.__getitem__, more))
    by, squares = map(_BY.__getitem__, counts), map(_BY_SQUARES.__getitem__, counts)
    return Taken(written, tuple(grams), more, tuple(by), tuple(squares))


@dataclass(frozen=True, slots=True)
class Pool:
    """Documents that are compared together: what each run weighs that they have, squared, and the norm of each document."""

    every: tuple[Taken, ...]
    squared: Mapping[int, float]
    norms: tuple[float, ...]

    def cosines(self, mine: Mapping[int, float]) -> Iterator[float]:
        """Cosine of a text with each document over their runs, each weighted by how rare it is among the documents.

        Most runs occur once in a text: they are added up as they are, and what others count for is put on top.
        """
        squared = self.squared
        own = sum(weight * weight * squared.get(gram, 1.0) for gram, weight in mine.items())
        shared = {gram: weight * squared[gram] for gram, weight in mine.items() if gram in squared}
        for one, norm in zip(self.every, self.norms, strict=True):
            product = sum(map(shared.get, one.grams, repeat(0.0)))
            product += sum(map(mul, one.by, map(shared.get, one.more, repeat(0.0))))
            yield product / math.sqrt(norm * own) if norm and own else 0.0


# half a megabyte each with two dozen documents
@lru_cache(maxsize=8)
def pool_of(every: tuple[Taken, ...]) -> Pool:
    """The documents as those that a text is compared with."""
    seen = Counter(chain.from_iterable(one.grams for one in every))
    size = len(every) + 1
    rarity = [(math.log((size + 1) / (count + 1)) + 0.2) ** 2 for count in range(size)]
    squared = {gram: rarity[count] for gram, count in seen.items()}
    weight = squared.__getitem__
    norms = (sum(map(weight, one.grams)) + sum(map(mul, one.squares, map(weight, one.more))) for one in every)
    return Pool(every, squared, tuple(norms))
