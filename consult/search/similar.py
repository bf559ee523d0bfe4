"""What is like a text, and why: by rare words it shares and by runs of characters, without a model and without a network.

The score is published: half of it is the share of the text's telling words that the other one has too, weighted by how rare
they are; the other half is the likeness of their runs of four characters within words (cosine of weighted counts), which
also sees what endings, compounds and the other language do to a word. Candidates are the documents that share a rare word
or three of the telling ones, at most POOL of them, and all documents of a kind while there are few: so it costs the same
with 100,000 ideas as with 100.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, func, literal, select, text, union_all

from consult.core.db import db, is_sqlite
from consult.core.i18n import current_language
from consult.core.memory import remembered, sharing
from consult.core.registry import SubjectInfo, describe
from consult.search import vectors
from consult.search.analyse import stems, words
from consult.search.comparing import DAMPED, READ, Taken, grams_of, pool_of, taken_of
from consult.search.engines import TAG
from consult.search.models import SearchDoc, SearchWord, is_counted, tag_of

POOL = 24  # candidates that are compared
LOOKED_AT = 500  # documents that are looked at for rare words, the rarest first
COMMON, TOGETHER = 4, 3  # of so many telling words that are not rare, candidates have so many
NOT_COUNTED = 50  # a word that is not counted is taken to stand in one document of so many
EACH = 200  # documents that are looked at for a word or for some together, the newest
FEW = 150  # so many documents of a kind are all compared
MANY = 3000  # more documents of a kind are the bulk of the index
SELDOM = 3000  # documents that PostgreSQL puts in order itself, instead of walking back through all
ASKED = 20  # rare words by which candidates are found
SURELY = 10_000_000  # more than any words weigh
MOST_NAMED = 40  # of the most telling shared words, five of which are named
TELLING = 1.2  # weight from which on a shared word is named
LEAST = 18  # of 100: what is less alike is not named

Asked = tuple[tuple[str, ...], float]  # stems that a document must have, and what it gets for that
Document = Any  # a row of the index: `_TEXTS`

# The published weights of matches; they add up to 100.
TEXT, SECTOR, REGION = 70, 15, 15


@dataclass(frozen=True)
class Likeness:
    """How alike two texts are: `score` from 0 to 100, its two halves, and the words that both have, as the other writes
    them, the most telling first. Where sentence vectors are on, `by_sense` is the score.
    """

    score: int
    by_words: int
    by_characters: int
    shared: tuple[str, ...]
    by_sense: int | None = None


@dataclass(frozen=True)
class Similar:
    """A document like the text, with the reasons."""

    info: SubjectInfo
    likeness: Likeness
    document: tuple[int, int] = (0, 0)  # number and stamp of what was compared


@dataclass(frozen=True)
class Match:
    """A cluster or project that fits, with what speaks for it and what is missing: codes of the parts of the formula."""

    info: SubjectInfo
    score: int
    likeness: Likeness
    fits: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())
    document: tuple[int, int] = (0, 0)


# ---- two texts ------------------------------------------------------------------------------------------------------


def _meaningful(source: str, language: str) -> dict[str, str]:
    """Stem -> the word as it was first written, of all words that mean something."""
    found: dict[str, str] = {}
    for word in dict.fromkeys(words(source[:READ])):
        for stem in stems(word, language):
            if len(stem) > 2 and stem not in found:
                found[stem] = word
    return found


# ---- candidates -----------------------------------------------------------------------------------------------------


_WORDS = SearchWord.__table__.c
_COUNTED = union_all(
    select(_WORDS.word, _WORDS.count).where(_WORDS.word.in_(bindparam("words", expanding=True))),
    select(literal(""), func.max(_WORDS.count)),
)


@dataclass(frozen=True)
class Weighed:
    """A text that is compared: what its stems were written as, how telling each is, how many documents have it, and which
    stems are of whole words.
    """

    source: str
    language: str
    weights: Mapping[str, float]
    counts: Mapping[str, int]
    whole: Set[str]


def weigh(source: str, language: str) -> Weighed:
    """Find out how telling the words of a text are, by the number of documents that have each. One query."""
    meaning = _meaningful(source, language)
    if not meaning:
        return Weighed(source, language, {}, {}, frozenset())
    written = {stem: word.casefold() for stem, word in meaning.items()}
    rows = db.session.execute(_COUNTED, {"words": sorted(set(written.values()))})
    known: dict[str, int] = {row[0]: row[1] or 0 for row in rows}
    # how many documents there are would have to be counted; the most frequent word stands in about half of them
    total = 2 * known.pop("") + 1
    # numbers and short words are not counted: not known to be seen is not the same as rare
    counts = {stem: known.get(word, 0) if is_counted(word) else total // NOT_COUNTED for stem, word in written.items()}
    weights = {stem: math.log(1 + total / (1 + count)) for stem, count in counts.items()}
    whole = {stem for stem, word in meaning.items() if is_counted(word) and stem == stems(word, language)[0]}
    return Weighed(source, language, weights, counts, whole)


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
_SOME_TEXTS = _TEXTS.where(_TABLE.id.in_(bindparam("ids", expanding=True)))


def _candidates(kind: str, about: Weighed) -> Sequence[Document]:
    """Documents of a kind that share rare words, the likeliest first; all of them while there are few."""
    size, few = _there_are(kind)
    if size <= FEW:
        return few
    asked = _asked(about.weights, about.counts, about.whole)
    # while somebody writes, the same rare words are asked for again and again
    found = remembered(("search.sharing", kind, asked), lambda: _sharing(kind, asked, size > MANY))
    return list(db.session.execute(_SOME_TEXTS, {"ids": found})) if found else []


def _there_are(kind: str) -> tuple[int, Sequence[Document]]:
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


def _described(kind: str, ids: list[int]) -> Mapping[tuple[str, int], SubjectInfo]:
    """The lines of these things; of a kind of which there are few those of all, so that they can be remembered."""
    size, few = _there_are(kind)
    if not sharing() or size > FEW:
        return describe((kind, one) for one in ids)
    key = ("search.described", kind, current_language())
    return remembered(key, lambda: describe((kind, one.subject_id) for one in few))


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
        terms = [*kept, *(f'"{stem}"' if sqlite else f"'{stem}'" for stem in some)]
        bound[f"stems_{number}"] = (" AND " if sqlite else " & ").join(terms)
        bound[f"weight_{number}"] = round(weight * 1000)
    if every:
        bound |= {"weight_0": 2 * SURELY, f"weight_{len(asked)}": SURELY}
    single = sum(len(some) == 1 for some, _weight in asked)  # they come first
    statement = _by_steps(sqlite) if every else _at_once(len(asked), single, sqlite)
    return list(db.session.execute(statement, bound).scalars())


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
join search_doc d on d.id = f.id where d.kind = :kind order by f.weight desc, f.id desc limit :pool
"""


