"""What is like a text, and why: by rare words it shares and by runs of characters, without a model and without a network.

The score is published: half of it is the share of the text's telling words that the other one has too, weighted by how rare
they are; the other half is the likeness of their runs of four characters within words (cosine of weighted counts), which
also sees what endings, compounds and the other language do to a word. Candidates are the documents that share a rare word
or three of the telling ones, at most POOL of them, and all documents of a kind while there are few: so it costs the same
with 100,000 ideas as with 100.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, combinations, repeat
from operator import mul
from typing import Any
from zlib import crc32

from sqlalchemy import bindparam, func, literal, select, text, union_all

from consult.core.db import db, is_sqlite
from consult.core.memory import remembered
from consult.core.registry import SubjectInfo, describe, registries
from consult.search import vectors
from consult.search.analyse import fold_umlauts, stems, words
from consult.search.engines import TAG
from consult.search.models import SearchDoc, SearchWord, is_counted, tag_of

POOL = 24  # candidates that are compared
LOOKED_AT = 500  # documents that are looked at for rare words, the rarest first
COMMON, TOGETHER = 4, 3  # of so many telling words that are not rare, candidates have so many
NOT_COUNTED = 50  # a word that is not counted is taken to stand in one document of so many
EACH = 200  # documents that are looked at for a word or for some together, the newest
FEW = 150  # so many documents of a kind are all compared
MANY = 3000  # more documents of a kind are the bulk of the index
ASKED = 20  # rare words by which candidates are found
READ = 3000  # characters of a document that are compared
MOST_NAMED = 40  # of the most telling shared words, five of which are named
TELLING = 1.2  # weight from which on a shared word is named
LEAST = 18  # of 100: what is less alike is not named

Packed = tuple["array[int]", "array[float]"]  # runs of four characters, and how much each weighs

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


@lru_cache(maxsize=20_000)
def _runs(word: str) -> tuple[int, ...]:
    """The runs of four characters of a word, as numbers."""
    padded = f" {fold_umlauts(word)} "
    return tuple(crc32(padded[place : place + 4].encode()) for place in range(len(padded) - 3))


def _grams(source: str, language: str) -> Counter[int]:
    """How often each run of four characters occurs within the meaningful words, as numbers."""
    return Counter(chain.from_iterable(_runs(word) for word in words(source[:READ]) if stems(word, language)))


@lru_cache(maxsize=500)
def _packed(source: str, language: str) -> Packed:
    """The runs of a document and their weights, small enough to keep many."""
    grams = _grams(source, language)
    return array("I", grams), array("f", map(_damped, grams.values()))


@lru_cache(maxsize=500)
def _damped(count: int) -> float:
    return 1 + math.log(count)


def _cosines(mine: Mapping[int, float], pool: Sequence[Packed], rarity: Mapping[int, float]) -> Iterator[float]:
    """Cosine of a text with each of the pool over their runs, each weighted by how rare it is among the candidates."""
    own = sum((weight * rarity.get(gram, 1.0)) ** 2 for gram, weight in mine.items())
    squared = {gram: weight * rarity[gram] ** 2 for gram, weight in mine.items() if gram in rarity}
    for grams, weights in pool:
        product = sum(map(mul, weights, map(squared.get, grams, repeat(0.0))))
        theirs = list(map(mul, weights, map(rarity.__getitem__, grams)))
        norm = sum(map(mul, theirs, theirs))
        yield product / math.sqrt(norm * own) if norm and own else 0.0


def _rarity(pool: Sequence[Packed]) -> dict[int, float]:
    """How telling each run is: the fewer candidates have it, the more."""
    seen = Counter(chain.from_iterable(grams for grams, _weights in pool))
    size = len(pool) + 1
    return {gram: math.log((size + 1) / (count + 1)) + 0.2 for gram, count in seen.items()}


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
_MANY = select(func.count()).select_from(
    select(_TABLE.id).where(_TABLE.kind == bindparam("kind")).limit(MANY + 1).subquery()
)
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
_ALL_TEXTS = _TEXTS.where(_TABLE.kind == bindparam("kind"))
_SOME_TEXTS = _TEXTS.where(_TABLE.id.in_(bindparam("ids", expanding=True)))


def _candidates(kind: str, about: Weighed) -> list[Document]:
    """Documents of a kind that share rare words, the likeliest first; all of them while there are few."""
    size = remembered(("search.size", kind), lambda: db.session.execute(_MANY, {"kind": kind}).scalar_one())
    if size <= FEW:
        return list(db.session.execute(_ALL_TEXTS, {"kind": kind}))
    found = _sharing(kind, _asked(about.weights, about.counts, about.whole), size > MANY)
    return list(db.session.execute(_SOME_TEXTS, {"ids": found})) if found else []


def _asked(
    weights: Mapping[str, float], counts: Mapping[str, int], whole: Set[str]
) -> list[tuple[tuple[str, ...], float]]:
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
    return [*alone, *((some, sum(weights[one] for one in some)) for some in together)]


def _sharing(kind: str, asked: Sequence[tuple[tuple[str, ...], float]], bulk: bool) -> list[int]:
    """Numbers of the POOL documents of a kind that share the most telling of some sets of stems, each with its weight.

    Where the kind is the bulk of all documents, its tag would cost more than the words; then others are sorted out after.
    """
    if not asked:
        return []
    sqlite = is_sqlite()
    tag = tag_of("kind", kind)
    kept = [] if bulk else [f'"{TAG}{tag}"' if sqlite else f"'{TAG}{tag}'"]
    condition = "search_index match :{name}" if sqlite else "vector @@ cast(:{name} as tsquery)"
    parts: list[str] = []
    bound: dict[str, str] = {"kind": kind}
    for number, (some, weight) in enumerate(asked):
        name = f"stems_{number}"
        every = [*kept, *(f'"{stem}"' if sqlite else f"'{stem}'" for stem in some)]
        bound[name] = (" AND " if sqlite else " & ").join(every)
        parts.append(
            f"select * from (select rowid as id, {round(weight * 1000)} as weight from search_index "  # noqa: S608 - numbers
            f"where {condition.format(name=name)} order by rowid desc limit {EACH}) as one_{number}"
        )
    ranked = (
        f"select f.id from (select id, sum(weight) as weight from ({' union all '.join(parts)}) as found group by id) as f "  # noqa: S608
        f"join search_doc d on d.id = f.id where d.kind = :kind order by f.weight desc, f.id desc limit {POOL}"
    )
    return list(db.session.execute(text(ranked), bound).scalars())


def _in(language: str, document: Document) -> tuple[str, str, str]:
    """(title, body, language) of a document: in English where that is asked for and kept."""
    if language == "en" and document.body_en:
        return document.title_en, document.body_en, "en"
    return document.title, document.body, document.language


def _compare(about: Weighed, documents: Sequence[Document]) -> list[Likeness]:
    """How alike each document is."""
    weights = about.weights
    mine = dict(zip(*_packed(about.source[:READ], about.language), strict=True))
    texts = [_in(about.language, one) for one in documents]
    packed = [_packed(f"{title}\n{title}\n{body}"[:READ], theirs) for title, body, theirs in texts]
    telling = sorted(weights, key=lambda stem: (-weights[stem], stem))
    whole = sum(weights[stem] for stem in telling[:ASKED]) or 1.0
    found = []
    for (title, body, spoken), by_characters in zip(texts, _cosines(mine, packed, _rarity(packed)), strict=True):
        theirs = _meaningful(f"{title}\n{body}", spoken)
        shared = [stem for stem in telling if stem in theirs]
        by_words = min(1.0, sum(weights[stem] for stem in shared[:ASKED]) / whole)
        score = round(50 * by_words + 50 * by_characters)
        both = [theirs[stem] for stem in shared if weights[stem] > TELLING]
        found.append(
            Likeness(score, round(50 * by_words), round(50 * by_characters), _named(both[:MOST_NAMED], spoken))
        )
    return found


def _named(both: Sequence[str], language: str) -> tuple[str, ...]:
    """The words that tell a person why, of those that both texts have: no numbers and no short ones, and where German is
    spoken nouns where there are any, since "could" and "need" say little."""
    told = [word for word in dict.fromkeys(both) if is_counted(word)]
    if language == "de":
        told = [word for word in told if word[0].isupper()] or told
    return tuple(told[:5])


# ---- answers --------------------------------------------------------------------------------------------------------


def _ranked(about: Weighed, kind: str, but: int | None) -> list[tuple[Document, Likeness]]:
    found = _candidates(kind, about) if about.weights else []
    documents = [one for one in found if one.subject_id != but]
    rated = list(zip(documents, _compare(about, documents), strict=True))
    rated.sort(key=lambda pair: (-pair[1].score, -pair[0].id))
    return rated


def similar(source: str, language: str, kind: str, *, but: int | None = None, limit: int = 5) -> list[Similar]:
    """The public subjects of a kind whose texts are most like this one, best first; `but` is left out."""
    return alike(weigh(source, language), kind, but=but, limit=limit)


def alike(about: Weighed, kind: str, *, but: int | None = None, limit: int = 5) -> list[Similar]:
    """The same for a text whose words are weighed already, for who compares it more than once.

    Where sentence vectors are on and `but` has one, those nearest to it in sense are among them, and sense decides. At
    most six queries, whatever the number of documents.
    """
    rated = [pair for pair in _ranked(about, kind, but) if pair[1].score >= LEAST]
    if but is not None and vectors.are_on():
        rated = _by_sense(about, kind, but, rated)
    rated = rated[: limit * 2]
    infos = describe((kind, document.subject_id) for document, _likeness in rated)
    shown = [
        Similar(infos[kind, document.subject_id], likeness, (document.id, document.stamp))
        for document, likeness in rated
        if (kind, document.subject_id) in infos and infos[kind, document.subject_id].public
    ]
    return shown[:limit]


def _by_sense(
    about: Weighed, kind: str, but: int, rated: Sequence[tuple[Document, Likeness]]
) -> list[tuple[Document, Likeness]]:
    """What is nearest in sense, with the words that are shared; as it was where the jobs have not come to it yet."""
    own = select(SearchDoc.id).where(SearchDoc.kind == kind, SearchDoc.subject_id == but)
    noted = vectors.near(db.session.execute(own).scalar_one_or_none() or 0)
    if not noted:
        return list(rated)
    documents = list(db.session.execute(_SOME_TEXTS, {"ids": list(noted)}))
    found = [
        (document, replace(likeness, score=noted[document.id], by_sense=noted[document.id]))
        for document, likeness in zip(documents, _compare(about, documents), strict=True)
    ]
    found.sort(key=lambda pair: (-pair[1].score, -pair[0].id))
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
    best = max((likeness.score for _document, likeness in rated), default=0)
    if best < LEAST // 2:
        return []
    near = [pair for pair in rated if pair[1].score >= max(LEAST // 2, best // 4)][: limit * 4]
    ids = [document.subject_id for document, _likeness in near]
    facets = {one.id: one.facets for one in registries.searchables[kind].documents(ids)}
    infos = describe((kind, one_id) for one_id in ids)
    found = []
    for document, likeness in near:
        info = infos.get((kind, document.subject_id))
        if info is None or not info.public:
            continue
        codes = facets.get(document.subject_id, {})
        fits = ["text"] if likeness.shared else []
        missing: list[str] = []
        score = TEXT * likeness.score / best
        for name, wanted, weight in (("sector", sector, SECTOR), ("region", region[:3], REGION)):
            given = {str(code)[:3] for code in codes.get(name, ()) if code}
            if not wanted or not given:
                continue
            if wanted in given:
                score += weight
                fits.append(name)
            else:
                missing.append(name)
        own = (document.id, document.stamp)
        found.append(Match(info, round(score), likeness, tuple(fits), tuple(missing), own))
    found.sort(key=lambda one: (-one.score, -one.likeness.score, one.info.id))  # the same in both languages
    return found[:limit]
