"""A new e-mail address for an account: it counts when a link mailed to it was used, and the old address can take it back.

What always holds: until the link is used nothing changes; the old address is told and can undo it for thirty days, which
ends all sessions and voids all open links; whether an address has an account already, only its owner learns, by mail.
"""

from __future__ import annotations

from consult.accounts import mails, operations, queries, rules
from consult.accounts.models import Person, Token
from consult.core import audit
from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Conflict, Gone, Invalid, Refused
from consult.core.forms import email_key
from consult.core.i18n import _

audit.declare("account.address_changed")
audit.declare("account.address_restored")


def ask_change(actor: Actor, person: Person, email: str) -> None:
    """Mail the link to the new address. Invalid where it is the present one."""
    if not rules.is_self(actor, person.id):
        raise Refused(_("You can only change your own account."))
    if email_key(email) == person.email_key:
        raise Invalid({"email": _("This is your present address.")})
    if queries.person_by_email(email) is not None:
        mails.send_address_taken(email, person.language)
    else:
        mails.send_new_address(person, email)


def _move(person: Person, email: str) -> None:
    if queries.person_by_email(email) not in (None, person):
        raise Conflict(_("This address has an account of its own by now."))
    person.email, person.email_key = email.strip(), email_key(email)
    db.session.flush()


def _owner(link: Token) -> Person:
    person = queries.person_by_id(link.person_id or 0)
    if person is None or person.deactivated_at is not None:
        raise Gone(_("This account does not exist any more."))
    return person


def change(link: Token) -> Person:
    """The address that this used link was mailed to is the account's from now on; the old one is told."""
    person = _owner(link)
    old = person.email
    _move(person, link.payload["email"])
    actor = operations.as_actor(person)
    audit.record("account.address_changed", actor, ("person", person.id), detail={"from": old, "to": person.email})
    operations.void_tokens(person.id)
    mails.send_address_changed(person, old)
    return person


def undo(link: Token) -> Person:
    """The old address again: who holds it says that the change was not theirs. Nobody stays signed in."""
    person = _owner(link)
    new = person.email
    _move(person, link.payload["email"])
    actor = operations.as_actor(person)
    audit.record("account.address_restored", actor, ("person", person.id), detail={"from": new, "to": person.email})
    operations.void_tokens(person.id)
    operations.end_sessions(actor, person.id)
    person.password_hash = ""  # whoever moved the account may know it
    mails.send_link("reset", person.email, person)
    return person
