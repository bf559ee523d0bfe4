"""Messages of a host: who writes them, who reads them, and what moderation may do with one: the policy on one page."""

from __future__ import annotations

from collections.abc import Collection

from consult.core import audit
from consult.core.access import Actor
from consult.core.states import Machine, Transition
from consult.projects.models import ActivityMessage
from consult.projects.rules import End, can_edit, speaks_for

KIND = "activity_message"
PUBLIC, PARTICIPANTS = "public", "participants"
AUDIENCES = (PUBLIC, PARTICIPANTS)
MODERATOR, MAKER, ANOTHER = "moderator, not involved", "maker of the decision, within ten minutes", "another moderator"
HOST = "host"

MESSAGE = Machine(
    KIND,
    "pending",
    [
        Transition("pending", "publish", "published", MODERATOR),
        Transition("pending", "return", "returned", MODERATOR),
        Transition("pending", "reject", "rejected", MODERATOR),
        Transition("published", "hide", "hidden", MODERATOR),
        Transition("hidden", "restore", "published", MODERATOR),
        Transition("removed", "restore", "published", MODERATOR),
        Transition("published", "remove", "removed", MODERATOR),
        Transition("hidden", "remove", "removed", MODERATOR),
        *(Transition(state, "reinstate", "published", ANOTHER) for state in ("returned", "rejected", "hidden", "removed")),
        Transition("returned", "send", "pending", HOST),
        *(Transition(state, "withdraw", "withdrawn", HOST)
          for state in ("pending", "returned", "rejected", "published", "hidden", "removed")),
        Transition("published", "undo_publish", "pending", MAKER),
        Transition("returned", "undo_return", "pending", MAKER),
        Transition("rejected", "undo_reject", "pending", MAKER),
        Transition("hidden", "undo_hide", "published", MAKER),
        Transition("published", "undo_restore", "hidden", MAKER),
        Transition("published", "undo_restore_removed", "removed", MAKER),
        Transition("removed", "undo_remove", "hidden", MAKER),
        Transition("removed", "undo_remove_published", "published", MAKER),
    ],
    {
        "publish": "activity_message.published",
        "return": "activity_message.returned",
        "reject": "activity_message.rejected",
        "hide": "activity_message.hidden",
        "restore": "activity_message.restored",
        "remove": "activity_message.removed",
        "reinstate": "activity_message.reinstated",
        "send": "activity_message.sent_again",
        "withdraw": "activity_message.withdrawn",
        "undo_publish": "activity_message.publishing_undone",
        "undo_return": "activity_message.returning_undone",
        "undo_reject": "activity_message.rejection_undone",
        "undo_hide": "activity_message.hiding_undone",
        "undo_restore": "activity_message.restoring_undone",
        "undo_restore_removed": "activity_message.restoring_undone",
        "undo_remove": "activity_message.removing_undone",
        "undo_remove_published": "activity_message.removing_undone",
    },
)  # fmt: skip

# The decisions that moderation may take in each state. "publish" of what is public leaves it as it is.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "pending": ("publish", "return", "reject"),
    "published": ("publish", "hide", "remove"),
    "hidden": ("restore", "remove"),
    "removed": ("restore",),
    "returned": (),
    "rejected": (),
    "withdrawn": (),
}
# What a decision left behind, where the one before decides to which state an undoing leads.
LEFT_BEHIND = {"hide": "hidden", "remove": "removed"}

audit.declare("activity_message.written", "activity_id", "audience")


def can_write(actor: Actor, ends: Collection[End]) -> bool:
    """Write a message on an activity: who may change the activity."""
    return can_edit(actor, ends)


def is_involved(actor: Actor, message: ActivityMessage, ends: Collection[End]) -> bool:
    """The author and everybody who speaks for the host: they never decide on it."""
    return actor.signed_in and (message.author_id == actor.person_id or speaks_for(actor, ends))


def can_read(actor: Actor, message: ActivityMessage, ends: Collection[End], takes_part: bool) -> bool:
    """Published messages to everyone: everyone. To those who take part: they, too. Whatever state: hosts and its author."""
    if actor.signed_in and (message.author_id == actor.person_id or can_write(actor, ends)):
        return True
    return message.status == "published" and (message.audience == PUBLIC or takes_part)
