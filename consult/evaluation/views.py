"""Public pages of responses: all those of a consultation, and one with its wordings and commitments."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.consultations import rules as consultation_rules
from consult.consultations.models import Consultation
from consult.consultations.queries import consultation_by_slug
from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.outlets import FORMATS
from consult.core.templating import with_query
from consult.core.vocabularies import vocabulary
from consult.core.web import room_blueprint
from consult.evaluation import listing_files, queries, rules
from consult.evaluation.panels import HELP

blueprint = room_blueprint("evaluation", __name__)


def consultation_of(slug: str) -> Consultation:
    """The consultation of an address, as far as the reader may see it."""
    found = consultation_by_slug(slug)
    if found is None or not consultation_rules.can_see(current_actor(), found):
        raise NotFound()
    return found


@blueprint.get("/results/<slug>/responses/")
@access("public")
def responses(slug: str) -> Any:
    """What offices have answered to the ideas of a consultation, the newest first; as files and feed, too."""
    consultation = consultation_of(slug)
    status = request.args.get("status", "")
    chosen = status if status in vocabulary("response_statuses") else ""
    if (fmt := request.args.get("format", "")) in FORMATS:
        return listing_files.LIST.answer(
            fmt, lambda after, size: queries.responses_page(consultation.id, after, chosen, size)
        )
    return render_template(
        "evaluation/responses.html",
        consultation=consultation,
        page=queries.responses_page(consultation.id, request.args.get("after"), chosen),
        tabs=_tabs(queries.position_counts(consultation.id), chosen),
        chosen=chosen,
        formats=FORMATS,
        may_write=rules.can_write(current_actor(), consultation.id),
        **HELP,
    )


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """What became of the ideas, as views of the list with their numbers; those that occur."""
    every = {"label": _("All"), "url": with_query(status=None), "current": not chosen, "count": sum(counts.values())}
    return [every] + [
        {"label": label, "url": with_query(status=code), "current": code == chosen, "count": counts.get(code, 0)}
        for code, label in vocabulary("response_statuses").choices()
        if counts.get(code) or code == chosen
    ]


@blueprint.get("/results/<slug>/responses/<int:response_id>")
@access("public")
def response(slug: str, response_id: int) -> Any:
    """One response with the ideas that it speaks to, its earlier wordings and what was reported on its commitments."""
    consultation = consultation_of(slug)
    shown = queries.response_shown(slug, response_id)
    if shown is None:
        raise NotFound(_("There is no response under this address, or it was taken back."))
    return render_template(
        "evaluation/response.html",
        consultation=consultation,
        response=shown,
        ideas=[one for one in queries.ideas_of(response_id) if one.is_public],
        earlier=queries.versions_of(response_id)[1:],
        may_write=rules.can_write(current_actor(), consultation.id),
        may_report=rules.can_publish(current_actor(), consultation.id)
        and rules.speaks_for(current_actor(), shown.house_id),
        **HELP,
    )
