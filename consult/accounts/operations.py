"""Writes about people: sign up, confirm, sign in and out, passwords, roles, deactivation.

Passwords arrive here as hashes, since hashing is slow and must not be done while the database waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from consult.accounts import acceptance, queries, rules
from consult.accounts.models import OutsideIdentity, Person, RoleGrant, Token, UserSession
from consult.accounts.tokens import new_token, token_hash
from consult.core import audit
from consult.core.access import GUEST, ROLES, Actor
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.errors import Conflict, Gone, Invalid, Refused
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.registry import registries
from consult.core.text import clean_line

audit.declare("account.created", "source")
audit.declare("account.confirmed")
audit.declare("account.changed")
audit.declare("account.signed_in", "how", "session_id")
audit.declare("account.sign_in_failed", "reason")
audit.declare("account.signed_out", "session_id")
audit.declare("account.session_ended", "session_id")
audit.declare("account.password_set", "how")
audit.declare("account.deactivated")
audit.declare("account.reactivated")
audit.declare("account.erased")
audit.declare("account.identity_added", "identity_id")
audit.declare("account.identity_removed", "identity_id")
audit.declare("role.granted", "role", "consultation_id")
audit.declare("role.revoked", "role", "consultation_id")


def as_actor(person: Person) -> Actor:
    """The person as the one who acts, where no session says so yet (at sign-in)."""
    return Actor(person_id=person.id, name=person.name, email=person.email, language=person.language)


# ---- people ---------------------------------------------------------------------------------------------------------


def create_person(
    actor: Actor,
    email: str,
    *,
    name: str = "",
    language: str = "de",
    password_hash: str = "",
    roles: tuple[str, ...] = ("participant",),
    confirmed: bool = False,
    source: str = "form",
) -> Person:
    """A new person with these roles for the whole site; `source`: form, guest, command, admin or demo.

    Invalid at `email` where the address is taken already.
    """
    person = Person(
        email=email.strip(),
        email_key=email_key(email),
        name=clean_line(name)[:120],
        language=language if language in ("de", "en") else "de",
        password_hash=password_hash,
        confirmed_at=now() if confirmed else None,
    )
    person.name_key = sort_key(person.name)
    try:
        with db.session.begin_nested():
            db.session.add(person)
            db.session.flush()
    except IntegrityError:
        raise Invalid({"email": _("There is an account with this address already.")}) from None
    audit.record("account.created", actor, ("person", person.id), source=source)
    for role in roles:
        _add_grant(actor, person, role, None, None)
    return person


def ensure_person(email: str, language: str = "de", name: str = "") -> Person:
    """The person with this address, made where there is none: without password and not confirmed until a link was used."""
    found = queries.person_by_email(email)
    if found is None:
        try:
            found = create_person(GUEST, email, name=name, language=language, source="guest")
        except Invalid:  # somebody made it at this very moment
            found = queries.person_by_email(email)
            if found is None:
                raise
    return found


def confirm_person(person: Person) -> None:
    """The address is theirs: a link mailed to it was used. Doing it again changes nothing."""
    if person.confirmed_at is None:
        person.confirmed_at = now()
        audit.record("account.confirmed", as_actor(person), ("person", person.id))
        acceptance.note(person, registries.rules_version(), as_actor(person))


def confirm_sign_up(token: Token) -> Person:
    """The person whose sign-up this used link confirms: name and password count from now on, not before.

    Until here they stood in the link alone, so that nobody prepares an account for somebody else's address. An account
    that came to be in between (a guest's idea) is joined, and a password that it has stays.
    """
    wanted = token.payload
    person = ensure_person(token.email, wanted["language"], wanted["name"])
    if not person.name and wanted["name"]:
        person.name = wanted["name"]
        person.name_key = sort_key(person.name)
    if not person.password_hash and wanted["password_hash"]:
        person.password_hash = wanted["password_hash"]
        audit.record("account.password_set", as_actor(person), ("person", person.id), how="sign_up")
    confirm_person(person)
    return person


def change_profile(actor: Actor, person: Person, *, name: str, language: str) -> None:
    """Own name (may be a pseudonym) and language of mails. A new name takes the place of the old one under all that is
    published: whoever does not want to be read by a name any more need not look for all the places (GDPR, article 16).
    """
    if not rules.is_self(actor, person.id):
        raise Refused(_("You can only change your own account."))
    before, person.name = person.name, clean_line(name)[:120]
    person.name_key = sort_key(person.name)
    person.language = language
    if person.name != before:
        db.session.flush()
        for entry in registries.personal_data.values():
            if entry.rename is not None:
                entry.rename(person.id, before, person.name)
    audit.record("account.changed", actor, ("person", person.id))


def set_password(
    actor: Actor, person: Person, password_hash: str, *, how: str, keep_session_id: int | None = None
) -> int:
    """Store a new password, end the person's other sessions and void open links; returns how many sessions ended.

    `how`: "changed", "reset", "rehashed" (same password, stronger hash: nothing ends) or "set".
    """
    person.password_hash = password_hash
    if how == "rehashed":
        return 0
    audit.record("account.password_set", actor, ("person", person.id), how=how)
    void_tokens(person.id)
    return end_sessions(actor, person.id, keep_session_id=keep_session_id)


def deactivate(actor: Actor, person: Person) -> None:
    """Lock a person out at once: no sign-in, no session, no mail. What they wrote stays."""
    if not rules.may_manage_people(actor):
        raise Refused(_("Your account has no right to this page."))
    if rules.is_self(actor, person.id):
        raise Refused(_("You cannot deactivate yourself."))
    if person.deactivated_at is not None:
        raise Conflict(_("This account is deactivated already."))
    person.deactivated_at = now()
    audit.record("account.deactivated", actor, ("person", person.id))
    void_tokens(person.id)
    end_sessions(actor, person.id)


def reactivate(actor: Actor, person: Person) -> None:
    """Let a deactivated person in again; they have to sign in anew."""
    if not rules.may_manage_people(actor):
        raise Refused(_("Your account has no right to this page."))
    if person.deactivated_at is None:
        raise Conflict(_("This account is active."))
    person.deactivated_at = None
    audit.record("account.reactivated", actor, ("person", person.id))


# ---- roles ----------------------------------------------------------------------------------------------------------


def _add_grant(
    actor: Actor, person: Person, role: str, consultation_id: int | None, until: datetime | None
) -> RoleGrant:
    if role not in ROLES:
        raise Invalid({"role": _("Please choose one of the entries in the list.")})
    place = RoleGrant.consultation_id
    grant = db.session.execute(
        select(RoleGrant).where(
            RoleGrant.person_id == person.id,
            RoleGrant.role == role,
            place.is_(None) if consultation_id is None else place == consultation_id,
        )
    ).scalar_one_or_none()
    if grant is not None and grant.until == until:
        return grant
    if grant is None:
        grant = RoleGrant(person_id=person.id, role=role, consultation_id=consultation_id)
        db.session.add(grant)
    grant.until = until
    db.session.flush()
    audit.record("role.granted", actor, ("person", person.id), role=role, consultation_id=consultation_id)
    return grant


def grant_role(
    actor: Actor, person: Person, role: str, consultation_id: int | None = None, until: datetime | None = None
) -> RoleGrant:
    """Give a role, for the whole site or one consultation, for ever or until a moment. Giving it again changes the end."""
    if not rules.may_manage_people(actor):
        raise Refused(_("Your account has no right to this page."))
    return _add_grant(actor, person, role, consultation_id, until)


def revoke_role(actor: Actor, grant: RoleGrant) -> None:
    """Take a role away; it counts from the person's next request on. Nobody takes their own right to give roles."""
    if not rules.may_manage_people(actor):
        raise Refused(_("Your account has no right to this page."))
    if grant.role == "administrator" and rules.is_self(actor, grant.person_id):
        raise Refused(_("You cannot take away your own administration. Another administrator can."))
    audit.record(
        "role.revoked", actor, ("person", grant.person_id), role=grant.role, consultation_id=grant.consultation_id
    )
    db.session.delete(grant)
    db.session.flush()


# ---- sessions -------------------------------------------------------------------------------------------------------


def start_session(
    person: Person, *, how: str, address: str = "", agent: str = "", factor: str = ""
) -> tuple[str, UserSession]:
    """Sign a person in: a new session under a new token, whatever the browser brought along; (token, row).

    Refused for a person who is not confirmed or is deactivated. `how`: "password", "link", "passkey", "outside" or "test";
    `factor` is the second factor that was shown, if any.
    """
    if not person.is_active:
        raise Refused(_("This account cannot be used to sign in."))
    raw = new_token()
    started = UserSession(
        person_id=person.id,
        token_hash=token_hash(raw),
        address=address[:45],
        agent=clean_line(agent)[:200],
        factor=factor,
        proven_at=now(),
    )
    db.session.add(started)
    db.session.flush()
    note_active(person.id)
    audit.record("account.signed_in", as_actor(person), ("person", person.id), how=how, session_id=started.id)
    return raw, started


def note_active(person_id: int) -> None:
    """The person was here just now. Past the session, so that public pages, which do not show it, stay remembered."""
    table: Any = Person.__table__
    seen = update(table).where(table.c.id == person_id).values(last_active_at=now(), warned_at=None)
    db.session.connection().execute(seen)


def sign_out(actor: Actor) -> None:
    """End the session that the actor acts in."""
    if actor.session_id is None or actor.person_id is None:
        return
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
        .values(ended_at=now())
    )
    audit.record("account.signed_out", actor, ("person", actor.person_id), session_id=actor.session_id)


