"""What stands beside a draft to help: ideas that say something like it, clusters and projects that fit, and how it reads.
The same is offered beside a public idea.

Software only offers: nothing here blocks sending, and what is compared is not stored. Reading is judged by the length of
sentences and the share of long words, as plain-language guides for German authorities do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter

from consult.core.text import excerpt, plain
from consult.ideas.drafts import Content
from consult.ideas.models import Idea
from consult.search.analyse import words
from consult.search.candidates import Weighed, weigh
from consult.search.notes import PARTNERS, near_or_text
from consult.search.similar import ENOUGH, LEAST, REGION, SECTOR, TEXT, Match, Similar, alike, fitting

LEAST_CHARACTERS = 60  # of text, before anything can be compared
LONG_SENTENCE, LONG_WORD = 20, 13
FORMULA = {
    "text": TEXT,
    "sector": SECTOR,
    "region": REGION,
    "least": LEAST,
    "enough": ENOUGH,
}  # the published weights, of 100
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


def answers_in(content: Content) -> str:
    """What is judged for how it reads: the answers. A title is no sentence."""
    return "\n".join(one.body for one in content.given.values())


def reading_of(text: str) -> Reading | None:
    """How a text reads; None for an empty one."""
    said = "\n".join(
        plain(line) for line in _LINES.split(text)
    )  # a heading or an item of a list is no part of a sentence
    found = words(said)
    if not found:
        return None
    counted = [(len(words(one)), one) for one in _SENTENCE.split(said)]
    sentences = [(number, one.strip()) for number, one in counted if number > 1] or [(len(found), said)]
    most, longest = max(sentences, key=itemgetter(0))
    average = round(sum(number for number, _one in sentences) / len(sentences))
    share = sum(len(word) >= LONG_WORD for word in found) / len(found)
    return Reading(len(found), average, excerpt(longest, 300) if most > LONG_SENTENCE else "", share)


def _partners(about: Weighed, sector: str, region: str, most: int) -> list[Match]:
    """Clusters and projects that fit a text, at most so many of each, best first."""
    found: list[Match] = []
    for kind in PARTNERS:
        found += fitting(about, kind, sector=sector, region=region, limit=most)
    return sorted(found, key=lambda one: (-one.score, one.info.title))


def near_to(idea: Idea) -> Helps:
    """What is like a public idea and what fits it, by what everyone may read of it: as it is noted, with five queries;
    compared where it is not, with at most eight.
    """
    noted, document = near_or_text(idea.id)
    if noted:
        return Helps(noted.similar, noted.partners, None)
    if document is None:  # just published: its place in the index comes with the next job
        return Helps([], [], None)
    about = weigh(f"{document.title}\n{document.body}", document.language)
    partners = _partners(about, idea.sector, idea.region, 5)
    return Helps(alike(about, "idea", but=idea.id, limit=10), partners, None)


def similar_to(idea: Idea) -> list[Similar]:
    """What is like a public idea, the most alike first: as it is noted, or compared; three queries, or at most five."""
    noted, document = near_or_text(idea.id, ("idea",))
    if noted:
        return noted.similar
    if document is None:
        return []
    about = weigh(f"{document.title}\n{document.body}", document.language)
    return alike(about, "idea", but=idea.id, limit=10)


def helps_for(content: Content, idea_id: int | None) -> Helps:
    """The help for a draft. At most seven queries, whatever there is to compare with."""
    text = text_of(content)
    reading = reading_of(answers_in(content))
    if len(text) < LEAST_CHARACTERS:
        return Helps([], [], reading)
    about = weigh(text, content.language)
    partners = _partners(about, content.sector, content.region, 3)
    return Helps(alike(about, "idea", but=idea_id, limit=4), partners, reading)
