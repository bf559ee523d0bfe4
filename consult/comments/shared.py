"""The first page of a thread as everybody reads it, put together once a change and not once a reader.

It is the same for all who wrote nothing there and moderate nothing: the comments, and the HTML made of them. What belongs
to the reader (whether and as whom they may write) is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template
from markupsafe import Markup

from consult.comments import rules
from consult.comments.queries import Thread, mode_of, thread_for
from consult.core.access import GUEST, Actor
from consult.core.i18n import current_language
from consult.core.memory import detached, remembered, sharing
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
    thread = thread_for(kind, subject_id, GUEST, key=key, authors=authors)
    detached({answer.comment for node in thread.nodes for answer in (node, *node.answers)})
    return thread


def _html(thread: Thread) -> Markup:
    return Markup(render_template("comments/_nodes.html", thread=thread))  # noqa: S704 - a template's own output
