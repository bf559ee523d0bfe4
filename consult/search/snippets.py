"""The piece of a text that a hit is shown with: cut where the words of the query stand, and those words marked.

A word matches as it does in the index, by its stems; but most parts of a text match nothing, and taking them to words costs
more than all the rest. So a part is looked through for the first letters of the stems before that, with everything left
out that stems, umlauts and the two languages change: what passes may match, what does not cannot.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining

from markupsafe import Markup, escape

from consult.core.i18n import LANGUAGES
from consult.search.analyse import stems, units, words
from consult.search.asking import query_groups

LENGTH = 240  # characters of a piece
SHORT_PART = 80
IRREGULAR = ("die", "lie", "tie", "sky", "forum")  # the only stems that begin otherwise than words: dying, skies, Foren


def bare(text: str) -> bytes:
    """The letters and digits of a text in small basic letters, without any e: ä and ae, ü and ue are the same here, and
    words with hyphens are in one.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore")
    return plain.lower().translate(None, b"e'-")


def beginning(stem: str) -> bytes:
    """What the `bare` form of every word contains that has this stem, or one that begins so.

    German stems are beginnings of their words; English ones may differ in the last letter (happi) or two (feasible).
    """
    if any(one.startswith(stem) for one in IRREGULAR):
        return bare(stem[:1])
    return bare(stem[:-2] if len(stem) > 5 else stem[:-1] if len(stem) > 2 else stem)


class Sought(NamedTuple):
    """What is marked for a query: words with one of `stems`, such as begin like one of `longer`, and those whose own stem is
    one of `parts`: what another compound has in common with one that was asked for says nothing. `beginnings` is what is
    in every text where one of them stands, `words` are those of the query.
    """

    stems: frozenset[str]
    longer: tuple[str, ...]
    parts: frozenset[str]
    beginnings: tuple[bytes, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=1000)
def _sought(query: str) -> Sought:
    groups = query_groups(query)
    found = frozenset(stem for group in groups for stem in group.stems)
    longer = tuple({begin for group in groups for begin in group.beginnings})
    parts = frozenset(part for group in groups for some in group.together for part in some)
    begun = {beginning(stem) for stem in (*found, *longer, *parts)}
    return Sought(found, longer, parts, tuple(begun), tuple(words(query)))


