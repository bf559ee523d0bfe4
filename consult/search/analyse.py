"""The analyser: German as Germans write it, and English, as tokens that any full-text engine can match.

Text -> words -> stop words out -> compounds split -> Snowball stem -> folded (ä as a, ß as ss). Umlauts and their spelling
as ae, oe, ue meet in one token, and so do Start-up and Startup. The engines (FTS5, tsvector 'simple') only compare tokens,
so both databases find the same. After a change here raise ANALYSER_VERSION and run `consult reindex`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import Stemmer

ANALYSER_VERSION = 4
EXACT = "xq"  # prefix of tokens that stand for the unstemmed word, so that exact hits rank first

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_JOINED = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+")  # words with hyphens between them
_UNIT = re.compile(rf"{_JOINED.pattern}|{_WORD.pattern}")
_STOP = frozenset(
    [
        "aber",
        "alle",
        "allem",
        "allen",
        "aller",
        "alles",
        "als",
        "also",
        "am",
        "an",
        "andere",
        "anderen",
        "auch",
        "auf",
        "aus",
        "bei",
        "beim",
        "bin",
        "bis",
        "bist",
        "da",
        "damit",
        "dann",
        "das",
        "dass",
        "dein",
        "dem",
        "den",
        "denn",
        "der",
        "des",
        "dessen",
        "die",
        "dies",
        "diese",
        "diesem",
        "diesen",
        "dieser",
        "dieses",
        "doch",
        "dort",
        "du",
        "durch",
        "ein",
        "eine",
        "einem",
        "einen",
        "einer",
        "eines",
        "er",
        "es",
        "etwas",
        "euch",
        "euer",
        "für",
        "gegen",
        "haben",
        "hat",
        "hatte",
        "hier",
        "ich",
        "ihm",
        "ihn",
        "ihnen",
        "ihr",
        "ihre",
        "ihrem",
        "ihren",
        "ihrer",
        "im",
        "in",
        "ins",
        "ist",
        "ja",
        "jede",
        "jedem",
        "jeden",
        "jeder",
        "jedes",
        "kann",
        "kein",
        "keine",
        "können",
        "man",
        "mein",
        "mit",
        "muss",
        "nach",
        "nicht",
        "noch",
        "nun",
        "nur",
        "ob",
        "oder",
        "ohne",
        "sehr",
        "sein",
        "seine",
        "seinem",
        "seinen",
        "seiner",
        "sich",
        "sie",
        "sind",
        "so",
        "soll",
        "über",
        "um",
        "und",
        "uns",
        "unser",
        "unsere",
        "unter",
        "vom",
        "von",
        "vor",
        "war",
        "waren",
        "was",
        "weil",
        "wenn",
        "wer",
        "werden",
        "wie",
        "wieder",
        "will",
        "wir",
        "wird",
        "wo",
        "wurde",
        "zu",
        "zum",
        "zur",
        "zwischen",
        "a",
        "about",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "into",
        "is",
        "it",
        "its",
        "may",
        "more",
        "most",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "should",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


# plurals that share no stem with their word, alone and at the end of compounds
_SINGULAR = {
    "algorithmen": "algorithmus", "firmen": "firma", "foren": "forum", "gremien": "gremium", "konsortien": "konsortium",
    "konten": "konto", "kriterien": "kriterium", "laboratorien": "laboratorium", "materialien": "material",
    "mechanismen": "mechanismus", "medien": "medium", "ministerien": "ministerium", "museen": "museum",
    "organismen": "organismus", "praktika": "praktikum", "prinzipien": "prinzip", "risiken": "risiko",
    "stipendien": "stipendium", "szenarien": "szenario", "themen": "thema", "zentren": "zentrum",
}  # fmt: skip
_PLURALS = tuple(_SINGULAR)
_ABBREVIATION = re.compile(r"[A-ZÄÖÜ]{2,3}")  # IT, AM, US: as small letters they are stop words


def fold(word: str) -> str:
    """Lower case letters and digits only, umlauts as their base letter, ß as ss, no accents, at most 60 characters."""
    lowered = word.casefold().replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", lowered).casefold() if c.isalnum())[:60]


def fold_umlauts(word: str) -> str:
    """Like `fold`, with ae, oe, ue read as umlauts where they can be (not in 'neue', 'aktuell', 'Feuer')."""
    text = word.casefold().replace("ß", "ss")
    text = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    text = re.sub(r"(?<![aeq])ue(?!n\b|$|ll)", "u", text)
    text = text.replace("ae", "a").replace("oe", "o")
    return fold(text)


def exact_token(word: str) -> str:
    """The token of the word as written; umlauts spelled out, so that 'Förderung' differs from 'Forderung'."""
    spelled = word.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return EXACT + fold(spelled)


@lru_cache(maxsize=1)
def lexicon() -> frozenset[str]:
    """The words from which compounds are built in this field, folded. Written for this project."""
    lines = (Path(__file__).parent / "words_de.txt").read_text(encoding="utf-8").split()
    return frozenset(fold_umlauts(word) for word in lines)


@lru_cache(maxsize=1)
def weak_stems() -> frozenset[str]:
    """The stems of words that say little in any text. Written for this project."""
    lines = (Path(__file__).parent / "weak_words.txt").read_text(encoding="utf-8").splitlines()
    said = [word for line in lines if not line.startswith("#") for word in words(line)]
    return frozenset(stem for word in said for language in ("de", "en") for stem in stems(word, language)[:1])


SHORTEST_COMPOUND = 6  # Biogas, Landrat
SHORTEST_TAIL, SHORTEST_HEAD = 6, 4  # letters of a known word at the end of a compound, and of what stands before it
_JOINTS = ("", "s", "es", "n", "en", "e", "er")


def split_compound(word: str) -> tuple[str, ...]:
    """The parts of a folded German compound that the lexicon knows: 'forschungsprojekt' gives forschung and projekt."""
    known = lexicon()
    if len(word) < SHORTEST_COMPOUND:
        return ()
    for cut in range(3, len(word) - 2):
        tail = word[cut:]
        if tail not in known and not (tail.endswith(("en", "e", "n", "s")) and _base(tail) in known):
            continue
        head = word[:cut]
        for joint in _JOINTS:
            stem = head[: len(head) - len(joint)] if joint else head
            if head.endswith(joint) and stem in known:
                return (stem, tail)
            inner = split_compound(stem) if head.endswith(joint) else ()
            if inner:
                return (*inner, tail)
    return ()


def _tail(word: str) -> tuple[str, ...]:
    """The known words at the end of a compound whose beginning nobody knows: 'vibrationsprufstand' gives prufstand, pruf and
    stand. Empty where there is none.
    """
    for cut in range(SHORTEST_HEAD, len(word) - SHORTEST_TAIL + 2):
        tail = word[cut:]
        if len(tail) < SHORTEST_TAIL and not fair(tail):
            continue
        if tail in lexicon() or _base(tail) != tail:
            return (tail,)
        if parts := split_compound(tail):
            return (tail, *parts)
    return ()


def _within(word: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a compound, and the words that some of three or more make together: prufstand in prufstandstunden."""
    if len(parts) < 3:
        return parts
    places, place = [], 0
    for part in parts:
        begin = word.index(part, place)
        place = begin + len(part)
        places.append((begin, place))
    pairs = ((first, last) for first in range(len(parts)) for last in range(first + 1, len(parts)))
    longer = (word[places[first][0] : places[last][1]] for first, last in pairs if last - first < len(parts) - 1)
    return (*parts, *longer)


