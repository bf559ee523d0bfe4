"""Reads about misuse: which suspension runs, who has given cause, and what it would rest on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from consult.core.clock import now
from consult.core.db import UTCDateTime, db
from consult.core.forms import email_key
from consult.redress.models import SUSPENSION, TEXTS, Measure


def of_whom(person_id: int | None, email: str) -> ColumnElement[bool]:
    """Measures against this person, or against whoever uses this address without an account."""
    choices = []
    if person_id is not None:
        choices.append(Measure.person_id == person_id)
    if email:
        choices.append(Measure.email_key == email_key(email))
    return or_(*choices)


def running_measure(scope: str, person_id: int | None, email: str = "") -> Measure | None:
    """The suspension that is in force now, the one that lasts longest; None without person and address. One query."""
    if person_id is None and not email:
        return None
    statement = select(Measure).where(
        Measure.scope == scope, Measure.step == SUSPENSION, Measure.status == "active", Measure.ends_at > now(),
        of_whom(person_id, email),
    )  # fmt: skip
    return db.session.execute(statement.order_by(Measure.ends_at.desc()).limit(1)).scalar_one_or_none()


def suspended_until(person_id: int) -> datetime | None:
    """Until when a person may not publish texts: asked whenever one is sent (`core.access.check_not_suspended`)."""
    return db.session.execute(_TEXTS_UNTIL, {"person_id": person_id, "moment": now()}).scalar_one_or_none()


# Asked whenever something is sent, so it is put together once.
_TEXTS_UNTIL = select(func.max(Measure.ends_at, type_=UTCDateTime)).where(
    Measure.scope == TEXTS, Measure.step == SUSPENSION, Measure.status == "active",
    Measure.ends_at > bindparam("moment", type_=UTCDateTime), Measure.person_id == bindparam("person_id"),
)  # fmt: skip
