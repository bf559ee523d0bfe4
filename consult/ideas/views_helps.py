"""The help beside a draft, as a page of its own and as the part of the writing page that a script renews."""

from __future__ import annotations

from flask import render_template, request

from consult.core.access import access
from consult.ideas import frames, helps
from consult.ideas.views import blueprint

READY = True


@blueprint.get("/ideas/drafts/<token>/helps")
@access("public")
def draft_helps(token: str) -> tuple[str, int, dict[str, str]]:
    """What is like the draft and what fits it; with `part` only the part itself."""
    frame = frames.draft_frame(frames.idea_by_draft_token(token))
    found = helps.helps_for(frame.content, frame.idea_id)
    template = "ideas/_helps.html" if request.args.get("part") else "ideas/helps.html"
    return render_template(template, draft=frame, helps=found), 200, {"Cache-Control": "private, no-store"}
