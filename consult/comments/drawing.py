"""Comments with their answers as HTML.

A page holds fifty and more of them, and as a template's loop they were half of its price. So this one list is put together
here, with the same parts for every comment made once: words and addresses are escaped before, and of a comment itself
everything goes through `escape`, which leaves alone only what `core.text` rendered. What few comments show (a state, what
their author or a moderator may do) stands in the macros of comments/_parts.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from consult.comments import rules
from consult.comments.queries import Node, places, shown_name
from consult.core.drawing import lang_attribute, macros_of
from consult.core.i18n import _, _n, current_language, format_day
from consult.core.vocabularies import term_title

PARTS = "comments/_parts.html"


def comments(
    nodes: Iterable[Node], kind: str, key: str, may_write: bool, level: int = 3, may_moderate: bool = False
) -> Markup:
    """The comments as articles. `kind` and `key` are their subject's, for the address of an answer; `level` is the rank of
    the names as headings.
    """
    pen = _pen(kind, key, may_write, may_moderate)
    return Markup("".join([pen.article(node, level) for node in nodes]).rstrip())  # noqa: S704 - all of it is escaped or rendered


def _pen(kind: str, key: str, may_write: bool, may_moderate: bool) -> _Pen:
    led = places(kind, key)
    return _Pen(
        language=current_language(),
        show=_safe(led.show),
        reply=_safe(led.reply) if may_write and key else "",
        report=_safe(led.report),
        answer=_around(_("Reply"), _("to %(name)s")),
        notice=_around(_("Report this"), _("the comment by %(name)s")),
        look=url_for("moderation.look") if may_moderate else "",
    )


def _around(word: str, whose: str) -> tuple[str, str]:
    """What stands before and behind the name in a link's words, which say more to who does not see where it stands."""
    before, _name, behind = _safe(whose).partition("%(name)s")
    return f'{_safe(word)}<span class="sr"> {before}', f"{behind}</span></a>"


def _safe(value: Any) -> str:
    """HTML as a plain string: as Markup each part would be looked at again wherever it is put in."""
    return str(escape(value))


@dataclass(frozen=True)
class _Pen:
    """What the comments of a page have in common, as it stands in HTML."""

    language: str
    show: str
    reply: str
    report: str
    answer: tuple[str, str]
    notice: tuple[str, str]
    look: str

    def article(self, node: Node, rank: int) -> str:
        """One comment and what stands below it."""
        one = node.comment
        body = (
            self._text(node, one, rank)
            if not node.stub
            else f'<p class="muted">{macros_of(PARTS).stub(node.stub)}</p>\n'
        )
        below = "".join([self.article(answer, rank + 1) for answer in node.answers]) if node.answers else ""
        if node.more:
            words = escape(_n("%(num)s more answer", "%(num)s more answers", node.more))
            below += f'<p><a href="{self.show}{one.id}">{words}</a></p>\n'
        return f'<article class="c-comment" id="comment-{one.id}">\n{body}{below}</article>\n'

    def _text(self, node: Node, one: Any, rank: int) -> str:
        number, public, name = one.id, one.status == rules.VISIBLE, _safe(shown_name(one))
        state = "" if public and not one.redactions else macros_of(PARTS).state(one, public)
        foreign = lang_attribute(one.language, self.language)
        edited = _edited(one.edited_at) if one.edited_at else ""
        before = _before(node, one.kind) if one.kind or node.by_subject_author else ""
        return (
            f'<header class="c-meta"><h{rank}>{name}</h{rank}>{before}<a href="{self.show}{number}">'
            f'<time datetime="{one.created_at.isoformat()}">{format_day(one.created_at)}</time></a>'
            f"{edited}{state}</header>\n"
            f"<div{foreign}>{_safe(one.html)}</div>\n"
            f'<div class="l-row">{self._acts(node, one, public, name)}</div>\n'
        )

    def _acts(self, node: Node, one: Any, public: bool, name: str) -> str:
        """What readers may do; a comment that is not public is only its author's."""
        acts, number = "", one.id
        if public and self.reply:
            acts = f'<a class="c-act" href="{self.reply}{number}">{self.answer[0]}{name}{self.answer[1]}'
        if node.mine:
            return acts + str(macros_of(PARTS).own(node))
        if public:
            link = f'<a class="c-act" href="{self.report}{number}" rel="nofollow">'
            acts = f"{acts}{link}{self.notice[0]}{name}{self.notice[1]}"
            if self.look:
                acts += str(macros_of(PARTS).moderate(number, self.look, shown_name(one)))
        return acts


def _before(node: Node, kind: str) -> str:
    """What stands between name and date: whose comment it is, and of what kind."""
    found = [_("is the author above")] if node.by_subject_author else []
    if kind and kind != "answer":
        found.append(term_title("comment_kinds", kind))
    return "".join([f"<span>{escape(words)}</span>" for words in found])


def _edited(moment: datetime) -> str:
    words = _("edited on %(day)s", day=format_day(moment))
    return f"<span>{escape(words)}</span>"