@lru_cache(maxsize=4 * (ASKED + COMMON))
def _at_once(number: int, single: int, sqlite: bool) -> TextClause:
    """The question for documents that have some of so many sets of stems, the first of which are single ones, put together
    once.
    """
    parts = (_having_one(one, sqlite) if one < single else _having(one, sqlite) for one in range(number))
    return text(_BEST.format(parts=" union all ".join(parts)))


@lru_cache(maxsize=2)
def _by_steps(sqlite: bool) -> TextClause:
    """The same for the four sets of three of four common words, which stand in thousands of documents each.

    No document that has only later sets goes before one that has the first. So where that has more than are compared, it
    matters only which have all four words; where it has fewer, the second set is looked up, and the others only if there
    are too few still.
    """
    of_kind = "(select n.id, n.weight from ({}) as n join search_doc d on d.id = n.id where d.kind = :kind)"
    many, few = "(select count(*) from first) > :pool", "(select count(*) from first) < :pool"
    too_few = "(select count(*) from (select id from first union select id from second) as s) < :pool"
    steps = ["select * from first", "select * from second", _having(4, sqlite, many)]
    steps += [_having(one, sqlite, too_few) for one in (2, 3)]
    first, second = of_kind.format(_having(0, sqlite)), of_kind.format(_having(1, sqlite, few))
    begin = f"with first as materialized {first}, second as materialized {second}"
    return text(begin + _BEST.format(parts=" union all ".join(steps)))


def _in(language: str, document: Document) -> tuple[str, str, str]:
    """(title, body, language) of a document: in English where that is asked for and kept."""
    if language == "en" and document.body_en:
        return document.title_en, document.body_en, "en"
    return document.title, document.body, document.language


class Rated(NamedTuple):
    """A document with how alike it is; which words both have is still to be looked up."""

    document: Document
    taken: Taken
    score: int
    by_words: int
    by_characters: int
    shared: Sequence[str]  # stems, the most telling first
    by_sense: int | None = None

    def explained(self, about: Weighed) -> Likeness:
        """The likeness with the words that tell why, as the document first writes them."""
        spoken = _in(about.language, self.document)[2]
        telling = [stem for stem in self.shared if about.weights[stem] > TELLING][:MOST_NAMED]
        theirs = self.taken.written
        # a measuring technique and one of cooling share a part, but neither text speaks of the other's
        whole = [stem for stem in telling if stem in about.whole or stems(theirs[stem], spoken)[0] == stem]
        named = _named([theirs[stem] for stem in whole or telling], spoken)
        return Likeness(self.score, self.by_words, self.by_characters, named, self.by_sense)


