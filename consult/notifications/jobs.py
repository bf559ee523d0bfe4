"""Carries `core.notices.notify` out: an entry in the person's list, and a mail where the kind has one and it is wanted."""

from __future__ import annotations

import logging
from typing import Any

from flask import current_app

from consult.accounts.queries import person_by_id
from consult.core import jobs
from consult.core.i18n import _l, in_language
from consult.core.keeping import rows
from consult.core.mail import queue_template
from consult.core.registry import registries
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
    with in_language(person.language):
        (text, html), path = said(kind, context), kind.url(context)
        preferences = address("notifications.preferences")
    link = current_app.config["SETTINGS"].site_url + path
    given = {"name": person.name, "text": text, "marked": html, "link": link, "preferences": preferences, **context}
    queue_template(
        person.email, kind.mail, person.language, kind=kind.kind, context=given, person_id=person.id,
        reference=forgetting.mail_reference(notice.id),
    )  # fmt: skip


def init_app() -> None:
    """Register how long notices are kept."""
    periods.add(
        Retention(
            30, "notices", _l("Notices in the list of one's own page"), _l("removed"), 365,
            **rows(Notice, lambda before: Notice.created_at < before),
        )
    )  # fmt: skip
