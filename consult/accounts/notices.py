"""What administrators are told: a request about personal data is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from consult.core.i18n import _, format_day
from consult.core.registry import NoticeKind
from consult.core.web import path


def day_of(text: str) -> str:
    """A stored day in words of the present language. For templates."""
    return format_day(date.fromisoformat(text))


def _due(context: Mapping[str, Any]) -> str:
    number, day = context["number"], day_of(context["due_on"])
    if context.get("late"):
        return _("Data request %(number)s is overdue: the answer was due on %(day)s", number=number, day=day)
    return _("Data request %(number)s has to be answered by %(day)s", number=number, day=day)


NOTICE_KINDS = (
    NoticeKind(
        "data_request.due",
        _due,
        lambda context: path("admin.data_request", request_id=context["request_id"]),
        "accounts/mail_data_request",
    ),
)
