"""The demo accounts that the contract names, clearly fictitious, all with one password that is printed at every start."""

from __future__ import annotations

import secrets

from flask import current_app
from sqlalchemy import select

from consult.accounts import operations, passwords
from consult.accounts.models import Person
from consult.core.access import SYSTEM
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.settings_store import recall, remember

# local part of the address -> (name, role beside "participant")
PEOPLE = {
    "visitor": ("Vorführung Teilnahme", ""),
    "company": ("Vorführung Betrieb", "company"),
    "colleague": ("Vorführung Kollegium", "company"),
    "author": ("Vorführung Verfassen", "company"),
    "approver": ("Vorführung Freigabe", "company"),
    "outsider": ("Vorführung Fremder Betrieb", "company"),
    "moderator": ("Vorführung Moderation", "moderator"),
    "moderator2": ("Vorführung Zweite Moderation", "moderator"),
    "cluster": ("Vorführung Clustermanagement", "cluster"),
    "editor": ("Vorführung Redaktion", "editor"),
    "analyst": ("Vorführung Auswertung", "analyst"),
    "analyst2": ("Vorführung Zweite Auswertung", "analyst"),
    "official": ("Vorführung Ministerium", "official"),
    "admin": ("Vorführung Verwaltung", "administrator"),
}
PASSWORD, SET_PASSWORD = "demo.password", "demo.password_set"  # names of remembered values


def address_of(local: str) -> str:
    """E-mail address of a demo account."""
    return f"{local}@demo.example"


def password() -> str:
    """The password that the demo accounts have or will have: the setting, else a random one, remembered to be printed."""
    wanted: str = current_app.config["SETTINGS"].demo_password or recall(PASSWORD, "")
    if not wanted:
        wanted = secrets.token_urlsafe(12)
        remember(PASSWORD, wanted)
    return wanted


def load(_dataset: Dataset) -> None:
    """Add the accounts that are missing; give all of them the password of today where the setting has changed."""
    wanted = password()
    changed = recall(SET_PASSWORD) is not None and not passwords.verify(str(recall(SET_PASSWORD)), wanted)
    # one hash for all: they share the password anyway
    hashed = recall(SET_PASSWORD) if recall(SET_PASSWORD) and not changed else passwords.hash_password(wanted)
    known = {
        p.email_key: p for p in db.session.execute(select(Person).where(Person.email_key.in_(_addresses()))).scalars()
    }
    for local, (name, role) in PEOPLE.items():
        person = known.get(address_of(local))
        if person is None:
            operations.create_person(
                SYSTEM,
                address_of(local),
                name=name,
                password_hash=str(hashed),
                roles=("participant", role) if role else ("participant",),
                confirmed=True,
                source="demo",
            )
        elif changed:
            person.password_hash = str(hashed)
    remember(SET_PASSWORD, hashed)


def _addresses() -> list[str]:
    return [address_of(local) for local in PEOPLE]
