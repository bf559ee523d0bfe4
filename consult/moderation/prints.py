"""Texts that are nearly the same: found among many thousands without comparing each with each.

A text is the set of its runs of four words. Of this set 64 numbers are kept (MinHash, Broder 1997); how many of them two
texts share estimates how many runs they share. Four numbers at a time make one of sixteen marks: texts of which half of
the runs agree share a mark in two of three cases, those with four fifths in practically every case.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence

RUN = 4
HASHES, ROWS = 64, 4
LEAST = 8  # words; shorter texts are compared as a whole only
_PRIME = (1 << 61) - 1
_random = random.Random(20260101)  # noqa: S311 (the same numbers in every process, no secret)
_FACTORS = [(_random.randrange(1, _PRIME), _random.randrange(_PRIME)) for _number in range(HASHES)]


def folded(text: str) -> list[str]:
    """The words of a text, without case, signs and markup."""
    return re.findall(r"\w+", text.casefold())


def text_hash(text: str) -> str:
    """The same for texts that differ in case, signs and white space only; empty for a text without words."""
    words = folded(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else ""


def _runs(words: Sequence[str]) -> set[int]:
    runs = {" ".join(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1))}
    return {int.from_bytes(hashlib.blake2b(run.encode(), digest_size=7).digest(), "big") for run in runs}


def prints_of(text: str) -> list[int]:
    """The 64 numbers of a text; none for a short one."""
    words = folded(text)
    if len(words) < LEAST:
        return []
    runs = _runs(words[:5000])
    return [min((a * run + b) % _PRIME for run in runs) & 0x7FFFFFFF for a, b in _FACTORS]


def marks_of(prints: Sequence[int]) -> list[int]:
    """The sixteen marks, each for its own place."""
    marks = []
    for place in range(0, len(prints), ROWS):
        raw = ",".join(str(one) for one in (place, *prints[place : place + ROWS]))
        marks.append(int.from_bytes(hashlib.blake2b(raw.encode(), digest_size=8).digest(), "big") >> 1)
    return marks


def alike(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of common runs: 0 to 1."""
    if not one or len(one) != len(other):
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
