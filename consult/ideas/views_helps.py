"""The help beside a draft, as a page of its own and as the part of the writing page that a script renews; and the same
beside a public idea: what is like it and who may fit, with how the points are counted."""

from __future__ import annotations

from flask import render_template, request

from consult.core.access import access
from consult.core.errors import NotFound
from consult.core.i18n import current_language
from consult.core.limits import allow_search
from consult.core.memory import remembered
from consult.core.registry import registries
from consult.ideas import frames, helps, queries
from consult.ideas.views import blueprint
from consult.search.notes import PARTNERS

READY = True


@blueprint.get("/ideas/drafts/<token>/helps")
@access("public")
def draft_helps(token: str) -> tuple[str, int, dict[str, str]]:
    """What is like the draft and what fits it; with `part` only the part itself."""
    frame = frames.frame_by_draft_token(token)
    found = helps.helps_for(frame.content, frame.idea_id)
    template = "ideas/_helps.html" if request.args.get("part") else "ideas/helps.html"
    return render_template(template, draft=frame, helps=found), 200, {"Cache-Control": "private, no-store"}


@blueprint.get("/ideas/<number>/near")
@access("public")
def near(number: str) -> str:
    """Ideas like a public one, clusters and projects that may fit it, each with points and reasons, and the formula."""
    allow_search()
    idea = queries.idea_by_number(number)
    if idea is None or not idea.is_public:
        raise NotFound()
    found = remembered(("ideas.near", idea.id, current_language()), lambda: helps.near_to(idea))
    kinds = {kind: registries.subjects[kind].label for kind in PARTNERS}
    return render_template("ideas/near.html", idea=idea, helps=found, kinds=kinds, formula=helps.FORMULA)
