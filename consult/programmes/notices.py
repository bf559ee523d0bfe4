"""What people are told of calls: the deadline that they wanted to be reminded of, and that it has moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from consult.core.i18n import _, pick
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.web import path
from consult.programmes.page import deadline_words


def _deadline(context: Mapping[str, Any]) -> str:
    return deadline_words(datetime.fromisoformat(context["closes_at"])) if context.get("closes_at") else ""


def _reminder(context: Mapping[str, Any]) -> str:
    return _(
        "The deadline is near: %(title)s, %(deadline)s.", title=pick(context["title"]), deadline=_deadline(context)
    )


def _moved(context: Mapping[str, Any]) -> str:
    title, deadline = pick(context["title"]), _deadline(context)
    if not deadline:
        return _("The deadline of a call was taken back: %(title)s.", title=title)
    return _("The deadline has moved: %(title)s, now %(deadline)s.", title=title, deadline=deadline)


def address_of(context: Mapping[str, Any]) -> str:
    """The place of the call on its programme's page."""
    return f"{path('programmes.show', slug=context['programme'])}#call-{context['slug']}"


KINDS = (
    NoticeKind("programmes.deadline", _reminder, address_of, PLAIN_MAIL),
    NoticeKind("programmes.moved", _moved, address_of, PLAIN_MAIL),
)
