"""The words that occur in public texts: which of them a word of a query means, and which one was probably meant.

The engines look up whole tokens only. That a word finds longer ones that begin with it, and rare words find compounds that
end with it, is settled here among the counted words, so it is the same on both databases and no list of hits has to be
merged by an engine. Nothing comes from here that does not stand in a public text at this moment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, TextClause, and_, func, or_, select, text

from consult.core.db import db, is_sqlite
from consult.search.analyse import EXACT, exact_token, fold_umlauts, stems, words
from consult.search.asking import Group, query_groups
from consult.search.models import SearchWord, is_counted

SHORTEST_PIECE = 5  # letters of what a compound begins or ends with
SHORTEST_END = 5  # letters of a word that may stand for compounds
LONGER = 40  # at most so many longer words stand for one, the most frequent
LAST = "\U0010ffff"
RARELY = 5000  # documents that are put in order at once
SELDOM = 3  # documents: a word seen no more often is also sought at the end of compounds
NEAR = 80  # of 100: how like a suggestion must be
RARE, FAR_MORE = 2, 10  # a word seen so seldom gets a suggestion that is seen so many times as often
LOOKED_AT = 3000  # words that are compared with a misspelt one
MOST_WORDS = 8
ENDINGS = frozenset(("e", "en", "er", "em", "es", "n", "s", "st", "t", "te", "ten"))
_TWO_FOR_ONE = re.compile("ae|oe|ue|ss")  # how ä, ö, ü and ß are spelled out


def widened(groups: Sequence[Group]) -> list[Group]:
    """The groups with the longer words that theirs stand for. Two queries at most, the second for rare words."""
    every = sorted({base for group in groups for base in group.beginnings})
    if not every:
        return list(groups)
    bound = {
        f"{name}{number}": base + end for number, base in enumerate(every) for name, end in (("a", ""), ("z", LAST))
    }
    known = [(row[0], row[1], row[2]) for row in db.session.execute(_words_like(len(every)), bound)]
    seen = {
        group: sum(count for _word, folded, count in known if folded.startswith(group.beginnings)) for group in groups
    }
    seldom = {group.stems[0] for group in groups if len(group.stems[0]) >= SHORTEST_END and seen[group] <= SELDOM}
    compounds = _words_where(*(_contains(end) for end in sorted(seldom))) if seldom else []
    return [
        replace(
            group,
            stems=longer,
            ends=_tokens_ending(group.stems[0], compounds) if group.stems[0] in seldom else (),
            spelled=_is_spelled_otherwise(group, longer, known),
            rare=is_counted(group.exact.removeprefix(EXACT)) and seen[group] <= RARELY,
            seen=seen[group],
        )
        for group in groups
        for longer in [tuple(dict.fromkeys((*group.stems, *_tokens_like(group.beginnings, known))))]
    ]


def pieces(groups: Sequence[Group]) -> list[Group]:
    """The groups, and instead of a compound that stands nowhere the words that hyphens join in it, or the longest words that
    stand somewhere and that it begins and ends with: Fachkräfte for Fachkräftemangel. Three queries at most.
    """
    unseen = {
        group: fold_umlauts(group.exact.removeprefix(EXACT)) for group in groups if not (group.seen or group.ends)
    }
    ends = {
        group: _ends_of(word) for group, word in unseen.items() if not group.apart and len(word) >= 2 * SHORTEST_PIECE
    }
    known = _written({end for both in ends.values() for some in both for end in some})
    apart = {group: group.apart for group in unseen if group.apart}
    for group, both in ends.items():
        apart[group] = tuple(known[word] for some in both if (word := next((one for one in some if one in known), "")))
    instead = {group: query_groups(" ".join(said)) for group, said in apart.items() if said}
    wide = iter(widened([one for some in instead.values() for one in some]))
    new = {group: list(islice(wide, len(some))) for group, some in instead.items()}
    return list(dict.fromkeys(one for group in groups for one in new.get(group, [group])))


def _written(folded: Collection[str]) -> dict[str, str]:
    """Of these words those that stand in texts, as most write them."""
    if not folded:
        return {}
    rows = select(SearchWord.folded, SearchWord.word).where(SearchWord.folded.in_(sorted(folded)))
    return {row[0]: row[1] for row in db.session.execute(rows.order_by(SearchWord.count))}


def _ends_of(word: str) -> tuple[list[str], list[str]]:
    """The beginnings and the ends of a word that may be words, the longest first."""
    lengths = range(len(word) - SHORTEST_PIECE, SHORTEST_PIECE - 1, -1)
    return [word[:length] for length in lengths], [word[-length:] for length in lengths]


def _is_spelled_otherwise(group: Group, stems_there: Sequence[str], known: Sequence[tuple[str, str, int]]) -> bool:
    """Whether a word in the texts may have the exact token of a group and none of its stems: told by the counted words, and
    yes where those cannot tell, as of short words and of 's at the end.
    """
    written = group.exact.removeprefix(EXACT)
    folded = fold_umlauts(written)
    shortest = len(_TWO_FOR_ONE.sub("x", written))
    may_be_seen = is_counted(written) and is_counted("x" * shortest) and not written.endswith("s")
    if not may_be_seen or not folded.startswith(group.beginnings) or len(known) >= LOOKED_AT:
        return True
    there = set(stems_there)
    same = (word for word, seen, _count in known if seen == folded and exact_token(word) == group.exact)
    return any(there.isdisjoint(stems(word, language)[:1]) for word in same for language in ("de", "en"))


@lru_cache(maxsize=30)
def _words_like(number: int) -> TextClause:
    """The question for the words that begin like one of so many, put together once: every search asks it."""
    ranges = " or ".join(f"folded >= :a{one} and folded < :z{one}" for one in range(number))
    return text(
        f"select word, folded, count from search_word where {ranges} order by count desc, word limit {LOOKED_AT}"  # noqa: S608
    )


def _words_where(*conditions: ColumnElement[bool]) -> list[tuple[str, str, int]]:
    """(word, folded, count) of the words that meet one of the conditions, the most frequent first."""
    asked = select(SearchWord.word, SearchWord.folded, SearchWord.count).where(or_(*conditions))
    rows = db.session.execute(asked.order_by(SearchWord.count.desc(), SearchWord.word).limit(LOOKED_AT))
    return [(row[0], row[1], row[2]) for row in rows]


def _tokens_like(beginnings: tuple[str, ...], known: Iterable[tuple[str, str, int]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word, folded, _count in known:
        if folded.startswith(beginnings):
            for language in ("de", "en"):
                found.update(dict.fromkeys(one for one in stems(word, language)[:1] if one.startswith(beginnings)))
        if len(found) >= LONGER:
            break
    return tuple(found)


def _tokens_ending(end: str, known: Iterable[tuple[str, str, int]]) -> tuple[str, ...]:
    tokens = (stems(word, "de")[:1] for word, folded, _count in known if _ends_with(folded, end))
    return tuple(dict.fromkeys(token for one in tokens for token in one))[:LONGER]


def _contains(piece: str) -> ColumnElement[bool]:
    place = func.instr if is_sqlite() else func.strpos
    return place(SearchWord.folded, piece) > 0


def _ends_with(folded: str, end: str) -> bool:
    """Whether a compound ends with the word or a form of it; two letters before are a prefix, not a word."""
    place = folded.rfind(end)
    return place >= 3 and len(folded) - place - len(end) <= 2


def did_you_mean(query: str) -> str | None:
    """A query with the likeliest spelling, or None if every word is known well or nothing is near.

    A word that stands nowhere gets the nearest one; a rare word a near one that is far more common. Two queries.
    """
    written = words(query)[:MOST_WORDS]
    # numbers, abbreviations and names with apostrophes are not counted: nobody knows whether they are misspelt
    lowered = sorted({word.casefold()[:60] for word in written if is_counted(word) and stems(word, "de")})
    if not lowered:
        return None
    known = db.session.execute(select(SearchWord.word, SearchWord.count).where(SearchWord.word.in_(lowered)))
    seen: dict[str, int] = {row[0]: row[1] for row in known}
    asked = [word for word in lowered if seen.get(word, 0) <= RARE and fold_umlauts(word)]
    if not asked:
        return None
    counts = {word: count for word, _folded, count in _words_where(*(_may_be_near(word) for word in asked))}
    counts |= {word: count for word, count in seen.items() if word in asked}
    better = {word: _better_spelling(word, counts) for word in asked}
    if not any(better.values()):
        return None
    return " ".join(better.get(word.casefold()[:60]) or word for word in written)


def _may_be_near(word: str) -> ColumnElement[bool]:
    """Two slips of the pen leave one of three pieces of a word as it was."""
    folded = fold_umlauts(word)
    number = 3 if len(folded) >= 6 else 2
    cuts = [round(len(folded) * place / number) for place in range(number + 1)]
    pieces = [folded[start:end] for start, end in zip(cuts, cuts[1:], strict=False) if end > start]
    return and_(
        func.length(SearchWord.folded).between(len(folded) - 3, len(folded) + 3),
        or_(*(_contains(piece) for piece in pieces)),
    )


def _better_spelling(word: str, counts: dict[str, int]) -> str | None:
    seen = counts.get(word, 0)
    near = process.extract(word, counts.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=8)
    near = [found for found in near if not _is_form_of(word, found[0], seen > 0)]
    if not seen:
        # in another form it is found as it is, by its stem or by umlauts spelled out
        own = set(stems(word, "de")[:1])
        if any(own & set(stems(one, "de")[:1]) for one in counts if one.startswith(word[:3])):
            return None
    options = [
        (score, counts[one], one)
        for one, score, _place in near
        if one != word and counts[one] >= seen * FAR_MORE and stems(one, "de")
    ]
    return max(options)[2] if options else None


def _is_form_of(word: str, other: str, is_word: bool) -> bool:
    """Whether two words differ in their endings alone, so that one is no slip of the pen for the other; of a word that
    stands in a text any two last letters are an ending: Firma is not meant for firms.
    """
    one, two = fold_umlauts(word), fold_umlauts(other)
    shorter, longer = sorted((one, two), key=len)
    if longer.startswith(shorter):
        return one != two and longer[len(shorter) :] in ENDINGS
    return is_word and longer.startswith(shorter[:-2]) and len(longer) - len(shorter) <= 2
