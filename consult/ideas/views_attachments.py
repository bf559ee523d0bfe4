"""The files of ideas: who may read one, and how it is handed out."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import quote

from flask import Response, request

from consult.core import audit
from consult.core.access import Actor, access, current_actor
from consult.core.audiences import PUBLIC
from consult.core.db import db, set_reading
from consult.core.errors import NotFound
from consult.files.checking import LARGEST
from consult.ideas import attachments, file_readers, page_queries, rules, tokens
from consult.ideas.coauthors import is_coauthor
from consult.ideas.models import Idea, IdeaAttachment
from consult.ideas.views import blueprint
from consult.moderation.queries import open_case_for
from consult.moderation.rules import can_read_restricted

audit.declare("idea.attachment_read", "attachment_id")

# A file can do nothing here: no script, no form, no plug-in, no frame around it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox; frame-ancestors 'none'"


TAKEN = 4 * LARGEST  # bytes of a form; it waits on disk, and no more than the largest file is read of it
TAKES_FILES = ("ideas.new", "ideas.draft")


def allow_large_file() -> None:
    """Before the form is read: the writing pages accept what an attachment may weigh, and some more, so that what is too
    large is said at its field and the text beside it stored; texts stay bounded."""
    if request.endpoint in TAKES_FILES and request.mimetype == "multipart/form-data":
        request.max_content_length = TAKEN


@blueprint.get("/ideas/files/<key>")
@access("public")
def file(key: str) -> Any:
    """A file of an idea, for whoever may read it. Pictures are shown, everything else is saved.

    `link` is the secret of the draft or of the status page: it makes its holder an author, of what belongs to an
    organisation only those who write for it.
    """
    attachment, idea = attachments.by_key(key)
    actor = current_actor()
    shared = file_readers.is_for_everyone(attachment, idea)
    if not shared and not _holds_link(actor, idea) and not _is_own(actor, idea):
        _check_rights(actor, attachment, idea)
    answer = Response(attachments.content_of(attachment), content_type=attachment.media_type)
    way = "inline" if attachment.is_image else "attachment"
    answer.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(attachment.file_name)}"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-cache" if shared else "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(attachment.digest)
    return answer.make_conditional(request) if shared else answer


def _holds_link(actor: Actor, idea: Idea) -> bool:
    """Whether the address carries the secret of the draft or of the status page, and the actor could open that page."""
    given = request.args.get("link", "")
    if not given or not rules.reaches(actor, idea):
        return False
    sent = tokens.token_hash(given)
    return hmac.compare_digest(sent, idea.draft_token_hash) or hmac.compare_digest(sent, idea.status_token_hash)


def _is_own(actor: Actor, idea: Idea) -> bool:
    return actor.signed_in and (rules.reads_all(actor, idea) or is_coauthor(actor, idea.id))


def _opens_page(actor: Actor, idea: Idea) -> bool:
    """Whether the actor may open the page on which the file stands: one for everybody goes from them with it."""
    if idea.is_public:
        return True
    allowed = rules.restricted_for(actor, idea.consultation_id)
    return bool(allowed) and rules.can_open_page(actor, idea, page_queries.restricted_audiences(idea))


def _check_rights(actor: Actor, attachment: IdeaAttachment, idea: Idea) -> None:
    """NotFound for whoever may not read it; a look of others at what is not public is noted before it is answered."""
    case = open_case_for("idea", idea.id) if actor.signed_in else None
    involved = rules.is_involved(actor, idea)
    for_them = file_readers.is_for_officials(actor, attachment, idea) and _opens_page(actor, idea)
    if not for_them and not (case is not None and can_read_restricted(actor, case, involved)):
        raise NotFound()
    if attachment.audience == PUBLIC and not attachment.is_held:
        return
    idea_id, attachment_id = idea.id, attachment.id
    db.session.rollback()
    set_reading(False)
    try:
        audit.record_apart("idea.attachment_read", actor, ("idea", idea_id), attachment_id=attachment_id)
    finally:
        set_reading(True)
