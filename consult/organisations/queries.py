"""Reads about organisations and their members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, exists, func, select

from consult.accounts.models import Person
from consult.accounts.queries import ids_with_permission
from consult.core.access import Actor, Membership
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.i18n import pick, picked_language
from consult.core.paging import Page, keyset
from consult.core.registry import ActorPart, SubjectInfo
from consult.core.text import clean_line, excerpt
from consult.core.web import path
from consult.organisations.models import Organisation, OrganisationInvitation, OrganisationMember, OrganisationRequest

_SLUG = re.compile(r"[a-z0-9-]{1,80}")


def organisation_by_slug(slug: str) -> Organisation | None:
    """The organisation of this address, or None; what cannot be an address is not asked of the database."""
    if not _SLUG.fullmatch(slug):
        return None
    return db.session.execute(select(Organisation).where(Organisation.slug == slug)).scalar_one_or_none()


def organisations_by_ids(ids: Iterable[int]) -> dict[int, Organisation]:
    """Organisations by their ids; missing ones are left out. One query."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = db.session.execute(select(Organisation).where(Organisation.id.in_(wanted))).scalars()
    return {row.id: row for row in rows}


def organisation_by_name(name: str) -> Organisation | None:
    """The oldest organisation whose German name is this, apart from case, accents and ß."""
    statement = (
        select(Organisation)
        .where(Organisation.name_key == sort_key(clean_line(name)), Organisation.merged_into_id.is_(None))
        .order_by(Organisation.id)
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def own_organisation(actor: Actor, name: str) -> int | None:
    """Id of the organisation of this name that the actor belongs to, or None: a typed name alone links to nothing."""
    wanted = sort_key(name.strip())
    return next((m.organisation_id for m in actor.memberships if wanted and sort_key(m.name) == wanted), None)


@lru_cache(maxsize=1)
def _places() -> Select[Any]:
    """The query of `memberships_of`, put together once, as every page of somebody signed in asks it."""
    statement: Any = (
        select(OrganisationMember.role, Organisation.id, Organisation.name, Organisation.type)
        .join(Organisation, Organisation.id == OrganisationMember.organisation_id)
        .where(OrganisationMember.person_id == bindparam("person", type_=Integer))
        .order_by(OrganisationMember.id)
    )
    return statement


def memberships_of(person_id: int) -> tuple[Membership, ...]:
    """A person's places, as the gate needs them. One query."""
    rows = db.session.execute(_places(), {"person": person_id})
    return tuple(
        Membership(organisation_id, pick(name, "de"), role, Organisation(type=kind).kind)
        for role, organisation_id, name, kind in rows
    )


def has_places(person_id: Any) -> Any:
    """Whether a person belongs to any organisation; a part of another query, which has the id as a column."""
    member = OrganisationMember.__table__.c
    return exists().where(member.person_id == person_id)


# What this room adds to the actor of a request.
ACTOR_PART = ActorPart(has_places, lambda person_id: {"memberships": memberships_of(person_id)})


def members_of(organisation_id: int) -> list[tuple[OrganisationMember, Person]]:
    """Members with their roles, in the order in which they came."""
    rows = db.session.execute(
        select(OrganisationMember, Person)
        .join(Person, Person.id == OrganisationMember.person_id)
        .where(OrganisationMember.organisation_id == organisation_id)
        .order_by(OrganisationMember.id)
    )
    return [(member, person) for member, person in rows]


def member_ids(organisation_id: int, *roles: str) -> list[int]:
    """Ids of the members, of those with one of these roles where any is named: for notices."""
    statement = select(OrganisationMember.person_id).where(OrganisationMember.organisation_id == organisation_id)
    if roles:
        statement = statement.where(OrganisationMember.role.in_(roles))
    return list(db.session.execute(statement.distinct().order_by(OrganisationMember.person_id)).scalars())


def places_of(person_id: int) -> list[tuple[OrganisationMember, Organisation]]:
    """The organisations a person belongs to, with the role in each: for the back office and the data export."""
    rows = db.session.execute(
        select(OrganisationMember, Organisation)
        .join(Organisation, Organisation.id == OrganisationMember.organisation_id)
        .where(OrganisationMember.person_id == person_id)
        .order_by(OrganisationMember.id)
    )
    return [(member, organisation) for member, organisation in rows]


def all_organisations() -> list[Organisation]:
    """All of them by name: for choosing one."""
    statement = select(Organisation).where(Organisation.merged_into_id.is_(None))
    return list(db.session.execute(statement.order_by(Organisation.name_key, Organisation.id)).scalars())


def has_manager(organisation_id: int) -> bool:
    """Whether somebody speaks for the organisation."""
    return bool(member_ids(organisation_id, "manager"))


def deciders(organisation_id: int) -> list[int]:
    """Who is told of a request to join: those who speak for the organisation, else the administration."""
    found = member_ids(organisation_id, "manager")
    return found or ids_with_permission("admin.people", None)


def open_invitations(organisation_id: int) -> list[OrganisationInvitation]:
    """Invitations that can still be answered, newest first."""
    statement = select(OrganisationInvitation).where(
        OrganisationInvitation.organisation_id == organisation_id,
        OrganisationInvitation.status == "invited",
        OrganisationInvitation.expires_at > now(),
    )
    return list(db.session.execute(statement.order_by(OrganisationInvitation.id.desc())).scalars())


def open_requests(organisation_id: int) -> list[tuple[OrganisationRequest, Person]]:
    """Requests that wait for an answer, oldest first, with who asks."""
    rows = db.session.execute(
        select(OrganisationRequest, Person)
        .join(Person, Person.id == OrganisationRequest.person_id)
        .where(OrganisationRequest.organisation_id == organisation_id, OrganisationRequest.status == "asked")
        .order_by(OrganisationRequest.id)
    )
    return [(request, person) for request, person in rows]


def request_of(person_id: int | None, organisation_id: int) -> OrganisationRequest | None:
    """The open request of a person."""
    if person_id is None:
        return None
    statement = select(OrganisationRequest).where(
        OrganisationRequest.person_id == person_id,
        OrganisationRequest.organisation_id == organisation_id,
        OrganisationRequest.status == "asked",
    )
    return db.session.execute(statement).scalar_one_or_none()


def waiting_requests(organisation_ids: Sequence[int]) -> dict[int, int]:
    """How many requests wait at each of these organisations. One query."""
    if not organisation_ids:
        return {}
    rows = db.session.execute(
        select(OrganisationRequest.organisation_id, func.count())
        .where(OrganisationRequest.organisation_id.in_(organisation_ids), OrganisationRequest.status == "asked")
        .group_by(OrganisationRequest.organisation_id)
    )
    return {row[0]: row[1] for row in rows}


def organisations_page(q: str, after: str | None) -> Page[Organisation]:
    """Organisations by name, for the back office; `q` is a part of the name."""
    statement = select(Organisation)
    for word in sort_key(clean_line(q)).split():
        statement = statement.where(Organisation.name_key.contains(word, autoescape=True))
    return keyset(statement, [(Organisation.name_key, "asc"), (Organisation.id, "asc")], after, 50)


# ---- as a subject of links, search and pages ------------------------------------------------------------------------


def info(organisation: Organisation) -> SubjectInfo:
    """What others show of an organisation."""
    return SubjectInfo(
        kind="organisation",
        id=organisation.id,
        title=pick(organisation.name),
        url=path("organisations.show", slug=organisation.slug),
        language=picked_language(organisation.name),
        region=organisation.nuts or organisation.country,
        organisation_id=organisation.id,
        excerpt="" if organisation.is_hidden else excerpt(pick(organisation.description)),
        key=organisation.slug,
    )


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    """Descriptions by id, in one query."""
    return {key: info(organisation) for key, organisation in organisations_by_ids(ids).items()}


def find(key: str) -> int | None:
    """Id behind a slug, or None."""
    if not _SLUG.fullmatch(key):
        return None
    return db.session.execute(select(Organisation.id).where(Organisation.slug == key)).scalar_one_or_none()


def picker(q: str, limit: int) -> list[SubjectInfo]:
    """Organisations whose German name contains the words, in the order of names."""
    statement = select(Organisation).where(Organisation.merged_into_id.is_(None))
    statement = statement.order_by(Organisation.name_key, Organisation.id).limit(limit)
    for word in sort_key(clean_line(q)).split():
        statement = statement.where(Organisation.name_key.contains(word, autoescape=True))
    return [info(organisation) for organisation in db.session.execute(statement).scalars()]
