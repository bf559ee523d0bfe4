"""Comments as moderation sees them: what is read to decide, which decisions are possible, who is involved."""

from __future__ import annotations

from consult.comments import operations, queries, rules
from consult.comments.models import Comment
from consult.core.access import Actor
from consult.core.db import db
from consult.core.i18n import _, format_moment
from consult.core.registry import ModeratedKind, Review, ReviewPart
from consult.core.text import excerpt
from consult.core.vocabularies import vocabulary


def review(comment_id: int, version_id: int | None) -> Review:
    """The text of a version (the present one by default), what stood there before, and what it answers."""
    comment = queries.comment_by_id(comment_id)
    versions = queries.versions_of(comment_id)
    index = next(
        (i for i, one in enumerate(versions) if one.id == (version_id or comment.version_id)), len(versions) - 1
    )
    shown, former = versions[index], versions[:index]
    info = queries.subject_of(comment)
    facts = [(_("Kind"), vocabulary("comment_kinds").title(comment.kind) if comment.kind else "")]
    if comment.parent_id is not None:
        parent = db.session.get(Comment, comment.parent_id)
        facts.append((_("Answer to"), excerpt(parent.body, 240) if parent is not None else ""))
    return Review(
        title=queries.title_for(info),
        language=comment.language,
        parts=[ReviewPart("", shown.body, shown.html)],
        version_id=shown.id,
        author=comment.author_name,
        author_id=comment.author_id,
        organisation=comment.organisation_name,
        previous=[ReviewPart("", former[-1].body, former[-1].html)] if former and comment.published_at else [],
        links=[info] if info is not None else [],
        history=[f"{format_moment(one.made_at)}: {excerpt(one.body, 120)}" for one in former],
        outcomes=rules.OUTCOMES[comment.status],
        public_url=info.url if info is not None else "",
        facts=[fact for fact in facts if fact[1]],
    )


def involved(actor: Actor, comment_id: int) -> bool:
    """Whether the actor has a part in the comment."""
    comment = db.session.get(Comment, comment_id)
    return comment is not None and rules.is_involved(actor, comment)


def outcomes(comment_id: int, _version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible in the comment's state."""
    comment = db.session.get(Comment, comment_id)
    return rules.OUTCOMES[comment.status] if comment is not None else ()


MODERATED = ModeratedKind(
    "comment", review, operations.apply_verdict, involved, outcomes, reverse=operations.reverse_verdict
)
