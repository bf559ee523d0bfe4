"""Carries `core.notices.notify` out: an entry in the person's list, and a mail where the kind has one and it is wanted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import current_app

from consult.accounts.models import Person
from consult.accounts.queries import person_by_id
from consult.core import jobs
from consult.core.db import db
from consult.core.i18n import _l, in_language
from consult.core.keeping import rows
from consult.core.mail import Mail, Named, queue_template, renamed, render_mail, renew_before_leaving
from consult.core.registry import NoticeKind, registries
from consult.core.retention import Retention, periods
from consult.core.web import address
from consult.notifications import forgetting, operations, queries
from consult.notifications.marking import said
from consult.notifications.models import Notice

log = logging.getLogger(__name__)


@jobs.handler("notice.deliver")
def deliver(payload: dict[str, Any]) -> None:
    """Tell one person one thing. The list entry, the mail's row and "done" are one commit, so nobody is told twice.

    Mail goes to confirmed, active people who did not say no. Its template gets the context, `name`, `text` (the line of
    the list), `marked` (the same as HTML with the marks of other languages), `link` (full address) and `preferences`
    (where to say no).
    """
    person = person_by_id(payload["person_id"])
    kind = registries.notice_kinds.get(payload["kind"])
    if person is None or person.deactivated_at is not None or kind is None:
        log.info("notice %s for person %s has no place any more", payload["kind"], payload["person_id"])
        return
    context = payload["context"]
    notice = operations.add_notice(person.id, kind.kind, context)
    if not kind.mail or not person.is_active or not queries.wants_mail(person.id, kind.kind):
        return
    queue_template(
        person.email, kind.mail, person.language, kind=kind.kind, person_id=person.id,
        context=_given(person, kind, context, person.language), reference=forgetting.mail_reference(notice.id),
        named=_named(kind, context),
    )  # fmt: skip


def _given(person: Person, kind: NoticeKind, context: Mapping[str, Any], language: str) -> dict[str, Any]:
    with in_language(language):
        (text, html), path = said(kind, context), kind.url(context)
        preferences = address("notifications.preferences")
    link = current_app.config["SETTINGS"].site_url + path
    return {"name": person.name, "text": text, "marked": html, "link": link, "preferences": preferences, **context}


def _named(kind: NoticeKind, context: Mapping[str, Any]) -> Named:
    """Whom the words of a notice name."""
    own = [(context.get("person_id"), context.get(kind.who) or "")] if kind.who else []
    return [*own, *kind.named(context)]


def renew(mail: Mail) -> bool:
    """A mail that has waited says what its notice says by now: what it speaks of may have been hidden or renamed since.
    False where the notice has gone, or nothing of it may be said any more."""
    notice = db.session.get(Notice, int(mail.reference.partition(":")[2]))
    kind = registries.notice_kinds.get(notice.kind) if notice is not None else None
    person = person_by_id(notice.person_id) if notice is not None else None
    context = kind.still(notice.context) if notice is not None and kind is not None else None
    if kind is None or person is None or context is None or not kind.mail:
        return False
    given = _given(person, kind, context, mail.language)
    subject, mail.text, mail.html = render_mail(kind.mail, mail.language, **given)
    mail.subject = subject[:300]
    renamed(mail, _named(kind, context))
    return True


def init_app() -> None:
    """Register how long notices are kept, and what becomes of their mails that wait for long."""
    renew_before_leaving("notice", renew)
    periods.add(
        Retention(
            30, "notices", _l("Notices in the list of one's own page"), _l("removed"), 365,
            **rows(Notice, lambda before: Notice.created_at < before),
        )
    )  # fmt: skip
