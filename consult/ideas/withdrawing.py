"""Taking an idea back: with a trace at its address, or with everything that was written deleted for good.

Without trace nothing of the texts stays in the database, and its address says only that something was there. It waits
where somebody may still have to look at the text: while a report is being examined, and as long as a restriction can be
complained about (Regulation (EU) 2022/2065, Art. 20: six months).

What others keep of it goes, too: titles in notices, in cases and in mails that were sent, passages that a decision quotes.
Mails that were just on their way are looked at once more an hour later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import delete, or_, select, update

from consult.comments.models import Comment
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _, format_day
from consult.core.jobs import enqueue, handler
from consult.core.mail import forget as forget_mails
from consult.core.web import path
from consult.ideas import origins, rules
from consult.ideas.drafting import locked
from consult.ideas.models import (
    WITHDRAWN,
    Answer,
    Idea,
    IdeaAttachment,
    IdeaCoauthor,
    IdeaDraft,
    IdeaNote,
    IdeaOriginal,
    IdeaRedaction,
    IdeaVersion,
)
from consult.ideas.publishing import refresh_public
from consult.ideas.versions import returned_version
from consult.links.models import Link
from consult.moderation.forgetting import forget_text as forget_cases
from consult.moderation.forgetting import forget_title
from consult.moderation.queries import decisions_for, waiting_case
from consult.notifications.forgetting import forget_text as forget_notices

audit.declare("idea.erased", "versions")

COMPLAINTS = timedelta(days=183)
RESTRICTIONS = frozenset({"reject", "hide", "remove", "redact", "merge", "split"})


def leave_change(actor: Actor, idea_id: int) -> Idea:
    """Take back the new version for which moderation asks a change, with what was written of it: nothing is asked any more,
    and what is public stays. Conflict where nothing is asked, or where somebody has the next text before them."""
    idea = locked(idea_id)
    version = returned_version(idea)
    if version is None or idea.waiting_version_id is not None or idea.waits_for_release:
        raise Conflict(_("No new version is waiting."))
    version.state = WITHDRAWN
    db.session.execute(delete(IdeaDraft).where(IdeaDraft.idea_id == idea.id))
    audit.record("idea.version_withdrawn", actor, ("idea", idea.id), version_id=version.id)
    db.session.flush()
    return idea


def kept_until(idea: Idea) -> datetime | None:
    """Until when the texts have to be kept, because a restriction can still be complained about; None if they need not."""
    moments = [
        decision.made_at
        for decision in decisions_for("idea", idea.id)
        if decision.outcome in RESTRICTIONS and decision.reversed_at is None
    ]
    last = max(moments) + COMPLAINTS if moments else None
    return last if last is not None and last > now() else None


def why_not_erasable(idea: Idea) -> str:
    """Why the texts cannot be deleted for good now, in a sentence; empty where they can."""
    if idea.status not in rules.ERASABLE:
        return _("Please withdraw the idea first.")
    if idea.erased_at is not None:
        return _("The texts are deleted already.")
    case = waiting_case("idea", idea.id)
    if case is not None and case.report_count:
        return _("Somebody has reported the text, and we are still looking at it. After that it can be deleted.")
    until = kept_until(idea)
    if until is not None:
        return _(
            "A decision about the text can be complained about until %(day)s. It can be deleted after that.",
            day=format_day(until),
        )
    return ""


def erase(actor: Actor, idea_id: int) -> Idea:
    """Delete for good what was written of an idea that is at its end. Conflict, with the reason, where it has to wait."""
    idea = locked(idea_id)
    refusal = why_not_erasable(idea)
    if refusal:
        raise Conflict(refusal)
    versions = select(IdeaVersion.id, IdeaVersion.title).where(IdeaVersion.idea_id == idea.id)
    titles = {row.id: row.title for row in db.session.execute(versions)}
    ids = list(titles)
    for apart in (IdeaOriginal, IdeaRedaction):
        db.session.execute(delete(apart).where(apart.version_id.in_(ids)))
    db.session.execute(update(Answer).where(Answer.version_id.in_(ids)).values(body="", html=Markup(""), excerpt=""))
    db.session.execute(
        update(IdeaVersion)
        .where(IdeaVersion.id.in_(ids))
        .values(
            title="", summary="", organisation_name="", partners=[], attributes={}, attachments=[], is_redacted=False
        )
    )
    for beside in (IdeaDraft, IdeaNote, IdeaCoauthor, IdeaAttachment):
        db.session.execute(delete(beside).where(beside.idea_id == idea.id))
    origins.forget(idea.id)
    idea.title = idea.teaser = idea.byline = idea.sector = idea.region = idea.size = idea.cross_to = ""
    idea.erased_at = now()
    db.session.flush()
    audit.record("idea.erased", actor, ("idea", idea.id), versions=len(ids))
    refresh_public(idea)
    _forget_elsewhere(idea, {one for one in titles.values() if one})
    enqueue("idea.forget", {"idea_id": idea.id}, run_at=now() + timedelta(hours=1))
    return idea


@handler("idea.forget")
def forget_what_was_sent(payload: dict[str, Any]) -> None:
    """Once more, now that nothing of it is on its way any longer."""
    idea = db.session.get(Idea, payload["idea_id"])
    if idea is not None and idea.erased_at is not None:
        _forget_elsewhere(idea)


def _forget_elsewhere(idea: Idea, titles: Collection[str] = ()) -> None:
    """What notices, cases, decisions and sent mails say of the idea in its author's words."""
    links = select(Link.id).where(
        or_((Link.from_kind == "idea") & (Link.from_id == idea.id), (Link.to_kind == "idea") & (Link.to_id == idea.id))
    )
    comments = list(
        db.session.execute(
            select(Comment.id).where(Comment.subject_kind == "idea", Comment.subject_id == idea.id)
        ).scalars()
    )
    number = idea.number or ""
    mentions: dict[str, list[int] | list[str]] = {
        "idea_id": [idea.id],
        "number": [number] if number else [],
        "link_id": list(db.session.execute(links).scalars()),
        "comment_id": comments,
        "case_id": [*forget_cases("idea", idea.id, number), *forget_title("comment", comments, titles, number)],
    }
    forget_notices(mentions, path("ideas.show", number=number) if number else "")
    forget_mails([f"idea:{idea.id}"])
    audit.forget_details("idea", idea.id)
