"""Showing who one is: the second step of a sign-in, and the fresh proof that dangerous acts ask for.

Between the two steps nobody is signed in: the browser holds the secret of a row that knows who passed the first step, for
ten minutes, and serves once. A proof is fresh for fifteen minutes (OWASP ASVS 7.5.1: changing address, password or second
factor asks for it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import redirect, session
from sqlalchemy import select, update

from consult.accounts import factors, operations, queries, transport
from consult.accounts.models import Person, UserSession
from consult.core import audit
from consult.core.access import Actor, current_actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _
from consult.core.limits import TooMany, client_address, limits
from consult.core.web import path, safe_next, see_other

audit.declare("account.proven", "how")

STEP_LIFETIME = timedelta(minutes=10)
FRESH_FOR = timedelta(minutes=15)
_STEP = "second_step"


@dataclass(frozen=True)
class Step:
    """A sign-in whose first step is done."""

    person_id: int
    how: str
    target: str


def go_on(person: Person, how: str, target: str | None, factor: str = "") -> Any:
    """After the first step: sign in, or ask for the second factor that the person has. Answers with the next page.

    `factor` says that the first step was two factors in one.
    """
    if not factor and factors.has_factor(person.id):
        raw = operations.issue_token(_STEP, person, {"how": how, "next": target or ""}, STEP_LIFETIME)
        session[_STEP] = raw
        return see_other(path("accounts.second_step"))
    return finish(person, how, target, factor)


def finish(person: Person, how: str, target: str | None, factor: str) -> Any:
    """Sign in and go on to where the person wanted, or to what their role still asks of them."""
    session.pop(_STEP, None)
    transport.sign_in(person, how, factor)
    wanted = safe_next(target) or path("pages.me")
    if not factor and queries.needs_factor(person):
        return see_other(path("accounts.second_factor", next=wanted))
    return see_other(wanted)


def pending() -> Step | None:
    """The sign-in of this browser that waits for its second step."""
    raw = session.get(_STEP)
    found = queries.usable_token(_STEP, raw) if isinstance(raw, str) else None
    if found is None or found.person_id is None:
        return None
    return Step(found.person_id, found.payload["how"], found.payload["next"])


def use_pending() -> None:
    """Use the waiting sign-in up; Gone if it was used or has run out in between."""
    operations.take_token(_STEP, session.pop(_STEP, ""))


# ---- guessing -------------------------------------------------------------------------------------------------------


def count_guess(person_id: int) -> None:
    """Raise TooMany where too many codes were wrong: from here, or for this person from anywhere."""
    for name, key in _keys(person_id):
        if not limits().free(name, key):
            raise TooMany(
                _("Too many codes did not fit. Please wait a while, or use a recovery code or a passkey."),
                limits().wait(name, key),
            )


def note_wrong(person_id: int, kind: str) -> None:
    """Count a wrong code and log it, whatever becomes of the request."""
    for name, key in _keys(person_id):
        limits().hit(name, key)
    audit.record_apart("account.factor_failed", current_actor(), ("person", person_id), kind=kind)


def _keys(person_id: int) -> list[tuple[str, str]]:
    return [("factor.address", f"{person_id}|{client_address()}"), ("factor.person", str(person_id))]


# ---- fresh proof ----------------------------------------------------------------------------------------------------


def is_fresh(actor: Actor) -> bool:
    """Whether the actor has shown who they are within the last fifteen minutes."""
    if actor.session_id is None:
        return False
    found = select(UserSession.proven_at).where(UserSession.id == actor.session_id)
    proven = db.session.execute(found).scalar_one_or_none()
    return proven is not None and proven > now() - FRESH_FOR


def ask(back: str) -> Any:
    """The way to the page that asks for a fresh proof, and from there back."""
    return redirect(path("accounts.prove", next=back), code=303)


def note_proven(actor: Actor, how: str) -> None:
    """The actor has shown anew who they are; with a code, the session has its second factor too."""
    if actor.session_id is None or actor.person_id is None:
        return
    values: dict[str, Any] = {"proven_at": now()}
    if how in (factors.TOTP, factors.PASSKEY):
        values["factor"] = how
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    audit.record("account.proven", actor, ("person", actor.person_id), how=how)
