"""First installation, the demo content, and making derived data anew."""

from __future__ import annotations

import sys

import click
from flask import current_app
from sqlalchemy import select

from consult.accounts import demo
from consult.accounts import operations as accounts
from consult.accounts.models import Person
from consult.accounts.queries import person_by_email
from consult.core.access import SYSTEM
from consult.core.db import db, is_sqlite
from consult.core.i18n import in_language
from consult.core.settings_store import recall
from consult.core.web import address
from consult.ops import content, schema
from consult.search import operations as search

DEMO_DOMAIN = "@demo.example"


def prepare_schema() -> None:
    """The schema of the embedded database is brought up to date; another one must be, by its operator, before."""
    if schema.schema_is_current():
        return
    if is_sqlite() or schema.present_revision() is None:
        schema.bring_up_to_date()
        return
    click.echo("The database's schema is not that of this version. Please run: consult db upgrade", err=True)
    sys.exit(1)


def first_time(admin_email: str, without_facts: bool) -> None:
    """Schema, consultation, facts and administrator; what is there already is kept."""
    prepare_schema()
    with in_language(current_app.config["SETTINGS"].default_language):
        content.load("facts", rooms=frozenset({"consultations"}) if without_facts else None)
        person = person_by_email(admin_email)
        if person is None:
            person = accounts.create_person(SYSTEM, admin_email, name="", language="de", confirmed=True)
        accounts.grant_role(SYSTEM, person, "administrator")
        token = accounts.issue_token("reset", person=person)
        db.session.commit()
        click.echo(f"{admin_email} is administrator. Set the password within 24 hours here:")
        click.echo(address("accounts.reset", token=token))


def demo_password() -> str:
    """The password of the demo accounts: the setting, or the random one made when they were loaded."""
    return current_app.config["SETTINGS"].demo_password or recall("demo.password", "")


def load_demo() -> None:
    """Facts where missing, then the demo. Refuses where people have accounts who are not of the demo."""
    prepare_schema()
    others = db.session.execute(
        select(Person.id).where(Person.email_key.not_like(f"%{DEMO_DOMAIN}")).limit(1)
    ).scalar_one_or_none()
    if others is not None and not content.demo_is_loaded():
        click.echo("This database holds accounts of real people; the demo content is not mixed with them.", err=True)
        sys.exit(1)
    with in_language("de"):
        if not content.facts_are_loaded():
            content.load("facts")
        content.load("demo")
    click.echo("The demo content is loaded.")


def reindex() -> int:
    """The search index made anew."""
    return search.reindex()


def print_accounts() -> None:
    """The demo accounts, for the terminal in which `make run` was typed."""
    names = db.session.execute(
        select(Person.email).where(Person.email_key.like(f"%{DEMO_DOMAIN}")).order_by(Person.id).limit(len(demo.PEOPLE))
    ).scalars()
    click.echo("Demo accounts (password for all: " + demo_password() + ")")
    for email in names:
        click.echo(f"  {email}")
