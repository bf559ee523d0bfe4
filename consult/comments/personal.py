"""A person's share in comments: their texts, taken out; their name, taken away."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import select, update

from consult.comments.mails import NEW_COMMENT
from consult.comments.models import Comment, CommentVersion
from consult.comments.queries import own_name
from consult.core.db import db
from consult.core.registry import PersonalData
from consult.notifications.renaming import say_instead


def export(person_id: int) -> dict[str, Any]:
    """All comments of a person with the texts they had."""
    comments = (
        db.session.execute(select(Comment).where(Comment.author_id == person_id).order_by(Comment.id)).scalars().all()
    )
    versions: dict[int, list[dict[str, str]]] = {}
    for version in db.session.execute(
        select(CommentVersion)
        .where(CommentVersion.comment_id.in_([comment.id for comment in comments]))
        .order_by(CommentVersion.comment_id, CommentVersion.number)
    ).scalars():
        versions.setdefault(version.comment_id, []).append(
            {"body": version.body, "made_at": version.made_at.isoformat()}
        )
    return {
        "comments": [
            {
                "number": f"K-{comment.id}", "body": comment.body, "status": comment.status, "kind": comment.kind,
                "shown_name": comment.author_name, "organisation": comment.organisation_name,
                "created_at": comment.created_at.isoformat(), "versions": versions.get(comment.id, []),
            }
            for comment in comments
        ]
    }  # fmt: skip


def erase(person_id: int) -> None:
    """Published comments stay under "former participant"; what was never public loses its text as well."""
    own = select(Comment.id).where(Comment.author_id == person_id, Comment.published_at.is_(None))
    db.session.execute(
        update(CommentVersion).where(CommentVersion.comment_id.in_(own)).values(body="", html=Markup(""))
    )
    db.session.execute(
        update(Comment)
        .where(Comment.author_id == person_id, Comment.published_at.is_(None))
        .values(body="", html=Markup(""))
    )
    _keep_blackened(person_id)
    all_own = list(db.session.execute(select(Comment.id).where(Comment.author_id == person_id)).scalars())
    say_instead((NEW_COMMENT.kind,), {"comment_id": all_own}, name="")
    db.session.execute(
        update(Comment)
        .where(Comment.author_id == person_id)
        .values(author_id=None, author_name="", organisation_id=None, organisation_name="")
    )


def _keep_blackened(person_id: int) -> None:
    """What moderation has blacked out goes with its author: nobody is left who may read it."""
    comments = db.session.execute(select(Comment).where(Comment.author_id == person_id)).scalars()
    for comment in [one for one in comments if one.redactions]:
        comment.redactions = []
        db.session.execute(
            update(CommentVersion)
            .where(CommentVersion.comment_id == comment.id)
            .values(body=comment.body, html=comment.html)
        )
    db.session.flush()


def rename(person_id: int, _old: str, new: str) -> None:
    """The person's comments stand under a new name, also where others were told of them."""
    own = update(Comment).where(Comment.author_id == person_id)
    db.session.execute(own.values(author_name=new[:120]))
    houses: dict[str, list[int]] = {}
    statement = select(Comment.id, Comment.organisation_name).where(Comment.author_id == person_id)
    for comment_id, house in db.session.execute(statement.order_by(Comment.id)):
        houses.setdefault(house, []).append(comment_id)
    for house, ids in houses.items():
        say_instead((NEW_COMMENT.kind,), {"comment_id": ids}, name=own_name(new[:120], house))


PERSONAL_DATA = PersonalData("comments", ("comment", "comment_version"), export, erase, rename=rename)
