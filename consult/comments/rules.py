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
STUBS = ("removed", "hidden", "taken_down", "pending")  # what leaves a stub where it was answered
MODERATOR, MAKER, ANOTHER = "moderator, not involved", "maker of the decision, within ten minutes", "another moderator"

COMMENT = Machine(
    "comment",
    "pending",
    [
        Transition("pending", "publish", "published", MODERATOR),
        Transition("pending", "reject", "hidden", MODERATOR),
        Transition("published", "hide", "hidden", MODERATOR),
        Transition("hidden", "restore", "published", MODERATOR),
        Transition("taken_down", "restore", "published", MODERATOR),
        Transition("pending", "redact", "published", MODERATOR),
        Transition("published", "redact", "published", MODERATOR),
        Transition("hidden", "redact", "published", MODERATOR),
        Transition("published", "take_down", "taken_down", MODERATOR),
        Transition("hidden", "take_down", "taken_down", MODERATOR),
        Transition("published", "reinstate", "published", ANOTHER),
        Transition("hidden", "reinstate", "published", ANOTHER),
        Transition("taken_down", "reinstate", "published", ANOTHER),
        Transition("published", "recheck", "pending", "author, by an edit where texts are read first"),
        Transition("pending", "remove", "removed", "author"),
        Transition("published", "remove", "removed", "author"),
        Transition("hidden", "remove", "removed", "author"),
        Transition("taken_down", "remove", "removed", "author"),
        Transition("published", "undo_publish", "pending", MAKER),
        Transition("hidden", "undo_reject", "pending", MAKER),
        Transition("hidden", "undo_hide", "published", MAKER),
        Transition("published", "undo_restore", "hidden", MAKER),
        Transition("published", "undo_restore_taken_down", "taken_down", MAKER),
        Transition("published", "undo_redact", "pending", MAKER),
        Transition("published", "undo_redact_published", "published", MAKER),
        Transition("published", "undo_redact_hidden", "hidden", MAKER),
        Transition("taken_down", "undo_take_down", "hidden", MAKER),
        Transition("taken_down", "undo_take_down_published", "published", MAKER),
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
        "redact": "comment.redacted",
        "take_down": "comment.taken_down",
        "reinstate": "comment.reinstated",
        "undo_restore": "comment.restoring_undone",
        "undo_restore_taken_down": "comment.restoring_undone",
        "undo_redact": "comment.redaction_undone",
        "undo_redact_published": "comment.redaction_undone",
        "undo_redact_hidden": "comment.redaction_undone",
        "undo_take_down": "comment.taking_down_undone",
        "undo_take_down_published": "comment.taking_down_undone",
    },
)

# The decisions that moderation may take in each state.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "pending": ("publish", "redact", "reject"),
    "published": ("redact", "hide", "remove"),
    "hidden": ("redact", "restore", "remove"),
    "taken_down": ("restore",),
    "removed": (),
}
# Outcomes whose act has another name: "remove" is what its author does.
ACTS = {"remove": "take_down"}
# What a decision left behind, where the one before it decides to which state an undoing leads.
LEFT_BEHIND = {"hide": "hidden", "reject": "hidden", "remove": "taken_down"}


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
