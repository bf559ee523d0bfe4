"""The analyser: German as Germans write it, and English, as tokens that any full-text engine can match.

Text -> words -> stop words out -> compounds split -> Snowball stem -> folded (ä as a, ß as ss). Umlauts and their spelling
as ae, oe, ue meet in one token. The engines (FTS5, tsvector 'simple') only compare tokens, so both databases find the
same. After a change here raise ANALYSER_VERSION and run `consult reindex`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import Stemmer

ANALYSER_VERSION = 3
MOST_WORDS = 12  # of a query
EXACT = "xq"  # prefix of tokens that stand for the unstemmed word, so that exact hits rank first

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
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


SHORTEST_COMPOUND = 6  # Biogas, Landrat
SHORTEST_PART = 5  # letters of each part of a compound that is sought by its parts
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


def _base(word: str) -> str:
    for ending in ("en", "e", "n", "s"):
        if word.endswith(ending) and word[: -len(ending)] in lexicon():
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english" if language == "en" else "german", 20_000)


def words(text: str) -> list[str]:
    """The words of a text in order, as written."""
    return _WORD.findall(text)


def places(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """Where the words of a stretch of a text begin and end."""
    return [found.span() for found in _WORD.finditer(text, first, last)]


@lru_cache(maxsize=50_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """The tokens of one word: its stem and, in German, those of its parts. Empty for a stop word."""
    lowered = word.casefold().replace("’", "'")
    if lowered in _STOP or (len(lowered) < 2 and not lowered.isdigit()):
        return ()
    stemmer = _stemmer(language)
    if language == "en":
        token = fold(stemmer.stemWord(lowered))
        return (token,) if token else ()
    folded = fold_umlauts(lowered)
    found = [
        fold_umlauts(stemmer.stemWord(lowered)),
        *(fold(stemmer.stemWord(part)) for part in split_compound(folded)),
    ]
    return tuple(dict.fromkeys(token for token in found if token))


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
    return " ".join(out)


@dataclass(frozen=True)
class Group:
    """What one word of a query may match: one of `stems` (German and English, and words that begin so), its `exact`
    token, all of `parts`, or one of `ends`: compounds that end with it. `open`: whatever begins like a stem. `spelled`:
    the exact token may stand where none of the stems does, as where Oefen is written for Öfen; else nobody looks for it.
    `rare`: so few documents have it that all of them can be put in order.
    """

    stems: tuple[str, ...]
    exact: str
    parts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    open: bool = False
    spelled: bool = True
    rare: bool = False


def _falls_apart(word: str) -> bool:
    """Whether a compound of a query is also meant where its parts stand apart: not where one is as short as Mess or Rat."""
    parts = split_compound(fold_umlauts(word.casefold()))
    return len(parts) > 1 and min(map(len, parts)) >= SHORTEST_PART


def query_groups(query: str) -> list[Group]:
    """A group for each meaningful word of a query."""
    groups = []
    for word in words(query)[:MOST_WORDS]:
        german = stems(word, "de")
        alternatives = tuple(dict.fromkeys((*german[:1], *stems(word, "en"))))
        if alternatives:
            groups.append(Group(alternatives, exact_token(word), german[1:] if _falls_apart(word) else ()))
    return groups
