"""What people are told about comments: a new one to those who watch the subject, a decision to its author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from consult.accounts.models import Person
from consult.comments.models import Comment
from consult.comments.queries import own_name, subject_of, title_for
from consult.comments.rules import VISIBLE
from consult.core.db import db
from consult.core.i18n import _, in_language
from consult.core.jobs import enqueue, handler
from consult.core.notices import notify
from consult.core.registry import NoticeKind, Verdict, registries
from consult.core.text import excerpt
from consult.core.web import address, path
from consult.moderation.mails import send_decision

EXCERPT = 300  # characters of a comment in a mail


def _new_text(context: Mapping[str, Any]) -> str:
    name = context["name"] or _("Somebody")
    if context.get("is_answer"):
        return _("%(name)s has answered below “%(title)s”", name=name, title=context["title"])
    return _("%(name)s has commented on “%(title)s”", name=name, title=context["title"])


def _still(context: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Nothing of a comment that is not read any more, or stands below something that is not; else its present words."""
    comment = db.session.get(Comment, context["comment_id"])
    info = subject_of(comment) if comment is not None and comment.status == VISIBLE else None
    if comment is None or info is None or not info.public:
        return None
    return {**context, "excerpt": excerpt(comment.body, EXCERPT)}


def _named(context: Mapping[str, Any]) -> list[tuple[int | None, str]]:
    """Who wrote the comment, by their own name."""
    comment = db.session.get(Comment, context["comment_id"])
    return [(comment.author_id, comment.author_name)] if comment is not None else []


NEW_COMMENT = NoticeKind(
    "comment.new",
    _new_text,
    lambda context: path("comments.show", comment_id=context["comment_id"]),
    "comments/mail_new",
    still=_still,
    named=_named,
)


def tell_later(comment: Comment, cause: str, run_at: datetime | None = None) -> None:
    """Tell those who watch, once the comment is sure to stay; `cause` keeps one publishing apart from the next."""
    enqueue("comments.tell", {"comment_id": comment.id}, run_at=run_at, dedupe=f"comments.tell:{comment.id}:{cause}")


@handler("comments.tell")
def tell(payload: dict[str, Any]) -> None:
    """Tell the subject's watchers and, for an answer, the author of the comment above; nobody twice, never the author, and
    nobody of what is hidden together with its subject by then."""
    comment = db.session.get(Comment, payload["comment_id"])
    if comment is None or comment.status != VISIBLE:
        return
    info = subject_of(comment)
    commentable = registries.commentable.get(comment.subject_kind)
    if info is None or not info.public or commentable is None:
        return
    people: set[int | None] = set(commentable.watchers(comment.subject_id))
    if comment.parent_id is not None:
        parent = db.session.get(Comment, comment.parent_id)
        people.add(parent.author_id if parent is not None else None)
    context = {
        "comment_id": comment.id,
        "title": info.title,
        "title_in": info.language,
        "name": own_name(comment.author_name, comment.organisation_name),
        "said_in": comment.language,
        "excerpt": excerpt(comment.body, EXCERPT),
        "is_answer": comment.parent_id is not None,
    }
    notify("comment.new", people - {comment.author_id}, context, dedupe=f"comment.new:{comment.id}")


def send_comment_decision(comment: Comment, verdict: Verdict) -> None:
    """Tell the author what was decided about the comment; examples and people who have left get no mail."""
    person = db.session.get(Person, comment.author_id) if comment.author_id is not None else None
    if person is None or not person.is_active:
        return
    with in_language(person.language):
        title = title_for(subject_of(comment))
        public = verdict.outcome in ("publish", "restore")
        url = address("comments.show", comment_id=comment.id) if public else address("pages.me")
    send_decision(
        person.email,
        person.language,
        verdict,
        title=title,
        number=f"K-{comment.id}",
        url=url,
        person_id=person.id,
    )
