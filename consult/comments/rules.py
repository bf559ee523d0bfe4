"""Who may do what with a comment, and its states: the policy of this room on one page."""

from __future__ import annotations

from datetime import datetime, timedelta

from consult.comments.models import Comment
from consult.core.access import Actor
from consult.core.states import Machine, Transition

EDIT_UNSEEN = timedelta(minutes=15)  # within it an edit is not marked
TRUSTED_AFTER = 3  # accepted texts after which "trust" publishes at once
MODES = ("pre", "post", "trust", "closed")
VISIBLE = "published"
STUBS = ("removed", "hidden", "pending")  # what leaves a stub where it was answered

COMMENT = Machine(
    "comment",
    "pending",
    [
        Transition("pending", "publish", "published", "moderator, not involved"),
        Transition("pending", "reject", "hidden", "moderator, not involved"),
        Transition("published", "hide", "hidden", "moderator, not involved"),
        Transition("hidden", "restore", "published", "moderator, not involved"),
        Transition("published", "recheck", "pending", "author, by an edit where texts are read first"),
        Transition("pending", "remove", "removed", "author"),
        Transition("published", "remove", "removed", "author"),
        Transition("hidden", "remove", "removed", "author"),
        Transition("published", "undo_publish", "pending", "maker of the decision, within ten minutes"),
        Transition("hidden", "undo_reject", "pending", "maker of the decision, within ten minutes"),
        Transition("hidden", "undo_hide", "published", "maker of the decision, within ten minutes"),
        Transition("published", "undo_restore", "hidden", "maker of the decision, within ten minutes"),
    ],
    {
        "publish": "comment.published",
        "reject": "comment.rejected",
        "hide": "comment.hidden",
        "restore": "comment.restored",
        "recheck": "comment.sent_again",
        "remove": "comment.removed",
        "undo_publish": "comment.publishing_undone",
        "undo_reject": "comment.rejection_undone",
        "undo_hide": "comment.hiding_undone",
        "undo_restore": "comment.restoring_undone",
    },
)

# The decisions that moderation may take in each state.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "pending": ("publish", "reject"),
    "published": ("hide",),
    "hidden": ("restore",),
    "removed": (),
}


def can_write(actor: Actor) -> bool:
    """Comment and answer: everybody who is signed in."""
    return actor.signed_in and actor.may("comments.write")


def is_author(actor: Actor, comment: Comment) -> bool:
    """Whether the actor wrote it."""
    return actor.signed_in and comment.author_id == actor.person_id


def can_edit(actor: Actor, comment: Comment) -> bool:
    """Change the text: its author, while it waits or is public."""
    return is_author(actor, comment) and comment.status in ("pending", "published")


def can_remove(actor: Actor, comment: Comment) -> bool:
    """Take the text away: its author, always."""
    return is_author(actor, comment) and comment.status != "removed"


def is_involved(actor: Actor, comment: Comment) -> bool:
    """The author and members of the organisation under whose name it stands: they never decide on it."""
    same = comment.organisation_id is not None and comment.organisation_id in actor.organisation_ids
    return is_author(actor, comment) or same


def is_unseen_edit(comment: Comment, moment: datetime) -> bool:
    """Whether an edit at this moment is still a correction that readers need not be told of."""
    return moment < comment.created_at + EDIT_UNSEEN


def publishes_at_once(mode: str, accepted: int) -> bool:
    """Whether a new text is public before a moderator has read it."""
    return mode == "post" or (mode == "trust" and accepted >= TRUSTED_AFTER)