class Marker:
    """Cuts and marks pieces of many texts for one query; what is learnt of a word in one text helps with the next."""

    def __init__(self, query: str) -> None:
        self.sought = _sought(query)
        self.beginnings = self.sought.beginnings
        self.known: dict[str, bool] = {}
        self.pieces: dict[str, str] = {}
        typed = [word for word in self.sought.words if self._matches(word)]
        self.typed = {word.casefold() for word in typed}
        spelled = [one for word in typed for one in (word, word.lower().replace("ss", "ß"))]
        ways = (str.lower, str.capitalize, str.upper)
        self.written = tuple({*typed, *(way(word) for word in spelled for way in ways)})

    def _matches(self, word: str) -> bool:
        known = self.known.get(word)
        if known is None:
            known = self.known[word] = any(self._is_sought(stems(word, language)) for language in LANGUAGES)
        return known

    def _is_sought(self, tokens: Sequence[str]) -> bool:
        sought = self.sought
        return any(one in sought.stems or one.startswith(sought.longer) for one in tokens) or (
            bool(tokens) and tokens[0] in sought.parts
        )

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Where the words of a text begin and end that match, in order."""
        letters = bare(text)
        if not any(one in letters for one in self.beginnings):
            return []
        return list(self._found(text))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for begin, last in units(text):
            apart, first = words(text[begin:last]), begin
            found: list[tuple[int, int]] = []
            for word in apart:
                first = text.index(word, first)
                found += [(first, first + len(word))] if self._matches(word) else []
                first += len(word)
            if not found and len(apart) > 1 and self._matches("".join(apart)):
                found = [(begin, last)]
            yield from found

    def matches(self, text: str) -> bool:
        """Whether a word of the text matches."""
        return bool(self._places(text))

    def snippet(self, body: str, length: int = LENGTH) -> Markup:
        """The piece of one text, see `snippets`."""
        return self.snippets([body], length)[0]

    def snippets(self, bodies: Iterable[str], length: int = LENGTH) -> list[Markup]:
        """Of each text a piece of the first part that has a word as it was typed, else of the first that matches, matches
        marked; the beginning if only the title matched.

        The parts of a document are its lines (a description, an answer, a term of a list). A short part stands behind
        the beginning of the first one, since a term alone says little.
        """
        return self.lines_and_snippets((), bodies, length)[1]

    def lines_and_snippets(
        self, lines: Sequence[str], bodies: Iterable[str], length: int = LENGTH
    ) -> tuple[list[Markup], list[Markup]]:
        """Lines as a whole and pieces of texts, both with the words marked that match: all of it in one go."""
        cut = [self._cut(body, length) for body in bodies]
        whole = [line.replace("\n", " ") for line in lines]
        marked = self._marked([*whole, *(piece for _before, piece, _behind in cut)])
        pieces = zip(cut, marked[len(whole) :], strict=True)
        return [Markup(one) for one in marked[: len(whole)]], [  # noqa: S704 - every piece of a text is escaped
            Markup(f"{before}{piece}{behind}")  # noqa: S704 - as above
            for (before, _piece, behind), piece in pieces
        ]

    def _cut(self, body: str, length: int) -> tuple[str, str, str]:
        """The piece of a text, still as it was written, and what stands before and behind it as HTML."""
        part, place = self._first_typed(body) or self._looked_through(_parts(body))
        if len(part) >= SHORT_PART or part == (begin := _parts(body)[0]):
            return _piece(part, place, length)
        before, first, behind = _piece(begin, 0, length - len(part))
        return f"{before}{escape(first)}{behind} · ", *_piece(part, 0, length)[1:]

    def _first_typed(self, body: str) -> tuple[str, int] | None:
        """The first part that has a word as it was typed, in small letters or in capitals, and where it stands there; None
        where there is none, or where what stands beside one leaves open what the word is. The text is not taken to words.
        """
        place = min((at for word in self.written if (at := _whole(body, word)) is not None), default=-1)
        if place < 0:
            return None
        begin = body.rfind("\n", 0, place) + 1
        end = body.find("\n", place)
        return body[begin : end if end >= 0 else None], place - begin

    def _looked_through(self, parts: Sequence[str]) -> tuple[str, int]:
        """The same by the words of each part; without a word as it was typed the first part that matches, else the first."""
        chosen = None
        for part in parts:
            found = self._places(part)
            typed = [first for first, last in found if part[first:last].casefold() in self.typed]
            if typed:
                return part, typed[0]
            if found and chosen is None:
                chosen = part, found[0][0]
        return chosen or (parts[0], 0)

    def _marked(self, pieces: Sequence[str]) -> list[str]:
        """Pieces as HTML with the words marked that match. All at once: looking at each by itself costs twice as much."""
        if not pieces:
            return []
        text = "\n".join(pieces).replace("\x00", "")
        letters = bare(text.replace("\u00a0", "_"))  # as a space it would be one more
        if b"" in self.beginnings or letters.count(b" ") != text.count(" "):
            return str(escape(self._signed(text))).replace(*_OPEN).replace(*_CLOSE).split("\n")
        between = text.split(" ")  # no word holds a space
        number = last = 0
        for place in sorted(place for one in self.beginnings for place in _all(letters, one)):
            number += letters.count(b" ", last, place)
            last = place
            if "\x00" not in between[number]:
                between[number] = self._signed_piece(between[number])
        return str(escape(" ".join(between))).replace(*_OPEN).replace(*_CLOSE).split("\n")

    def _signed_piece(self, piece: str) -> str:
        """`_signed`, of what stands between two spaces: twenty hits write the same words again and again."""
        known = self.pieces.get(piece)
        if known is None:
            known = self.pieces[piece] = self._signed(piece)
        return known

    def _signed(self, text: str) -> str:
        """A text with signs around the words that match: such as are in no text."""
        signed, done = [], 0
        for first, last in self._found(text):
            signed += [text[done:first], _OPEN[0], text[first:last], _CLOSE[0]]
            done = last
        return "".join((*signed, text[done:])) if signed else text


def _parts(body: str) -> list[str]:
    return [part for part in body.split("\n") if part.strip()] or [""]


_OPEN, _CLOSE = ("\x00(", "<mark>"), ("\x00)", "</mark>")


def snippet(body: str, query: str, length: int = LENGTH) -> Markup:
    """The piece of one text for a query."""
    return Marker(query).snippet(body, length)


def _piece(text: str, place: int, length: int) -> tuple[str, str, str]:
    """At most `length` characters around this place, cut between words, with the dots before and behind it."""
    start = max(0, place - length // 3) if len(text) > length else 0
    if start:
        start = text.find(" ", start) + 1
    piece = text[start : start + length]
    if start + length < len(text) and " " in piece:
        piece = piece[: piece.rfind(" ")]
    return "… " if start else "", piece, " …" if start + len(piece) < len(text) else ""


def _whole(text: str, word: str) -> int | None:
    """Where a word stands for the first time as a whole; -1 where an apostrophe or an accent beside it leaves that open."""
    place = text.find(word)
    while place >= 0:
        before, behind = text[place - 1 : place] if place else "", text[place + len(word) : place + len(word) + 1]
        if not (before.isalnum() or behind.isalnum()):
            return -1 if any(one in "'’" or combining(one) for one in before + behind) else place
        place = text.find(word, place + 1)
    return None


def _all(text: bytes, sought: bytes) -> Iterator[int]:
    """Where something stands in a text, once in each piece between two spaces."""
    place = text.find(sought)
    while place >= 0:
        yield place
        place = text.find(b" ", place)
        place = text.find(sought, place) if place >= 0 else -1