def _base(word: str) -> str:
    for ending in ("en", "e", "n", "s"):
        if word.endswith(ending) and word[: -len(ending)] in lexicon():
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english" if language == "en" else "german", 20_000)


def is_stop_word(word: str) -> bool:
    """Whether a word stands in every text, as it is written."""
    return word in _STOP


def words(text: str) -> list[str]:
    """The words of a text in order, as written."""
    return _WORD.findall(text)


def units(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end; what is written with hyphens is one."""
    return (found.span() for found in _UNIT.finditer(text))


def joined(text: str) -> list[str]:
    """The words of a text that are written with hyphens, in one: Startups for Start-ups."""
    return ["".join(words(one)) for one in _JOINED.findall(text)]


@lru_cache(maxsize=50_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """The tokens of one word: its stem and, in German, those of its parts. Empty for a stop word."""
    lowered = word.casefold().replace("’", "'")
    if lowered in _STOP and not _ABBREVIATION.fullmatch(word) or (len(lowered) < 2 and not lowered.isdigit()):
        return ()
    stemmer = _stemmer(language)
    if language == "en":
        token = fold(stemmer.stemWord(lowered))
        return (token,) if token else ()
    lowered = singular(lowered)
    folded = fold_umlauts(lowered)
    found = [
        fair(word) or fold_umlauts(stemmer.stemWord(lowered)),
        *(
            fair(part) or fold(stemmer.stemWord(part))
            for part in _within(folded, split_compound(folded)) or _tail(folded)
        ),
    ]
    return tuple(dict.fromkeys(token for token in found if token))


def singular(lowered: str) -> str:
    """The word itself, or of one of the plurals that have no stem in common with theirs the singular."""
    if not lowered.endswith(_PLURALS):
        return lowered
    plural = next(one for one in _PLURALS if lowered.endswith(one))
    return lowered.removesuffix(plural) + _SINGULAR[plural]


def fair(word: str) -> str:
    """The token of Messe, Messen, which the stemmer takes for what is measured: messen, Messtechnik."""
    return "messe" if word.casefold() == "messe" or word in ("Messen", "MESSEN") else ""


def tokens(text: str, language: str, known: dict[str, str] | None = None) -> str:
    """The tokens of a text as one string, exact forms among them: what the index stores.

    `known` keeps what was found out of words of this language, for who has many texts.
    """
    seen = {} if known is None else known
    out: list[str] = []
    for word in words(text):
        stored = seen.get(word)
        if stored is None:
            found = stems(word, language)
            stored = seen[word] = " ".join((*found, exact_token(word))) if found else ""
        if stored:
            out.append(stored)
    for word in joined(text):
        found = stems(word, language)
        if found:
            out.append(f"{found[0]} {exact_token(word)}")
    return " ".join(out)
