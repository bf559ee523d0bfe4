"""Taking an idea back: with a trace at its address, or with everything that was written deleted for good.

Without trace nothing of the texts stays in the database, and its address says only that something was there. It waits
where somebody may still have to look at the text: while a report is being examined, and as long as a restriction can be
complained about (Regulation (EU) 2022/2065, Art. 20: six months).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import delete, select, update

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _, format_day
from consult.ideas import origins, rules
from consult.ideas.drafting import locked
from consult.ideas.models import (
    Answer,
    Idea,
    IdeaAttachment,
    IdeaCoauthor,
    IdeaDraft,
    IdeaOriginal,
    IdeaRedaction,
    IdeaVersion,
)
from consult.ideas.publishing import refresh_public
from consult.moderation.queries import decisions_for, waiting_case

audit.declare("idea.erased", "versions")

COMPLAINTS = timedelta(days=183)
RESTRICTIONS = frozenset({"reject", "hide", "remove", "redact", "merge", "split"})


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
    ids = list(db.session.execute(select(IdeaVersion.id).where(IdeaVersion.idea_id == idea.id)).scalars())
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
    for beside in (IdeaDraft, IdeaCoauthor, IdeaAttachment):
        db.session.execute(delete(beside).where(beside.idea_id == idea.id))
    origins.forget(idea.id)
    idea.title = idea.teaser = idea.byline = idea.sector = idea.region = idea.size = idea.cross_to = ""
    idea.erased_at, idea.moved_at = now(), now()
    db.session.flush()
    audit.record("idea.erased", actor, ("idea", idea.id), versions=len(ids))
    refresh_public(idea)
    return idea
