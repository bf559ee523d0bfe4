"""From what was written to what is read: a version is made of a `Content` once, when it is sent, and never changed.

Markdown is rendered here and nowhere later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from consult.core.db import db
from consult.core.rows import add_object, add_rows
from consult.core.text import render_markdown
from consult.ideas.drafts import Content, Written
from consult.ideas.models import PUBLISHED, RETURNED, WAITING, WITHDRAWN, Answer, Idea, IdeaVersion
from consult.links.models import Link
from consult.links.operations import set_links
from consult.links.proposing import APART
from consult.links.queries import own_links


def make_version(
    idea: Idea,
    content: Content,
    sent_at: datetime,
    state: str = WAITING,
    *,
    number: int | None = None,
    loaded: bool = True,
) -> IdeaVersion:
    """The next version of an idea, with its answers, all of them written at once. `number` where it is known already.

    Its answers are `loaded` for whoever looks at them, to black something out or to publish.
    """
    if number is None:
        last = select(func.max(IdeaVersion.number)).where(IdeaVersion.idea_id == idea.id)
        number = (db.session.execute(last).scalar_one_or_none() or 0) + 1
    version = IdeaVersion(
        idea_id=idea.id, number=number, state=state, language=content.language, title=content.title,
        summary=content.summary, sector=content.sector, region=content.region, size=content.size,
        organisation_name=content.organisation, partners=[list(one) for one in content.partners],
        attributes=content.attributes, attachments=list(content.attachments), sent_at=sent_at,
    )  # fmt: skip
    add_object(version, unseen=state == WAITING)
    rows = [_answer(version.id, question_id, written) for question_id, written in sorted(content.given.items())]
    add_rows(Answer, rows, unseen=state == WAITING)
    if loaded:
        answers = db.session.execute(_ANSWERS, {"version_id": version.id}).scalars().all()
        set_committed_value(version, "answers", list(answers))
    return version


def asked_to_change(idea: Idea, versions: Sequence[IdeaVersion]) -> IdeaVersion | None:
    """Of a published idea the new version that moderation has returned, if it is the last that was sent and not taken back.
    `versions` are in order."""
    last = next((one for one in reversed(versions) if one.state != WITHDRAWN), None)
    return last if idea.status == PUBLISHED and last is not None and last.state == RETURNED else None


def returned_version(idea: Idea) -> IdeaVersion | None:
    """The same for an idea whose versions are not at hand; one query where it is published."""
    if idea.status != PUBLISHED:
        return None
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, IdeaVersion.state != WITHDRAWN)
    last = db.session.execute(statement.order_by(IdeaVersion.number.desc()).limit(1)).scalar_one_or_none()
    return asked_to_change(idea, [last]) if last is not None else None


_ANSWERS = select(Answer).where(Answer.version_id == bindparam("version_id")).order_by(Answer.id)


def _answer(version_id: int, question_id: int, written: Written) -> dict[str, Any]:
    html = render_markdown(written.body)
    return {
        "version_id": version_id, "question_id": question_id, "audience": written.audience, "body": written.body,
        "html": html, "excerpt": beginning(html, 300),
    }  # fmt: skip


def beginning(html: str, length: int) -> str:
    """The first words of a rendered text, at most `length` characters; rendering it once more would cost as much again."""
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:.–") + "…"


def version_with_answers(version_id: int) -> IdeaVersion:
    """A version and its answers, whatever their audience: for writes and for moderation."""
    statement = select(IdeaVersion).where(IdeaVersion.id == version_id).options(joinedload(IdeaVersion.answers))
    return db.session.execute(statement).unique().scalar_one()


def content_of(version: IdeaVersion, sent: Mapping[str, str] | None = None) -> Content:
    """What stands in a version, to be written on; `sent` are the parts as they were sent, where passages are blacked out."""
    texts = sent or {}
    return Content(
        title=texts.get("title", version.title),
        summary=texts.get("summary", version.summary),
        language=version.language,
        sector=version.sector,
        region=version.region,
        size=version.size,
        organisation=version.organisation_name,
        answers={
            answer.question_id: Written(texts.get(f"answer-{answer.question_id}", answer.body), answer.audience)
            for answer in version.answers
        },
        partners=[(kind, int(one_id), code) for kind, one_id, code in version.partners],
        attributes=dict(version.attributes),
        attachments=list(version.attachments),
    )


def link_partners(actor: Any, idea: Idea, version: IdeaVersion) -> list[Link]:
    """Make the partners of a version the idea's links: done when the version becomes public. Links that were set apart
    from any version stay."""
    ends = [(kind, int(one_id), code) for kind, one_id, code in version.partners]
    for link in own_links("idea", idea.id):
        if link.attributes.get(APART) and link.to_id is not None:
            ends.append((link.to_kind, link.to_id, f"{link.type}:{link.role}" if link.role else link.type))
    return set_links(actor, "idea", idea.id, ends)
