"""Comments: threads of two levels below any registered subject.

Words: a *comment* stands below a subject, an *answer* below a comment. What always holds: nothing is public that the
subject's mode does not allow (before or after moderation, or by trust); a removed comment leaves a stub where it was
answered; an edit after a quarter of an hour can be seen. Which subjects may be commented on, their rooms register
(`Commentable`).
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from consult.comments import drawing, exchange, indexing, loading, mails, merging, personal, queries, review, views
from consult.core.access import Actor
from consult.core.i18n import _l
from consult.core.registry import Panel, Searchable, SubjectKind, registries


def _mine(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """The reader's own comments, for their page."""
    if actor.person_id is None:
        return None
    comments = queries.latest_by(actor.person_id)
    return {"comments": comments} if comments else None


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(drawn_comments=drawing.comments, shown_name=queries.shown_name)
    registries.subjects["comment"] = SubjectKind(
        "comment", _l("Comment"), queries.describe_comments, queries.find_comment
    )
    registries.searchables["comment"] = Searchable("comment", indexing.comment_documents, _l("Comments"))
    registries.on_touch.append(indexing.follow_subjects)
    registries.moderated["comment"] = review.MODERATED
    registries.notice_kinds[mails.NEW_COMMENT.kind] = mails.NEW_COMMENT
    registries.personal_data["comments"] = personal.PERSONAL_DATA
    registries.me_sections.append(Panel("pages.me", 40, "comments/_me.html", _mine))
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(loading.LOADER)
    registries.resolvers["comments.show"] = lambda args: ("comment", args["comment_id"])
    registries.merge_hooks.append(merging.HOOK)
