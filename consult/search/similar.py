"""What is like a text, and why: by rare words it shares and by runs of characters, without a model and without a network.

The score is published: half of it is the share of the text's telling words that the other one has too, weighted by how rare
they are, words that say little in any text at a quarter, parts of compounds at seven tenths; words for the same are one. The
other half is the likeness of their runs of four characters within words (cosine of weighted counts), which also sees what
endings, compounds and the other language do to a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select

from consult.core.db import db
from consult.core.i18n import current_language
from consult.core.memory import remembered, sharing
from consult.core.registry import SubjectInfo, describe
from consult.search import vectors
from consult.search.analyse import fold_umlauts, lexicon, stems, weak_stems, words
from consult.search.asking import loosely_same, one_for_same
from consult.search.candidates import ASKED, SOME_TEXTS, Document, Weighed, candidates, there_are, weigh
from consult.search.comparing import DAMPED, READ, Taken, grams_of, pool_of, taken_of
from consult.search.models import SearchDoc, is_counted

MOST_NAMED, NAMED = 40, 5  # of the most telling shared words so many are looked at and named
TELLING = 2.2  # weight from which on a shared word is named: fewer than about an eighth of the texts have it
SHORT = 4  # letters of a word that is named only where it stands as a whole in both texts
LONG, TWO = 60, 2  # telling words of a text: so many always have something in common, and one name is chance
LEAST = 20  # of 100: what is less alike is not named
ENOUGH = 30  # of 100: what is less alike does not get all points for its text, though nothing is more alike


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


def _described(kind: str, ids: list[int]) -> Mapping[tuple[str, int], SubjectInfo]:
    """The lines of these things; of a kind of which there are few those of all, so that they can be remembered."""
    _size, few = there_are(kind)
    if not (sharing() and few):
        return describe((kind, one) for one in ids)
    key = ("search.described", kind, current_language())
    return remembered(key, lambda: describe((kind, one.subject_id) for one in few))


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
        title, body, spoken = _in(about.language, self.document)
        weak = weak_stems()
        theirs = self.taken.written
        telling = [stem for stem in self.shared if about.weights[stem] > TELLING and stem not in weak][:MOST_NAMED]
        same, loosely = one_for_same(), loosely_same()
        first = {stem: stems(theirs[stem], spoken)[0] for stem in telling}
        telling = [one for one in telling if one not in loosely or self._says(one, about, same)]
        ours = {stem for stem in telling if stem in about.whole}
        given = {stem for stem in telling if same.get(first[stem], first[stem]) == stem}
        # a measuring technique and one of cooling share a part, but neither text speaks of the other's; and what has to do
        # with a border of a Land does not speak of Länder
        whole = [stem for stem in telling if stem in ours | given and (len(stem) > SHORT or stem in ours & given)]
        both = [(theirs[stem], about.written[stem]) for stem in whole or filter(self._begins_both(about), telling)]
        named = _named(both, f"{title}\n{body}", about.source, spoken)
        return Likeness(self.score, self.by_words, self.by_characters, named, self.by_sense)

    def _says(self, one: str, about: Weighed, same: Mapping[str, str]) -> bool:
        """Whether both have one of the stems that this one stands for, and not only what means nearly the same."""
        theirs = stems(self.taken.written[one], _in(about.language, self.document)[2])
        return any(same.get(stem, stem) == one and stem in theirs for stem in stems(about.written[one], about.language))

    def _begins_both(self, about: Weighed) -> Callable[[str], bool]:
        """Tells of a part of two compounds whether both begin with it: Laborzeiten and Laborwochen have to do with the same,
        Messtechnik and Lasertechnik need not."""
        pairs = ((stem, self.taken.written[stem], about.written[stem]) for stem in self.shared)
        long = (one for one in pairs if len(one[0]) > SHORT)
        begun = {stem for stem, *both in long if all(fold_umlauts(word).startswith(stem) for word in both)}
        return begun.__contains__


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


def _named(both: Sequence[tuple[str, str]], theirs: str, ours: str, language: str) -> tuple[str, ...]:
    """The words that tell a person why, of those that both texts have, each as both write it: no numbers and no short ones,
    and where German is spoken nouns only, since "could" and "need" say little, and who shares something speaks of no part.
    """
    told = {word: own for word, own in both if is_counted(word)}
    if language != "de":
        return tuple(told)[:NAMED]
    return tuple(islice((word for word, own in told.items() if _says_why(word, theirs, own, ours)), NAMED))


def _says_why(word: str, theirs: str, own: str, ours: str) -> bool:
    """Whether both texts, or the one that is known to, use a word as a noun; written the same in both, one is enough."""
    kinds = {_kind(word, theirs), _kind(own, ours)}
    return "noun" in kinds and ("other" not in kinds or word.casefold() == own.casefold())


def _kind(word: str, text: str) -> str:
    """Whether a German word is a noun: it has a capital within a sentence, or is a compound or a word of the field. Nothing
    is known of what only begins sentences.
    """
    if not word[0].isupper():
        return "other"
    return "noun" if _is_known_noun(word) or _is_within(word, text) else ""


@lru_cache(maxsize=5000)
def _is_known_noun(word: str) -> bool:
    return len(stems(word, "de")) > 1 or fold_umlauts(word) in lexicon()


def _is_within(word: str, text: str) -> bool:
    """Whether a word stands somewhere within a sentence: right behind another one, or behind its comma."""
    place = text.find(word, 1)
    while place >= 0:
        before, behind = text[max(0, place - 3) : place], text[place + len(word) : place + len(word) + 1]
        if before[-1] in " -" and not (behind.isalnum() or behind == "_"):
            last = before[-3:-2] if before[-2:-1] in (",", ";") else before[-2:-1]
            if last.isalnum():
                return True
        place = text.find(word, place + 1)
    return False


# ---- answers --------------------------------------------------------------------------------------------------------


def _ranked(about: Weighed, kind: str, but: int | None) -> list[Rated]:
    found = candidates(kind, about) if about.weights else []
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
    told = (Similar(info, one.explained(about), (one.document.id, one.document.stamp)) for info, one in shown)
    long = len(about.weights) > LONG
    kept = (one for one in told if not long or one.likeness.by_sense is not None or len(one.likeness.shared) >= TWO)
    return list(islice(kept, limit))


def _by_sense(about: Weighed, kind: str, but: int, rated: list[Rated]) -> list[Rated]:
    """What is nearest in sense, with the words that are shared; as it was where the jobs have not come to it yet."""
    own = select(SearchDoc.id).where(SearchDoc.kind == kind, SearchDoc.subject_id == but)
    noted = vectors.near(db.session.execute(own).scalar_one_or_none() or 0)
    if not noted:
        return rated
    documents = list(db.session.execute(SOME_TEXTS, {"ids": list(noted)}))
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
    to the best one, or to ENOUGH if none has as much), 15 for the same sector, 15 for the same Land.
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
        fits: list[str] = []
        missing: list[str] = []
        score = TEXT * one.score / max(best, ENOUGH)
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
        found.append((round(score), one, info, fits, missing))
    found.sort(key=lambda each: (-each[0], -each[1].score, each[2].id))  # the same in both languages
    return [_told(about, *each) for each in found[:limit]]


def _told(about: Weighed, score: int, one: Rated, info: SubjectInfo, fits: list[str], missing: list[str]) -> Match:
    """A match with its reasons, which are looked up for those that are shown only."""
    likeness = one.explained(about)
    said = ["text"] if likeness.shared else []
    return Match(info, score, likeness, (*said, *fits), tuple(missing), (one.document.id, one.document.stamp))
