"""What people read in their list of notices about the release of ideas in their organisation; the mails are in `mails`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.core.i18n import _, _n
from consult.core.registry import NoticeKind
from consult.core.web import path


def _asked(context: Mapping[str, Any]) -> str:
    return _("An idea waits for your release: %(title)s", title=context["title"])


def _released(context: Mapping[str, Any]) -> str:
    return _("Your organisation has released your idea: %(title)s", title=context["title"])


def _returned(context: Mapping[str, Any]) -> str:
    return _("Your organisation asks for a change: %(title)s", title=context["title"])


def _noted(context: Mapping[str, Any]) -> str:
    return _("A remark inside your organisation about: %(title)s", title=context["title"])


def _waiting(context: Mapping[str, Any]) -> str:
    return _n(
        "%(num)s text still waits for your release", "%(num)s texts still wait for your release", context["count"]
    )


def _page(context: Mapping[str, Any]) -> str:
    return path("ideas.release", idea_id=context["idea_id"])


KINDS = (
    NoticeKind("idea.release_asked", _asked, _page),
    NoticeKind("idea.released", _released, _page),
    NoticeKind("idea.release_returned", _returned, _page),
    NoticeKind("idea.noted", _noted, _page),
    NoticeKind("idea.release_waiting", _waiting, lambda _context: path("pages.me")),
)
