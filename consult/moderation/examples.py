"""Decisions of the shipped examples: they were made before the content was loaded, so they are stored as they stand.

The log gets the rows that a decision of today would have left, so that figures and log say the same.
"""

from __future__ import annotations

from datetime import datetime

from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.db import db
from consult.core.vocabularies import vocabulary
from consult.moderation import deadlines
from consult.moderation.models import SUBMISSION, Case, Decision
from consult.moderation.statements import DEFAULT_REASON, statement_texts


def store_example_decision(
    kind: str,
    subject_id: int,
    version_id: int | None,
    *,
    outcome: str,
    opened_at: datetime,
    made_at: datetime,
    title: str,
    language: str,
    consultation_id: int | None = None,
    author_id: int | None = None,
    moderator_id: int | None = None,
    moderator_name: str = "",
    reason: str = DEFAULT_REASON,
    note: str = "",
    passages: tuple[tuple[str, str], ...] = (),
    due_days: int = 2,
) -> Decision:
    """A closed case with its decision. Flushes; sends no mail and tells nobody."""
    case = Case(
        kind=kind, subject_id=subject_id, version_id=version_id, source=SUBMISSION, consultation_id=consultation_id,
        title=title[:300], language=language, author_id=author_id, status="decided", opened_at=opened_at,
        due_at=deadlines.due(opened_at, due_days), closed_at=made_at, is_example=True,
    )  # fmt: skip
    db.session.add(case)
    db.session.flush()
    term = vocabulary("moderation_reasons").get(reason)
    decision = Decision(
        case_id=case.id, kind=kind, subject_id=subject_id, version_id=version_id, outcome=outcome, reason=reason, note=note,
        passages=[list(pair) for pair in passages], facts={"source": SUBMISSION, "reports": 0, "left": False},
        ground=term.extra.get("ground", "") if term else "", legal_basis=term.extra.get("legal_basis", "") if term else "",
        moderator_id=moderator_id, made_at=made_at, waited_seconds=round((made_at - opened_at).total_seconds()),
        in_time=made_at <= case.due_at, is_example=True,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    decision.statement = statement_texts(decision)
    by = Actor(person_id=moderator_id, name=moderator_name) if moderator_id is not None else SYSTEM
    subject = (kind, subject_id)
    audit.record("case.opened", SYSTEM, subject, case_id=case.id, version_id=version_id, source=SUBMISSION)
    audit.record(
        "decision.made", by, subject, case_id=case.id, decision_id=decision.id, version_id=version_id, outcome=outcome,
        reason=reason, automated=False, detail={"note": note} if note else None,
    )  # fmt: skip
    db.session.flush()
    return decision
