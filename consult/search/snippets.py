"""The piece of a text that a hit is shown with: cut where the words of the query stand, and those words marked.

A word matches as it does in the index, by its stems; but most parts of a text match nothing, and taking them to words costs
more than all the rest. So a part is looked through for the first letters of the stems before that, with everything left
out that stems, umlauts and the two languages change: what passes may match, what does not cannot.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import AnyStr

from markupsafe import Markup, escape

from consult.core.i18n import LANGUAGES
from consult.search.analyse import places, query_groups, stems, words

LENGTH = 240  # characters of a piece
SHORT_PART = 80
IRREGULAR = ("die", "lie", "tie", "sky")  # the only stems that begin otherwise than their words: dying, skies


def bare(text: str) -> bytes:
    """The letters and digits of a text in small basic letters, without any e: ä and ae, ü and ue are the same here."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore")
    return plain.lower().translate(None, b"e'")


def beginning(stem: str) -> bytes:
    """What the `bare` form of every word contains that has this stem, or one that begins so.

    German stems are beginnings of their words; English ones may differ in the last letter (happi) or two (feasible).
    """
    if any(one.startswith(stem) for one in IRREGULAR):
        return bare(stem[:1])
    return bare(stem[:-2] if len(stem) > 5 else stem[:-1] if len(stem) > 2 else stem)


@lru_cache(maxsize=1000)
def _sought(query: str) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The stems that words of this query have, and their beginnings."""
    found = dict.fromkeys(stem for group in query_groups(query) for stem in (*group.stems, *group.parts))
    return tuple(found), tuple({beginning(stem) for stem in found})


class Marker:
    """Cuts and marks pieces of many texts for one query; what is learnt of a word in one text helps with the next."""

    def __init__(self, query: str) -> None:
        self.stems, self.beginnings = _sought(query)
        self.typed = {word.casefold() for word in words(query)}
        self.known: dict[str, bool] = {}

    def _matches(self, word: str) -> bool:
        known = self.known.get(word)
        if known is None:
            tokens = (token for language in LANGUAGES for token in stems(word, language))
            known = self.known[word] = any(token.startswith(self.stems) for token in tokens)
        return known

    def _hits(self, text: str) -> set[str]:
        """The words of a text that match."""
        letters = bare(text)
        if b"" in self.beginnings or letters.count(b" ") != text.count(" "):
            candidates = words(text)
        else:
            pieces = {letters.count(b" ", 0, place) for one in self.beginnings for place in _all(letters, one, b" ")}
            if not pieces:
                return set()
            between = text.split(" ")
            candidates = [word for number in pieces for word in words(between[number])]
        return {word for word in candidates if self._matches(word)}

    def matches(self, text: str) -> bool:
        """Whether a word of the text matches."""
        return bool(self._hits(text))

    def snippet(self, body: str, length: int = LENGTH) -> Markup:
        """A piece of the first part that has a word as it was typed, else of the first that matches, matches marked; the
        beginning if only the title matched.

        The parts of a document are its lines (a description, an answer, a term of a list). A short part stands behind
        the beginning of the first one, since a term alone says little.
        """
        parts = [part for part in body.split("\n") if part.strip()] or [""]
        part, hits = parts[0], set[str]()
        for one in parts:
            if (matching := self._hits(one)) and (not hits or self._as_typed(matching)):
                part, hits = one, matching
                if self._as_typed(hits):
                    break
        if part != parts[0] and len(part) < SHORT_PART:
            return Markup("%s · %s") % (_piece(parts[0], set(), length - len(part)), _piece(part, hits, length))
        return _piece(part, hits, length, self._as_typed(hits))

    def _as_typed(self, hits: set[str]) -> set[str]:
        """Those of the words that stand in the query."""
        return {word for word in hits if word.casefold() in self.typed}


def snippet(body: str, query: str, length: int = LENGTH) -> Markup:
    """The piece of one text for a query."""
    return Marker(query).snippet(body, length)


def _piece(text: str, hits: set[str], length: int, best: set[str] | None = None) -> Markup:
    """At most `length` characters around the first hit, of the best ones if there are any, cut between words."""
    position = min((text.find(word) for word in best or hits), default=0)
    start = max(0, position - length // 3) if len(text) > length else 0
    if start:
        start = text.find(" ", start) + 1
    piece = text[start : start + length]
    if start + length < len(text) and " " in piece:
        piece = piece[: piece.rfind(" ")]
    marked, done = [], 0
    for first, last in _places(piece, hits) if hits else ():
        marked += [escape(piece[done:first]), "<mark>", escape(piece[first:last]), "</mark>"]
        done = last
    marked.append(escape(piece[done:]))
    before, behind = "… " if start else "", " …" if start + len(piece) < len(text) else ""
    return Markup("".join((before, *marked, behind)))  # noqa: S704 - every piece of the text is escaped above


def _all(text: AnyStr, sought: AnyStr, space: AnyStr) -> Iterator[int]:
    """Where something stands in a text, once in each piece between two spaces."""
    place = text.find(sought)
    while place >= 0:
        yield place
        place = text.find(space, place)
        place = text.find(sought, place) if place >= 0 else -1


def _places(text: str, hits: set[str]) -> Iterator[tuple[int, int]]:
    """Where the hits stand among the words of a text, in order. No word holds a space."""
    pieces = {text.rfind(" ", 0, place) + 1 for hit in hits for place in _all(text, hit, " ")}
    for first in sorted(pieces):
        last = text.find(" ", first)
        for begin, end in places(text, first, last if last >= 0 else len(text)):
            if text[begin:end] in hits:
                yield begin, end
