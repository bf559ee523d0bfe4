"""What people are told about organisations, in their list and by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.core.i18n import _, pick
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.web import path


def _name(context: Mapping[str, Any]) -> str:
    return pick(context["organisation"])


def _with_answer(sentence: str, context: Mapping[str, Any]) -> str:
    return f"{sentence} “{context['answer']}”" if context.get("answer") else sentence


def _asked(context: Mapping[str, Any]) -> str:
    return _(
        "%(who)s asks to belong to %(organisation)s.", who=context["who"] or _("Somebody"), organisation=_name(context)
    )


def _decided(context: Mapping[str, Any]) -> str:
    if context["accepted"]:
        return _("You belong to %(organisation)s from now on.", organisation=_name(context))
    return _with_answer(_("%(organisation)s has not let you in.", organisation=_name(context)), context)


def _answered(context: Mapping[str, Any]) -> str:
    who = context["who"] or _("Somebody")
    if context["accepted"]:
        return _("%(who)s has accepted the invitation to %(organisation)s.", who=who, organisation=_name(context))
    sentence = _("%(who)s has declined the invitation to %(organisation)s.", who=who, organisation=_name(context))
    return _with_answer(sentence, context)


def _left(context: Mapping[str, Any]) -> str:
    return _("You no longer belong to %(organisation)s.", organisation=_name(context))


def _moderated(context: Mapping[str, Any]) -> str:
    words = {
        "hide": _("The description of %(organisation)s is hidden.", organisation=_name(context)),
        "restore": _("The description of %(organisation)s is shown again.", organisation=_name(context)),
    }
    return f"{words.get(context['outcome'], _name(context))} {context['note']}".strip()


def _members_page(context: Mapping[str, Any]) -> str:
    return path("organisations.members", slug=context["slug"])


def _page(context: Mapping[str, Any]) -> str:
    return path("organisations.show", slug=context["slug"])


NOTICE_KINDS = (
    NoticeKind("organisation.asked", _asked, _members_page, PLAIN_MAIL, who="who"),
    NoticeKind("organisation.decided", _decided, _page, PLAIN_MAIL),
    NoticeKind("organisation.answered", _answered, _members_page, PLAIN_MAIL, who="who"),
    NoticeKind("organisation.left", _left, _page, PLAIN_MAIL),
    NoticeKind("organisation.moderated", _moderated, _page, PLAIN_MAIL),
)
