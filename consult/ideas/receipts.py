"""The receipt of an idea for its author, as a document to keep: what was sent, when, what follows and until when.

It says what the private status page says, in the reader's language, and is made anew each time; nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from consult.core.audiences import LABELS
from consult.core.errors import NotFound
from consult.core.i18n import _, current_language, pick
from consult.core.typesetting import typeset
from consult.core.web import address
from consult.ideas import redactions, rules, words
from consult.ideas.attachments import gone_words, words_of_size
from consult.ideas.models import Idea, IdeaAttachment, IdeaVersion
from consult.ideas.own_queries import StatusView, status_view
from consult.ideas.words import in_words

TEMPLATE = "ideas/receipt.typ"


@dataclass(frozen=True)
class Receipt:
    """What a receipt says, as plain values: it can be set after the transaction has ended."""

    number: str
    data: dict[str, Any]
    moment: datetime

    def pdf(self) -> bytes:
        """The document, tagged, in its language."""
        return typeset(TEMPLATE, self.data, self.moment)


def has_receipt(idea: Idea) -> bool:
    """Whether there is something to confirm: it was sent, and its text was not deleted for good."""
    return bool(idea.number) and idea.submitted_at is not None and idea.erased_at is None


def receipt_of(idea: Idea, token: str) -> Receipt:
    """The receipt of what the author sent last. NotFound where nothing was sent, or where it is deleted."""
    view = status_view(idea) if has_receipt(idea) else None
    version = view.current if view is not None else None
    if view is None or version is None or idea.submitted_at is None:
        raise NotFound()
    number = idea.number or ""
    settings = current_app.config["SETTINGS"]
    operator = settings.operator
    data = {
        "title": _("Receipt for your idea %(number)s", number=number),
        "lang": current_language(),
        "author": operator["name"],
        "subject": _("Confirms what was sent, when, and what follows."),
        "sender": ", ".join(one for one in (operator["name"], operator["address"], operator["email"]) if one),
        "lede": _("We have received your idea. This document confirms what you sent, and when."),
        "foot": f"{settings.site_name} · {number}",
        "page": _("Page"),
        "facts": _facts(view, version),
        "next": {"heading": _("What happens next"), "text": words.next_step(view)},
        "address": {
            "heading": _("Your private address"),
            "url": address("ideas.status", token=token),
            "text": _address_words(view),
        },
        **_texts(view, version),
        "files": {"heading": _("Attachments"), "found": [_file(one) for one in view.files]},
        "cite": {"heading": _("Cite"), **_cite(view)},
    }  # fmt: skip
    return Receipt(number, data, version.sent_at)


def _address_words(view: StatusView) -> str:
    """What the private address opens, and to whom."""
    idea = view.idea
    if words.can_change(view) and idea.organisation_id is None:
        return _("There you read at any time how it stands. Whoever has the address can change and withdraw the idea.")
    if idea.organisation_id is not None:
        return _("There everybody who writes for your organisation reads how it stands, after signing in.")
    if rules.can_withdraw(idea):
        return _("There you read at any time how it stands. Whoever has the address can withdraw the idea.")
    return _("There you read at any time what has become of your idea.")


def _facts(view: StatusView, version: IdeaVersion) -> list[tuple[str, str]]:
    idea = view.idea
    received = idea.submitted_at or version.sent_at
    facts = [
        (_("Number"), idea.number or ""),
        (_("Received"), in_words(received)),
        (_("Version"), f"{version.number}, {in_words(version.sent_at)}" if version.number > 1 else ""),
        (_("Consultation"), pick(view.consultation.title)),
        (_("Organisation"), version.organisation_name),
    ]
    return [(term, value) for term, value in facts if value]


def _texts(view: StatusView, version: IdeaVersion) -> dict[str, Any]:
    """Title, summary and answers as they were sent, each with its question and for whom it is."""
    sent = {**redactions.shown_texts(version), **view.originals}
    answers = sorted((view.questions[one.question_id].position, one) for one in version.answers)
    return {
        "text": {
            "heading": _("What you sent"),
            "note": _("Above each answer stands who may read it."),
            "lang": version.language,
            "title": sent[redactions.TITLE],
            "summary": sent[redactions.SUMMARY],
        },
        "answers": [
            {
                "question": f"{position} {pick(view.questions[answer.question_id].short_title)}",
                "wording": pick(view.questions[answer.question_id].text),
                "audience": str(LABELS[answer.audience]),
                "body": sent[redactions.part_of(answer.question_id)],
            }
            for position, answer in answers
        ],
    }


def _file(one: IdeaAttachment) -> dict[str, str]:
    """A file that was sent with it: what its author says it shows, which one it is, who may read it, what became of it."""
    said = [one.file_name, words_of_size(one.size), str(LABELS[one.audience])]
    if one.is_gone:
        said.append(gone_words(one))
    elif one.is_held:
        said.append(_("held back by the moderation"))
    return {"title": one.title, "said": ", ".join(said)}


def _cite(view: StatusView) -> dict[str, str]:
    """How everyone may cite it; nothing while there is no public page."""
    idea, public = view.idea, view.public
    if not idea.is_public or public is None:
        return {"text": "", "url": ""}
    return {
        "text": words.citation(idea.byline, public.title, idea.number or "", public.number, public.published_at),
        "url": address("ideas.show", number=idea.number),
    }
