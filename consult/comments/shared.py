"""The first page of a thread as everybody reads it, put together once a change and not once a reader.

It is the same for all who wrote nothing there and moderate nothing: the comments, and the HTML made of them. What belongs
to the reader (whether and as whom they may write) is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from markupsafe import Markup

from consult.comments import rules
from consult.comments.queries import Node, Thread, mode_of, thread_for
from consult.core.access import GUEST, Actor
from consult.core.fragments import for_the_same, fragment
from consult.core.i18n import current_language
from consult.core.memory import remembered, sharing
from consult.organisations import acting


def thread_page(
    kind: str, subject_id: int, actor: Actor, after: str | None, *, key: str, authors: Sequence[int], wrote: bool
) -> Thread:
    """A page of the thread for this reader. `wrote` tells whether there may be comments of theirs in it."""
    if after or not actor.signed_in or wrote or actor.may("moderation.decide") or not sharing():
        return thread_for(kind, subject_id, actor, after, key=key, authors=authors)
    place = (kind, subject_id, tuple(authors), current_language())
    common = remembered(("comments.thread", *place), lambda: _common(kind, subject_id, key, authors))
    mode = mode_of(kind, subject_id)
    thread = replace(
        common,
        mode=mode,
        may_write=mode != "closed" and rules.can_write(actor),
        organisations=acting.choices(actor) if acting.places(actor) else [],
        chosen=acting.last(actor),
    )
    thread.html = remembered(("comments.html", *place, thread.may_write), lambda: _html(thread))
    return thread


def _common(kind: str, subject_id: int, key: str, authors: Sequence[int]) -> Thread:
    return thread_for(kind, subject_id, GUEST, key=key, authors=authors)


class _Shown(NamedTuple):
    """A comment as a template shows it, with its answers: a Node that cannot change."""

    comment: Any
    stub: str
    mine: bool
    by_subject_author: bool
    may_edit: bool
    may_remove: bool
    answers: tuple[_Shown, ...]
    more: int


class _Comments(NamedTuple):
    """All that the comments of a thread show."""

    kind: str
    key: str
    may_write: bool
    nodes: tuple[_Shown, ...]


def _shown(node: Node) -> _Shown:
    return _Shown(
        node.comment, node.stub, node.mine, node.by_subject_author, node.may_edit, node.may_remove,
        tuple(_shown(answer) for answer in node.answers), node.more,
    )  # fmt: skip


def _html(thread: Thread) -> Markup:
    return for_the_same(
        _drawn, _Comments(thread.kind, thread.key, thread.may_write, tuple(_shown(node) for node in thread.nodes))
    )


def _drawn(words: _Comments) -> Markup:
    return fragment("comments/_nodes.html", thread=words)
