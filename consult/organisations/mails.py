"""Mails of organisations: the invitation. Everything else goes as a notice (`subjects.NOTICE_KINDS`)."""

from __future__ import annotations

from consult.accounts.queries import person_by_email
from consult.core.access import Actor
from consult.core.i18n import current_language, format_day, in_language, pick
from consult.core.mail import queue_template
from consult.core.web import address
from consult.organisations.models import Organisation, OrganisationInvitation


def send_invitation(organisation: Organisation, invitation: OrganisationInvitation, inviter: Actor, raw: str) -> None:
    """The link by which the invited person answers, in their language where we know it."""
    known = person_by_email(invitation.email)
    language = known.language if known is not None else current_language()
    with in_language(language):
        day = format_day(invitation.expires_at)
    context = {
        "name": known.name if known is not None else "",
        "organisation": pick(organisation.name, language),
        "inviter": inviter.name,
        "note": invitation.note,
        "day": day,
        "link": address("organisations.invitation", token=raw, lang_code=language),
    }
    queue_template(
        invitation.email,
        "organisations/mail_invitation",
        language,
        kind="organisation.invitation",
        context=context,
        person_id=known.id if known is not None else None,
        named=[(inviter.person_id, inviter.name)],
    )
