"""The page of an organisation: public facts, and for its members a little more."""

from __future__ import annotations

from typing import Any

from flask import render_template

from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.web import room_blueprint
from consult.organisations import facts, queries, rules

blueprint = room_blueprint("organisations", __name__)


@blueprint.get("/organisations/<slug>")
@access("public")
def show(slug: str) -> Any:
    """What is publicly known of an organisation; its members also see who they are."""
    organisation = queries.organisation_by_slug(slug)
    if organisation is None:
        raise NotFound()
    actor = current_actor()
    inside = rules.is_member(actor, organisation.id)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        rows=facts.rows(organisation),
        notes=facts.notes(organisation),
        sources=facts.source_words((organisation.data or {}).get("source")),
        members=queries.members_of(organisation.id) if inside else None,
    )
