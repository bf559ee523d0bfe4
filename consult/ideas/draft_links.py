"""The link of a draft by mail: its field and button belong to the writing form, so that what was typed is saved first."""

from __future__ import annotations

from flask import request

from consult.core.access import current_actor
from consult.core.forms import EmailField, Form
from consult.core.i18n import _, _l, current_language
from consult.core.limits import TooMany
from consult.core.web import flash_done
from consult.ideas import drafting, mails
from consult.ideas.frames import Frame

BUTTONS = frozenset({"save", "preview", "submit", "attach", "detach", "find"})


class LinkForm(Form):
    """Where the link is mailed."""

    link_email = EmailField(_l("E-mail address for the link"))


def is_asked_for() -> bool:
    """Whether the link is to be mailed: by its button, or by Enter in its field, which presses one without a name."""
    typed = request.form.get("link_email", "").strip()
    by_enter = typed not in ("", current_actor().email) and not BUTTONS & request.form.keys()
    return by_enter or "mail_link" in request.form


def mail_link(frame: Frame) -> LinkForm | None:
    """Mail the link of what is saved. Where that cannot be, the form with what is wrong: the text stays saved."""
    form = LinkForm()
    if form.validate() and not form.link_email.data:
        form.link_email.errors = [_("Please enter your e-mail address.")]
    if form.errors:
        return form
    email, idea = form.link_email.data, drafting.locked(frame.idea_id or 0)
    try:
        mails.send_draft_link(idea, email, current_language(), frame.content.title)
    except TooMany as refusal:
        form.link_email.errors = [refusal.message]
        return form
    if not idea.author_email and idea.author_id is None:
        idea.author_email = email  # reminders go where the link went
    flash_done(_("The link is on its way to %(address)s.", address=email))
    return None
