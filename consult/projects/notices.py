"""What those who decide are told: somebody asks to take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.core.i18n import _, pick
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.vocabularies import term_title
from consult.core.web import path


def _asked(context: Mapping[str, Any]) -> str:
    role = term_title("joining_roles", context["role"])
    return _("Somebody would like to take part in %(title)s: %(role)s.", title=pick(context["title"]), role=role)


def _requested(context: Mapping[str, Any]) -> str:
    return _("Somebody asks for a place: %(title)s.", title=pick(context["title"]))


KINDS = (
    NoticeKind("projects.asked", _asked, lambda context: path("projects.members", slug=context["slug"]), PLAIN_MAIL),
    NoticeKind(
        "activities.requested",
        _requested,
        lambda context: path("activities.participants", slug=context["slug"]),
        PLAIN_MAIL,
    ),
)
