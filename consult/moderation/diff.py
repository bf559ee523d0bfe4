"""Changes between two versions of a text, word by word, as `del` and `ins`: the one helper for all pages that show them.

Texts come from people, so the work is bounded: paragraphs are compared first, and only paragraphs that differ word by
word. Very long paragraphs that differ are shown as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_TOKENS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
LONGEST = 2_000  # tokens on one side of a changed block; comparing more could take seconds
MOST_PARAGRAPHS = 200


@dataclass(frozen=True)
class Change:
    """The compared text as HTML with its paragraphs, and how many words were added and removed."""

    html: Markup
    added: int
    removed: int

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed)


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _marked(tag: str, tokens: Sequence[str]) -> Markup:
    text = "".join(tokens)
    if not text.strip():
        return escape(text)
    return Markup("<del>{}</del>").format(text) if tag == "del" else Markup("<ins>{}</ins>").format(text)


def _block(old: str, new: str) -> tuple[Markup, int, int]:
    """One changed block: words that stayed, `del` and `ins`."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if len(before) > LONGEST or len(after) > LONGEST:
        return _marked("del", [old]) + _marked("ins", [new]), _words(new), _words(old)
    out, added, removed = Markup(""), 0, 0
    # the space behind a word is no part of the word
    pairs = SequenceMatcher(None, [token.strip() for token in before], [token.strip() for token in after])
    for act, i, j, k, m in pairs.get_opcodes():
        if act == "equal":
            out += escape("".join(after[k:m]))
            continue
        if j > i:
            out += _marked("del", before[i:j])
            removed += _words("".join(before[i:j]))
        if m > k:
            out += _marked("ins", after[k:m])
            added += _words("".join(after[k:m]))
    return out, added, removed


def _paragraphs(text: str) -> list[str]:
    parts = re.split(r"\n\s*\n", text.strip()) if text.strip() else []
    return parts if len(parts) <= MOST_PARAGRAPHS else [text.strip()]


def word_diff(old: str, new: str) -> Change:
    """Both texts as one, in paragraphs. Nothing of either text becomes markup."""
    before, after = _paragraphs(old), _paragraphs(new)
    rows: list[Markup] = []
    added = removed = 0
    for act, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            rows += [escape(paragraph) for paragraph in before[i:j]]
            continue
        for number in range(max(j - i, m - k)):
            left = before[i + number] if i + number < j else ""
            right = after[k + number] if k + number < m else ""
            row, more, less = _block(left, right)
            rows.append(row)
            added, removed = added + more, removed + less
    html = Markup("").join(Markup("<p>{}</p>").format(row) for row in rows)
    return Change(html, added, removed)
