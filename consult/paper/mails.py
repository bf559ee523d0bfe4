"""What authors hear of an entry beside the mails that every idea has."""

from __future__ import annotations

from consult.core.i18n import _
from consult.ideas.mails import Letter, to_author
from consult.ideas.models import Idea


@to_author("idea.entry_taken_back")
def tell_taken_back(idea: Idea, title: str) -> Letter:
    """It was entered by mistake, and nothing of it stays."""
    return Letter(
        subject=_("Entered by mistake: %(number)s", number=idea.number or ""),
        heading=_("We have taken an entry back"),
        lines=[
            _("We had entered this idea in your name by mistake. It is withdrawn, and its text is deleted."),
            _("If you did give us an idea, you hear from us again once it is entered."),
        ],
        facts=[(_("Idea"), _("“%(words)s”", words=title)), (_("Number"), idea.number or "")],
    )