def end_session(actor: Actor, session: UserSession) -> None:
    """End one session, one's own or as an administrator anybody's."""
    if not rules.is_self(actor, session.person_id) and not rules.may_manage_people(actor):
        raise Refused(_("You can only change your own account."))
    if session.ended_at is None:
        session.ended_at = now()
        audit.record("account.session_ended", actor, ("person", session.person_id), session_id=session.id)


def end_sessions(actor: Actor, person_id: int, keep_session_id: int | None = None) -> int:
    """End all sessions of a person but the one to keep; returns how many."""
    ended = 0
    for session in queries.sessions_of(person_id):
        if session.id != keep_session_id:
            session.ended_at = now()
            audit.record("account.session_ended", actor, ("person", person_id), session_id=session.id)
            ended += 1
    return ended


# ---- people as another house knows them -----------------------------------------------------------------------------


def note_identity(person: Person, issuer: str, subject: str) -> None:
    """From now on this subject of another house is this person. Conflict where it is somebody else already."""
    found = db.session.execute(
        select(OutsideIdentity).where(OutsideIdentity.issuer == issuer, OutsideIdentity.subject == subject)
    ).scalar_one_or_none()
    if found is not None and found.person_id != person.id:
        raise Conflict(_("This sign-in belongs to another account already."))
    if found is None:
        found = OutsideIdentity(person_id=person.id, issuer=issuer[:300], subject=subject[:255])
        db.session.add(found)
        db.session.flush()
        audit.record("account.identity_added", as_actor(person), ("person", person.id), identity_id=found.id)
    found.last_used_at = now()


