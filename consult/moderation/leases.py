"""The lease on a case: who reads it has twenty minutes in which nobody else decides; then it is free again.

A case's row is locked before it is looked at. `claim_next` takes the next free case of a queue in one step, so that of
twenty moderators who press at once no two get the same one: PostgreSQL steps over rows that another one is just taking,
SQLite lets one writer after the other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, NotFound
from consult.core.i18n import _, format_clock
from consult.core.states import move
from consult.moderation import checks, hooks, rules
from consult.moderation.models import Case


def locked(case_id: int) -> Case:
    """The case's row, read anew and kept from others until this transaction ends."""
    statement = select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    case = db.session.execute(statement).scalar_one_or_none()
    if case is None:
        raise NotFound(_("There is no such case."))
    return case


def take(actor: Actor, case: Case) -> None:
    """Take the lease or renew one's own; Conflict while somebody else holds it."""
    moment = now()
    if case.held_by_other(actor.person_id, moment):
        raise Conflict(
            _(
                "%(name)s is deciding this just now and has time for it until %(time)s. Nothing of yours was stored.",
                name=case.claimed_name or _("Another moderator"),
                time=format_clock(case.claimed_until),
            )
        )
    if case.status == "claimed" and case.claimed_by == actor.person_id:
        case.claimed_until = moment + rules.LEASE
        return
    move(rules.CASE, case, "claim" if case.status == "open" else "take_over", actor)
    case.claimed_by, case.claimed_name = actor.person_id, actor.name[:120]
    case.claimed_until = moment + rules.LEASE


def drop(case: Case) -> None:
    """Forget who held the case; its status is moved by the caller."""
    case.claimed_by, case.claimed_name, case.claimed_until = None, "", None


def claim(actor: Actor, case_id: int) -> Case:
    """Take the lease of twenty minutes; whoever holds it already gets it anew. Conflict if somebody else holds it."""
    case = locked(case_id)
    checks.refuse_outsiders(actor, case)
    checks.refuse_closed(case)
    take(actor, case)
    hooks.tell_taken(actor, case)
    db.session.flush()
    return case


def release(actor: Actor, case_id: int) -> Case:
    """Give the lease back, so that others need not wait for its end."""
    case = locked(case_id)
    if not rules.can_release(actor, case):
        raise Conflict(_("You do not hold this case any more."))
    drop(case)
    move(rules.CASE, case, "release", actor)
    db.session.flush()
    return case


def claim_next(actor: Actor, candidates: Select[Any], most: int = 30) -> Case | None:
    """Claim the first of `candidates` (cases that are free, in their order) that the actor may decide; None if none is left.

    Rows that somebody else is just taking are stepped over, one that was taken a moment ago is looked at anew.
    """
    seen: list[int] = []
    moment = now()
    for _try in range(most):
        statement = candidates.where(Case.id.not_in(seen)) if seen else candidates
        case = db.session.execute(
            statement.limit(1).with_for_update(skip_locked=True).execution_options(populate_existing=True)
        ).scalar_one_or_none()
        if case is None:
            return None
        seen.append(case.id)
        if case.closed_at is not None or case.held_by_other(actor.person_id, moment):
            continue
        if not checks.may_decide(actor, case):
            continue
        take(actor, case)
        hooks.tell_taken(actor, case)
        db.session.flush()
        return case
    return None
