"""Writes about organisations: make one, give and take places in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.accounts.models import Person
from consult.core import audit
from consult.core.access import Actor
from consult.core.db import db, sort_key
from consult.core.errors import Invalid, Refused
from consult.core.i18n import _
from consult.core.registry import touch
from consult.core.text import clean_line, slugify
from consult.organisations import queries, rules
from consult.organisations.models import Organisation, OrganisationMember

audit.declare("organisation.created")
audit.declare("organisation.member_added", "person_id", "role")
audit.declare("organisation.member_removed", "person_id", "role")


def free_slug(wanted: str) -> str:
    """This slug, or the first with a number behind it that is not taken."""
    slug, number = slugify(wanted)[:70], 1
    while queries.find(slug if number == 1 else f"{slug}-{number}") is not None:
        number += 1
    return slug if number == 1 else f"{slug}-{number}"


def create_organisation(
    actor: Actor, name: dict[str, str], *, slug: str = "", type: str = "company", **values: Any
) -> Organisation:
    """A new organisation. `values` are further columns of `Organisation`."""
    german = clean_line(name.get("de") or name.get("en"))
    if not german:
        raise Invalid({"name": _("Please fill in this field.")})
    organisation = Organisation(
        slug=slug or free_slug(german), name=name, name_key=sort_key(german), type=type, **values
    )
    db.session.add(organisation)
    db.session.flush()
    audit.record("organisation.created", actor, ("organisation", organisation.id))
    touch("organisation", organisation.id)
    return organisation


def ensure_organisation(actor: Actor, name: str, *, type: str = "company", **values: Any) -> Organisation:
    """The organisation of this name, made where there is none; `values` count for a new one only.

    It makes nobody a member. Names typed into a form are stored as text; see `queries.own_organisation`.
    """
    found = queries.organisation_by_name(name)
    cleaned = clean_line(name)
    return found or create_organisation(actor, {"de": cleaned, "en": cleaned}, type=type, **values)


def add_member(actor: Actor, organisation: Organisation, person: Person, role: str = "author") -> OrganisationMember:
    """Give a person a role in the organisation; giving it again changes nothing. It counts from their next request on."""
    if not rules.may_give_places(actor):
        raise Refused(_("Your account has no right to this page."))
    if role not in rules.MEMBER_ROLES:
        raise Invalid({"member_role": _("Please choose one of the entries in the list.")})
    found = db.session.execute(
        select(OrganisationMember).where(
            OrganisationMember.person_id == person.id,
            OrganisationMember.organisation_id == organisation.id,
            OrganisationMember.role == role,
        )
    ).scalar_one_or_none()
    if found is not None:
        return found
    member = OrganisationMember(person_id=person.id, organisation_id=organisation.id, role=role)
    db.session.add(member)
    db.session.flush()
    audit.record("organisation.member_added", actor, ("organisation", organisation.id), person_id=person.id, role=role)
    return member


def remove_member(actor: Actor, member: OrganisationMember) -> None:
    """Take a role in an organisation away."""
    if not rules.may_give_places(actor):
        raise Refused(_("Your account has no right to this page."))
    audit.record(
        "organisation.member_removed",
        actor,
        ("organisation", member.organisation_id),
        person_id=member.person_id,
        role=member.role,
    )
    db.session.delete(member)
    db.session.flush()
