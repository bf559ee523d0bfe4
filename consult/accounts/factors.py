"""Second factors: an authenticator application, passkeys, and the codes for the day both are lost.

What always holds: a code counts once, even when it is sent twice at the same moment; guessing is limited per person and
per network address, which only those reach who have passed the first step, so nobody is locked out from outside; whoever
adds or removes a factor is written to. Time-based codes follow RFC 6238 (30 seconds, six digits; one step either way for
clocks that differ, as the RFC advises in 5.2).
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import CursorResult, delete, func, select, update

from consult.accounts import mails, operations, periods, rules, sealing
from consult.accounts.models import Person, RecoveryCode, SecondFactor, UserSession
from consult.accounts.tokens import token_hash
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.text import clean_line

TOTP, PASSKEY, RECOVERY, OUTSIDE = "totp", "passkey", "recovery", "outside"
STEP = 30
CODES = 10
MOST_FACTORS = 10

audit.declare("account.factor_added", "kind", "factor_id")
audit.declare("account.factor_removed", "kind", "factor_id")
audit.declare("account.factor_failed", "kind")
audit.declare("account.factors_reset")
audit.declare("account.codes_made", "count")
audit.declare("account.code_used", "left")


# ---- what a person has ----------------------------------------------------------------------------------------------


def factors_of(person_id: int) -> list[SecondFactor]:
    """A person's second factors, oldest first."""
    statement = select(SecondFactor).where(SecondFactor.person_id == person_id).order_by(SecondFactor.id)
    return list(db.session.execute(statement).scalars())


def has_factor(person_id: int) -> bool:
    """Whether the person has a second factor, so that a first one alone lets nobody in."""
    found = select(SecondFactor.id).where(SecondFactor.person_id == person_id).limit(1)
    return db.session.execute(found).first() is not None


def codes_left(person_id: int) -> int:
    """How many recovery codes are unused."""
    statement = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.execute(statement).scalar_one()


# ---- authenticator --------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """A fresh secret of 160 bits in base32, as authenticators read it."""
    return pyotp.random_base32(32)


def address_of(secret: str, account: str, site: str) -> str:
    """The otpauth address that stands in the picture for the camera."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The time step that this code belongs to: the present one, the one before or the one after. None for no fit."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    present = int(moment.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * STEP), digits):
            return step
    return None


def add_totp(actor: Actor, person: Person, secret: str, code: str, name: str) -> SecondFactor:
    """Add an authenticator, which shows by a first code that it works. Invalid at `code` where it does not."""
    _own(actor, person)
    step = step_of(secret, code, now())
    if step is None:
        raise Invalid({"code": _("This code does not fit. Please enter the one that is shown just now.")})
    added = SecondFactor(person_id=person.id, kind=TOTP, secret=sealing.seal(secret), counter=step)
    return add_factor(actor, person, added, name or _("Authenticator application"))


def check_totp(person_id: int, code: str) -> SecondFactor | None:
    """The authenticator whose code this is, used up with it; None for a wrong or a spent code."""
    for factor in factors_of(person_id):
        secret = sealing.unseal(factor.secret) if factor.kind == TOTP else None
        step = step_of(secret, code, now()) if secret else None
        if step is not None and _advance(factor.id, step):
            return factor
    return None


def _advance(factor_id: int, step: int) -> bool:
    """Move the counter to this step; False if this or a later code has been taken (RFC 6238, 5.2: never twice)."""
    result = db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor_id, SecondFactor.counter < step)
        .values(counter=step, last_used_at=now())
        .execution_options(synchronize_session=False)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


# ---- recovery codes -------------------------------------------------------------------------------------------------


def _normal(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def make_codes(actor: Actor, person: Person) -> list[str]:
    """Ten new recovery codes; older ones are void. They are shown this once, only their hashes are kept."""
    _own(actor, person)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = []
    for _number in range(CODES):
        text = base64.b32encode(secrets.token_bytes(15)).decode("ascii").lower()  # 120 bits, 24 characters
        codes.append("-".join(text[place : place + 4] for place in range(0, len(text), 4)))
        db.session.add(RecoveryCode(person_id=person.id, code_hash=token_hash(text)))
    db.session.flush()
    audit.record("account.codes_made", actor, ("person", person.id), count=CODES)
    return codes


def use_code(person: Person, code: str) -> bool:
    """Use a recovery code up; its owner is written to, since this is also what a thief would do."""
    result = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == token_hash(_normal(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        return False
    left = codes_left(person.id)
    audit.record("account.code_used", operations.as_actor(person), ("person", person.id), left=left)
    mails.send_security(person, "code_used", left=left)
    return True


# ---- adding and removing --------------------------------------------------------------------------------------------


def _own(actor: Actor, person: Person) -> None:
    if not rules.is_self(actor, person.id):
        raise Refused(_("You can only change your own account."))


def add_factor(actor: Actor, person: Person, factor: SecondFactor, name: str) -> SecondFactor:
    """Store a factor that has shown that it works; this session counts as proven by it, and its owner is written to."""
    if len(factors_of(person.id)) >= MOST_FACTORS:
        raise Conflict(_("That are ten second factors already. Please remove one that you no longer use."))
    factor.name = clean_line(name)[:60]
    factor.last_used_at = now()
    db.session.add(factor)
    db.session.flush()
    audit.record("account.factor_added", actor, ("person", person.id), kind=factor.kind, factor_id=factor.id)
    if actor.session_id is not None:
        note_factor(actor.session_id, factor.kind)
    mails.send_security(person, "factor_added", factor=factor.name)
    return factor


def note_factor(session_id: int, factor: str) -> None:
    """This session has shown a second factor, just now."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id)
        .values(factor=factor, proven_at=now())
        .execution_options(synchronize_session=False)
    )


def remove_factor(actor: Actor, person: Person, factor_id: int) -> None:
    """Take a factor away. The last one of a person whose role needs one stays until there is another."""
    _own(actor, person)
    present = factors_of(person.id)
    found = next((factor for factor in present if factor.id == factor_id), None)
    if found is None:
        raise NotFound(_("This second factor is not there any more."))
    if len(present) == 1:
        if rules.missing_factor(person.email, actor.roles, periods.factor_roles()):
            raise Conflict(_("Your role needs a second factor. Please add another one before you remove the last."))
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    name, kind = found.name, found.kind
    db.session.delete(found)
    db.session.flush()
    audit.record("account.factor_removed", actor, ("person", person.id), kind=kind, factor_id=factor_id)
    mails.send_security(person, "factor_removed", factor=name)


def reset_factors(actor: Actor, person: Person) -> None:
    """Take all factors of a person who lost them, after the administration made sure who asks; all sessions end."""
    if not rules.may_manage_people(actor):
        raise Refused(_("Your account has no right to this page."))
    if not has_factor(person.id):
        raise Conflict(_("This account has no second factor."))
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    audit.record("account.factors_reset", actor, ("person", person.id))
    operations.void_tokens(person.id)
    operations.end_sessions(actor, person.id)
    mails.send_security(person, "factors_reset")
