"""Comments as moderation sees them: what is read to decide, which decisions are possible, who is involved."""

from __future__ import annotations

from consult.comments import operations, queries, redactions, rules
from consult.comments.models import Comment, CommentVersion
from consult.core.access import Actor
from consult.core.db import db
from consult.core.i18n import _, format_moment
from consult.core.registry import ModeratedKind, Review, ReviewPart, registries
from consult.core.text import excerpt, render_markdown
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
        parts=[ReviewPart("", shown.body, shown.html, name="body")],
        version_id=shown.id,
        author=comment.author_name,
        author_id=comment.author_id,
        organisation=comment.organisation_name,
        organisation_id=comment.organisation_id,
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


def preview(comment_id: int, version_id: int | None, reader: str) -> list[ReviewPart]:
    """The comment as a reader sees it now, or, with a version, as they would see that one once it is published."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        return []
    if version_id is None:
        shown = comment.status == rules.VISIBLE or (reader == "author" and comment.status != "removed")
        return [ReviewPart("", comment.body, comment.html)] if shown else []
    version = db.session.get(CommentVersion, version_id)
    if version is None or version.comment_id != comment.id:
        return []
    text = version.body
    if version.id == comment.version_id and reader != "author":
        text = redactions.shown_text(comment, text)
    return [ReviewPart("", text, render_markdown(text))]


def due_days(comment_id: int) -> int:
    """As what it stands below says."""
    comment = db.session.get(Comment, comment_id)
    commentable = registries.commentable.get(comment.subject_kind) if comment is not None else None
    return commentable.due_days(comment.subject_id) if comment is not None and commentable is not None else 2


MODERATED = ModeratedKind(
    "comment", review, operations.apply_verdict, involved, outcomes, reverse=operations.reverse_verdict,
    interim=frozenset({"hide"}), preview=preview, due_days=due_days,
    titled=queries.titled,
)  # fmt: skip
