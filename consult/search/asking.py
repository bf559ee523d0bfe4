"""What the words of a query may stand for: their stems in both languages, longer words that begin so, compounds by their
parts, and other words that mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path

from consult.search.analyse import (
    EXACT,
    exact_token,
    fair,
    fold_umlauts,
    is_stop_word,
    singular,
    split_compound,
    stems,
    units,
    words,
)

MOST_WORDS = 12  # of a query
MOST_COMPOUNDS = 8  # that mean the same as one
SHORTEST_PART = 5  # letters of each part of a compound that is sought by its parts
SHORTEST_BEGINNING = 4  # letters that may stand for longer words
LONGEST_ENDING = 2  # letters of an ending that longer words do without

Phrase = tuple[str, ...]  # stems that must stand in the same text


@dataclass(frozen=True)
class Group:
    """What one word of a query may match: one of `stems` (German and English, words that begin so, and others that mean the
    same), its `exact` token, all of `parts`, all of one of `phrases` that mean the same, or one of `ends`: compounds that
    end with it. `open`: whatever begins like a stem. `spelled`: the exact token may stand where none of the stems does, as
    where Oefen is written for Öfen; else nobody looks for it. `apart` are the words that hyphens join. `seen` is about how
    many documents have it, as far as its words are counted, `rare`: so few that all of them can be put in order.
    """

    stems: tuple[str, ...]
    exact: str
    parts: Phrase = ()
    phrases: tuple[Phrase, ...] = ()
    ends: tuple[str, ...] = ()
    open: bool = False
    spelled: bool = True
    rare: bool = False
    apart: tuple[str, ...] = ()
    seen: int = 0

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """How longer words begin that this one may stand for: like a stem, but where the stemmer took more than an ending
        away, like the word itself: safety is nothing visible, though German *Sicherheit* and *Sicht* both begin with *sich*.
        """
        typed = fold_umlauts(singular(self.exact.removeprefix(EXACT)))
        found = (one if len(typed) - len(one) <= LONGEST_ENDING else typed[:-LONGEST_ENDING] for one in self.stems)
        return tuple(dict.fromkeys(one for one in found if len(one) >= SHORTEST_BEGINNING))

    @property
    def together(self) -> tuple[Phrase, ...]:
        """What it is found by where several words stand in a text: its parts, and phrases that mean the same."""
        return tuple(some for some in (self.parts, *self.phrases) if some)


def query_groups(query: str) -> list[Group]:
    """A group for each meaningful word of a query; what is written with hyphens is one word, and its parts."""
    return list(_groups_of(query))


@lru_cache(maxsize=1000)  # a page asks for them thrice: to find, to mark, and to say that a query says nothing
def _groups_of(query: str) -> tuple[Group, ...]:
    groups = []
    asked = [query[begin:last] for begin, last in units(query)][:MOST_WORDS]
    abbreviated = not any(is_stop_word(one) for one in asked if one != "it")  # "it sicherheit", not "how does it work"
    for unit in asked:
        apart = words(unit)
        word = "IT" if unit == "it" and abbreviated else "".join(apart)
        german = stems(word, "de")
        english = () if fair(word) else stems(word, "en")
        alternatives = tuple(dict.fromkeys((*german[:1], *english)))
        if alternatives:
            parts = german[1:] if _falls_apart(word) else ()
            if len(apart) > 1:
                parts = tuple(found[0] for one in apart if (found := stems(one, "de")))
            groups.append(Group(alternatives, exact_token(word), parts, apart=tuple(apart) if len(apart) > 1 else ()))
    return tuple(_with_same_words(groups))


def _falls_apart(word: str) -> bool:
    """Whether a compound of a query is also meant where its parts stand apart: not where one is as short as Mess or Rat."""
    parts = split_compound(fold_umlauts(word.casefold()))
    return len(parts) > 1 and min(map(len, parts)) >= SHORTEST_PART


# ---- words that mean the same ---------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _meanings(sign: str) -> tuple[tuple[Phrase, ...], ...]:
    """Of each meaning the words for it, each as the German stems of its words: of what means the same ("="), or nearly so
    ("~"). Written for this project.
    """
    lines = (Path(__file__).parent / "same_words.txt").read_text(encoding="utf-8").splitlines()
    meant = [line.split(sign) for line in lines if sign in line and not line.startswith("#")]
    return tuple(tuple(dict.fromkeys(some for term in terms for some in _ways(term.strip()))) for terms in meant)


def _ways(term: str) -> list[Phrase]:
    """The stems of a term, also of its plural where the stemmer leaves that alone: Azubis, KMUs."""
    found = _stems_of(term)
    return [found, (f"{found[0]}s",)] if len(found) == 1 and (term.isupper() or term[-1] in "aiouy") else [found]


def _stems_of(term: str) -> Phrase:
    """The stems of a word or of several; what is written with hyphens is one word."""
    apart = ("".join(words(term[begin:last])) for begin, last in units(term))
    return tuple(found[0] for one in apart if (found := stems(one, "de")))


@lru_cache(maxsize=1)
def _meanings_by_stem() -> dict[str, list[tuple[Phrase, ...]]]:
    found: dict[str, list[tuple[Phrase, ...]]] = {}
    for terms in _meanings("="):
        for stem in dict.fromkeys(stem for term in terms for stem in term):
            found.setdefault(stem, []).append(terms)
    return found


@lru_cache(maxsize=1)
def one_for_same() -> Mapping[str, str]:
    """Of each stem that others mean the same as, or nearly so, the one that stands for all, for who compares texts."""
    found: dict[str, str] = {}
    for terms in (*_meanings("="), *_meanings("~")):
        alone = [term[0] for term in terms if len(term) == 1]
        first = next((found[stem] for stem in alone if stem in found), "".join(alone[:1]))
        found |= {stem: found.get(stem, first) for stem in alone}
    return found


@lru_cache(maxsize=1)
def loosely_same() -> frozenset[str]:
    """The stems that also stand for what means nearly the same: a text with courses does not speak of seminars."""
    return frozenset(one_for_same()[term[0]] for terms in _meanings("~") for term in terms)


@lru_cache(maxsize=1)
def same_for_one() -> Mapping[str, Phrase]:
    """The other way round: all stems that one stands for."""
    found: dict[str, Phrase] = {}
    for stem, one in one_for_same().items():
        found[one] = (*found.get(one, ()), stem)
    return found


def _with_same_words(groups: Sequence[Group]) -> list[Group]:
    """The groups with what means the same: of a word other words and phrases; of the words of a phrase, if all are asked
    for, the single words, for each of them; of a compound those with another word for one of its parts.
    """
    known = _meanings_by_stem()
    own = [group.stems[0] for group in groups]
    widened = []
    for group, stem in zip(groups, own, strict=True):
        singles: dict[str, None] = {}
        phrases: dict[Phrase, None] = {}
        for terms in known.get(stem, ()):
            alone = (stem,) in terms
            if alone or any(stem in term and set(term) <= set(own) for term in terms):
                singles.update(dict.fromkeys(term[0] for term in terms if len(term) == 1))
                phrases.update(dict.fromkeys(term for term in terms if alone and len(term) > 1))
        phrases.update(dict.fromkeys(islice(_compounds_for_same(group.parts), MOST_COMPOUNDS)))
        more = tuple(dict.fromkeys((*group.stems, *singles)))
        widened.append(replace(group, stems=more, phrases=tuple(phrases)) if singles or phrases else group)
    return widened


def _compounds_for_same(parts: Phrase) -> Iterator[Phrase]:
    """The parts of a compound with one of them in other words: Mittelstand and Förderung for KMU-Förderung."""
    known = _meanings_by_stem()
    for part in parts:
        within = [one for one in parts if one in part]  # the Stand of Mittelstand goes with it, and so does what has it
        rest = tuple(one for one in parts if not any(some in one for some in within))
        for terms in known.get(part, ()):
            if (part,) in terms:
                plurals = {(f"{term[0]}s",) for term in terms}  # within compounds there are none of these
                yield from ((*term, *rest) for term in terms if term != (part,) and term not in plurals)
