"""What a person sees of redress on their own page: reports, complaints, and measures that concern them."""

from __future__ import annotations

from typing import Any

from consult.core.access import Actor
from consult.core.registry import Panel
from consult.moderation.objecting import complaint_path
from consult.redress import complaint_queries, queries
from consult.redress.complaint_mails import about
from consult.redress.models import CONCERNED
from consult.redress.words import was_refused


def _mine(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """Reports with their answers, complaints with their addresses, measures; None where there is nothing. Three queries."""
    reports = queries.reports_of(person_id)
    complaints = complaint_queries.complaints_of(person_id)
    measures = complaint_queries.measures_of(person_id)
    if not reports and not complaints and not measures:
        return None
    return {
        "reports": [(report, decision, _complain_url(report, decision)) for report, decision in reports],
        "complaints": [(one, complaint_path(*about(one))) for one in complaints],
        "measures": [(one, complaint_path(CONCERNED, one.id)) for one in measures],
    }


def _complain_url(report: Any, decision: Any) -> str:
    answered = report.status == "answered" and decision is not None
    return complaint_path("reporter", report.id) if answered and was_refused(decision) else ""


MINE = Panel("pages.me", 60, "redress/_me.html", _mine)
