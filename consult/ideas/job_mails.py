"""Letters that jobs write about what did not come to its end: an address that nobody confirmed, a file that had to go."""

from __future__ import annotations

from consult.consultations.models import Consultation
from consult.core.db import db
from consult.core.i18n import _
from consult.ideas.invitations import closed_sentence
from consult.ideas.mails import Letter, draft_url, facts_of, status_url, to_author
from consult.ideas.models import Idea
from consult.ideas.rules import can_send_in


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
        facts=_facts(idea, title, file_name), button=_button(idea),
    )  # fmt: skip


@to_author("idea.file_lost")
def tell_file_lost(idea: Idea, title: str, file_name: str) -> Letter:
    """The stored file was gone before the scanner could look at it."""
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    return Letter(
        subject=_("Your attachment could not be checked: %(name)s", name=file_name),
        heading=_("An attachment was lost"),
        lines=[
            _("The file was lost here before the virus scanner had looked at it, so nobody can open it. We are sorry."),
            _("Your text stays as it is. Please attach the file once more when you write on.")
            if idea.number is None or can_send_in(consultation, idea.status)
            else _("Your text stays as it is. No changes are taken any more; if the file matters, please write to us."),
        ],
        facts=_facts(idea, title, file_name), button=_button(idea),
    )  # fmt: skip


def _facts(idea: Idea, title: str, file_name: str) -> list[tuple[str, str]]:
    return [*facts_of(idea), (_("Attachment"), f"{_('“%(words)s”', words=title)}, {file_name}")]


def _button(idea: Idea) -> tuple[str, str]:
    if idea.number is None:
        return _("Open the draft"), draft_url(idea)
    return _("See how it stands"), status_url(idea)
