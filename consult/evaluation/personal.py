"""This room's share of a person's data: which responses they wrote and published, on what they reported."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from consult.core.db import db
from consult.core.registry import PersonalData
from consult.evaluation.models import CommitmentReport, ResponseDraft, ResponseVersion


def export(person_id: int) -> dict[str, Any]:
    """What a person saved, published and reported; the texts are the house's."""
    drafts = select(ResponseDraft).where(ResponseDraft.saved_by == person_id).order_by(ResponseDraft.response_id)
    published = select(ResponseVersion).where(ResponseVersion.published_by == person_id).order_by(ResponseVersion.id)
    reported = select(CommitmentReport).where(CommitmentReport.made_by == person_id).order_by(CommitmentReport.id)
    return {
        "response_drafts_saved": [
            {"response": one.response_id, "at": one.saved_at.isoformat()}
            for one in db.session.execute(drafts).scalars()
        ],
        "responses_published": [
            {"response": one.response_id, "version": one.number, "at": one.published_at.isoformat()}
            for one in db.session.execute(published).scalars()
        ],
        "commitments_reported": [
            {"commitment": one.commitment_id, "state": one.status, "at": one.made_at.isoformat()}
            for one in db.session.execute(reported).scalars()
        ],
    }


def erase(person_id: int) -> None:
    """What was written stays, who wrote it is forgotten."""
    db.session.execute(update(ResponseDraft).where(ResponseDraft.saved_by == person_id).values(saved_by=None))
    db.session.execute(
        update(ResponseVersion).where(ResponseVersion.published_by == person_id).values(published_by=None)
    )
    db.session.execute(update(CommitmentReport).where(CommitmentReport.made_by == person_id).values(made_by=None))


DATA = PersonalData("evaluation", ("response_draft", "response_version", "commitment_report"), export, erase)
