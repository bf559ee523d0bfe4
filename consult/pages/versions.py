"""Which version of a written page counts on a day, and which there were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update

from consult.core.clock import start_of_day, today
from consult.core.db import db
from consult.core.memory import detached, remembered
from consult.pages.models import PageText


def _stored(name: str) -> list[PageText]:
    statement = select(PageText).where(PageText.name == name).order_by(PageText.number)
    found = list(db.session.execute(statement).scalars())
    detached(found)
    return found


def versions_of(name: str) -> list[PageText]:
    """All stored versions of a page, oldest first, those that do not count yet too. One query, remembered."""
    return remembered(("page_text", name), lambda: _stored(name))


def counting(name: str, day: date | None = None) -> PageText | None:
    """The version that counts on a day; None while the shipped text does."""
    moment = day or today()
    found = [one for one in versions_of(name) if one.valid_from <= moment]
    return max(found, key=lambda one: (one.valid_from, one.number)) if found else None


def newest_number(name: str) -> int:
    """The number of the newest version, 0 for the shipped text."""
    statement = select(func.max(PageText.number)).where(PageText.name == name)
    return db.session.execute(statement).scalar_one() or 0


def next_change() -> datetime | None:
    """The next midnight at which another version of a page begins to count."""
    statement = select(func.min(PageText.valid_from)).where(PageText.valid_from > today())
    day = db.session.execute(statement).scalar_one()
    return start_of_day(day) if day is not None else None


def export_person(person_id: int) -> dict[str, Any]:
    """The versions that a person wrote."""
    statement = select(PageText).where(PageText.created_by == person_id).order_by(PageText.id)
    found = db.session.execute(statement).scalars()
    return {
        "pages": [{"page": one.name, "version": one.number, "written": one.created_at.isoformat()} for one in found]
    }


def erase_person(person_id: int) -> None:
    """Texts of the house stay, without who wrote them."""
    db.session.execute(update(PageText).where(PageText.created_by == person_id).values(created_by=None))
