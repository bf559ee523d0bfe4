"""Reads about misuse: which suspension runs, who has given cause, and what it would rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, inspect, or_, select

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
    asked = {"person_id": person_id, "moment": now()}
    return db.session.connection().execute(_TEXTS_UNTIL, asked).scalar_one_or_none()


# Asked whenever something is sent, so it is put together once, and of the table: nothing waits to be flushed for it.
_MEASURES: Any = inspect(Measure).local_table.c
_TEXTS_UNTIL = select(func.max(_MEASURES.ends_at, type_=UTCDateTime)).where(
    _MEASURES.scope == TEXTS, _MEASURES.step == SUSPENSION, _MEASURES.status == "active",
    _MEASURES.ends_at > bindparam("moment", type_=UTCDateTime), _MEASURES.person_id == bindparam("person_id"),
)  # fmt: skip
