"""Why nobody can join just now, as a refusal that a page can explain: the code decides what the page offers instead."""

from __future__ import annotations

from consult.core.errors import Conflict
from consult.core.i18n import _


class Closed(Conflict):
    """Joining is not possible at this moment. `reason` is the code, the message a sentence for the reader."""

    def __init__(self, reason: str) -> None:
        super().__init__(sentence(reason))
        self.reason = reason


def sentence(reason: str) -> str:
    """The reason in words; empty for an unknown one."""
    return {
        "cancelled": _("This activity has been cancelled."),
        "postponed": _("This activity has been postponed. There is no new date to register for yet."),
        "past": _("This activity has begun or is over. Nobody can join any more."),
        "none": _("Nobody registers for this activity here."),
        "deadline": _("Registration has ended."),
        "full": _("All places are taken, and there is no waiting list."),
        "unknown": _("We do not know how one takes part in this project: its sources do not say."),
        "closed": _("The project takes nobody at present."),
        "role": _("In this part everyone the project looked for has been found."),
    }.get(reason, "")
