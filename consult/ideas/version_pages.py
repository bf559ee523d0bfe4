"""Every version of an idea, readable with what changed in it since the one before.

Everybody reads the versions that were public, while the idea is; its authors read all of them in full. An answer of an
earlier version is never for more readers than the same answer is now: narrowing reaches back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.consultations.models import Question
from consult.consultations.queries import questions_by_ids
from consult.core.audiences import AUDIENCES, PUBLIC
from consult.core.db import db
from consult.core.i18n import _, pick
from consult.core.text import render_markdown
from consult.ideas import redactions
from consult.ideas.models import Idea, IdeaVersion
from consult.moderation.diff import Change, word_diff


@dataclass(frozen=True)
class PartChange:
    """A part of a version: as it stands, and what changed in it. `question` is None for title and summary."""

    heading: str
    question: Question | None
    html: Markup
    change: Change


@dataclass
class VersionPage:
    """One version for its readers, beside the one before. `withheld` counts answers that the reader may not read."""

    version: IdeaVersion
    before: IdeaVersion | None
    versions: list[IdeaVersion]
    parts: list[PartChange]
    withheld: int
    full: bool

    @property
    def after(self) -> IdeaVersion | None:
        """The version that follows, if the reader may read one."""
        return next((one for one in self.versions if one.number > self.version.number), None)

    @property
    def added(self) -> int:
        return sum(one.change.added for one in self.parts)

    @property
    def removed(self) -> int:
        return sum(one.change.removed for one in self.parts)


def version_page(idea: Idea, number: int, full: bool) -> VersionPage | None:
    """A version with its changes; with `full` for its authors. None where the reader may not read it. Three queries, one
    more for each version in which something is blacked out."""
    versions = _versions(idea, full)
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        return None
    before = next((one for one in reversed(versions) if one.number < number), None)
    narrowest = _narrowest(versions, idea.public_version_id)
    texts = _texts(version, full, narrowest)
    old = _texts(before, full, narrowest) if before is not None else {}
    ids = [answer.question_id for one in (version, before) if one is not None for answer in one.answers]
    questions = questions_by_ids(ids) if ids else {}
    return VersionPage(
        version=version,
        before=before,
        versions=versions,
        parts=[
            _part(part, old.get(part, ""), texts.get(part, ""), questions) for part in _order(texts, old, questions)
        ],
        withheld=sum(1 for one in version.answers if redactions.part_of(one.question_id) not in texts),
        full=full,
    )


def _versions(idea: Idea, full: bool) -> list[IdeaVersion]:
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id).options(selectinload(IdeaVersion.answers))
    if not full:
        statement = statement.where(IdeaVersion.published_at.is_not(None))
    return list(db.session.execute(statement.order_by(IdeaVersion.number)).scalars())


def _narrowest(versions: Sequence[IdeaVersion], public_id: int | None) -> dict[int, str]:
    """The audience that the answer to a question has in the version that is public now."""
    present = next((one for one in versions if one.id == public_id), None)
    return {answer.question_id: answer.audience for answer in present.answers} if present is not None else {}


def _texts(version: IdeaVersion, full: bool, narrowest: Mapping[int, str]) -> dict[str, str]:
    """The parts of a version that the reader reads, in the words that they read."""
    texts = redactions.sent_texts(version) if full else redactions.shown_texts(version)
    if full:
        return texts
    for answer in version.answers:
        audience = max(answer.audience, narrowest.get(answer.question_id, PUBLIC), key=AUDIENCES.index)
        if audience != PUBLIC:
            del texts[redactions.part_of(answer.question_id)]
    return texts


def _order(texts: Mapping[str, str], old: Mapping[str, str], questions: Mapping[int, Question]) -> list[str]:
    by_position = sorted(questions.values(), key=lambda one: one.position)
    names = [redactions.TITLE, redactions.SUMMARY, *(redactions.part_of(one.id) for one in by_position)]
    return [name for name in names if texts.get(name) or old.get(name)]


def _part(name: str, old: str, new: str, questions: Mapping[int, Question]) -> PartChange:
    change: Any = word_diff(old, new)
    if name in (redactions.TITLE, redactions.SUMMARY):
        heading = _("Title") if name == redactions.TITLE else _("Summary")
        return PartChange(heading, None, render_markdown(new), change)
    question = questions[int(name.removeprefix("answer-"))]
    return PartChange(f"{question.position} {pick(question.short_title)}", question, render_markdown(new), change)
