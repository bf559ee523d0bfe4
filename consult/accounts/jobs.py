"""What accounts clear away: spent links, old sessions, and accounts that nobody has used for long.

An account that was not used for its whole period is warned and goes a month later; signing in keeps it. One whose address
was never confirmed, since its invitation was not answered, goes without: nobody writes again to an address that may be a
stranger's. Accounts that carry a role of the house and those of the demonstration are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from consult.accounts import erasure, mails
from consult.accounts.models import DataRequest, Person, RoleGrant, Token, UserSession
from consult.accounts.periods import oldest_allowed
from consult.accounts.rules import DEMO_DOMAIN, FACTOR_ROLES
from consult.core import jobs
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _l
from consult.core.keeping import rows
from consult.core.retention import Retention, days_of, periods

GRACE = timedelta(days=30)
INACTIVE = "inactive_accounts"
BATCH = 200


def _ended(before: datetime) -> ColumnElement[bool]:
    idle_since, born_since = oldest_allowed(now())
    return or_(
        UserSession.ended_at < before,
        UserSession.last_seen_at < min(before, idle_since),
        UserSession.created_at < min(before, born_since),
    )


def _last_use() -> ColumnElement[datetime]:
    return func.coalesce(Person.last_active_at, Person.confirmed_at, Person.created_at)


def _unused(before: datetime) -> ColumnElement[bool]:
    """People without a role of the house whom nobody saw since then, and who are still there."""
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(FACTOR_ROLES))
    return (
        (_last_use() < before)
        & ~Person.email_key.like(f"%@{DEMO_DOMAIN}")
        & ~Person.email_key.like("%@invalid")
        & Person.id.not_in(held)
    )


def _due(before: datetime) -> ColumnElement[bool]:
    return _unused(before) & (Person.warned_at < now() - GRACE)


def _unconfirmed(before: datetime) -> ColumnElement[bool]:
    return _unused(before) & Person.confirmed_at.is_(None)


def _erased(which: Callable[[datetime], ColumnElement[bool]]) -> dict[str, Callable[[datetime], int]]:
    """Counting and erasing the people that a condition names."""

    def count(before: datetime) -> int:
        return db.session.execute(select(func.count()).select_from(Person).where(which(before))).scalar_one()

    def purge(before: datetime) -> int:
        found = select(Person.id).where(which(before)).order_by(Person.id).limit(BATCH)
        people = db.session.execute(found).scalars().all()
        for person_id in people:
            erasure.erase(SYSTEM, person_id)
        return len(people)

    return {"count": count, "purge": purge}


@jobs.every("accounts.warn", minutes=720)
def warn(_payload: dict[str, Any]) -> None:
    """Tell people whose account has not been used for its whole period that it will go, once."""
    before = now() - timedelta(days=days_of(periods.classes[INACTIVE]))
    statement = (
        select(Person)
        .where(_unused(before), Person.warned_at.is_(None), Person.confirmed_at.is_not(None))
        .order_by(Person.id)
        .limit(BATCH)
    )
    for person in db.session.execute(statement).scalars():
        person.warned_at = now()
        mails.send_inactive(person, person.warned_at + GRACE)


def init_app() -> None:
    """Register the classes of data with their periods."""
    periods.add(
        Retention(
            20, "links", _l("Links that were mailed and have run out"), _l("removed"), 1,
            **rows(Token, lambda before: Token.expires_at < before),
        ),
        Retention(
            21, "sessions", _l("Sessions that ended, with browser and network address"), _l("removed"), 30,
            **rows(UserSession, _ended),
        ),
        Retention(
            22, INACTIVE, _l("Accounts that nobody uses"),
            _l("warned by mail, erased a month later; published texts stay without name"), 730, least=90,
            **_erased(_due),
        ),
        Retention(
            23, "unconfirmed_accounts", _l("Accounts whose address was never confirmed"),
            _l("erased; published texts stay without name"), 365, least=30, **_erased(_unconfirmed),
        ),
        Retention(
            24, "data_requests", _l("Requests about personal data that were answered"), _l("removed"), 1095, least=365,
            **rows(DataRequest, lambda before: DataRequest.answered_on < before.date()),
        ),
    )  # fmt: skip
