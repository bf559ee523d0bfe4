"""A person's share in moderation: what was decided about their texts, and what they decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from consult.core.db import db
from consult.core.registry import PersonalData
from consult.moderation.models import Case, Decision, Print, Reason, SecondLook
from consult.moderation.naming import called


def export(person_id: int) -> dict[str, Any]:
    """Decisions on texts of the person; who reported them is no part of it."""
    decisions = db.session.execute(
        select(Decision, Case.title)
        .join(Case, Case.id == Decision.case_id)
        .where(Case.author_id == person_id)
        .order_by(Decision.id)
    )
    looks = select(SecondLook).where(SecondLook.reviewer_id == person_id).order_by(SecondLook.id)
    return {
        "decisions": [
            {
                "number": decision.number, "title": called(decision.kind, title), "outcome": decision.outcome,
                "reason": decision.reason, "statement": decision.statement, "made_at": decision.made_at.isoformat(),
            }
            for decision, title in decisions
        ],
        "second_looks": [
            {"outcome": look.outcome, "reason": look.reason, "note": look.note, "made_at": look.made_at.isoformat()}
            for look in db.session.execute(looks).scalars()
            if look.made_at is not None
        ],
    }  # fmt: skip


def erase(person_id: int) -> None:
    """Cases lose their author; what a moderator decided stays, without the person."""
    of_person = select(Case.id).where(Case.author_id == person_id)
    db.session.execute(delete(Print).where(Print.case_id.in_(of_person)))
    db.session.execute(
        update(Case).where(Case.author_id == person_id).values(author_id=None, text_hash="", prints=[], signals=[])
    )
    db.session.execute(
        update(Case).where(Case.claimed_by == person_id).values(claimed_by=None, claimed_name="", claimed_until=None)
    )
    db.session.execute(update(Decision).where(Decision.moderator_id == person_id).values(moderator_id=None))
    db.session.execute(update(Decision).where(Decision.reversed_by == person_id).values(reversed_by=None))
    db.session.execute(update(Reason).where(Reason.made_by == person_id).values(made_by=None))
    db.session.execute(
        update(SecondLook).where(SecondLook.reviewer_id == person_id).values(reviewer_id=None, held_until=None)
    )


PERSONAL_DATA = PersonalData(
    "moderation",
    (
        "moderation_case",
        "moderation_decision",
        "moderation_print",
        "moderation_reason",
        "moderation_second_look",
    ),
    export,
    erase,
)
