"""Work beside requests: moderators are told before a promised time runs out; example cases move with the demo's day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from consult.accounts.queries import ids_with_permission
from consult.core.clock import now
from consult.core.db import db
from consult.core.jobs import every
from consult.core.registry import Loader
from consult.moderation import mails
from consult.moderation.models import Case, Decision

BEFORE = timedelta(hours=6)
MOST = 200


@every("moderation.due", minutes=15)
def tell_before_due(_payload: dict[str, Any]) -> None:
    """Tell the moderators of every case whose promised time ends within six hours; each of them once for each case."""
    moment = now()
    statement = (
        select(Case)
        .where(Case.closed_at.is_(None), Case.due_at > moment, Case.due_at <= moment + BEFORE)
        .order_by(Case.due_at, Case.id)
        .limit(MOST)
    )
    moderators: dict[int | None, list[int]] = {}
    for case in db.session.execute(statement).scalars().all():
        if case.consultation_id not in moderators:
            moderators[case.consultation_id] = ids_with_permission("moderation.decide", case.consultation_id)
        mails.tell_due(case, moderators[case.consultation_id])


def _load(_dataset: Any) -> None:
    """Nothing of its own: example cases are opened by the rooms whose examples they are about."""


def shift_examples(days: int) -> None:
    """Move the times of example cases and decisions by whole days."""
    by = timedelta(days=days)
    for case in db.session.execute(select(Case).where(Case.is_example)).scalars():
        case.opened_at, case.due_at = case.opened_at + by, case.due_at + by
        case.closed_at = case.closed_at + by if case.closed_at else None
    for decision in db.session.execute(select(Decision).where(Decision.is_example)).scalars():
        decision.made_at = decision.made_at + by


LOADER = Loader(90, "demo", "moderation", _load, shift_examples)
