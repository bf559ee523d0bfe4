"""Accounts from the shell: create, give roles, deactivate, list."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from consult.accounts import factors, mails, operations, passwords, queries
from consult.accounts.models import Person
from consult.core.access import ROLES, SYSTEM
from consult.core.db import db
from consult.core.errors import DomainError
from consult.core.forms import email_problem
from consult.core.i18n import in_language

group = AppGroup("users", help="Accounts from the shell.")
_role = click.Choice(ROLES)


def _known(email: str) -> Person:
    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException(f"There is no account with the address {email}.")
    return person


@group.command("create")
@click.option("--email", required=True, help="Address of the new account.")
@click.option("--name", default="", help="Name that others read; may be made up.")
@click.option("--password", default="", help="Password; without one the person signs in by mailed link.")
@click.option("--role", "roles", multiple=True, type=_role, help="Role; can be repeated. Default: participant.")
@click.option("--language", type=click.Choice(("de", "en")), default=None, help="Language of mails.")
@click.option("--confirmed", is_flag=True, help="Take the address as confirmed; no mail is sent.")
def create(email: str, name: str, password: str, roles: tuple[str, ...], language: str | None, confirmed: bool) -> None:
    """Make an account."""
    settings = current_app.config["SETTINGS"]
    with in_language("en"):
        if wrong := email_problem(email):
            raise click.ClickException(wrong)
        weak = passwords.problem(password, email, name) if password else ""
    if weak:
        click.echo(f"Warning: {weak} The account is made all the same.", err=True)
    hashed = passwords.hash_password(password) if password else ""
    try:
        person = operations.create_person(
            SYSTEM,
            email,
            name=name,
            language=language or settings.default_language,
            password_hash=hashed,
            roles=roles or ("participant",),
            confirmed=confirmed,
            source="command",
        )
    except DomainError as error:
        raise click.ClickException(f"There is an account with the address {email} already.") from error
    link = "" if confirmed else mails.send_invitation(person)
    db.session.commit()
    click.echo(f"{person.email} is made, with the roles: {', '.join(roles or ('participant',))}.")
    if link and not settings.mail_url:
        click.echo(f"No mail server is set. This link confirms the address and signs in, within a week: {link}")


@group.command("grant")
@click.argument("email")
@click.argument("role", type=_role)
@click.option("--consultation", "consultation_id", type=int, default=None, help="Number of one consultation.")
def grant(email: str, role: str, consultation_id: int | None) -> None:
    """Give an account a role."""
    operations.grant_role(SYSTEM, _known(email), role, consultation_id)
    db.session.commit()
    click.echo(f"{email} has the role {role}.")


@group.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """Lock an account out at once; what it wrote stays."""
    person = _known(email)
    if person.deactivated_at is None:
        operations.deactivate(SYSTEM, person)
        db.session.commit()
    click.echo(f"{email} is deactivated.")


@group.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take all second factors of an account whose owner lost them; make sure first who asks."""
    person = _known(email)
    try:
        factors.reset_factors(SYSTEM, person)
    except DomainError as error:
        raise click.ClickException(f"{email} has no second factor.") from error
    db.session.commit()
    click.echo(f"The second factors of {email} are gone, and its sessions are ended.")


@group.command("list")
def list_people() -> None:
    """All accounts: address, state, roles, separated by tabs."""
    after: str | None = None
    while True:
        page = queries.people_page(after=after, size=200)
        roles = queries.roles_of([person.id for person in page])
        for person in page:
            state = "deactivated" if person.deactivated_at else "active" if person.confirmed_at else "unconfirmed"
            click.echo(f"{person.email}\t{state}\t{', '.join(grant.role for grant in roles[person.id])}")
        if page.next is None:
            return
        after = page.next
