"""Letters that jobs write about what did not come to its end: an address that nobody confirmed, a file that had to go."""

from __future__ import annotations

from consult.consultations.models import Consultation
from consult.core.db import db
from consult.core.i18n import _
from consult.ideas.invitations import closed_sentence
from consult.ideas.mails import Letter, draft_url, facts_of, status_url, to_author
from consult.ideas.models import Idea


@to_author("idea.lapsed")
def tell_confirmation_lapsed(idea: Idea) -> Letter:
    """Nobody confirmed the address: the idea is a draft again."""
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    return Letter(
        subject=_("Your idea was not sent"),
        heading=_("Your idea is a draft again"),
        lines=[
            _("The address was not confirmed within seven days."),
            _("The text is still there, and you can send it again.")
            if consultation.phase == "open"
            else closed_sentence(consultation),
        ],
        button=(_("Open the draft"), draft_url(idea)),
    )


@to_author("idea.file_deleted")
def tell_file_deleted(idea: Idea, title: str, file_name: str) -> Letter:
    """The scanner found something in a file that it could look at only later."""
    return Letter(
        subject=_("Your attachment was deleted: %(name)s", name=file_name),
        heading=_("The virus scanner found something in your attachment"),
        lines=[
            _("Nobody has opened the file here, and it is deleted now. Your text stays as it is."),
            _("Please have your device checked. You can attach the file anew, without what was found, as you write on."),
        ],
        facts=[*facts_of(idea), (_("Attachment"), f"{_('“%(words)s”', words=title)}, {file_name}")],
        button=(_("Open the draft"), draft_url(idea))
        if idea.number is None
        else (_("See how it stands"), status_url(idea)),
    )  # fmt: skip
