"""An idea before it is sent, as each of its readers would see it: everyone, the agency, the ministry, its author."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from consult.accounts.queries import people_by_ids
from consult.consultations.models import Question
from consult.core.access import current_actor
from consult.core.audiences import AGENCY, ANONYMOUS, MINISTRY, PUBLIC
from consult.core.i18n import _
from consult.core.registry import SubjectInfo, describe
from consult.core.text import render_markdown
from consult.ideas.drafts import Content, Written
from consult.ideas.frames import Frame
from consult.ideas.models import SECRET
from consult.ideas.publishing import joined, other_names
from consult.ideas.redactions import mark_of
from consult.moderation.blackening import Cut, cut_out

EVERYONE, AUTHOR = "public", "author"
READS = {
    EVERYONE: frozenset({PUBLIC, ANONYMOUS}),
    AGENCY: frozenset({PUBLIC, ANONYMOUS, AGENCY}),
    MINISTRY: frozenset({PUBLIC, ANONYMOUS, AGENCY, MINISTRY}),
    AUTHOR: frozenset({PUBLIC, ANONYMOUS, AGENCY, MINISTRY}),
}


@dataclass(frozen=True)
class Previewed:
    """An answer as a reader sees it; without `html` it is one that they may not read."""

    question: Question
    audience: str
    html: Markup
    has_secret: bool


def reader_of(value: str) -> str:
    """The reader that an address names; everyone for anything else."""
    return value if value in READS else EVERYONE


def readers() -> list[tuple[str, str]]:
    """Whose view can be chosen."""
    return [
        (EVERYONE, _("Everyone")),
        (AGENCY, _("Cluster agency")),
        (MINISTRY, _("Ministry")),
        (AUTHOR, _("You yourself")),
    ]


def shown_to(content: Content, question_id: int, written: Written, reader: str) -> str:
    """An answer's source without the business secrets that this reader may not read."""
    secrets = content.secrets.get(question_id, [])
    if not secrets or reader in (MINISTRY, AUTHOR):
        return written.body
    mark = mark_of(SECRET, "", content.language)
    return cut_out(written.body, [Cut(passage, mark) for passage in secrets])


def previewed(frame: Frame, reader: str) -> list[Previewed]:
    """All answers of a draft, in the order of the questions, as this reader sees them."""
    content, found = frame.content, []
    for question in frame.questions:
        written = content.given.get(question.id)
        if written is None:
            continue
        readable = written.audience in READS[reader]
        html: Any = render_markdown(shown_to(content, question.id, written, reader)) if readable else Markup("")
        found.append(Previewed(question, written.audience, html, readable and bool(content.secrets.get(question.id))))
    return found


def name_of(frame: Frame, answers: Sequence[Previewed]) -> tuple[str, str]:
    """Under which name the idea will stand for this reader, and the audience to which alone it is told: none where everybody
    reads it. Nothing where this reader learns no name."""
    shown = {one.audience for one in answers if one.html and one.audience != ANONYMOUS}
    if not shown:
        return "", ""
    author = people_by_ids([frame.author_id]).get(frame.author_id) if frame.author_id is not None else None
    own = frame.content.organisation or (author.name if author is not None else current_actor().name)
    beside = other_names(frame.idea_id) if frame.idea_id is not None and frame.number else []
    audience = next(one for one in (PUBLIC, AGENCY, MINISTRY) if one in shown)
    return joined([own, *beside]), "" if audience == PUBLIC else audience


def links_of(frame: Frame, answers: Sequence[Previewed]) -> list[SubjectInfo]:
    """What the idea will be linked to beside its text, for a reader who gets to see that."""
    if not any(one.html for one in answers):
        return []
    found = describe([(kind, one_id) for kind, one_id, _code in frame.content.partners])
    return [info for info in found.values() if info.public]
