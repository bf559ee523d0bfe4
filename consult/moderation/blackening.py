"""Passages taken out of a text: found in the words in which people copy them, replaced by a mark that everybody sees.

The source is changed, never the HTML made of it, so that page, feed, export and mail cannot differ. A passage is given as
it is read, so Markdown between its words is no obstacle. Every place where it stands is taken out, also inside of longer
words: too much blacked out can be mended, too little cannot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consult.core.i18n import _, in_language
from consult.core.text import plain
from consult.moderation.catalogue import reason_title

# What Markdown may put between two words: white space, emphasis, ends of a link, quote, list and heading marks.
_MARKUP = r"[*_`~>#\\\[]|\]\([^()\s]*\)"
_BETWEEN = rf"(?:\s|{_MARKUP}|\d+[.)]\s|[-+]\s)+"
_WITHIN = rf"(?:{_MARKUP})*"
_TOKENS = re.compile(r"\w+|[^\w\s]|\s+")


@dataclass(frozen=True)
class Cut:
    """A passage to take out, and what stands there instead."""

    passage: str
    mark: str


def mark_of(reason: str, language: str) -> str:
    """What stands in place of a passage, in the language of the text. No sign in it means anything to Markdown."""
    with in_language(language):
        title = reason_title(reason, language)
        return _("█ blacked out: %(reason)s █", reason=title) if title else _("█ blacked out █")


def _pattern(passage: str) -> re.Pattern[str]:
    parts = []
    for token in _TOKENS.findall(passage.strip()):
        parts.append(_BETWEEN if token.isspace() else re.escape(token))
    found = ""
    for part in parts:
        glue = _WITHIN if found and part is not _BETWEEN and not found.endswith(_BETWEEN) else ""
        found += glue + part
    return re.compile(found)


def places(source: str, passage: str) -> list[tuple[int, int]]:
    """Where a passage stands in a source: beginnings and ends, in order."""
    if not passage.strip():
        return []
    return [match.span() for match in _pattern(passage).finditer(source)]


def stands_in(source: str, passage: str) -> bool:
    """Whether the passage can be taken out of the source so that nobody reads it there any more."""
    return bool(places(source, passage)) and is_gone(cut_out(source, [Cut(passage, "█")]), passage)


def is_gone(text: str, passage: str) -> bool:
    """Whether a passage can be read neither in the source nor in what is made of it."""
    wanted = " ".join(passage.split())
    return wanted not in " ".join(text.split()) and wanted not in plain(text)


def cut_out(source: str, cuts: Sequence[Cut]) -> str:
    """The source without these passages. Where they overlap, one mark stands for all: that of the one that begins first."""
    spans = sorted(
        (start, -end, number) for number, cut in enumerate(cuts) for start, end in places(source, cut.passage)
    )
    kept: list[tuple[int, int, int]] = []
    for start, minus_end, number in spans:
        end = -minus_end
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end), kept[-1][2])
        else:
            kept.append((start, end, number))
    for start, end, number in reversed(kept):
        source = source[:start] + cuts[number].mark + source[end:]
    return source
