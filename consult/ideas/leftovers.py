"""What somebody sends from a form whose idea was sent already, or is gone: by the back button, or from a window that was
open before. The same words lead on to where the idea stands; others are handed back, since nothing takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from consult.core.i18n import _
from consult.core.text import clean_text
from consult.core.web import again_page
from consult.ideas import placing, redactions
from consult.ideas.drafting import newest_version_id
from consult.ideas.drafts import Content, Written
from consult.ideas.frames import Frame
from consult.ideas.versions import version_with_answers


def handed_back(frame: Frame) -> Any | None:
    """A page with what was typed and is none of what was sent; None where there is nothing new."""
    placing.put_in_place(frame.questions)
    sent = _sent(frame)
    answers = {f"answer-{one.position}": sent.answers.get(one.id, Written()).body for one in frame.questions}
    new = _typed({"title": sent.title, "summary": sent.summary, **answers})
    if not new:
        return None
    words = _(
        "What you sent before is with us; what has changed since stands here, so that you can copy it. It was not sent. "
        "The page of your idea says when you can send another text."
    )
    return again_page(409, _("Your idea was sent already"), words, calm=True, over=True, shown=new)


def of_nothing() -> Any | None:
    """The same where there is no such draft (any more)."""
    names = ("title", "summary", *(name for name in request.form if name.startswith("answer-")))
    new = _typed(dict.fromkeys(names, ""))
    if not new:
        return None
    words = _("It was deleted, perhaps in another window. What you have typed stands here, so that you can copy it.")
    return again_page(404, _("This draft is not here any more"), words, calm=True, over=True, shown=new)


def _sent(frame: Frame) -> Content:
    """What was sent last: the draft as long as it waits for something, else the last version."""
    version_id = None if frame.has_draft or frame.idea_id is None else newest_version_id(frame.idea_id)
    return frame.content if version_id is None else redactions.sent_content(version_with_answers(version_id))


def _typed(known: Mapping[str, str]) -> list[str]:
    """The fields of the form in which something else is written."""
    return [
        name for name, was in known.items() if (typed := _plain(request.form.get(name, ""))) and typed != _plain(was)
    ]


def _plain(text: str) -> str:
    return " ".join(clean_text(text).split())
