"""What happens to responses by itself: people are told, and officials are reminded of what was promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from consult.accounts.queries import ids_with_permission
from consult.core import jobs
from consult.core.clock import today
from consult.core.db import db
from consult.core.i18n import LANGUAGES, format_day, in_language
from consult.core.notices import notify
from consult.evaluation import mails, queries, rules
from consult.evaluation.commitments import REPORTED
from consult.evaluation.models import OPEN, PUBLISHED, Commitment, CommitmentReport, Response, ResponseIdea
from consult.evaluation.operations import TELL
from consult.ideas.models import Idea
from consult.ideas.transfers import heir_of
from consult.organisations.queries import member_ids

AHEAD = timedelta(days=14)


def _answered(response_id: int) -> list[tuple[ResponseIdea, Idea]]:
    """The ideas that a response speaks to. Who wrote one that is part of another one of them is told with that one."""
    statement = (
        select(ResponseIdea, Idea)
        .join(Idea, Idea.id == ResponseIdea.idea_id)
        .where(ResponseIdea.response_id == response_id)
        .order_by(ResponseIdea.idea_id)
        .with_for_update(of=ResponseIdea)
    )
    found = [(row[0], row[1]) for row in db.session.execute(statement)]
    ids = {idea.id for _row, idea in found}
    return [(row, idea) for row, idea in found if (heir := heir_of(idea)) is None or heir.id not in ids]


@jobs.handler(TELL)
def tell(payload: dict[str, Any]) -> None:
    """Tell the people of each idea once a wording. One that was replaced or taken back meanwhile is told to nobody."""
    response = db.session.get(Response, payload["response_id"])
    if response is None or response.version != payload["version"]:
        return
    if response.status != PUBLISHED:
        for row, idea in _answered(response.id) if payload.get("withdrawn") else ():
            if row.told_version:
                mails.tell_withdrawn(idea, payload["withdrawn"])
        return
    if payload.get("withdrawn"):
        return
    shown = next(iter(queries.views_of([response.id])), None)
    for row, idea in _answered(response.id):
        if shown is not None and row.told_version < response.version:
            mails.tell_response(idea, shown, again=row.told_version > 0)
            row.told_version = response.version


@jobs.handler(REPORTED)
def tell_report(payload: dict[str, Any]) -> None:
    """Tell the people of all ideas that the response speaks to where the commitment stands."""
    report = db.session.get(CommitmentReport, payload["report_id"])
    commitment = db.session.get(Commitment, report.commitment_id) if report is not None else None
    if report is None or commitment is None:
        return
    for _row, idea in _answered(commitment.response_id):
        mails.tell_report(idea, commitment, report)


@jobs.every("evaluation.due", minutes=360)
def remind(_payload: dict[str, Any]) -> None:
    """Two weeks ahead, remind the house's officials of what it has promised, all where it has none: once for each day."""
    due = db.session.execute(
        select(Commitment, Response.consultation_id, Response.organisation_id)
        .join(Response, Response.id == Commitment.response_id)
        .where(Commitment.status.in_(OPEN), Commitment.due_on.is_not(None), Commitment.due_on <= today() + AHEAD)
        .order_by(Commitment.id)
        .limit(500)
    )
    for commitment, consultation_id, house in due.all():
        officials = set(ids_with_permission(rules.PUBLISH, consultation_id))
        own = officials & set(member_ids(house)) if house is not None else set()
        day = {}
        for language in LANGUAGES:
            with in_language(language):
                day[language] = format_day(commitment.due_on)
        notify(
            "commitment.due", own or officials,
            {"commitment_id": commitment.id, "title": commitment.title, "day": day},
            dedupe=f"commitment-due:{commitment.id}:{commitment.due_on}",
        )  # fmt: skip
