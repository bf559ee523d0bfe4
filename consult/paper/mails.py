"""What authors hear of an entry beside the mails that every idea has."""

from __future__ import annotations

from consult.core.i18n import _, in_language
from consult.core.mail import queue_template
from consult.ideas.mails import Letter, recipient_of
from consult.ideas.models import Idea


def tell_taken_back(idea: Idea, title: str) -> None:
    """It was entered by mistake, and nothing of it stays."""
    to = recipient_of(idea)
    if to is None:
        return
    recipient, language, person_id = to
    with in_language(language):
        letter = Letter(
            subject=_("Entered by mistake: %(number)s", number=idea.number or ""),
            heading=_("We have taken an entry back"),
            lines=[
                _("We had entered this idea in your name by mistake. It is withdrawn, and its text is deleted."),
                _("If you did give us an idea, you hear from us again once it is entered."),
            ],
            facts=[(_("Idea"), _("“%(words)s”", words=title)), (_("Number"), idea.number or "")],
        )
    queue_template(
        recipient, "ideas/mail_letter", language, kind="idea.entry_taken_back", context={"letter": letter},
        person_id=person_id, reference=f"idea:{idea.id}",
    )  # fmt: skip