def _compare(about: Weighed, documents: Sequence[Document]) -> list[Rated]:
    """How alike each document is."""
    weights = about.weights
    grams = grams_of(words(about.source[:READ]), about.language)
    mine = {gram: DAMPED[count] for gram, count in grams.items()}
    taken = tuple(taken_of(*_in(about.language, one)) for one in documents)
    telling = sorted(weights, key=lambda stem: (-weights[stem], stem))
    whole = sum(weights[stem] for stem in telling[:ASKED]) or 1.0
    places = {stem: place for place, stem in enumerate(telling)}
    found = []
    for document, theirs, by_characters in zip(documents, taken, pool_of(taken).cosines(mine), strict=True):
        shared = sorted(weights.keys() & theirs.written.keys(), key=places.__getitem__)
        by_words = min(1.0, sum(weights[stem] for stem in shared[:ASKED]) / whole)
        score = round(50 * by_words + 50 * by_characters)
        found.append(Rated(document, theirs, score, round(50 * by_words), round(50 * by_characters), shared))
    return found


def _named(both: Sequence[str], language: str) -> tuple[str, ...]:
    """The words that tell a person why, of those that both texts have: no numbers and no short ones, and where German is
    spoken nouns where there are any, since "could" and "need" say little."""
    told = [word for word in dict.fromkeys(both) if is_counted(word)]
    if language == "de":
        told = [word for word in told if word[0].isupper()] or told
    return tuple(told[:5])


# ---- answers --------------------------------------------------------------------------------------------------------


def _ranked(about: Weighed, kind: str, but: int | None) -> list[Rated]:
    found = _candidates(kind, about) if about.weights else []
    rated = _compare(about, [one for one in found if one.subject_id != but])
    rated.sort(key=lambda one: (-one.score, -one.document.id))
    return rated


def similar(source: str, language: str, kind: str, *, but: int | None = None, limit: int = 5) -> list[Similar]:
    """The public subjects of a kind whose texts are most like this one, best first; `but` is left out."""
    return alike(weigh(source, language), kind, but=but, limit=limit)


def alike(about: Weighed, kind: str, *, but: int | None = None, limit: int = 5) -> list[Similar]:
    """The same for a text whose words are weighed already, for who compares it more than once.

    Where sentence vectors are on and `but` has one, those nearest to it in sense are among them, and sense decides. At
    most six queries, whatever the number of documents.
    """
    rated = [one for one in _ranked(about, kind, but) if one.score >= LEAST]
    if but is not None and vectors.are_on():
        rated = _by_sense(about, kind, but, rated)
    rated = rated[: limit * 2]
    infos = describe((kind, one.document.subject_id) for one in rated)
    shown = [
        (info, one) for one in rated if (info := infos.get((kind, one.document.subject_id))) is not None and info.public
    ]
    return [Similar(info, one.explained(about), (one.document.id, one.document.stamp)) for info, one in shown[:limit]]


def _by_sense(about: Weighed, kind: str, but: int, rated: list[Rated]) -> list[Rated]:
    """What is nearest in sense, with the words that are shared; as it was where the jobs have not come to it yet."""
    own = select(SearchDoc.id).where(SearchDoc.kind == kind, SearchDoc.subject_id == but)
    noted = vectors.near(db.session.execute(own).scalar_one_or_none() or 0)
    if not noted:
        return rated
    documents = list(db.session.execute(_SOME_TEXTS, {"ids": list(noted)}))
    found = [
        one._replace(score=noted[one.document.id], by_sense=noted[one.document.id])
        for one in _compare(about, documents)
    ]
    found.sort(key=lambda one: (-one.score, -one.document.id))
    return found


def matches(
    source: str, language: str, kind: str, *, sector: str = "", region: str = "", limit: int = 5
) -> list[Match]:
    """The clusters or projects that fit a text, best first."""
    return fitting(weigh(source, language), kind, sector=sector, region=region, limit=limit)


def fitting(about: Weighed, kind: str, *, sector: str = "", region: str = "", limit: int = 5) -> list[Match]:
    """The clusters or projects that fit a text, best first, by the published sum: 70 for the likeness of the texts (relative
    to the best one), 15 for the same sector, 15 for the same Land.
    """
    rated = _ranked(about, kind, None)
    best = max((one.score for one in rated), default=0)
    if best < LEAST // 2:
        return []
    near = [one for one in rated if one.score >= max(LEAST // 2, best // 4)][: limit * 4]
    infos = _described(kind, [one.document.subject_id for one in near])
    found = []
    for one in near:
        info = infos.get((kind, one.document.subject_id))
        if info is None or not info.public:
            continue
        likeness = one.explained(about)
        fits = ["text"] if likeness.shared else []
        missing: list[str] = []
        score = TEXT * likeness.score / best
        land = info.region[:3] if len(info.region) > 2 else ""  # two letters are a country
        for name, wanted, given, weight in (
            ("sector", sector, info.sectors, SECTOR), ("region", region[:3], land and (land,), REGION),
        ):  # fmt: skip
            if not wanted or not given:
                continue
            if wanted in given:
                score += weight
                fits.append(name)
            else:
                missing.append(name)
        own = (one.document.id, one.document.stamp)
        found.append(Match(info, round(score), likeness, tuple(fits), tuple(missing), own))
    found.sort(key=lambda one: (-one.score, -one.likeness.score, one.info.id))  # the same in both languages
    return found[:limit]
