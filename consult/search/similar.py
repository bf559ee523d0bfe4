"""What is like a text, and why: by rare words it shares and by runs of characters, without a model and without a network.

The score is published: half of it is the share of the text's telling words that the other one has too, weighted by how rare
they are; the other half is the likeness of their runs of four characters within words (cosine of weighted counts), which
also sees what endings, compounds and the other language do to a word. Candidates are the documents that share a rare word,
at most POOL of them, and all documents of a kind while there are few: so it costs the same with 100,000 ideas as with 100.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from zlib import crc32

from sqlalchemy import func, select, text

from consult.core.db import db
from consult.core.registry import SubjectInfo, describe, registries
from consult.search import vectors
from consult.search.analyse import fold_umlauts, stems, words
from consult.search.engines import TAG
from consult.search.models import SearchDoc, SearchWord, tag_of

POOL = 40  # candidates that are compared
LOOKED_AT = 6000  # documents that are looked at for candidates, those with the rarest words first
FEW = 150  # so many documents of a kind are all compared
ASKED = 20  # rare words by which candidates are found
READ = 3000  # characters of a document that are compared
TELLING = 1.2  # weight from which on a shared word is named
LEAST = 18  # of 100: what is less alike is not named

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


@dataclass(frozen=True)
class Match:
    """A cluster or project that fits, with what speaks for it and what is missing: codes of the parts of the formula."""

    info: SubjectInfo
    score: int
    likeness: Likeness
    fits: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())


# ---- two texts ------------------------------------------------------------------------------------------------------


def _meaningful(source: str, language: str) -> dict[str, str]:
    """Stem -> the word as it was first written, of all words that mean something."""
    found: dict[str, str] = {}
    for word in words(source[:READ]):
        for stem in stems(word, language):
            if len(stem) > 2:
                found.setdefault(stem, word)
    return found


@lru_cache(maxsize=20_000)
def _runs(word: str) -> tuple[int, ...]:
    """The runs of four characters of a word, as numbers."""
    padded = f" {fold_umlauts(word)} "
    return tuple(crc32(padded[place : place + 4].encode()) for place in range(len(padded) - 3))


def _grams(source: str, language: str) -> Counter[int]:
    """How often each run of four characters occurs within the meaningful words, as numbers."""
    found: Counter[int] = Counter()
    for word in words(source[:READ]):
        if stems(word, language):
            found.update(_runs(word))
    return found


@lru_cache(maxsize=2000)
def _packed(source: str, language: str) -> tuple[array[int], array[float]]:
    """The runs of a document and their weights, small enough to keep many."""
    grams = _grams(source, language)
    return array("I", grams), array("f", map(_damped, grams.values()))


@lru_cache(maxsize=500)
def _damped(count: int) -> float:
    return 1 + math.log(count)


def _cosine(mine: Mapping[int, float], packed: tuple[array[int], array[float]], rarity: Mapping[int, float]) -> float:
    """Cosine of two texts over their runs, each weighted by how rare it is among the candidates."""
    product = norm = 0.0
    for gram, count in zip(*packed, strict=True):
        weight = count * rarity.get(gram, 1.0)
        norm += weight * weight
        if gram in mine:
            product += weight * mine[gram] * rarity.get(gram, 1.0)
    own = sum((weight * rarity.get(gram, 1.0)) ** 2 for gram, weight in mine.items())
    return product / math.sqrt(norm * own) if norm and own else 0.0


def _rarity(pool: Sequence[tuple[array[int], array[float]]]) -> dict[int, float]:
    """How telling each run is: the fewer candidates have it, the more."""
    seen: Counter[int] = Counter()
    for grams, _weights in pool:
        seen.update(grams)
    size = len(pool) + 1
    return {gram: math.log((size + 1) / (count + 1)) + 0.2 for gram, count in seen.items()}


# ---- candidates -----------------------------------------------------------------------------------------------------


def _weights(meaning: Mapping[str, str]) -> tuple[dict[str, float], dict[str, int]]:
    """How telling each stem is, by the number of documents that have the word, and those numbers. Two queries."""
    written = {stem: word.casefold() for stem, word in meaning.items()}
    known = select(SearchWord.word, SearchWord.count).where(SearchWord.word.in_(sorted(set(written.values()))))
    counts: dict[str, int] = {row[0]: row[1] for row in db.session.execute(known)}
    # how many documents there are would have to be counted; the most frequent word stands in about half of them
    total = 2 * (db.session.execute(select(func.max(SearchWord.count))).scalar_one() or 0) + 1
    weights = {stem: math.log(1 + total / (1 + counts.get(word, 0))) for stem, word in written.items()}
    return weights, {stem: counts.get(word, 0) for stem, word in written.items()}


def _candidates(kind: str, weights: Mapping[str, float], counts: Mapping[str, int]) -> list[SearchDoc]:
    """Documents of a kind that share rare words, the likeliest first; all of them while there are few."""
    few = select(SearchDoc.id).where(SearchDoc.kind == kind).limit(FEW + 1)
    known = list(db.session.execute(few).scalars())
    chosen = select(SearchDoc).order_by(SearchDoc.id.desc())
    if len(known) <= FEW:
        return list(db.session.execute(chosen.where(SearchDoc.kind == kind)).scalars())
    asked, left = [], LOOKED_AT
    for stem in sorted(weights, key=lambda one: (-weights[one], one))[:ASKED]:
        if left > 0:
            asked.append((stem, weights[stem], left))
            left -= counts[stem]
    found = _sharing(kind, asked) if asked else []
    return list(db.session.execute(chosen.where(SearchDoc.id.in_(found))).scalars()) if found else []


def _sharing(kind: str, asked: Sequence[tuple[str, float, int]]) -> list[int]:
    """Numbers of the POOL documents of a kind that share the most telling of some stems.

    `asked` are stems with their weight and how many documents of each are looked at, the newest ones.
    """
    sqlite = db.session.get_bind().dialect.name == "sqlite"
    condition = "search_index match :{name}" if sqlite else "vector @@ to_tsquery('simple', :{name})"
    tag = tag_of("kind", kind)
    form = f'"{TAG}{{tag}}" AND "{{stem}}"' if sqlite else "'{tag}':D & '{stem}':AB"
    parts: list[str] = []
    bound: dict[str, str] = {}
    for number, (stem, weight, most) in enumerate(asked):
        name = f"stem_{number}"
        bound[name] = form.format(tag=tag, stem=stem)
        parts.append(
            f"select * from (select rowid as id, {round(weight * 1000)} as weight from search_index "  # noqa: S608 - numbers
            f"where {condition.format(name=name)} order by rowid desc limit {int(most)}) as one_{number}"
        )
    ranked = f"select id from ({' union all '.join(parts)}) as found group by id order by sum(weight) desc, id desc"  # noqa: S608
    return list(db.session.execute(text(f"{ranked} limit {POOL}").bindparams(**bound)).scalars())


def _in(language: str, document: SearchDoc) -> tuple[str, str, str]:
    """(title, body, language) of a document: in English where that is asked for and kept."""
    if language == "en" and document.body_en:
        return document.title_en, document.body_en, "en"
    return document.title, document.body, document.language


def _compare(
    source: str, language: str, documents: Sequence[SearchDoc], weights: Mapping[str, float]
) -> list[Likeness]:
    """How alike each document is."""
    mine = {gram: _damped(count) for gram, count in _grams(source, language).items()}
    texts = [_in(language, one) for one in documents]
    packed = [_packed(f"{title}\n{title}\n{body}"[:READ], theirs) for title, body, theirs in texts]
    rarity = _rarity(packed)
    telling = sorted(weights.values(), reverse=True)[:ASKED]
    whole = sum(telling) or 1.0
    found = []
    for (title, body, spoken), grams in zip(texts, packed, strict=True):
        theirs = _meaningful(f"{title}\n{body}", spoken)
        shared = sorted((stem for stem in weights if stem in theirs), key=lambda stem: (-weights[stem], stem))
        by_words = min(1.0, sum(weights[stem] for stem in shared[:ASKED]) / whole)
        by_characters = _cosine(mine, grams, rarity)
        score = round(50 * by_words + 50 * by_characters)
        named = tuple(dict.fromkeys(theirs[stem] for stem in shared if weights[stem] > TELLING))[:5]
        found.append(Likeness(score, round(50 * by_words), round(50 * by_characters), named))
    return found


# ---- answers --------------------------------------------------------------------------------------------------------


def _ranked(source: str, language: str, kind: str, but: int | None) -> list[tuple[SearchDoc, Likeness]]:
    meaning = _meaningful(source, language)
    weights, counts = _weights(meaning) if meaning else ({}, {})
    documents = [one for one in _candidates(kind, weights, counts) if one.subject_id != but] if weights else []
    rated = list(zip(documents, _compare(source, language, documents, weights), strict=True))
    rated.sort(key=lambda pair: (-pair[1].score, -pair[0].id))
    return rated


def similar(source: str, language: str, kind: str, *, but: int | None = None, limit: int = 5) -> list[Similar]:
    """The public subjects of a kind whose texts are most like this one, best first; `but` is left out.

    Where sentence vectors are on and `but` has one, those nearest to it in sense are among them, and sense decides. At
    most seven queries, whatever the number of documents.
    """
    rated = [pair for pair in _ranked(source, language, kind, but) if pair[1].score >= LEAST]
    if but is not None and vectors.are_on():
        rated = _by_sense(source, language, kind, but, rated)
    rated = rated[: limit * 2]
    infos = describe((kind, document.subject_id) for document, _likeness in rated)
    shown = [
        Similar(infos[kind, document.subject_id], likeness)
        for document, likeness in rated
        if (kind, document.subject_id) in infos and infos[kind, document.subject_id].public
    ]
    return shown[:limit]


def _by_sense(
    source: str, language: str, kind: str, but: int, rated: Sequence[tuple[SearchDoc, Likeness]]
) -> list[tuple[SearchDoc, Likeness]]:
    """What is nearest in sense, with the words that are shared; as it was where the jobs have not come to it yet."""
    own = select(SearchDoc.id).where(SearchDoc.kind == kind, SearchDoc.subject_id == but)
    noted = vectors.near(db.session.execute(own).scalar_one_or_none() or 0)
    if not noted:
        return list(rated)
    documents = list(db.session.execute(select(SearchDoc).where(SearchDoc.id.in_(noted))).scalars())
    weights, _counts = _weights(_meaningful(source, language))
    found = [
        (document, replace(likeness, score=noted[document.id], by_sense=noted[document.id]))
        for document, likeness in zip(documents, _compare(source, language, documents, weights), strict=True)
    ]
    found.sort(key=lambda pair: (-pair[1].score, -pair[0].id))
    return found


def matches(
    source: str, language: str, kind: str, *, sector: str = "", region: str = "", limit: int = 5
) -> list[Match]:
    """The clusters or projects that fit a text, best first, by the published sum: 70 for the likeness of the texts (relative
    to the best one), 15 for the same sector, 15 for the same Land.
    """
    rated = _ranked(source, language, kind, None)
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
        found.append(Match(info, round(score), likeness, tuple(fits), tuple(missing)))
    found.sort(key=lambda one: (-one.score, one.info.title, one.info.id))
    return found[:limit]
