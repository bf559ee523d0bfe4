"""What is written in a response before it is published: plain values, and what has to be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from consult.core.i18n import LANGUAGE_NAMES, _
from consult.core.text import has_words
from consult.core.vocabularies import vocabulary

TITLE_MAX, BODY_MAX, PROMISE_MAX, UNIT_MAX = 160, 8_000, 200, 160
MOST_IDEAS, MOST_PROMISES = 60, 6
NOTE_MAX = 2_000  # of the reason why one is taken back, and of a report


@dataclass(frozen=True)
class Promise:
    """A commitment that is not made yet: what, who, and by when where that is known."""

    title: str
    unit: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Content:
    """A response as it is being written. `status` is a code of `response_statuses`, `ideas` the ids of those answered."""

    status: str = ""
    title: str = ""
    body: str = ""
    language: str = "de"
    ideas: tuple[int, ...] = ()
    promises: tuple[Promise, ...] = ()

    def says_the_same(self, other: Content) -> bool:
        """Whether both say the same to the same ideas, promises apart: published ones are no longer part of a draft."""
        mine, theirs = replace(self, promises=(), ideas=()), replace(other, promises=(), ideas=())
        return mine == theirs and set(self.ideas) == set(other.ideas)

    def document(self) -> dict[str, Any]:
        """As stored."""
        promises = [[one.title, one.unit, one.due_on.isoformat() if one.due_on else ""] for one in self.promises]
        return {
            "status": self.status, "title": self.title, "body": self.body, "language": self.language,
            "ideas": list(self.ideas), "promises": promises,
        }  # fmt: skip


def content_of(document: Mapping[str, Any]) -> Content:
    """The same from what is stored."""
    promises = tuple(
        Promise(title, unit, date.fromisoformat(due) if due else None)
        for title, unit, due in document.get("promises", ())
    )
    return Content(
        document.get("status", ""), document.get("title", ""), document.get("body", ""), document.get("language", "de"),
        tuple(document.get("ideas", ())), promises,
    )  # fmt: skip


def lacking(content: Content) -> dict[str, str]:
    """What has to be there before it may be published: field of the form -> sentence. Empty where nothing lacks."""
    found: dict[str, str] = {}
    if content.status not in vocabulary("response_statuses"):
        found["status"] = _("Please choose what becomes of it.")
    if not has_words(content.body):
        found["body"] = (
            _("Please say why it is not possible; the author reads it.")
            if content.status == "not_possible"
            else _("Please write the response.")
        )
    if content.language not in LANGUAGE_NAMES:
        found["language"] = _("Please choose the language of the text.")
    if not content.ideas:
        found["ideas"] = _("Please name the idea that you answer, such as OR-2026-00042.")
    for number, one in enumerate(content.promises, 1):
        if not has_words(one.title):
            found[f"promise-{number}-title"] = _("Please say what is promised.")
        elif not has_words(one.unit):
            found[f"promise-{number}-unit"] = _("Please name who does it; a promise without a name is none.")
    return found