# ---- mailed links ---------------------------------------------------------------------------------------------------


def issue_token(
    purpose: str,
    person: Person | str,
    payload: dict[str, Any] | None = None,
    lifetime: timedelta = timedelta(days=1),
) -> str:
    """A new secret for a mailed link to a person or to an address; it serves this purpose once, within `lifetime`."""
    raw = new_token()
    db.session.add(
        Token(
            purpose=purpose,
            token_hash=token_hash(raw),
            person_id=None if isinstance(person, str) else person.id,
            email=person if isinstance(person, str) else person.email,
            payload=payload or {},
            expires_at=now() + lifetime,
        )
    )
    db.session.flush()
    return raw


def take_token(purpose: str, raw: str) -> Token:
    """Use a mailed link up. Gone where it is unknown, meant for something else, used or too old; one of two at once wins."""
    moment = now()
    result = db.session.execute(
        update(Token)
        .where(
            Token.token_hash == token_hash(raw),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > moment,
        )
        .values(used_at=moment)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Gone(_("This link has been used already or is too old. Please ask for a new one."))
    found = select(Token).where(Token.token_hash == token_hash(raw)).execution_options(populate_existing=True)
    return db.session.execute(found).scalar_one()


def void_tokens(person_id: int) -> None:
    """Make open links to sign in or to set a password useless: after a new password, at deactivation."""
    db.session.execute(
        update(Token)
        .where(
            Token.person_id == person_id,
            Token.purpose.in_(("sign_in", "reset", "prove", "second_step", "new_address")),
            Token.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
