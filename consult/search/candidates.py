"""Which texts are worth comparing with one: those that share a rare word with it, or three of the telling ones, at most POOL
of a kind, and all of a kind while there are few. So it costs the same with 100,000 ideas as with 100.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from sqlalchemy import TextClause, bindparam, func, literal, select, text, union_all

from consult.core.db import db, is_sqlite
from consult.core.memory import remembered, sharing
from consult.search import vectors
from consult.search.analyse import stems, weak_stems, words
from consult.search.asking import one_for_same, same_for_one
from consult.search.comparing import READ
from consult.search.engines import TAG
from consult.search.models import SearchDoc, SearchWord, is_counted, tag_of

POOL = 24  # candidates that are compared
LOOKED_AT = 500  # documents that are looked at for rare words, the rarest first
COMMON, TOGETHER = 4, 3  # of so many telling words that are not rare, candidates have so many
WEAK = 0.25  # of its weight has a word that says little in any text
PART = 0.7  # of its weight has a word that stands only as a part of a compound
NOT_COUNTED = 50  # a word that is not counted is taken to stand in one document of so many
EACH = 200  # documents that are looked at for a word or for some together, the newest
FEW = 150  # so many documents of a kind are all compared
MANY = 3000  # more documents of a kind are the bulk of the index
SELDOM = 3000  # documents that PostgreSQL puts in order itself, instead of walking back through all
ASKED = 20  # rare words by which candidates are found
SURELY = 10_000_000  # more than any words weigh

Asked = tuple[tuple[str, ...], float]  # stems that a document must have, and what it gets for that
Document = Any  # a row of the index: `_TEXTS`


def _meaningful(source: str, language: str) -> dict[str, str]:
    """Stem -> the word as it was first written, of all words that mean something; one stem for all that mean the same."""
    found: dict[str, str] = {}
    same = one_for_same()
    for word in dict.fromkeys(words(source[:READ])):
        for stem in stems(word, language):
            if len(stem) > 2:
                found.setdefault(same.get(stem, stem), word)
    return found


_WORDS = SearchWord.__table__.c
# of German words all that have the same stem, of English ones each by itself
_BY_STEM = union_all(
    select(_WORDS.stem, func.sum(_WORDS.count))
    .where(_WORDS.stem.in_(bindparam("words", expanding=True)))
    .group_by(_WORDS.stem),
    select(literal(""), func.max(_WORDS.count)),
)
_BY_WORD = union_all(
    select(_WORDS.word, _WORDS.count).where(_WORDS.word.in_(bindparam("words", expanding=True))),
    select(literal(""), func.max(_WORDS.count)),
)


@dataclass(frozen=True)
class Weighed:
    """A text that is compared: how telling each of its stems is, about how many documents have it, which stems are of whole
    words, and as what each was first written.
    """

    source: str
    language: str
    weights: Mapping[str, float]
    counts: Mapping[str, int]
    whole: Set[str]
    written: Mapping[str, str]


def weigh(source: str, language: str) -> Weighed:
    """Find out how telling the words of a text are, by the number of documents that have each. One query."""
    meaning = _meaningful(source, language)
    if not meaning:
        return Weighed(source, language, {}, {}, frozenset(), {})
    same, others = one_for_same(), same_for_one()
    compounds = {stem: stems(word, language)[0] for stem, word in meaning.items()}
    whole = {
        stem
        for stem, word in meaning.items()
        if is_counted(word) and stem == same.get(compounds[stem], compounds[stem])
    }
    german = language != "en"
    written = {stem: others.get(stem, (stem,)) if german else (word.casefold(),) for stem, word in meaning.items()}
    asked = {one for some in written.values() for one in some} | (set(compounds.values()) if german else set())
    rows = db.session.execute(_BY_STEM if german else _BY_WORD, {"words": sorted(asked)})
    known: dict[str, int] = {row[0]: int(row[1] or 0) for row in rows}
    # how many documents there are would have to be counted; the most frequent word stands in about half of them
    total = 2 * known.pop("") + 1
    # numbers and short words are not counted: not known to be seen is not the same as rare
    counts = {
        stem: sum(known.get(one, 0) for one in written[stem]) if is_counted(word) else total // NOT_COUNTED
        for stem, word in meaning.items()
    }
    if german:  # a part stands wherever its compound does, too
        for stem, compound in compounds.items():
            counts[stem] += known.get(compound, 0) if compound not in written[stem] else 0
    weak = weak_stems()
    parts = {stem for stem, word in meaning.items() if is_counted(word) and stem not in whole}
    weights = {
        stem: math.log(1 + total / (1 + count)) * (WEAK if stem in weak else 1) * (PART if stem in parts else 1)
        for stem, count in counts.items()
    }
    return Weighed(source, language, weights, counts, whole, meaning)


# what is compared of a document, as rows: no page changes one
_TABLE = SearchDoc.__table__.c
_TEXTS = select(
    _TABLE.id,
    _TABLE.stamp,
    _TABLE.subject_id,
    _TABLE.language,
    _TABLE.title,
    _TABLE.body,
    _TABLE.title_en,
    _TABLE.body_en,
).order_by(_TABLE.id.desc())
SOME_TEXTS = _TEXTS.where(_TABLE.id.in_(bindparam("ids", expanding=True)))


def candidates(kind: str, about: Weighed) -> Sequence[Document]:
    """Documents of a kind that share rare words, the likeliest first; all of them while there are few."""
    size, few = there_are(kind)
    if size <= FEW:
        return few
    asked = _asked(about.weights, about.counts, about.whole)
    # while somebody writes, the same rare words are asked for again and again
    found = remembered(("search.sharing", kind, asked), lambda: _sharing(kind, asked, size > MANY))
    return list(db.session.execute(SOME_TEXTS, {"ids": found})) if found else []


def there_are(kind: str) -> tuple[int, Sequence[Document]]:
    """How many documents there are of a kind, at most MANY + 1, and their texts if they are few. Where it is remembered, it
    is asked at once for all kinds that are compared.
    """
    kinds = vectors.KINDS if sharing() and kind in vectors.KINDS else (kind,)
    return remembered(("search.kinds", kinds), lambda: _counted(kinds))[kind]


def _counted(kinds: tuple[str, ...]) -> dict[str, tuple[int, Sequence[Document]]]:
    bound = {f"kind_{number}": kind for number, kind in enumerate(kinds)}
    rows = db.session.execute(_sizes_and_texts(len(kinds)), {**bound, "few": FEW, "many": MANY + 1}).all()
    sizes = {row.kind: row.size for row in rows if not row.id}
    return {kind: (size, [row for row in rows if row.id and row.kind == kind]) for kind, size in sizes.items()}


@lru_cache(maxsize=10)
def _sizes_and_texts(number: int) -> TextClause:
    """The question for both: a row without an id holds the size of a kind."""
    some = "from (select 1 from search_doc where kind = :kind_{0} limit :{1}) as some_{1}_{0}"
    columns = "id, stamp, subject_id, language, title, body, title_en, body_en"
    return text(
        " union all ".join(
            f"select cast(:kind_{one} as varchar(30)) as kind, count(*) as size, 0 as id, 0 as stamp, 0 as subject_id, "  # noqa: S608 - numbers
            f"'' as language, '' as title, '' as body, '' as title_en, '' as body_en {some.format(one, 'many')} "
            f"union all select kind, 0, {columns} from search_doc where kind = :kind_{one} "
            f"and (select count(*) {some.format(one, 'few + 1').replace('_few + 1', '_few')}) <= :few"
            for one in range(number)
        )
    )


def _asked(weights: Mapping[str, float], counts: Mapping[str, int], whole: Set[str]) -> tuple[Asked, ...]:
    """By which stems candidates are sought, and what a document gets that has them: the rare ones alone, and some together
    of those that stand in so many documents that one of them says little. `whole` are stems of words, not of their parts.
    """
    alone: list[tuple[tuple[str, ...], float]] = []
    common: list[str] = []
    left = LOOKED_AT
    for stem in sorted(weights, key=lambda one: (-weights[one], one)):
        if len(alone) < ASKED and counts[stem] <= left:
            alone.append(((stem,), weights[stem]))
            left -= counts[stem]
        elif stem in whole and len(common) < COMMON:
            common.append(stem)
    together = combinations(common, min(TOGETHER, len(common))) if common else ()
    return (*alone, *((some, sum(weights[one] for one in some)) for some in together))


def _sharing(kind: str, asked: Sequence[Asked], bulk: bool) -> list[int]:
    """Numbers of the POOL documents of a kind that share the most telling of some sets of stems, each with its weight.

    Where the kind is the bulk of all documents, its tag would cost more than the words; then others are sorted out after.
    """
    if not asked:
        return []
    sqlite = is_sqlite()
    tag = tag_of("kind", kind)
    kept = [] if bulk else [f'"{TAG}{tag}"' if sqlite else f"'{TAG}{tag}'"]
    bound: dict[str, Any] = {"kind": kind, "pool": POOL}
    by_steps = len(asked) == len(tuple(combinations(range(COMMON), TOGETHER))) and all(
        len(some) > 1 for some, _ in asked
    )
    every = tuple(dict.fromkeys(stem for some, _weight in asked for stem in some)) if by_steps else ()
    for number, (some, weight) in enumerate([*asked, (every, 0)] if every else asked):
        terms = [*kept, *(_term(stem, sqlite) for stem in some)]
        bound[f"stems_{number}"] = (" AND " if sqlite else " & ").join(terms)
        bound[f"weight_{number}"] = round(weight * 1000)
    if every:
        bound |= {"weight_0": 2 * SURELY, f"weight_{len(asked)}": SURELY}
    single = sum(len(some) == 1 for some, _weight in asked)  # they come first
    statement = _by_steps(sqlite) if every else _at_once(len(asked), single, sqlite)
    return list(db.session.execute(statement, bound).scalars())


def _term(stem: str, sqlite: bool) -> str:
    """A stem, or one of those that mean the same, as a question to an engine."""
    every = [f'"{one}"' if sqlite else f"'{one}'" for one in same_for_one().get(stem, (stem,))]
    return f"({(' OR ' if sqlite else ' | ').join(every)})" if len(every) > 1 else every[0]


def _having(number: int, sqlite: bool, only_if: str = "") -> str:
    """The newest documents that have a set of stems; none, and nothing is looked up, where a condition is not met."""
    match = f"search_index match :stems_{number}" if sqlite else f"vector @@ cast(:stems_{number} as tsquery)"
    # SQLite looks at a condition for each row, but at nothing inside where what stands outside has no row
    source = f"(select 1 where {only_if}) as met_{number} cross join search_index" if only_if else "search_index"
    return (
        f"select * from (select search_index.rowid as id, cast(:weight_{number} as integer) as weight from {source} "  # noqa: S608 - numbers
        f"where {match} order by search_index.rowid desc limit {EACH}) as having_{number}"
    )


def _having_one(number: int, sqlite: bool) -> str:
    """The same for a single stem.

    PostgreSQL does not know how rare a rare stem is (see `engines`), and of the part of a compound nobody does. So those of
    a stem that has no more than SELDOM are taken from the index and put in order.
    """
    if sqlite:
        return _having(number, sqlite)
    match, few = f"vector @@ cast(:stems_{number} as tsquery)", f"few_{number}"
    rarely = f"(select count(*) from {few}) <= {SELDOM}"  # noqa: S608 - numbers
    often = _having(number, sqlite, f"not {rarely}")
    return (
        f"select * from (with {few} as materialized "  # noqa: S608 - numbers
        f"(select rowid as id from search_index where {match} limit {SELDOM} + 1) "
        f"(select id, cast(:weight_{number} as integer) as weight from {few} where {rarely} order by id desc limit {EACH}) "
        f"union all {often}) as single_{number}"
    )


_BEST = """
select f.id from (select id, sum(weight) as weight from ({parts}) as found group by id) as f
join {entries} on d.id = f.id where d.kind = :kind order by f.weight desc, f.id desc limit :pool
"""


def _entries(sqlite: bool) -> str:
    """The documents, of which only the kind is wanted: SQLite would read each from the table, a page for every text."""
    return "search_doc d indexed by ix_search_doc_entry" if sqlite else "search_doc d"


@lru_cache(maxsize=4 * (ASKED + COMMON))
def _at_once(number: int, single: int, sqlite: bool) -> TextClause:
    """The question for documents that have some of so many sets of stems, the first of which are single ones, put together
    once.
    """
    parts = (_having_one(one, sqlite) if one < single else _having(one, sqlite) for one in range(number))
    return text(_BEST.format(parts=" union all ".join(parts), entries=_entries(sqlite)))


@lru_cache(maxsize=2)
def _by_steps(sqlite: bool) -> TextClause:
    """The same for the four sets of three of four common words, which stand in thousands of documents each.

    No document that has only later sets goes before one that has the first. So where that has more than are compared, it
    matters only which have all four words; where it has fewer, the second set is looked up, and the others only if there
    are too few still.
    """
    entries = _entries(sqlite)
    of_kind = f"(select n.id, n.weight from ({{}}) as n join {entries} on d.id = n.id where d.kind = :kind)"  # noqa: S608 - a name
    many, few = "(select count(*) from first) > :pool", "(select count(*) from first) < :pool"
    too_few = "(select count(*) from (select id from first union select id from second) as s) < :pool"
    steps = ["select * from first", "select * from second", _having(4, sqlite, many)]
    steps += [_having(one, sqlite, too_few) for one in (2, 3)]
    first, second = of_kind.format(_having(0, sqlite)), of_kind.format(_having(1, sqlite, few))
    begin = f"with first as materialized {first}, second as materialized {second}"
    return text(begin + _BEST.format(parts=" union all ".join(steps), entries=entries))
