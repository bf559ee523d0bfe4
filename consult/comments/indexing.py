"""What search knows of comments: those that are published, below something that is public itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, exists, select

from consult.comments import rules
from consult.comments.models import Comment
from consult.core.db import db
from consult.core.registry import SearchDocument, describe, registries, touch
from consult.core.text import plain_html
from consult.search.models import SearchDoc

PORTION = 500  # comments read at a time


def comment_documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public comments of these ids, or of all: published, below something public. In portions of a few hundred."""
    last = 0
    while True:
        query = (
            select(Comment)
            .where(Comment.status == rules.VISIBLE, Comment.id > last)
            .order_by(Comment.id)
            .limit(PORTION)
        )
        comments = db.session.execute(query if ids is None else query.where(Comment.id.in_(ids))).scalars().all()
        infos = describe((comment.subject_kind, comment.subject_id) for comment in comments)
        for comment in comments:
            subject = infos.get((comment.subject_kind, comment.subject_id))
            if subject is not None and subject.public:
                yield SearchDocument(
                    "comment", comment.id, "", plain_html(comment.html), comment.language, comment.created_at,
                    {"region": [subject.region], "consultation": [subject.consultation_id]},
                )  # fmt: skip
        if len(comments) < PORTION:
            return
        last = comments[-1].id


def follow_subjects(touched: set[tuple[str, int]]) -> None:
    """Where something that is commented on appears or goes, its comments appear in the search or go with it.

    Only comments whose place in the index differs from what is due are touched.
    """
    subjects = [one for one in touched if one[0] in registries.commentable]
    if not subjects:
        return
    infos = describe(subjects)
    for kind, subject_id in subjects:
        info = infos.get((kind, subject_id))
        indexed = exists().where(SearchDoc.kind == "comment", SearchDoc.subject_id == Comment.id)
        due = and_(Comment.status == rules.VISIBLE, ~indexed) if info is not None and info.public else indexed
        query = select(Comment.id).where(Comment.subject_kind == kind, Comment.subject_id == subject_id, due)
        for comment_id in db.session.execute(query).scalars():
            touch("comment", comment_id)
