"""The notices that moderators get: something waits, a promised time runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from consult.core.i18n import _, format_moment
from consult.core.registry import NoticeKind
from consult.core.web import path
from consult.moderation.naming import called


def _title(context: Mapping[str, Any]) -> str:
    return called(context.get("of_kind", ""), context["title"])


def _waiting(context: Mapping[str, Any]) -> str:
    return _("Waiting for moderation: “%(title)s”", title=_title(context))


def _due(context: Mapping[str, Any]) -> str:
    when = format_moment(datetime.fromisoformat(context["due_at"]))
    return _("“%(title)s” is promised to be decided by %(when)s", title=_title(context), when=when)


NOTICE_KINDS = (
    NoticeKind("moderation.waiting", _waiting, lambda _context: path("moderation.queue"), "moderation/mail_waiting"),
    NoticeKind(
        "moderation.due",
        _due,
        lambda context: path("moderation.case", case_id=context["case_id"]),
        "moderation/mail_due",
    ),
)
