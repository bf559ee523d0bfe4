"""Every version of an idea, readable with what changed in it since the one before.

Everybody reads the versions that were public, while the idea is; its authors read all of them in full. An answer of an
earlier version is never for more readers than any later answer to the same question: narrowing reaches back, also past
versions that do not answer it. A file of an earlier version stays readable with it (`file_readers`).
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
from consult.core.audiences import PUBLIC
from consult.core.db import db
from consult.core.i18n import _, pick
from consult.core.text import render_markdown
from consult.ideas import redactions, rules
from consult.ideas.attachments import attachments
from consult.ideas.file_readers import open_to_all
from consult.ideas.models import WITHDRAWN, Idea, IdeaAttachment, IdeaVersion
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
    """One version for its readers, beside the one before. `withheld` counts answers that the reader may not read.

    `files` are the attachments that they may read, `not_for_all` how many others it has, and `held_back` for which reasons
    the moderation holds some.
    """

    version: IdeaVersion
    before: IdeaVersion | None
    versions: list[IdeaVersion]
    parts: list[PartChange]
    withheld: int
    full: bool
    files: list[IdeaAttachment]
    not_for_all: int
    held_back: list[str]

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
    """A version with its changes; with `full` for its authors. None where the reader may not read it. Three queries, up
    to three more where it has files, and for each version in which something is blacked out."""
    sent = _versions(idea)
    versions = [one for one in sent if full or one.published_at is not None]
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        return None
    before = next((one for one in reversed(versions) if one.number < number), None)
    texts = _texts(version, full, sent, idea.public_version_id)
    old = _texts(before, full, sent, idea.public_version_id) if before is not None else {}
    ids = [answer.question_id for one in (version, before) if one is not None for answer in one.answers]
    questions = questions_by_ids(ids) if ids else {}
    every = attachments(version.attachments)
    held = [one for one in every if one.is_held and one.audience == PUBLIC]
    files = every if full else _for_everyone(idea, every)
    return VersionPage(
        version=version,
        before=before,
        versions=versions,
        parts=[
            _part(part, old.get(part, ""), texts.get(part, ""), questions) for part in _order(texts, old, questions)
        ],
        withheld=sum(1 for one in version.answers if redactions.part_of(one.question_id) not in texts),
        full=full,
        files=files,
        not_for_all=0 if full else len(every) - len(held) - len(files),
        held_back=[] if full else list(dict.fromkeys(one.held_reason for one in held)),
    )


def _for_everyone(idea: Idea, files: Sequence[IdeaAttachment]) -> list[IdeaAttachment]:
    """Those of a version's files that everybody may read; two queries, none where it has none."""
    shown = [one for one in files if one.audience == PUBLIC and not one.is_held]
    ids = open_to_all(idea) if shown else set()
    return [one for one in shown if one.id in ids]


def _versions(idea: Idea) -> list[IdeaVersion]:
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id).options(selectinload(IdeaVersion.answers))
    return list(db.session.execute(statement.order_by(IdeaVersion.number)).scalars())


def _texts(version: IdeaVersion, full: bool, sent: Sequence[IdeaVersion], public_id: int | None) -> dict[str, str]:
    """The parts of a version that the reader reads, in the words that they read."""
    if full:
        return redactions.sent_texts(version)
    texts, since = redactions.shown_texts(version), _since(version, sent, public_id)
    for answer in version.answers:
        said = [_said(one, answer.question_id) for one in since]
        if rules.shown_to(said) != PUBLIC:
            del texts[redactions.part_of(answer.question_id)]
    return texts


def _since(version: IdeaVersion, sent: Sequence[IdeaVersion], public_id: int | None) -> list[IdeaVersion]:
    """A version and those sent after it, up to the public one. What its author took back says nothing; what moderation did
    not publish was said all the same."""
    last = next((one.number for one in sent if one.id == public_id), version.number)
    return [one for one in sent if one is version or (version.number < one.number <= last and one.state != WITHDRAWN)]


def _said(version: IdeaVersion, question_id: int) -> str | None:
    return next((one.audience for one in version.answers if one.question_id == question_id), None)


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
