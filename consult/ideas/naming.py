"""What notices call an idea follows when its title may not be read any more, and when it may be again.

The title stands in the lists of whoever was told of the idea, of comments on it and of its links. Once it is hidden, removed
or withdrawn, or once its title is blacked out, it would be readable there for a year.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.comments.mails import NEW_COMMENT
from consult.comments.models import Comment
from consult.core.db import db
from consult.core.i18n import LANGUAGES
from consult.core.jobs import handler
from consult.core.registry import registries
from consult.ideas.models import MERGED, Idea
from consult.ideas.publishing import NAMED_ANEW
from consult.links.models import Link
from consult.links.telling import KINDS as LINK_KINDS
from consult.notifications.renaming import say_instead


@handler(NAMED_ANEW)
def name_in_notices(payload: dict[str, Any]) -> None:
    """Its title where everyone may read it, also as part of another one; its number otherwise."""
    idea = db.session.get(Idea, payload["idea_id"])
    if idea is None or idea.erased_at is not None or not idea.number:
        return
    by_title = idea.is_public or idea.status == MERGED
    called, language = (idea.title, idea.language) if by_title else (idea.number, "")
    about = [kind.kind for kind in registries.notice_kinds.values() if kind.titled == "number"]
    say_instead(about, {"number": [idea.number]}, title=called, title_in=language)
    comments = select(Comment.id).where(Comment.subject_kind == "idea", Comment.subject_id == idea.id)
    ids = list(db.session.execute(comments.order_by(Comment.id)).scalars())
    say_instead((NEW_COMMENT.kind,), {"comment_id": ids}, title=called, title_in=language)
    _name_in_links(idea.id, {language: called} if language else dict.fromkeys(LANGUAGES, called))


def _name_in_links(idea_id: int, called: dict[str, str]) -> None:
    from_here = (Link.from_kind == "idea") & (Link.from_id == idea_id)
    to_here = (Link.to_kind == "idea") & (Link.to_id == idea_id)
    kinds = [kind.kind for kind in LINK_KINDS]
    for side, here in (("start", from_here), ("goal", to_here)):
        ids = list(db.session.execute(select(Link.id).where(here).order_by(Link.id)).scalars())
        say_instead(kinds, {"link_id": ids}, **{side: called})
