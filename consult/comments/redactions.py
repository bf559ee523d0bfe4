"""Passages that moderation has taken out of a comment: readers see where and why, the version keeps what was written."""

from __future__ import annotations

from typing import Any

from consult.comments.models import Comment, CommentVersion
from consult.core.db import db
from consult.core.errors import Invalid
from consult.core.i18n import _
from consult.core.registry import Verdict
from consult.core.text import render_markdown
from consult.moderation.blackening import Cut, cut_out, mark_of, stands_in


def written_text(comment: Comment) -> str:
    """The present text as its author wrote it."""
    if not comment.redactions or comment.version_id is None:
        return comment.body
    return db.session.get_one(CommentVersion, comment.version_id).body


def shown_text(comment: Comment, written: str) -> str:
    """A text of the comment as everybody reads it."""
    cuts = [
        Cut(passage, mark_of(str(one["reason"]), comment.language))
        for one in comment.redactions
        for passage in one["passages"]
    ]
    return cut_out(written, cuts) if cuts else written


def redact(comment: Comment, verdict: Verdict, before: str) -> None:
    """Take the passages of a decision out; `before` is the state to which an undoing leads. Invalid at `passage`."""
    written = written_text(comment)
    passages = [text for text, _remark in verdict.passages]
    if not passages or not all(stands_in(written, passage) for passage in passages):
        raise Invalid({"passage": _("Please copy the passage from the text, exactly as it stands there.")})
    entry: dict[str, Any] = {
        "decision": verdict.decision_id, "reason": verdict.reason, "passages": passages, "before": before,
    }  # fmt: skip
    _show(comment, written, [*comment.redactions, entry])


def lift(comment: Comment, decision_id: int | None) -> str:
    """Put the passages of a decision back, of all decisions with None; returns the state before it."""
    written = written_text(comment)
    lifted = [one for one in comment.redactions if decision_id in (None, one["decision"])]
    _show(comment, written, [one for one in comment.redactions if one not in lifted])
    return str(lifted[-1]["before"]) if lifted else ""


def forget(comment: Comment) -> None:
    """A new text stands there: what was taken out of the old one is no longer of interest."""
    comment.redactions = []


def _show(comment: Comment, written: str, entries: list[dict[str, Any]]) -> None:
    comment.redactions = entries
    comment.body = shown_text(comment, written)
    comment.html = render_markdown(comment.body)
