"""The first page of a thread as everybody reads it, put together once a change and not once a reader.

It is the same for all who wrote nothing there and moderate nothing: the comments, and the HTML made of them, which is kept
under the rows themselves. What belongs to the reader (whether and as whom they may write) is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from consult.comments.drawing import comments
from consult.comments.queries import Thread, nodes_of, thread_for, thread_of, thread_rows
from consult.core.access import GUEST, Actor
from consult.core.fragments import for_the_same
from consult.core.i18n import current_language
from consult.core.memory import remembered, sharing


def thread_page(
    kind: str, subject_id: int, actor: Actor, after: str | None, *, key: str, authors: Sequence[int], wrote: bool
) -> Thread:
    """A page of the thread for this reader. `wrote` tells whether there may be comments of theirs in it."""
    if after or not actor.signed_in or wrote or actor.may("moderation.decide") or not sharing():
        return thread_for(kind, subject_id, actor, after, key=key, authors=authors)
    rows = remembered(("comments.thread", kind, subject_id), lambda: thread_rows(kind, subject_id, GUEST))
    thread = thread_of(kind, subject_id, actor, rows, key)

    def draw() -> Markup:
        return for_the_same(
            _drawn, _Comments(kind, key, thread.may_write, tuple(authors), tuple(rows.page.items), tuple(rows.answers))
        )

    known = ("comments.html", kind, subject_id, tuple(authors), current_language(), thread.may_write)
    thread.html = remembered(known, draw) if rows.page.items else Markup("")
    return thread


class _Comments(NamedTuple):
    """All that the comments of a thread show: rows of them and of their answers, and whose are marked as the author's."""

    kind: str
    key: str
    may_write: bool
    authors: tuple[int, ...]
    comments: tuple[Any, ...]
    answers: tuple[Any, ...]


def _drawn(words: _Comments) -> Markup:
    nodes = nodes_of(GUEST, words.comments, words.answers, words.authors)
    return comments(nodes, words.kind, words.key, words.may_write)
