"""This room's share of a person's data: the reminders that they set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from consult.core.db import db
from consult.core.registry import PersonalData
from consult.programmes.models import Call, Reminder


def export(person_id: int) -> dict[str, Any]:
    """Which calls a person wants to be reminded of, and when."""
    rows = db.session.execute(
        select(Reminder, Call.slug)
        .join(Call, Call.id == Reminder.call_id)
        .where(Reminder.person_id == person_id)
        .order_by(Reminder.id)
    )
    return {
        "call_reminders": [
            {
                "call": slug,
                "days_before": one.days_before,
                "set_at": one.created_at.isoformat(),
                "sent_at": one.sent_at.isoformat() if one.sent_at else "",
            }
            for one, slug in rows
        ]
    }


def erase(person_id: int) -> None:
    """Reminders go with the person."""
    db.session.execute(delete(Reminder).where(Reminder.person_id == person_id))


DATA = PersonalData("programmes", ("call_reminder",), export, erase)
