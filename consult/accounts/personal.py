"""What accounts give out of a person's data, and what remains after erasure: a number without name or address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from consult.accounts import data_requests, factors, outside, queries
from consult.accounts.models import (
    OutsideIdentity,
    RecoveryCode,
    RoleGrant,
    RulesAcceptance,
    SecondFactor,
    Token,
    UserSession,
)
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.registry import PersonalData


def export(person_id: int) -> dict[str, Any]:
    """Everything that accounts know of a person, as plain values; secrets are left out."""
    person = queries.person_by_id(person_id)
    if person is None:
        return {}
    sessions = db.session.execute(
        select(UserSession).where(UserSession.person_id == person_id).order_by(UserSession.id)
    ).scalars()
    return {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "created_at": person.created_at.isoformat(),
        "confirmed_at": person.confirmed_at.isoformat() if person.confirmed_at else None,
        "deactivated_at": person.deactivated_at.isoformat() if person.deactivated_at else None,
        "roles": [
            {
                "role": grant.role,
                "consultation": grant.consultation_id,
                "until": grant.until.isoformat() if grant.until else None,
            }
            for grant in queries.grants_of(person_id)
        ],
        "sessions": [
            {
                "created_at": one.created_at.isoformat(),
                "last_seen_at": one.last_seen_at.isoformat(),
                "address": one.address,
                "agent": one.agent,
                "second_factor": one.factor,
            }
            for one in sessions
        ],
        "second_factors": [
            {"kind": one.kind, "name": one.name, "created_at": one.created_at.isoformat()}
            for one in factors.factors_of(person_id)
        ],
        "rules_accepted": [
            {"version": one.version, "accepted_at": one.accepted_at.isoformat()}
            for one in db.session.execute(
                select(RulesAcceptance).where(RulesAcceptance.person_id == person_id).order_by(RulesAcceptance.id)
            ).scalars()
        ],
        "unused_recovery_codes": factors.codes_left(person_id),
        "data_requests": data_requests.of_person(person_id),
        "other_houses": [{"issuer": one.issuer, "subject": one.subject} for one in outside.identities_of(person_id)],
    }


def erase(person_id: int) -> None:
    """Take name, address, password, sessions, links and roles away; the row stays for what refers to it."""
    person = queries.person_by_id(person_id)
    if person is None:
        return
    address = person.email_key
    person.email = person.email_key = f"erased-{person_id}@invalid"
    person.name = person.name_key = person.password_hash = ""
    person.deactivated_at = person.deactivated_at or now()
    for table in (UserSession, Token, RoleGrant, SecondFactor, RecoveryCode, OutsideIdentity, RulesAcceptance):
        db.session.execute(delete(table).where(table.person_id == person_id))
    db.session.execute(delete(Token).where(func.lower(Token.email) == address))  # asked for signed out, or by others
    data_requests.forget_person(person_id)
    audit.record("account.erased", SYSTEM, ("person", person_id))


TABLES = (
    "person",
    "role_grant",
    "user_session",
    "token",
    "second_factor",
    "recovery_code",
    "outside_identity",
    "rules_acceptance",
    "data_request",
)

DATA = PersonalData("accounts", TABLES, export, erase)
