"""Carries `core.notices.notify` out: an entry in the person's list, and a mail where the kind has one and it is wanted."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete

from consult.accounts.queries import person_by_id
from consult.core import jobs
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import in_language
from consult.core.mail import queue_template
from consult.core.registry import registries
from consult.core.web import address
from consult.notifications import operations, queries
from consult.notifications.models import Notice

log = logging.getLogger(__name__)

KEEP = timedelta(days=365)


@jobs.handler("notice.deliver")
def deliver(payload: dict[str, Any]) -> None:
    """Tell one person one thing. The list entry, the mail's row and "done" are one commit, so nobody is told twice.

    Mail goes to confirmed, active people who did not say no. Its template gets the context, `name`, `text` (the line of
    the list), `link` (full address) and `preferences` (where to say no).
    """
    person = person_by_id(payload["person_id"])
    kind = registries.notice_kinds.get(payload["kind"])
    if person is None or person.deactivated_at is not None or kind is None:
        log.info("notice %s for person %s has no place any more", payload["kind"], payload["person_id"])
        return
    context = payload["context"]
    operations.add_notice(person.id, kind.kind, context)
    if not kind.mail or not person.is_active or not queries.wants_mail(person.id, kind.kind):
        return
    with in_language(person.language):
        text, path = str(kind.text(context)), kind.url(context)
        preferences = address("notifications.preferences")
    link = current_app.config["SETTINGS"].site_url + path
    given = {"name": person.name, "text": text, "link": link, "preferences": preferences, **context}
    queue_template(person.email, kind.mail, person.language, kind=kind.kind, context=given, person_id=person.id)


@jobs.every("notices.tidy", minutes=1440)
def tidy(_payload: dict[str, Any]) -> None:
    """Remove notices that are older than a year."""
    db.session.execute(delete(Notice).where(Notice.created_at < now() - KEEP))
