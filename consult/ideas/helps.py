"""What stands beside a draft to help: ideas that say something like it, clusters and projects that fit, and how it reads.

Software only offers: nothing here blocks sending, and what is compared is not stored. Reading is judged by the length of
sentences and the share of long words, as plain-language guides for German authorities do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consult.core.text import excerpt, plain
from consult.ideas.drafts import Content
from consult.search.analyse import words
from consult.search.similar import Match, Similar, matches, similar

LEAST_CHARACTERS = 60  # of text, before anything can be compared
LONG_SENTENCE, LONG_WORD = 20, 13
PARTNERS = ("cluster", "project")
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n")
_LINES = re.compile(r"\n+")


@dataclass(frozen=True)
class Reading:
    """How a text reads: number of words, words a sentence (rounded), the longest sentence, share of long words (0 to 1)."""

    words: int
    average: int
    longest: str
    long_words: float

    @property
    def has_long_sentences(self) -> bool:
        return self.average > LONG_SENTENCE

    @property
    def has_long_words(self) -> bool:
        return self.long_words > 0.2


@dataclass(frozen=True)
class Helps:
    """What is offered; empty lists where the text is too short or nothing is near."""

    similar: list[Similar]
    partners: list[Match]
    reading: Reading | None


def text_of(content: Content) -> str:
    """Everything that is written, title first."""
    return "\n".join([content.title, content.summary, *(one.body for one in content.given.values())]).strip()


def reading_of(text: str) -> Reading | None:
    """How a text reads; None for an empty one."""
    said = "\n".join(
        plain(line) for line in _LINES.split(text)
    )  # a heading or an item of a list is no part of a sentence
    found = words(said)
    if not found:
        return None
    sentences = [one.strip() for one in _SENTENCE.split(said) if len(words(one)) > 1] or [said]
    longest = max(sentences, key=lambda one: len(words(one)))
    average = round(sum(len(words(one)) for one in sentences) / len(sentences))
    share = sum(len(word) >= LONG_WORD for word in found) / len(found)
    return Reading(len(found), average, excerpt(longest, 300) if len(words(longest)) > LONG_SENTENCE else "", share)


def helps_for(content: Content, idea_id: int | None) -> Helps:
    """The help for a draft. At most fifteen queries, whatever there is to compare with."""
    text = text_of(content)
    if len(text) < LEAST_CHARACTERS:
        return Helps([], [], reading_of(text))
    partners: list[Match] = []
    for kind in PARTNERS:
        partners += matches(text, content.language, kind, sector=content.sector, region=content.region, limit=3)
    partners.sort(key=lambda one: (-one.score, one.info.title))
    return Helps(similar(text, content.language, "idea", but=idea_id, limit=4), partners, reading_of(text))
